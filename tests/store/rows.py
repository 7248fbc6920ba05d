"""Rows for tests that read the store, each with as little said about it as the test needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from ombud.domain.instants import format_instant
from ombud.rulebooks import open_book, shipped
from ombud.store.models import Case, CaseEvent, Order, Parcel, RulebookVersion, Store

KNOWN_AT = datetime(2027, 1, 1, tzinfo=UTC)
_NUMBERS = count(1)


def a_store(store_id: str = "s1", platform: str = "ozon", **more: Any) -> Store:
    """A store of `platform`."""
    more = {"site": "ozon.ru", "country": "RU", "timezone": "Europe/Moscow", **more}
    return Store.objects.create(
        store_id=store_id, platform=platform, commission_rate="0.150000", known_at=KNOWN_AT, **more
    )


def an_order(store: Store, order_id: str | None = None, **more: Any) -> Order:
    """An order of 100.00 RUB, paid before anything else happens in these tests unless said otherwise."""
    more = {"status": "paid", "paid_at": datetime(2026, 1, 1, tzinfo=UTC), "amount_minor": 10_000, **more}
    more = {"currency": "RUB", "gateway": "ozon", "shipping_minor": 0, "refunded_minor": 0, **more}
    return Order.objects.create(
        order_id=order_id or f"o{next(_NUMBERS)}", store=store, buyer_id="b", known_at=KNOWN_AT, **more
    )


def a_parcel(order: Order, registered_at: datetime, **more: Any) -> Parcel:
    """A parcel of `order`, by CDEK."""
    more = {"carrier": "cdek", "tracking_number": f"T{next(_NUMBERS)}", "service": "tracked", "source": "api", **more}
    return Parcel.objects.create(order=order, store=order.store, registered_at=registered_at, known_at=KNOWN_AT, **more)


def a_case(order: Order, opened_at: datetime, **more: Any) -> Case:
    """A case about `order`, with 72 hours to respond, and the shortest history that leads to its state."""
    platform = order.store.platform
    book = open_book(platform if platform in shipped() else "ozon")
    RulebookVersion.objects.get_or_create(
        digest=book.digest, defaults={"name": platform, "text": book.text, "used_from": opened_at}
    )
    more = {"violation": "not_shipped", "state": "opened", "platform_status": "New", "fires_at": opened_at, **more}
    more = {"due_at": opened_at + timedelta(hours=72), "held_minor": order.amount_minor, **more}
    more = {"clause": "triggers.not_shipped@2026-03-12", "currency": order.currency, **more}
    answered = more.get("closed_at") or more["state"] == "under_review"
    more = {"shuts_at": None if answered else more["due_at"], **more}
    case = Case.objects.create(
        order=order, store=order.store, platform=platform, opened_at=opened_at, rulebook_id=book.digest, **more
    )
    told = {"due_at": case.due_at and format_instant(case.due_at), "held_minor": case.held_minor}
    _happened(case, "routed" if case.route else "opened", opened_at, told)
    if case.state in {"under_review", "won", "rejected"} and not case.route:
        rule_at = case.rule_at and format_instant(case.rule_at)
        _happened(case, "evidence_submitted", case.submitted_at or opened_at, {"rule_at": rule_at})
    if case.closed_at is not None:
        _happened(case, _ENDINGS[case.state], case.closed_at, {})
    return case


_ENDINGS = {
    "won": "ruled_for_seller",
    "rejected": "ruled_for_buyer",
    "lost": "window_closed",
    "withdrawn": "withdrawn",
    "conceded": "conceded",
}


def _happened(case: Case, kind: str, at: datetime, data: dict[str, Any]) -> None:
    seq = CaseEvent.objects.filter(case=case).count() + 1
    CaseEvent.objects.create(case=case, seq=seq, kind=kind, at=at, actor="test", data=data)
