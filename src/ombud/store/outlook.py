"""What is still open for a store: the orders, parcels and cases that can yet move its figures (O17, S10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min, Q, QuerySet

from ombud.domain.health import LOST_STATES, WON_STATES
from ombud.store.models import Case, Order, Parcel


@dataclass(frozen=True, slots=True)
class Outlook:
    """`to_ship`: orders whose promised instant is ahead, not marked as shipped; `to_scan`: parcels without a scan that
    are not yet due one; `oldest_loss`: the first of the disputes lost in the window, which is the next to leave it."""

    open_cases: int
    to_ship: int
    to_scan: int
    oldest_loss: datetime | None


def outlook(store_id: str, at: datetime, window: timedelta, wait: timedelta | None) -> Outlook:
    """What is open at `at`. `window`: of the dispute rate; `wait`: how long a parcel has for its first scan."""
    cases = Case.objects.filter(store=store_id, route="")
    open_ = cases.filter(_not_by(at, "closed_at"), opened_at__lte=at)
    lost = cases.filter(state__in=LOST_STATES, closed_at__gt=at - window, closed_at__lte=at)
    stands = _not_by(at, "cancelled_at") & Q(paid_at__lte=at)
    to_ship = Order.objects.filter(stands, _not_by(at, "shipped_at"), store=store_id, ship_by__gt=at)
    return Outlook(
        open_.count(), to_ship.count(), _to_scan(store_id, at, wait), lost.aggregate(first=Min("closed_at"))["first"]
    )


def losses_in_a_row(store_id: str, at: datetime, window: timedelta | None) -> int:
    """Disputes lost since the last one won, in the order in which they were closed."""
    decided = _decided(store_id, at, window)
    won = decided.filter(state__in=WON_STATES).order_by("-closed_at", "-case_id")
    last = won.values_list("closed_at", "case_id").first()
    lost = decided.filter(state__in=LOST_STATES)
    if last is not None:
        lost = lost.filter(Q(closed_at__gt=last[0]) | Q(closed_at=last[0], case_id__gt=last[1]))
    return lost.count()


def _decided(store_id: str, at: datetime, window: timedelta | None) -> QuerySet[Case]:
    found = Case.objects.filter(store=store_id, route="", closed_at__lte=at)
    return found if window is None else found.filter(closed_at__gt=at - window)


def _to_scan(store_id: str, at: datetime, wait: timedelta | None) -> int:
    if wait is None:
        return 0
    order_stands = Q(order__paid_at__lte=at) & (Q(order__cancelled_at=None) | Q(order__cancelled_at__gt=at))
    parcels = Parcel.objects.filter(store=store_id, registered_at__gt=at - wait, registered_at__lte=at)
    return parcels.filter(_not_by(at, "first_scan_at"), order_stands).count()


def _not_by(at: datetime, name: str) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gt": at})
