"""Where cases stood at an instant: the fold of what had happened to them by then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db.models import QuerySet

from ombud.domain.cases import Event, EventKind, Standing, fold
from ombud.store.models import Case, CaseEvent


def standings(cases: QuerySet[Case], at: datetime) -> dict[int, Standing]:
    """case_id -> where it stood at `at`, for those of `cases` that were opened by then. One query."""
    found = CaseEvent.objects.filter(case__in=cases.order_by().values("case_id"), at__lte=at)
    ordered = found.order_by("case_id", "seq").only("case_id", "seq", "kind", "at", "data")
    return {case_id: standing(rows) for case_id, rows in groupby(ordered.iterator(), key=lambda row: row.case_id)}


def standing(events: Iterable[CaseEvent]) -> Standing:
    """Where a case stands after `events`, its history in order. Raises OmbudError where it is no history."""
    return fold(Event(row.seq, EventKind(row.kind), row.at, row.data) for row in events)
