"""What conditions may speak of: the fields of the facts, by kind, and the instants among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ombud.domain.codes import CURRENCIES, PAST_CURRENCIES
from ombud.domain.conditions import AtLeast, By, Condition, Equals, In, Is, Scalar, Some, Within
from ombud.domain.facts import PARCEL_COLUMNS, TABLES, Column, Kind
from ombud.domain.problems import N_, Problem

COLUMNS: Mapping[str, Mapping[str, Column]] = {
    table.fact: {column.name: column for column in (PARCEL_COLUMNS if table.fact == "parcel" else table.columns)}
    for table in TABLES.values()
    # no condition reads these: scans are folded into their parcel
    if table.fact not in ("scan", "message", "recipient")
}
_WHOLE = (Kind.MONEY, Kind.COUNT)
_WITHOUT_EQUAL = (Kind.INSTANT, Kind.FRACTION)


def column(field: str) -> Column | None:
    """The column that `fact.column` names, or None."""
    fact, _, name = field.partition(".")
    return COLUMNS.get(fact, {}).get(name)


def word_of(condition: Condition) -> str:
    """The key under `where` that `condition` was read from."""
    match condition:
        case Some(fact, _, negated):
            return f"{'no' if negated else 'some'} {fact}"
        case Within():
            return "within"
        case Is(_, negated):
            return "is_not" if negated else "is"
        case _:
            return condition.field


def fields(condition: Condition) -> Iterator[str]:
    """The fields of the row itself that `condition` reads; those of lines and parcels under some and no are not."""
    match condition:
        case Within(_, names):
            yield from names
        case Some() | Is():
            return
        case _:
            yield condition.field


def field_problem(field: str, facts: frozenset[str]) -> Problem | None:
    """What is wrong with naming `field` where only `facts` are at hand."""
    fact = field.partition(".")[0]
    if column(field) is None:
        known = COLUMNS.get(fact)
        return Problem(
            "unknown_field",
            N_("There is no field {field!r}."),
            {"field": field, "known": ", ".join(f"{fact}.{name}" for name in known) if known else ", ".join(COLUMNS)},
            mend=N_("Known: {known}."),
        )
    if fact not in facts:
        return Problem(
            "fact_not_at_hand",
            N_("{field} cannot be read here: at hand are {facts}."),
            {"field": field, "facts": ", ".join(sorted(facts))},
            mend=N_("Name the fact under over, or ask with some or no."),
        )
    return None


def instant_problem(field: str, facts: frozenset[str]) -> Problem | None:
    """What is wrong with `field` where an instant must stand."""
    found = column(field)
    if found is not None and found.kind is not Kind.INSTANT:
        return Problem("no_instant_field", N_("{field} is no instant."), {"field": field})
    return field_problem(field, facts)


def problems(condition: Condition, facts: frozenset[str]) -> list[Problem]:
    """What is wrong with the fields and values of `condition`; lists and named conditions are not looked at."""
    match condition:
        case Some(fact, inner):
            return [problem for each in inner for problem in problems(each, frozenset([fact]))]
        case By() | Within():
            found = [instant_problem(field, facts) for field in fields(condition)]
        case AtLeast(field, thresholds):
            found = [field_problem(field, facts), _money_problem(field)]
            found += [_currency_problem(currency) for currency, _ in thresholds]
        case Equals(field, value):
            found = [field_problem(field, facts), value_problem(field, value)]
        case In(field, values):
            found = [field_problem(field, facts)]
            if not isinstance(values, str):
                found += [value_problem(field, value) for value in values]
        case Is():
            found = []
    return [problem for problem in found if problem is not None]


def value_problem(field: str, value: Scalar) -> Problem | None:
    """What is wrong with comparing `field` to `value`."""
    found = column(field)
    if found is None:
        return None
    if found.kind in _WITHOUT_EQUAL:
        return Problem(
            "no_equal",
            N_("{field} is not compared by value."),
            {"field": field},
            mend=N_("An instant is compared with {{by: start}}."),
        )
    if found.choices and value not in found.choices:
        return Problem(
            "unknown_choice",
            N_("{field} is never {value!r}."),
            {"field": field, "value": value, "known": ", ".join(found.choices)},
            mend=N_("Known: {known}."),
        )
    if isinstance(value, bool) or isinstance(value, int) is not (found.kind in _WHOLE):
        return Problem("wrong_kind", N_("{field} is never {value!r}."), {"field": field, "value": value})
    return _currency_problem(str(value)) if found.kind is Kind.CURRENCY else None


def _money_problem(field: str) -> Problem | None:
    found = column(field)
    if found is None or found.kind is Kind.MONEY:
        return None
    return Problem("no_money_field", N_("{field} holds no money."), {"field": field})


def _currency_problem(currency: str) -> Problem | None:
    if currency in CURRENCIES or currency in PAST_CURRENCIES:
        return None
    return Problem("no_currency", N_("{currency!r} is no currency of ISO 4217."), {"currency": currency})
