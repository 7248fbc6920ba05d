"""The queue: cases of all stores of all platforms, what runs out first on top, then what costs most (G4).

Open cases are read by the index over their due instants, so the first page costs the same however many are open.
What was open at an earlier instant is those still open and those closed since.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Case as Choice
from django.db.models import Count, F, Q, QuerySet, Sum, Value, When

from ombud.domain.cases import EventKind, State, move
from ombud.domain.countdown import DAY, HOUR, WEEK, Countdown, Urgency, countdown
from ombud.store.models import Case, CaseEvent

OPEN_STATES = "open"
"""The word that filters for cases that no ruling or shut window has ended, in whatever state they are."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases to list. None: any. `due_within`: those whose window shuts no later than that, late ones included."""

    store_id: str | None = None
    platform: str | None = None
    violation: str | None = None
    state: str | None = None
    due_within: timedelta | None = None


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
    complaint_id: str
    carrier: str | None
    tracking_number: str | None
    state: str
    platform_status: str
    fires_at: datetime
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    held_minor: int
    currency: str
    clause: str
    rulebook_id: str

    def countdown(self, at: datetime) -> Countdown:
        """What was left of the window at `at`."""
        return countdown(self.due_at, at)


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do: open cases by how pressing they are, and the money held, in minor units by currency."""

    by_urgency: dict[Urgency, int] = field(default_factory=lambda: dict.fromkeys(Urgency, 0))
    held: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All open cases."""
        return sum(self.by_urgency.values())


_COLUMNS = tuple(f.name for f in fields(QueuedCase))
_FROM_STORE = {"site": F("store__site"), "timezone": F("store__timezone")}
_ORDER = ("due_at", "-held_minor", "case_id")


def queue(at: datetime, wanted: Wanted = Wanted(), *, limit: int | None = None) -> list[QueuedCase]:
    """The cases of the queue at `at`, the first `limit` of them.

    Open cases come by their due instant; among those of one instant, the one that holds most comes first (in
    minor units of its own currency: an exchange rate is no fact of the store). Closed ones, where `wanted.state` asks
    for such a state, come by the instant they were closed, the latest first.
    """
    still_open, closed_since, closed = _parts(at, wanted)
    pages = [_page(still_open.order_by(*_ORDER), limit), _as_of(at, closed_since)]
    if wanted.state not in (None, OPEN_STATES):
        pages[1] = [case for case in pages[1] if case.state == wanted.state]
    merged = heapq.merge(*pages, key=lambda case: (case.due_at, -case.held_minor, case.case_id))
    found = list(islice(merged, limit))
    if wanted.state not in (None, OPEN_STATES) and (limit is None or len(found) < limit):
        found += _page(closed.order_by("-closed_at", "-held_minor", "case_id"), limit and limit - len(found))
    return found


def _as_of(at: datetime, closed_since: QuerySet[Case]) -> list[QueuedCase]:
    """The same cases as they stood at `at`: still open, in the state that their history says."""
    events = CaseEvent.objects.filter(case__in=closed_since.values("case_id"), at__lte=at)
    states: dict[int, State] = {}
    for case_id, kind in events.order_by("case_id", "seq").values_list("case_id", "kind"):
        states[case_id] = move(states.get(case_id), EventKind(kind))
    return [
        replace(case, state=str(states.get(case.case_id, case.state)), platform_status="", closed_at=None)
        for case in _page(closed_since.order_by(*_ORDER), None)
    ]


def load(at: datetime, wanted: Wanted = Wanted()) -> Load:
    """What the queue at `at` holds in all, counted over the open cases, in whatever state they are."""
    still_open, closed_since, _ = _parts(at, wanted)
    total = Load()
    bounds = ((Urgency.TOO_LATE, at), (Urgency.UNDER_AN_HOUR, at + HOUR), (Urgency.DUE_TODAY, at + DAY))
    urgency = Choice(
        When(due_at__lte=at, then=Value(Urgency.TOO_LATE)),
        *(When(due_at__lt=until, then=Value(name)) for name, until in bounds[1:]),
        When(due_at__lt=at + WEEK, then=Value(Urgency.THIS_WEEK)),
        default=Value(Urgency.LATER),
    )
    for part in (still_open, closed_since):
        rows = part.values("currency", urgency=urgency).annotate(cases=Count("case_id"), money=Sum("held_minor"))
        for row in rows.order_by():
            total.by_urgency[Urgency(row["urgency"])] += row["cases"]
            total.held[row["currency"]] = total.held.get(row["currency"], 0) + int(row["money"])
    return total


def known(column: str) -> list[str]:
    """The values of `violation` or `state` that any case has."""
    return sorted(Case.objects.order_by().values_list(column, flat=True).distinct())


def of_case(case: Case) -> QueuedCase:
    """The row of one case, as it stands now."""
    own = {name: getattr(case, name) for name in _COLUMNS if name not in _FROM_STORE}
    return QueuedCase(**own, site=case.store.site, timezone=case.store.timezone)


def _parts(at: datetime, wanted: Wanted) -> tuple[QuerySet[Case], QuerySet[Case], QuerySet[Case]]:
    """(still open, open at `at` and closed since, closed by `at`), all of them opened by `at`."""
    some = Q(opened_at__lte=at)
    for name in ("store_id", "platform", "violation"):
        value = getattr(wanted, name)
        if value is not None:
            some &= Q(**{name: value})
    if wanted.due_within is not None:
        some &= Q(due_at__lte=at + wanted.due_within)
    cases = Case.objects.filter(some)
    still_open, closed_since = cases.filter(closed_at__isnull=True), cases.filter(closed_at__gt=at)
    closed = cases.filter(closed_at__lte=at)
    if wanted.state not in (None, OPEN_STATES):
        still_open, closed = still_open.filter(state=wanted.state), closed.filter(state=wanted.state)
    return still_open, closed_since, closed


def _page(cases: QuerySet[Case], limit: int | None) -> list[QueuedCase]:
    rows = cases.annotate(**_FROM_STORE).values(*_COLUMNS)
    return [QueuedCase(**row) for row in (rows if limit is None else rows[:limit])]
