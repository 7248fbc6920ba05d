"""The queue: cases of all stores of all platforms, what runs out first on top, then what costs most (G4).

Cases that have a clock are read by the indexes over their instants, so the first page costs the same however many are
open; those without one come last. What has moved since an earlier instant is read back from its history.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TypeAlias

from django.db.models import F, Q, QuerySet

from ombud.domain.cases import ENDS, Standing, State
from ombud.domain.countdown import Clock, clock_of
from ombud.store.models import Case, CaseEvent, Store
from ombud.store.standings import standings

OPEN_STATES = "open"
"""The word that filters for cases that no ruling or shut window has ended, in whatever state they are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list. None: any. `due_within`: those whose clock runs out no later than that, late ones included.

    `route`: the place that decides those that are no dispute of their book. `stores`: of these alone, whatever else is
    wanted: their ids, or a query of them.
    """

    store_id: str | None = None
    platform: str | None = None
    violation: str | None = None
    state: str | None = None
    due_within: timedelta | None = None
    route: str | None = None
    stores: Iterable[str] | QuerySet[Store, str] | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True)
class QueuedCase:
    """One row of the queue, as it was at the instant asked for.

    `platform_status` is empty where the store no longer keeps the platform's word for the state.
    """

    case_id: int
    order_id: str
    store_id: str
    site: str
    timezone: str
    platform: str
    violation: str
    route: str
    complaint_id: str
    carrier: str | None
    tracking_number: str | None
    state: str
    platform_status: str
    fires_at: datetime
    opened_at: datetime
    due_at: datetime | None
    submitted_at: datetime | None
    rule_at: datetime | None
    closed_at: datetime | None
    held_minor: int
    currency: str
    clause: str
    rulebook_id: str

    @property
    def standing(self) -> Standing:
        """What its history says of it."""
        return Standing(
            State(self.state),
            self.opened_at,
            self.due_at,
            self.held_minor,
            submitted_at=self.submitted_at,
            rule_at=self.rule_at,
            closed_at=self.closed_at,
        )

    @property
    def clock(self) -> Clock:
        """What it waits for, and until when."""
        return clock_of(self.standing)


_COLUMNS = tuple(f.name for f in fields(QueuedCase))
_FROM_STORE = {"site": F("store__site"), "timezone": F("store__timezone")}
_Clocks: TypeAlias = tuple[QuerySet[Case], QuerySet[Case]]
"""Those whose window shuts, and those that a ruling ends."""
_NEVER = datetime.max.replace(tzinfo=UTC)
_LIKE_ANY_OPEN = (None, OPEN_STATES)
_SHUTS = Q(shuts_at__isnull=False)
_RULED = Q(shuts_at__isnull=True, rule_at__isnull=False)
_ENDLESS = Q(shuts_at__isnull=True, rule_at__isnull=True)
_ANSWERED = Q(state__in=(State.EVIDENCE_REQUIRED, State.UNDER_REVIEW, State.EVIDENCE_REJECTED)) | Q(
    state=State.ROUTED, submitted_at__isnull=False
)
"""What was never answered has not moved since its opening while it is open."""


def queue(
    at: datetime, wanted: Wanted = EVERYTHING, *, limit: int | None = None, after: QueuedCase | None = None
) -> list[QueuedCase]:
    """The cases of the queue at `at`, the first `limit` of them, or of those behind `after`.

    Open cases come by the instant at which their clock runs out: the window of the seller or, once something was handed
    in, the ruling. Among those of one instant, the one that holds most comes first (in minor units of its own currency:
    an exchange rate is no fact of the store); those without a clock come last. Closed ones, where `wanted.state` asks
    for such a state, come by the instant they were closed, the latest first.
    """
    open_, moved, closed = parts_of(at, wanted)
    then_open = sorted(as_of(at, moved, wanted), key=_pressing)
    clocks, endless = (open_.filter(_SHUTS), open_.filter(_RULED)), open_.filter(_ENDLESS)
    if after is not None:
        then_open = [case for case in then_open if after.closed_at is None and _pressing(case) > _pressing(after)]
        clocks, endless, closed = _behind(after, clocks, endless, closed)
    with_clock = [case for case in then_open if case.clock.until is not None]
    if wanted.due_within is not None:  # each clock by itself: a range of the index
        due = at + wanted.due_within
        clocks = (clocks[0].filter(shuts_at__lte=due), clocks[1].filter(rule_at__lte=due))
    windows, rulings = _first(clocks[0], limit), clocks[1]
    if windows and len(windows) == limit:  # no later ruling comes before the last of these
        rulings = rulings.filter(rule_at__lte=windows[-1].clock.until)
    found = list(islice(heapq.merge(windows, _first(rulings, limit), with_clock, key=_pressing), limit))
    if wanted.due_within is None and (limit is None or len(found) < limit):
        room = limit and limit - len(found)
        rest = then_open[len(with_clock) :]
        found += islice(heapq.merge(_first(endless, room), rest, key=_pressing), room)
    if wanted.state not in _LIKE_ANY_OPEN and (limit is None or len(found) < limit):
        found += _page(closed.order_by("-closed_at", "-held_minor", "case_id"), limit and limit - len(found))
    return found


def known(column: str) -> list[str]:
    """The values of `violation`, `state` or `route` that any case has."""
    return sorted(Case.objects.order_by().values_list(column, flat=True).distinct())


def these(case_ids: Iterable[int], at: datetime) -> list[QueuedCase]:
    """The rows of some cases as they stood at `at`, open or closed; those not opened yet are left out."""
    cases = Case.objects.select_related("store").filter(case_id__in=list(case_ids), opened_at__lte=at)
    then = standings(cases, at)
    return sorted((of_case(case, then[case.case_id]) for case in cases if case.case_id in then), key=_pressing)


def of_case(case: Case, standing: Standing) -> QueuedCase:
    """The row of one case that stood so at the instant asked for."""
    own = {name: getattr(case, name) for name in _COLUMNS if name not in _FROM_STORE}
    return _at(QueuedCase(**own, site=case.store.site, timezone=case.store.timezone), standing)


def _pressing(case: QueuedCase) -> tuple[bool, datetime, int, int]:
    until = case.clock.until
    return until is None, until or _NEVER, -case.held_minor, case.case_id


def _behind(
    after: QueuedCase, clocks: _Clocks, endless: QuerySet[Case], closed: QuerySet[Case]
) -> tuple[_Clocks, QuerySet[Case], QuerySet[Case]]:
    """Of each part of the queue what comes after that case."""
    alike = Q(held_minor__lt=after.held_minor) | Q(held_minor=after.held_minor, case_id__gt=after.case_id)
    until, nothing = after.clock.until, Case.objects.none()
    if after.closed_at is not None:
        ended = after.closed_at
        return (nothing, nothing), nothing, closed.filter(Q(closed_at__lt=ended) | alike, closed_at__lte=ended)
    if until is None:
        return (nothing, nothing), endless.filter(alike), closed
    windows = clocks[0].filter(Q(shuts_at__gt=until) | alike, shuts_at__gte=until)
    return (windows, clocks[1].filter(Q(rule_at__gt=until) | alike, rule_at__gte=until)), endless, closed


def _first(cases: QuerySet[Case], limit: int | None) -> list[QueuedCase]:
    """The first open ones in the order of the queue."""
    return sorted(_page(cases.order_by("shuts_at", "rule_at", "-held_minor", "case_id"), limit), key=_pressing)


def as_of(at: datetime, moved: Sequence[QuerySet[Case]], wanted: Wanted) -> list[QueuedCase]:
    """Those of `moved` that were open at `at`, as they stood then, and of these the ones that are wanted."""
    until = at + wanted.due_within if wanted.due_within is not None else None
    rows = [row for part in moved for row in _rows(part)]
    then = {case_id: found for part in moved for case_id, found in standings(part, at).items()} if rows else {}
    return [
        case
        for case in (_at(row, then[row.case_id]) for row in rows)
        if case.closed_at is None
        and (wanted.state in _LIKE_ANY_OPEN or case.state == wanted.state)
        and (until is None or (case.clock.until is not None and case.clock.until <= until))
    ]


def _at(row: QueuedCase, standing: Standing) -> QueuedCase:
    return replace(
        row,
        state=str(standing.state),
        platform_status=row.platform_status if row.state == standing.state else "",
        due_at=standing.due_at,
        submitted_at=standing.submitted_at,
        rule_at=standing.rule_at,
        closed_at=standing.closed_at,
    )


def parts_of(at: datetime, wanted: Wanted) -> tuple[QuerySet[Case], Sequence[QuerySet[Case]], QuerySet[Case]]:
    """(open at `at` and since then where they are, moved since, closed by `at`), all of them opened by `at`.

    The middle ones have no filter but those that nothing changes: what else is wanted is asked of their history.
    """
    since = CaseEvent.objects.filter(at__gt=at)
    has_moved = since.exists()
    some = opened_by(at) if has_moved else Q()  # where nothing has happened since, nothing was opened since
    for name in ("store_id", "violation", "route"):
        value = getattr(wanted, name)
        if value is not None:
            some &= Q(**{name: value})
    if wanted.platform is not None or wanted.stores is not None:
        some &= Q(store__in=stores_wanted(replace(wanted, store_id=None)).values("store_id"))
    cases = Case.objects.filter(some)
    open_, closed = cases.filter(closed_at__isnull=True), cases.filter(closed_at__lte=at)
    moved: tuple[QuerySet[Case], ...] = ()
    if has_moved:
        moved_on = _ANSWERED & Q(case_id__in=since.values("case_id"))
        moved = (cases.filter(closed_at__gt=at), open_.filter(moved_on))
        open_ = open_.filter(~moved_on)
    if wanted.due_within is not None:
        closed = closed.filter(due_at__lte=at + wanted.due_within)
    if wanted.state not in _LIKE_ANY_OPEN:  # an end is the state of closed ones alone, and they have no other
        ended = wanted.state in ENDS
        open_ = open_.none() if ended else open_.filter(state=wanted.state)
        closed = closed.filter(state=wanted.state) if ended else closed.none()
    return open_, moved, closed


def opened_by(at: datetime) -> Q:
    """Opened by then; said so that no planner goes by it, as hardly a case was opened later."""
    return ~Q(opened_at__gt=at)


def stores_wanted(wanted: Wanted) -> QuerySet[Store]:
    """The stores whose cases are wanted, whatever else is."""
    stores = Store.objects.all()
    if wanted.store_id is not None:
        stores = stores.filter(store_id=wanted.store_id)
    if wanted.platform is not None:
        stores = stores.filter(platform=wanted.platform)
    return stores if wanted.stores is None else stores.filter(store_id__in=wanted.stores)


def _page(ordered: QuerySet[Case], limit: int | None) -> list[QueuedCase]:
    """The first of them. Which these are is read from the index alone, and then all that is told of them."""
    if limit is None:
        return _rows(ordered)
    first = list(ordered.values_list("case_id", flat=True)[:limit])
    found = {row.case_id: row for row in _rows(Case.objects.filter(case_id__in=first))} if first else {}
    return [found[case_id] for case_id in first]


def _rows(cases: QuerySet[Case]) -> list[QueuedCase]:
    return [QueuedCase(**row) for row in cases.annotate(**_FROM_STORE).values(*_COLUMNS)]
