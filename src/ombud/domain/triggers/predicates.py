"""The words of `where` as column expressions: the same answers as `conditions.holds`, for many rows at once.

Rows are tables whose columns are named `fact__column`. A predicate knows the facts that it reads, so that it can be put
to a table before that is joined with others. No predicate is ever null where it is negated: the engines disagree there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any, TypeVar

import ibis
import ibis.expr.types as ir

from ombud.domain.conditions import AtLeast, By, Condition, Equals, In, Is, Some, Within
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.triggers.windows import Window, gap, in_force

V = TypeVar("V")
Build = Callable[[ir.Table], Any]

START = "start"
"""The column in which rows may bring the instant that their trigger counts from."""
SOME = "some"
"""The made-up fact under which `some` and `no` look up what holds for an order; see `Somes`."""


@dataclass(frozen=True)
class Predicate:
    """A boolean over rows, the fields that it reads itself, and whether it also asks for `start`."""

    fields: frozenset[str]
    build: Build
    of_start: bool = False


def column(rows: ir.Table, field: str) -> Any:
    """`order.ship_by` -> the column of it."""
    return rows[field.replace(".", "__")]


def instant(at: datetime) -> Any:
    """A literal in UTC."""
    return ibis.literal(at, type="timestamp('UTC', 6)")


def span(length: timedelta) -> Any:
    """A literal, exact to the microsecond, that adds to an instant on every engine."""
    return ibis.interval(microseconds=int(length / timedelta(microseconds=1)))


def all_of(predicates: Iterable[Predicate]) -> Predicate:
    """True where all are."""
    return _joined(tuple(predicates), and_, empty=True)


def any_of(predicates: Iterable[Predicate]) -> Predicate:
    """True where one is."""
    return _joined(tuple(predicates), or_, empty=False)


def _joined(parts: Sequence[Predicate], by: Callable[[Any, Any], Any], *, empty: bool) -> Predicate:
    return Predicate(
        frozenset().union(*(part.fields for part in parts)),
        lambda rows: reduce(by, (part.build(rows) for part in parts)) if parts else ibis.literal(value=empty),
        any(part.of_start for part in parts),
    )


def negated(predicate: Predicate) -> Predicate:
    """True where it is not; an unknown counts as not."""
    return Predicate(predicate.fields, lambda rows: ~predicate.build(rows).fill_null(False), predicate.of_start)


def known(field: str) -> Predicate:
    """True where the field is not null."""
    return Predicate(frozenset([field]), lambda rows: column(rows, field).notnull())


@dataclass(frozen=True)
class Start:
    """The instant that a trigger counts from: the latest of `fields`, there only where all of them are."""

    fields: tuple[str, ...]

    @property
    def facts(self) -> frozenset[str]:
        return facts_of(self.fields)

    def known(self) -> list[Predicate]:
        return [known(field) for field in self.fields]

    def build(self, rows: ir.Table) -> Any:
        """Null-blind on some engines: only meaningful where `known` holds. Rows may have it ready, as `start`."""
        return rows[START] if START in rows.columns else self.of_fields(rows)

    def of_fields(self, rows: ir.Table) -> Any:
        """The same from the fields themselves."""
        columns = [column(rows, field) for field in self.fields]
        return columns[0] if len(columns) == 1 else ibis.greatest(*columns)

    def within(self, window: Window) -> list[Predicate]:
        """True for starts in the window."""
        predicates = []
        if (first := window.first) is not None:
            predicates.append(Predicate(frozenset(), lambda rows: self.build(rows) >= instant(first), of_start=True))
        if (until := window.until) is not None:
            predicates.append(Predicate(frozenset(), lambda rows: self.build(rows) < instant(until), of_start=True))
        return predicates


class Somes:
    """What `some` and `no` ask of an order's lines and parcels: for each question a column over the rows of the fact,
    the instant from which the answer is yes, whose least over the order is joined back as `some__NAME`."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, tuple[Condition, ...]], str] = {}

    def field(self, fact: str, conditions: tuple[Condition, ...]) -> str:
        """The field that holds the answer, `some.q0`."""
        return self.asked.setdefault((fact, conditions), f"{SOME}.q{len(self.asked)}")

    def facts(self) -> list[str]:
        return list(dict.fromkeys(fact for fact, _ in self.asked))

    def reads(self, fact: str) -> set[str]:
        """The fields that the questions about `fact` read."""
        return {
            inner.field
            for asked, conditions in self.asked
            if asked == fact
            for inner in conditions
            if isinstance(inner, Equals | In | By)
        }

    def answers(self, fact: str, rows: ir.Table) -> dict[str, Any]:
        """Column name -> the least instant (or 1, where no instant is asked for) over the rows that qualify."""
        answers = {}
        for (asked, conditions), field in self.asked.items():
            if asked != fact:
                continue
            by = [condition for condition in conditions if isinstance(condition, By)]
            rest = all_of(plain(condition) for condition in conditions if not isinstance(condition, By)).build(rows)
            value = column(rows, by[0].field) if by else ibis.literal(1, type="int8")
            answers[field.replace(".", "__")] = ibis.ifelse(rest, value, ibis.null(value.type())).min()
        return answers


def facts_of(fields: Iterable[str]) -> frozenset[str]:
    """`order.ship_by` -> `order`."""
    return frozenset(field.split(".")[0] for field in fields)


