"""How much the queue holds in all: counted, whatever its length, from ranges of its indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum, TextField, Value

from ombud.domain.cases import State
from ombud.domain.countdown import DAY, HOUR, WEEK, Awaits, Urgency
from ombud.store.models import Case
from ombud.store.queue import ENDLESS, EVERYTHING, RULED, Wanted, as_of, parts_of


@dataclass(frozen=True, slots=True)
class Load:
    """How much there is to do: open cases that somebody can still lose by how pressing they are, the others by what
    they wait for, and the money held, in minor units by currency."""

    by_urgency: dict[Urgency, int] = field(default_factory=lambda: dict.fromkeys(Urgency, 0))
    waiting: dict[Awaits, int] = field(
        default_factory=lambda: dict.fromkeys((Awaits.RULING, Awaits.REVIEWER, Awaits.OTHERS), 0)
    )
    held: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All open cases."""
        return sum(self.by_urgency.values()) + sum(self.waiting.values())

    def add(self, pressing: str, currency: str, cases: int, held_minor: int) -> None:
        """`pressing`: an urgency, or what the cases wait for where the seller can lose nothing by it."""
        if pressing in set(Urgency):
            self.by_urgency[Urgency(pressing)] += cases
        else:
            self.waiting[Awaits(pressing)] += cases
        if held_minor:
            self.held[currency] = self.held.get(currency, 0) + held_minor


def load(at: datetime, wanted: Wanted = EVERYTHING) -> Load:
    """What the queue at `at` holds in all, counted over the open cases, in whatever state they are."""
    open_, moved, _ = parts_of(at, wanted)
    total = Load()
    # Each part is a range of the index, which costs half of what it costs to tell row by row where it belongs.
    parts: dict[str, Q] = {Urgency.TOO_LATE: Q(shuts_at__lte=at)}
    since = Q(shuts_at__gt=at)
    for name, until in ((Urgency.UNDER_AN_HOUR, HOUR), (Urgency.DUE_TODAY, DAY), (Urgency.THIS_WEEK, WEEK)):
        parts[name] = since & Q(shuts_at__lt=at + until)
        since = Q(shuts_at__gte=at + until)
    parts[Urgency.LATER] = since
    parts[Awaits.RULING] = RULED
    parts[Awaits.REVIEWER] = ENDLESS & Q(state=State.UNDER_REVIEW)
    parts[Awaits.OTHERS] = ENDLESS & ~Q(state=State.UNDER_REVIEW)
    if wanted.due_within is not None:
        due = at + wanted.due_within
        parts = {name: part & (Q(shuts_at__lte=due) | Q(rule_at__lte=due)) for name, part in parts.items()}
    for pressing, currency, cases, money in _counted(open_, parts):
        total.add(pressing, currency, cases, money)
    for case in as_of(at, moved, wanted):
        total.add(case.clock.urgency(at) or case.clock.awaits, case.currency, 1, case.held_minor)
    return total


def _counted(cases: QuerySet[Case], parts: Mapping[str, Q]) -> Iterator[tuple[str, str, int, int]]:
    """(which part, currency, cases, minor units held in them), in three queries at most.

    Grouping by currency costs half as much again as counting, and most parts hold one currency alone.
    """
    sums = {"cases": Count("*"), "money": Sum("held_minor")}

    def of(name: str, *columns: str) -> QuerySet[Case, Any]:
        part = cases.filter(parts[name]).order_by()
        found: QuerySet[Case, Any] = part.values(*columns, pressing=Value(name, TextField()))
        return found

    one = next(iter(cases.order_by().values_list("currency", flat=True)[:1]), "")
    alike = Count("case_id", filter=Q(currency=one))  # half of what the least and the greatest currency cost
    whole = [of(name).annotate(**sums, alike=alike) for name in parts]
    mixed = []
    for row in whole[0].union(*whole[1:], all=True):
        if row["alike"] != row["cases"]:
            mixed.append(of(row["pressing"], "currency").annotate(**sums))
        elif row["cases"]:
            yield row["pressing"], one, row["cases"], int(row["money"])
    for row in mixed[0].union(*mixed[1:], all=True) if mixed else ():
        yield row["pressing"], row["currency"], row["cases"], int(row["money"])
