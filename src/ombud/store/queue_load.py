"""How much the queue holds in all: counted, whatever its length, from ranges of its indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from ombud.domain.cases import State
from ombud.domain.countdown import DAY, HOUR, WEEK, Awaits, Urgency
from ombud.store.instants import Instants
from ombud.store.models import Case
from ombud.store.queue import EVERYTHING, Wanted, as_of, parts_of
from ombud.store.sql import text


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
    if wanted.due_within is not None:
        due = at + wanted.due_within
        open_ = open_.filter(Q(shuts_at__lte=due) | Q(rule_at__lte=due))
    total = Load()
    for row in _counted(open_, _parts(at)):
        total.add(*row)
    for case in as_of(at, moved, wanted):
        total.add(case.clock.urgency(at) or case.clock.awaits, case.currency, 1, case.held_minor)
    return total


def _parts(at: datetime) -> dict[str, str]:
    """What the cases of each part have in common: a range of the index, which costs half of what it costs to tell row
    by row where it belongs."""
    literal = Instants(connection).literal
    parts: dict[str, str] = {Urgency.TOO_LATE: f"shuts_at <= {literal(at)}"}
    since = f"shuts_at > {literal(at)}"
    for name, until in ((Urgency.UNDER_AN_HOUR, HOUR), (Urgency.DUE_TODAY, DAY), (Urgency.THIS_WEEK, WEEK)):
        parts[name] = f"{since} AND shuts_at < {literal(at + until)}"
        since = f"shuts_at >= {literal(at + until)}"
    endless = "shuts_at IS NULL AND rule_at IS NULL"
    return parts | {
        Urgency.LATER: since,
        Awaits.RULING: "shuts_at IS NULL AND rule_at IS NOT NULL",
        Awaits.REVIEWER: f"{endless} AND state = '{State.UNDER_REVIEW}'",
        Awaits.OTHERS: f"{endless} AND state <> '{State.UNDER_REVIEW}'",
    }


def _counted(cases: QuerySet[Case], parts: Mapping[str, str]) -> Iterator[tuple[str, str, int, int]]:
    """(which part, currency, cases, minor units held in them), in three queries at most.

    Grouping by currency costs half as much again as counting, and most parts hold one currency alone: so the cases of
    another than the first one's are counted beside all.
    """
    one = next(iter(cases.order_by().values_list("currency", flat=True)[:1]), "")
    columns = ("case_id", "shuts_at", "rule_at", "state", "held_minor", "currency")
    query, params = cases.order_by().values(*columns).query.sql_with_params()

    def read(columns: str, names: Iterable[str], group: str = "") -> list[tuple[Any, ...]]:
        selects = " UNION ALL ".join(
            f"SELECT {text(name)}, {columns} FROM c WHERE {parts[name]}{group}" for name in names
        )
        with connection.cursor() as cursor:
            cursor.execute(f"WITH c AS NOT MATERIALIZED ({query}) {selects}", params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    sums = "count(*), sum(held_minor)"
    mixed = []
    for name, count, money, others in read(f"{sums}, count(case_id) FILTER (WHERE currency <> {text(one)})", parts):
        if others:
            mixed.append(name)
        elif count:
            yield name, one, count, int(money)
    for name, currency, count, money in read(f"currency, {sums}", mixed, " GROUP BY currency") if mixed else ():
        yield name, currency, count, int(money)
