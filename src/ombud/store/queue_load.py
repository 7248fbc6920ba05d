"""How much the queue holds in all: counted, whatever its length, from ranges of its indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery

from ombud.domain.cases import State
from ombud.domain.countdown import DAY, HOUR, WEEK, Awaits, Urgency
from ombud.store.instants import Instants
from ombud.store.models import Case, Store
from ombud.store.queue import EVERYTHING, Wanted, as_of, parts_of, stores_wanted
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
    stores = stores_wanted(wanted)
    open_, moved, _ = parts_of(at, replace(wanted, store_id=None, platform=None, stores=None))
    if wanted.due_within is not None:
        due = at + wanted.due_within
        open_ = open_.filter(Q(shuts_at__lte=due) | Q(rule_at__lte=due))
    total = Load()
    for row in _counted(open_, stores, _parts(at)):
        total.add(*row)
    for case in as_of(at, [part.filter(store__in=stores.values("store_id")) for part in moved], wanted):
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


def _counted(
    cases: QuerySet[Case], of: QuerySet[Store], parts: Mapping[str, str]
) -> Iterator[tuple[str, str, int, int]]:
    """(which part, currency, cases, minor units held in them) of the cases of these stores.

    To tell currencies apart row by row costs three times what counting costs, and a store mostly sells in one: so the
    stores are counted by the currency of any case of theirs, and only a part with cases in others is read once more.
    """
    one = Case.objects.filter(store=OuterRef("store_id"), closed_at__isnull=True).values("currency")[:1]
    stores = of.annotate(currency=Subquery(one)).order_by()
    columns = ("case_id", "store_id", "shuts_at", "rule_at", "state", "held_minor", "currency")
    try:
        own, of_stores = stores.values("store_id", "currency").query.sql_with_params()
        open_, of_cases = cases.order_by().values(*columns).query.sql_with_params()
    except EmptyResultSet:  # what is wanted leaves none, whatever there is
        return

    def select(name: str, currency: str, columns: str) -> str:
        some = f"{parts[name]} AND store_id IN (SELECT store_id FROM own WHERE currency = {text(currency)})"
        return f"SELECT {text(name)}, {text(currency)}, {columns} FROM c WHERE {some}"

    def read(selects: list[str]) -> list[tuple[Any, ...]]:
        if not selects:
            return []
        given = f"WITH own AS MATERIALIZED ({own}), c AS NOT MATERIALIZED ({open_})"
        with connection.cursor() as cursor:
            cursor.execute(f"{given} {' UNION ALL '.join(selects)}", (*of_stores, *of_cases))
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found

    sums, mixed = "count(*), sum(held_minor)", []
    currencies = sorted(filter(None, stores.values_list("currency", flat=True).distinct()))
    others = {usual: f"count(case_id) FILTER (WHERE currency <> {text(usual)})" for usual in currencies}
    whole = [select(name, usual, f"{sums}, {others[usual]}") for usual in currencies for name in parts]
    for name, usual, count, money, other in read(whole):
        if other:
            mixed.append(f"{select(name, usual, f'currency, {sums}')} GROUP BY currency")
        elif count:
            yield name, usual, count, int(money)
    for name, _, currency, count, money in read(mixed):
        yield name, currency, count, int(money)
