"""How candidates meet the facts: what is read first, what is joined when, and why in that order.

Orders are many, what fires is little. So parcels and complaints are first cut down to those that may fire for what they
say themselves; only these are joined with orders and stores, all candidates in one join. What is asked of several facts
together is asked inside one expression after the joins: as a filter, an engine may take `complaint.opened_at >=
store.verified_at` for something to join by, and meet every complaint with every store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.facts import TABLES
from ombud.domain.triggers.candidates import DUE, Candidate
from ombud.domain.triggers.known import fact_rows
from ombud.domain.triggers.predicates import SOME, START, Predicate, Somes, all_of, column, facts_of

ALWAYS_READ = ("order.order_id", "order.store_id", "order.amount_minor", "order.currency")

_FACT_TABLES = {table.fact: name for name, table in TABLES.items()}
_INSTANT = "timestamp('UTC', 6)"
_ORDER = frozenset(["order"])


def orders_that_fire(group: list[Candidate], facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """The firings of candidates over nothing but orders."""
    somes = Somes()
    tests = [candidate.predicates(somes) for candidate in group]
    routes = [candidate.routes(somes) for candidate in group]
    rows = _of_fact("order", _fields(group), facts, known_by)
    early = [[p for p in test if one.told_by(_ORDER, p)] for one, test in zip(group, tests, strict=True)]
    if all(early):
        rows = rows.filter(_any_worth(early, rows))
    rows = _with_store(rows, _fields(group), facts, known_by)
    rows = _with_answers(rows, somes, facts, known_by)
    late = [[p for p in test if len(group) > 1 or p not in own] for test, own in zip(tests, early, strict=True)]
    rows = rows.mutate(
        **{
            f"due_{place}": ibis.ifelse(all_of(test).build(rows), candidate.fires_at(rows), ibis.null(_INSTANT))
            for place, (candidate, test) in enumerate(zip(group, late, strict=True))
        }
    )
    dues = [f"due_{place}" for place in range(len(group))]
    rows = rows.filter(reduce(or_, (rows[due].notnull() for due in dues)))
    fired = []
    for candidate, due, route in zip(group, dues, routes, strict=True):
        own = rows.filter(rows[due].notnull()) if len(group) > 1 else rows
        fired.append(_output(own, candidate.named(own), own[due], _routed_to([route], own)))
    return fired[0] if len(fired) == 1 else ibis.union(*fired)


def pairs_that_fire(group: list[Candidate], facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """The firings of candidates over parcels, complaints or pairs of both."""
    somes = Somes()
    tests = [candidate.predicates(somes) for candidate in group]
    routes = [candidate.routes(somes) for candidate in group]
    first, late = [], []
    for candidate, test in zip(group, tests, strict=True):
        first.append([p for p in test if candidate.told_by(candidate.over, p)])
        late.append([p for p in test if not candidate.told_by(candidate.over, p)])
    carried = _carried(group, late, routes)
    parts = [
        _first_rows(
            over,
            {place: (one, first[place]) for place, one in enumerate(group) if one.over == over},
            carried,
            facts,
            known_by,
        )
        for over in dict.fromkeys(candidate.over for candidate in group)
    ]
    rows = parts[0] if len(parts) == 1 else ibis.union(*parts)
    orders = _of_fact("order", _fields(group), facts, known_by)
    rows = rows.inner_join(orders, rows.order_id == orders.order__order_id).drop("order_id")
    rows = _with_store(rows, _fields(group), facts, known_by)
    rows = _with_instants(rows, group)
    rows = _fired(rows, [[p for p in test if not _asks_some(p)] for test in late])
    if somes.asked:
        rows = _with_answers(rows, somes, facts, known_by)
        rows = _fired(rows, [[p for p in test if _asks_some(p)] for test in late])
    return _output(rows, {name: rows[name] for name in _NAMED}, rows[DUE], _routed_to(routes, rows))


_NAMED = ("violation", "carrier", "tracking_number", "clause", "complaint_id", "detail", "opens", "tie")


def _fields(group: Iterable[Candidate]) -> set[str]:
    return set(ALWAYS_READ).union(*(candidate.fields() for candidate in group))


def _of_fact(fact: str, fields: Iterable[str], facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """The columns of one fact that `fields` names, and its keys, as `fact__column`."""
    columns = {field.split(".")[1] for field in fields if field.startswith(f"{fact}.")}
    table = TABLES[_FACT_TABLES[fact]]
    keys = {"order_id"} if fact != "store" else {"store_id"}
    return fact_rows(facts[table.name], table, columns | keys, known_by)


def _first_rows(
    over: frozenset[str],
    group: Mapping[int, tuple[Candidate, list[Predicate]]],
    carried: dict[str, str],
    facts: Mapping[str, ir.Table],
    known_by: datetime | None,
) -> ir.Table:
    """The rows that may fire one of the candidates over these facts, in columns that the candidates of all facts share.

    The facts are read once for all of them: a row stands as often as there are candidates that it may fire.
    """
    joined: Any = None
    for fact in sorted(over):
        rows = _of_fact(fact, _fields(candidate for candidate, _ in group.values()), facts, known_by)
        own = [[p for p in test if one.told_by(frozenset([fact]), p)] for one, test in group.values()]
        rows = rows.filter(_any_worth(own, rows)) if all(own) else rows
        order_id = rows[f"{fact}__order_id"]
        joined = rows if joined is None else joined.inner_join(rows, joined.order_id == order_id).drop("order_id")
        joined = joined.mutate(order_id=joined[f"{fact}__order_id"])
    if len(group) == 1:
        ((place, (_, test)),) = group.items()
        rows = joined.filter(all_of(test).build(joined)).mutate(which=ibis.literal(place, type="int16"))
    else:
        places = [
            ibis.ifelse(all_of(test).build(joined), ibis.literal(place, type="int16"), ibis.null("int16"))
            for place, (_, test) in group.items()
        ]
        rows = joined.mutate(which=ibis.array(places).unnest())
        rows = rows.filter(rows.which.notnull())
    named = {place: candidate.named(rows) for place, (candidate, _) in group.items()}
    known = {place: one for place, (one, _) in group.items() if one.start.facts <= over}
    return rows.select(
        which=rows.which,
        order_id=rows.order_id,
        **{
            START: _by_which(rows, {place: one.start.build(rows) for place, one in known.items()}, _INSTANT),
            DUE: _by_which(rows, {place: one.fires_at(rows) for place, one in known.items()}, _INSTANT),
        },
        **{name: _by_which(rows, {place: each[name] for place, each in named.items()}, "string") for name in _NAMED},
        **{
            field.replace(".", "__"): column(rows, field) if facts_of([field]) <= over else ibis.null(kind)
            for field, kind in carried.items()
        },
    )


def _by_which(rows: ir.Table, values: Mapping[int, Any], kind: str) -> Any:
    """The value of the candidate that a row belongs to, as a `kind`; null where it has none."""
    different = {value.op() for value in values.values()}
    if len(different) == 1 and len(values) > 0:
        return next(iter(values.values())).cast(kind)
    chosen: Any = ibis.null(kind)
    for place, value in values.items():
        chosen = ibis.ifelse(rows.which == place, value, chosen)
    return chosen


def _any_worth(tests: list[list[Predicate]], rows: ir.Table) -> Any:
    """Whether one of the tests can be passed, as far as these predicates tell."""
    several = {built.op(): built for built in (all_of(each).build(rows) for each in tests)}
    return reduce(or_, several.values())


def _carried(
    group: list[Candidate], late: list[list[Predicate]], routes: list[list[tuple[str, Predicate]]]
) -> dict[str, str]:
    """The fields of parcels and complaints that are still asked for after the join, with their types."""
    fields: set[str] = set()
    for candidate, tests, route in zip(group, late, routes, strict=True):
        fields = fields.union(*(test.fields for test in tests), *(where.fields for _, where in route))
        if not candidate.start.facts <= candidate.over:
            fields |= set(candidate.trigger.start)
    return {field: _type_of(field) for field in sorted(fields) if facts_of([field]) <= {"parcel", "complaint"}}


def _type_of(field: str) -> str:
    return _INSTANT if field.endswith("_at") else "string"


def _with_store(rows: ir.Table, fields: set[str], facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """`rows` with their store, where one of the fields is a store's. Stores are few: they stay whole."""
    if not any(field.startswith("store.") for field in fields):
        return rows
    stores = _of_fact("store", fields, facts, known_by)
    return rows.inner_join(stores, rows.order__store_id == stores.store__store_id)


