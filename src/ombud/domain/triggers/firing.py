"""How candidates meet the facts: what is read first, what is joined when, and why in that order.

Orders are many, what fires is little. So parcels and complaints are first cut down to those that may fire for what they
say themselves; only these are joined with orders and stores, all candidates in one join. What is asked of several facts
together is asked inside one expression after the joins: as a filter, an engine may take `complaint.opened_at >=
store.verified_at` for something to join by, and meet every complaint with every store.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.facts import TABLES
from ombud.domain.triggers.candidates import DUE, Candidate
from ombud.domain.triggers.known import fact_rows
from ombud.domain.triggers.predicates import SOME, START, Predicate, Somes, all_of, column, facts_of, instant

ALWAYS_READ = ("order.order_id", "order.store_id", "order.amount_minor", "order.currency")

_FACT_TABLES = {table.fact: name for name, table in TABLES.items()}
_INSTANT = "timestamp('UTC', 6)"
_ANY = datetime(1970, 1, 1, tzinfo=UTC)
_ORDER = frozenset(["order"])
_ORDER_AND_STORE = frozenset(["order", "store"])


def covered_orders(found: list[Candidate], facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """The orders, with their stores, that any candidate accepts at all, whatever the instant: read once for all."""
    fields = set(ALWAYS_READ).union(*(candidate.fields() for candidate in found))
    orders = _of_fact("order", fields, facts, known_by)
    if any(field.startswith("store.") for field in fields):
        stores = _of_fact("store", fields, facts, known_by)
        orders = orders.inner_join(stores, orders.order__store_id == stores.store__store_id)
    built = [
        {
            (expression := p.build(orders)).op(): expression
            for p in candidate.predicates(Somes())
            if not p.of_start and facts_of(p.fields) <= _ORDER_AND_STORE
        }
        for candidate in found
    ]
    shared = set(built[0]).intersection(*built[1:])
    if not shared:
        return orders
    return orders.filter([expression for op, expression in built[0].items() if op in shared])


def orders_that_fire(
    group: list[Candidate], orders: ir.Table, facts: Mapping[str, ir.Table], known_by: datetime | None
) -> ir.Table:
    """The firings of candidates over nothing but orders, of which `orders` are the covered ones."""
    somes = Somes()
    tests = [candidate.predicates(somes) for candidate in group]
    routes = [candidate.routes(somes) for candidate in group]
    rows = orders
    early = [[p for p in test if one.told_by(_ORDER, p)] for one, test in zip(group, tests, strict=True)]
    if all(early):
        rows = rows.filter(_any_worth(early, rows))
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


def pairs_that_fire(
    group: list[Candidate], orders: ir.Table, facts: Mapping[str, ir.Table], known_by: datetime | None
) -> ir.Table:
    """The firings of candidates over parcels, complaints or pairs of both, on the covered `orders`."""
    somes = Somes()
    tests = [candidate.predicates(somes) for candidate in group]
    routes = [candidate.routes(somes) for candidate in group]
    first, late = [], []
    for candidate, test in zip(group, tests, strict=True):
        first.append([p for p in test if candidate.told_by(candidate.over, p)])
        late.append([p for p in test if not candidate.told_by(candidate.over, p)])
    carried = _carried(group, late, routes)
    parts = [
        _first_rows(over, group, first, carried, facts, known_by)
        for over in dict.fromkeys(candidate.over for candidate in group)
    ]
    rows = parts[0] if len(parts) == 1 else ibis.union(*parts)
    rows = rows.inner_join(orders, rows.order_id == orders.order__order_id).drop("order_id")
    rows = _apart(rows, group)
    rows = _fired(rows, [[p for p in test if not _asks_some(p)] for test in late])
    if somes.asked:
        rows = _with_answers(rows, somes, facts, known_by)
        rows = _fired(rows, [[p for p in test if _asks_some(p)] for test in late])
    return _output(rows, _named(rows, group), rows[DUE], _routed_to(routes, rows))


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
    group: list[Candidate],
    first: list[list[Predicate]],
    carried: dict[str, str],
    facts: Mapping[str, ir.Table],
    known_by: datetime | None,
) -> ir.Table:
    """The rows that may fire one of the candidates over these facts, in columns that candidates over any facts share.

    The facts are read once for all candidates: each has its column `due_0`, `due_1` ..., null where it cannot fire.
    """
    alike = [(one, test) for one, test in zip(group, first, strict=True) if one.over == over]
    rows: Any = None
    for fact in sorted(over):
        own = _of_fact(fact, _fields(one for one, _ in alike), facts, known_by)
        tests = [[p for p in test if one.told_by(frozenset([fact]), p)] for one, test in alike]
        own = own.filter(_any_worth(tests, own)) if all(tests) else own
        order_id = own[f"{fact}__order_id"]
        rows = own if rows is None else rows.inner_join(own, rows.order_id == order_id).drop("order_id")
        rows = rows.mutate(order_id=rows[f"{fact}__order_id"])
    dues = {
        f"due_{which}": ibis.ifelse(all_of(test).build(rows), _due(one, rows), ibis.null(_INSTANT))
        if one.over == over
        else ibis.null(_INSTANT)
        for which, (one, test) in enumerate(zip(group, first, strict=True))
    }
    return rows.select(
        "order_id",
        **dues,
        **{
            field.replace(".", "__"): column(rows, field) if field in _given(alike, carried) else ibis.null(kind)
            for field, kind in carried.items()
        },
    )


def _due(candidate: Candidate, rows: ir.Table) -> Any:
    """The instant at which it fires; where only the order will tell that, any instant, so that it is not null."""
    return candidate.fires_at(rows) if candidate.start.facts <= candidate.over else instant(_ANY)


def _given(alike: list[tuple[Candidate, list[Predicate]]], carried: Iterable[str]) -> set[str]:
    fields = set().union(*(one.fields() for one, _ in alike))
    return {field for field in carried if field in fields and facts_of([field]) <= alike[0][0].over}


def _apart(rows: ir.Table, group: list[Candidate]) -> ir.Table:
    """Each row once for every candidate that it may fire: `which` one, its `start` and the instant it is `due`."""
    dues = [rows[f"due_{which}"] for which in range(len(group))]
    if len(group) == 1:
        rows = rows.filter(dues[0].notnull()).mutate(which=ibis.literal(0, type="int16"))
    else:
        places = [
            ibis.ifelse(due.notnull(), ibis.literal(which, type="int16"), ibis.null("int16"))
            for which, due in enumerate(dues)
        ]
        rows = rows.mutate(which=ibis.array(places).unnest())
        rows = rows.filter(rows.which.notnull())
    rows = rows.mutate(**{DUE: _by_which(rows, [rows[f"due_{which}"] for which in range(len(group))])})
    rows = rows.mutate(**{START: _by_which(rows, [candidate.before_wait(rows[DUE]) for candidate in group])})
    for which, candidate in enumerate(group):
        if not candidate.start.facts <= candidate.over:
            own = rows.which == which
            rows = rows.mutate(**{START: ibis.ifelse(own, candidate.start.of_fields(rows), rows[START])})
            rows = rows.mutate(**{DUE: ibis.ifelse(own, candidate.after_wait(rows[START]), rows[DUE])})
    return rows


def _by_which(rows: ir.Table, values: list[Any]) -> Any:
    """The value of the candidate that a row belongs to."""
    chosen = values[-1]
    for which, value in reversed(list(enumerate(values[:-1]))):
        if value.op() != chosen.op():
            chosen = ibis.ifelse(rows.which == which, value, chosen)
    return chosen


def _named(rows: ir.Table, group: list[Candidate]) -> dict[str, Any]:
    named = [candidate.named(rows) for candidate in group]
    return {name: _by_which(rows, [each[name] for each in named]) for name in named[0]}


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
        fields |= candidate.told()
        if not candidate.start.facts <= candidate.over:
            fields |= set(candidate.trigger.start)
    return {field: _type_of(field) for field in sorted(fields) if facts_of([field]) <= {"parcel", "complaint"}}


def _type_of(field: str) -> str:
    return _INSTANT if field.endswith("_at") else "string"


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
