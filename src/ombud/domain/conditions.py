"""The words of `where`: one small language for triggers, eligibility, evidence asked for, routing and sanctions.

    where:
      order.gateway: [shopify_payments, stripe]          # one of
      complaint.kind: not_received                       # equal
      parcel.carrier: {not_in: accepted_carriers}        # a dated list of the book, as in force at `start`
      order.shipped_at: {by: start}                      # an instant no later than `start`
      order.amount_minor: {at_least: {RUB: 5000000}}     # money, by the order's currency
      some parcel: {parcel.service: tracked, parcel.registered_at: {by: start}}
      no line: {line.kind: [virtual, adult]}
      within: {span: 180d, of_first: [order.completed_at, order.delivered_at]}   # of the first that is past
      is: [disputable]                                   # named conditions of the book, all of them
      is_not: [buyer_dispute]                            # none of them

All conditions of a map must hold. A null field makes its condition false, except that a null is in no list, so `not_in`
holds for it. This module parses, and reads one row with `holds`; `triggers` turns the parsed form into a column
expression over many rows, with the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from ombud.domain.instants import parse_span
from ombud.domain.problems import N_, OmbudError, Problem

Scalar: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class Equals:
    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class In:
    """`values` spelled out, or the name of a dated list."""

    field: str
    values: tuple[Scalar, ...] | str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class By:
    """An instant that is not null and no later than `start`."""

    field: str


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A money field, against a threshold in minor units of the order's currency. A currency not named: false."""

    field: str
    thresholds: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one line or parcel of the order for which all `conditions` hold; `negated`: none.

    At most one of the conditions is a `By`.
    """

    fact: str
    conditions: tuple[Condition, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """`start` is no later than `span` after the first of `fields` that is past at `start`; false where none is."""

    span: timedelta
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Is:
    """The named condition of the book holds; `negated`: it does not."""

    name: str
    negated: bool = False


Condition: TypeAlias = Equals | In | By | AtLeast | Some | Within | Is


def parse_where(where: Mapping[str, object]) -> tuple[Condition, ...]:
    """The map under `where` -> its conditions, in order. Raises OmbudError that names the word it does not know."""
    return tuple(condition for word, wanted in where.items() for condition in _parse(word, wanted))


class Named(Protocol):
    """What a condition asks of a book: the named condition or dated list in force at an instant."""

    def value(self, clause: str, at: datetime) -> Any: ...


def holds(
    conditions: tuple[Condition, ...],
    row: Mapping[str, Any],
    *,
    start: datetime | None,
    book: Named,
    rules_at: datetime | None = None,
) -> bool:
    """Whether all `conditions` hold for one row of plain values, `{"order.amount_minor": 1200, ...}`.

    The lines and parcels that `some` and `no` ask for stand under `row["line"]` and `row["parcel"]`, each a list of
    such rows; a missing key is null. Lists and named conditions are those in force at `rules_at`, else at `start`.
    Raises OmbudError where none is.
    """
    return all(_holds(condition, row, start, book, rules_at) for condition in conditions)


def _holds(
    condition: Condition, row: Mapping[str, Any], start: datetime | None, book: Named, rules_at: datetime | None
) -> bool:
    at = rules_at or start
    match condition:
        case Equals(field, wanted):
            return row.get(field) is not None and bool(row[field] == wanted)
        case In(field, values, negated):
            if isinstance(values, str):
                if at is None:
                    return False
                values = book.value(f"lists.{values}", at)
            found = row.get(field) is not None and row[field] in values
            return found is not negated
        case By(field):
            return start is not None and row.get(field) is not None and bool(row[field] <= start)
        case AtLeast(field, thresholds):
            least = dict(thresholds).get(row.get("order.currency", ""))
            return least is not None and row.get(field) is not None and bool(row[field] >= least)
        case Some(fact, inner, negated):
            found = any(holds(inner, each, start=start, book=book, rules_at=rules_at) for each in row.get(fact, ()))
            return found is not negated
        case Within(span, fields):
            if start is None:
                return False
            past = [row[field] for field in fields if row.get(field) is not None and row[field] <= start]
            return bool(past) and bool(start <= past[0] + span)
        case Is(name, negated):
            if at is None:
                return False
            return (
                holds(book.value(f"conditions.{name}", at), row, start=start, book=book, rules_at=rules_at)
                is not negated
            )


def _parse(word: str, wanted: object) -> tuple[Condition, ...]:
    match word.split(" "), wanted:
        case ["within"], {"span": str(span), "of_first": [*fields], **rest} if not rest and all(
            _is_field(f) for f in fields
        ):
            return (Within(parse_span(span), tuple(fields)),)
        case [("is" | "is_not") as verb], [*names] if names and all(isinstance(name, str) for name in names):
            return tuple(Is(str(name), verb == "is_not") for name in names)
        case [("some" | "no") as verb, ("line" | "parcel") as fact], {**inner} if inner:
            conditions = parse_where({str(key): value for key, value in inner.items()})
            if sum(isinstance(c, By) for c in conditions) <= 1 and all(
                isinstance(c, Equals | In | By) and c.field.startswith(f"{fact}.") for c in conditions
            ):
                return (Some(fact, conditions, verb == "no"),)
        case [field], wanted if _is_field(field):
            return (_parse_field(field, wanted),)
        case _:
            pass
    raise _unknown(word, wanted)


def _parse_field(field: str, wanted: object) -> Condition:
    match wanted:
        case {"by": "start", **rest} if not rest:
            return By(field)
        case {"in": str() | [*_] as values, **rest} if not rest:
            return In(field, values if isinstance(values, str) else _scalars(field, values))
        case {"not_in": str() | [*_] as values, **rest} if not rest:
            return In(field, values if isinstance(values, str) else _scalars(field, values), negated=True)
        case {"at_least": {**thresholds}, **rest} if (
            not rest and thresholds and all(isinstance(v, int) and not isinstance(v, bool) for v in thresholds.values())
        ):
            return AtLeast(field, tuple((str(currency), int(str(least))) for currency, least in thresholds.items()))
        case [*values]:
            return In(field, _scalars(field, values))
        case str() | int() as value:
            return Equals(field, value)
        case _:
            raise _unknown(field, wanted)


def _scalars(field: str, values: list[object]) -> tuple[Scalar, ...]:
    if not values or not all(isinstance(value, str | int) for value in values):
        raise _unknown(field, values)
    return tuple(value for value in values if isinstance(value, str | int))


def _is_field(word: object) -> bool:
    return isinstance(word, str) and word.count(".") == 1 and " " not in word and all(word.split("."))


def _unknown(word: str, wanted: object) -> OmbudError:
    return OmbudError(
        Problem(
            "unknown_condition",
            N_("{word!r} with {wanted!r} is no condition."),
            {"word": word, "wanted": wanted},
            mend=N_(
                "A condition is a field with a value, a list, {{by: start}}, {{in: LIST}}, {{not_in: LIST}} or"
                " {{at_least: ...}}; or some, no, within, is, is_not."
            ),
        )
    )