def _with_instants(rows: ir.Table, group: list[Candidate]) -> ir.Table:
    """`rows` with the instants that could not be told before the order was there."""
    for which, candidate in enumerate(group):
        if not candidate.start.facts <= candidate.over:
            own = rows.which == which
            rows = rows.mutate(**{START: ibis.ifelse(own, candidate.start.of_fields(rows), rows[START])})
            rows = rows.mutate(**{DUE: ibis.ifelse(own, candidate.after_wait(rows[START]), rows[DUE])})
    return rows


def _fired(rows: ir.Table, tests: list[list[Predicate]]) -> ir.Table:
    """The rows that pass the tests of their candidate; those that all candidates share are asked once."""
    built = [{(expression := p.build(rows)).op(): expression for p in test} for test in tests]
    shared = set(built[0]).intersection(*built[1:])
    passed = [expression for op, expression in built[0].items() if op in shared]
    for which, each in enumerate(built):
        own = [expression for op, expression in each.items() if op not in shared]
        if own:
            passed.append((rows.which != which) | reduce(and_, own))
    if not passed:
        return rows
    rows = rows.mutate(**{DUE: ibis.ifelse(reduce(and_, passed), rows[DUE], ibis.null(_INSTANT))})
    return rows.filter(rows[DUE].notnull())


def _asks_some(predicate: Predicate) -> bool:
    return SOME in facts_of(predicate.fields)


def _with_answers(rows: ir.Table, somes: Somes, facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """What `some` and `no` ask, for the orders of `rows` only: those are few, the lines of all orders are not."""
    if not somes.asked:
        return rows
    orders = rows.select(asked_id="order__order_id").distinct()
    for fact in somes.facts():
        own = _of_fact(fact, somes.reads(fact), facts, known_by)
        own = own.semi_join(orders, own[f"{fact}__order_id"] == orders.asked_id)
        answers = own.group_by(answered_id=own[f"{fact}__order_id"]).agg(**somes.answers(fact, own))
        rows = rows.left_join(answers, rows.order__order_id == answers.answered_id).drop("answered_id")
    return rows


def _routed_to(routes: list[list[tuple[str, Predicate]]], rows: ir.Table) -> Any:
    """Where each row goes: the first of its candidate's places whose predicate is true."""
    routed: Any = ibis.null("string")
    for which, route in enumerate(routes):
        for place, where in reversed(route):
            mine = where.build(rows) if len(routes) == 1 else (rows.which == which) & where.build(rows)
            routed = ibis.ifelse(mine, place, routed)
    return routed


def _output(rows: ir.Table, named: Mapping[str, Any], fires_at: Any, routed_to: Any) -> ir.Table:
    return rows.select(
        order_id=column(rows, "order.order_id"),
        store_id=column(rows, "order.store_id"),
        fires_at=fires_at,
        amount_minor=column(rows, "order.amount_minor"),
        currency=column(rows, "order.currency"),
        routed_to=routed_to,
        **named,
    )