def fields_of(conditions: Iterable[Condition], book: Rulebook) -> set[str]:
    """Every field of the rows themselves that the conditions read; those inside `some` and `no` are not among them."""
    fields: set[str] = set()
    for condition in conditions:
        match condition:
            case AtLeast(field):
                fields |= {field, "order.currency"}
            case Within(_, several):
                fields |= set(several)
            case Is(name):
                for version in book.conditions[name]:
                    fields |= fields_of(version.value, book)
            case Some():
                pass
            case Equals(field) | In(field) | By(field):
                fields.add(field)
    return fields


def plain(condition: Condition) -> Predicate:
    """A condition that asks neither for `start` nor for anything dated."""
    match condition:
        case Equals(field, value):
            return Predicate(frozenset([field]), lambda rows: column(rows, field) == value)
        case In(field, tuple() as values, False):
            return Predicate(frozenset([field]), lambda rows: column(rows, field).isin(values))
        case In(field, tuple() as values, True):
            return Predicate(
                frozenset([field]),
                lambda rows: column(rows, field).isnull() | column(rows, field).notin(values),
            )
        case AtLeast(field, thresholds):
            enough = [_enough(field, currency, least) for currency, least in thresholds]
            return any_of(enough)
        case _:
            raise AssertionError(condition)


def _enough(field: str, currency: str, least: int) -> Predicate:
    return Predicate(
        frozenset([field, "order.currency"]),
        lambda rows: (column(rows, "order.currency") == currency) & (column(rows, field) >= least),
    )


class Wording:
    """Conditions of one book as predicates, for one `start`."""

    def __init__(self, book: Rulebook, start: Start, rules_at: datetime | None, somes: Somes) -> None:
        self.book = book
        self.start = start
        self.rules_at = rules_at
        self.somes = somes

    def predicates(self, conditions: Iterable[Condition], window: Window) -> list[Predicate]:
        """One predicate for each condition, right for starts within `window`."""
        return [self._predicate(condition, window) for condition in conditions]

    def _predicate(self, condition: Condition, window: Window) -> Predicate:
        match condition:
            case In(_, str() as name):
                return self._dated(
                    f"lists.{name}",
                    self.book.lists[name],
                    window,
                    lambda values, _: plain(replace(condition, values=values)),
                )
            case By(field):
                return Predicate(
                    frozenset([field]), lambda rows: column(rows, field) <= self.start.build(rows), of_start=True
                )
            case Within(length, fields):
                return Predicate(frozenset(fields), self._within(length, fields), of_start=True)
            case Is(name, is_not):
                named = self._dated(
                    f"conditions.{name}",
                    self.book.conditions[name],
                    window,
                    lambda inner, part: all_of(self.predicates(inner, part)),
                )
                return negated(named) if is_not else named
            case Some():
                return self._some(condition, window)
            case _:
                return plain(condition)

    def _within(self, length: timedelta, fields: Sequence[str]) -> Build:
        def build(rows: ir.Table) -> Any:
            start = self.start.build(rows)
            past = [ibis.ifelse(column(rows, f) <= start, column(rows, f), ibis.null(start.type())) for f in fields]
            return start <= ibis.coalesce(*past) + span(length)

        return build

    def _some(self, some: Some, window: Window) -> Predicate:
        listed = next((c for c in some.conditions if isinstance(c, In) and isinstance(c.values, str)), None)
        if listed is not None:
            return self._dated(
                f"lists.{listed.values}",
                self.book.lists[str(listed.values)],
                window,
                lambda values, part: self._some(_spelled_out(some, listed, values), part),
            )
        answer = self.somes.field(some.fact, some.conditions)
        asks_by = any(isinstance(inner, By) for inner in some.conditions)
        found = Predicate(
            frozenset([answer]),
            lambda rows: column(rows, answer) <= self.start.build(rows) if asks_by else column(rows, answer).notnull(),
            asks_by,
        )
        return negated(found) if some.negated else found

    def _dated(
        self,
        clause: str,
        versions: Sequence[Dated[V]],
        window: Window,
        build: Callable[[V, Window], Predicate],
    ) -> Predicate:
        """The predicate of the version in force at `start`. Raises OmbudError where a start in `window` has none."""
        found = list(in_force(versions, window, self.rules_at))
        if not found or (self.rules_at is None and gap([part for part, _ in found], window) is not None):
            missing = self.rules_at or gap([part for part, _ in found], window) or window.first or self.book.starts_at
            self.book.in_force(clause, missing)
        parts = [(part, build(version.value, part)) for part, version in found]
        if len(parts) == 1:
            return parts[0][1]

        def choose(rows: ir.Table) -> Any:
            start = self.start.build(rows)
            chosen = parts[-1][1].build(rows)
            for part, predicate in reversed(parts[:-1]):
                assert part.until is not None  # noqa: S101 (only the last version goes on without an end)
                chosen = ibis.ifelse(start < instant(part.until), predicate.build(rows), chosen)
            return chosen

        return Predicate(frozenset().union(*(predicate.fields for _, predicate in parts)), choose, of_start=True)


def _spelled_out(some: Some, listed: In, values: tuple[str, ...]) -> Some:
    conditions = (replace(listed, values=values) if each is listed else each for each in some.conditions)
    return replace(some, conditions=tuple(conditions))
