"""How a store answers: how many of its cases, how fast, and what is found wrong again and again in what it hands in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q

from ombud.domain.cases import EventKind, State
from ombud.domain.health import WON_STATES
from ombud.store.models import Case, CaseEvent

_MOST = 2_000
"""Refusals that are read at most: the latest of them."""


@dataclass(frozen=True, slots=True)
class Habits:
    """Of the disputes opened in a window. answered: handed in; silent: lost to the clock; answer: how long it took on
    average. codes: (the platform's code, how often it was told), the most frequent first."""

    opened: int
    answered: int
    silent: int
    won: int
    refused: int
    answer: timedelta | None
    codes: tuple[tuple[str, int], ...]


def habits(store_id: str, at: datetime, window: timedelta, *, codes: int = 5) -> Habits:
    """How the store answered the disputes opened in (at - window, at]."""
    cases = Case.objects.filter(store=store_id, route="", opened_at__gt=at - window, opened_at__lte=at)
    took = ExpressionWrapper(F("submitted_at") - F("opened_at"), output_field=DurationField())
    told = cases.aggregate(
        opened=Count("case_id"),
        answered=Count("case_id", filter=Q(submitted_at__isnull=False)),
        silent=Count("case_id", filter=Q(state=State.LOST)),
        won=Count("case_id", filter=Q(state__in=WON_STATES)),
        answer=Avg(took, filter=Q(submitted_at__isnull=False)),
    )
    kinds = (EventKind.EVIDENCE_REFUSED, EventKind.EVIDENCE_REJECTED)
    steps = CaseEvent.objects.filter(case__in=cases.values("case_id"), kind__in=kinds, at__lte=at).order_by("-event_id")
    found = list(steps.values_list("kind", "data")[:_MOST])
    counted = Counter(str(code) for _, data in found for code in dict.fromkeys(data.get("reasons", ())))
    refused = sum(kind == EventKind.EVIDENCE_REFUSED for kind, _ in found)
    most = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:codes]
    return Habits(**told, refused=refused, codes=tuple(most))
