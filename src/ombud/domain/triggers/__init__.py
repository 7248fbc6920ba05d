"""A rulebook compiled into one expression: facts in, the rows that say when each order becomes a case out.

The expression is Ibis and knows no engine: the same one answers the scan of millions, the sweep of a batch and the
reading of one order. How it is laid out, and why, stands in docs/decisions/0003-one-expression-per-book.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.facts import TABLES
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers.candidates import Candidate, candidates
from ombud.domain.triggers.known import fact_rows
from ombud.domain.triggers.predicates import SOME, Predicate, Somes, all_of

__all__ = ["OUTPUT", "columns_read", "compile_book"]

OUTPUT = {
    "order_id": "string",
    "store_id": "string",
    "violation": "string",
    "fires_at": "timestamp('UTC', 6)",
    "carrier": "string",
    "tracking_number": "string",
    "amount_minor": "int64",
    "currency": "string",
    "clause": "string",
    "complaint_id": "string",
    "routed_to": "string",
    "detail": "string",
    "opens": "string",
}
"""The columns of what `compile_book` gives, with their types."""

_FACT_TABLES = {table.fact: name for name, table in TABLES.items()}
_ALWAYS_READ = ("order.order_id", "order.store_id", "order.amount_minor", "order.currency")


def compile_book(
    book: Rulebook,
    facts: Mapping[str, ir.Table],
    *,
    rules_at: datetime | None = None,
    known_by: datetime | None = None,
) -> ir.Table:
    """The rows at which the orders of `facts` fire, unsorted, with the columns of `OUTPUT`.

    facts: `stores`, `orders`, `lines`, `parcels` (with their scans folded in) and `complaints`, as in `domain.facts`.
    rules_at: apply the versions in force then to all facts; without it each fact meets those in force at its start.
    known_by: reckon only with what was known at that instant; what a row after it says is "if nothing changes".
    One row per (order, violation), or per complaint where the trigger fires for each: the earliest candidate that
    nothing rules out, ties to the smallest carrier, number, complaint. Raises OmbudError where a clause, list or
    condition that a start needs is not in force.
    """
    found = candidates(book, rules_at)
    if not found:
        raise OmbudError(
            Problem(
                "none_in_force",
                N_("The rulebook {book} has no {clause} in force at {at}."),
                {
                    "book": book.name,
                    "clause": "triggers",
                    "at": format_instant(rules_at or book.starts_at),
                    "first": format_instant(book.starts_at),
                },
                mend=N_("Its first version is in force from {first}."),
            )
        )
    shapes: dict[frozenset[str], list[Candidate]] = {}
    for candidate in found:
        shapes.setdefault(candidate.over, []).append(candidate)
    once: list[ir.Table] = []
    several: list[ir.Table] = []
    repeated = _repeated(found)
    for over, group in shapes.items():
        for candidate, rows in _fired(over, group, facts, known_by):
            (several if candidate.violation in repeated else once).append(rows)
    parts = [rows.drop("tie") for rows in once]
    if several:
        parts.append(_earliest(_union(several)).drop("tie"))
    return _union(parts).cast(OUTPUT).select(*OUTPUT)


def columns_read(book: Rulebook, rules_at: datetime | None = None) -> dict[str, set[str]]:
    """The columns of each fact (`order`, `parcel`, ...) that the triggers of the book read, and no others."""
    columns: dict[str, set[str]] = {}
    for candidate in candidates(book, rules_at):
        somes = Somes()
        candidate.predicates(somes)
        candidate.routes(somes)
        asked = {field for fact in somes.facts() for field in somes.reads(fact)}
        for field in (*_ALWAYS_READ, *candidate.fields(), *asked):
            fact, column = field.split(".")
            columns.setdefault(fact, set()).add(column)
    return columns


def _fired(
    over: frozenset[str], group: list[Candidate], facts: Mapping[str, ir.Table], known_by: datetime | None
) -> list[tuple[Candidate, ir.Table]]:
    """The firings of every candidate over one and the same facts: these are joined once for all of them."""
    somes = Somes()
    tests = [candidate.predicates(somes) for candidate in group]
    routes = [candidate.routes(somes) for candidate in group]
    fields = set(_ALWAYS_READ).union(*(candidate.fields() for candidate in group))
    fields |= {f"{fact}.order_id" for fact in over if fact != "order"}
    if any(field.startswith("store.") for field in fields):
        fields.add("store.store_id")
    narrowed, tests = _narrowed(fields, tests, facts, known_by)
    rows = _joined(over, narrowed)
    if somes.asked:
        rows = rows.filter(_worth([[p for p in test if SOME not in p.facts] for test in tests], rows))
        rows = _with_answers(rows, somes, facts, known_by)
    if len(group) == 1:
        (candidate,) = group
        rows = rows.filter(all_of(tests[0]).build(rows))
        return [(candidate, candidate.firing(rows, candidate.fires_at(rows), routes[0]))]
    rows = rows.mutate(
        **{
            f"fires_{place}": ibis.ifelse(
                all_of(test).build(rows), candidate.fires_at(rows), ibis.null("timestamp('UTC', 6)")
            )
            for place, (candidate, test) in enumerate(zip(group, tests, strict=True))
        }
    )
    instants = [f"fires_{place}" for place in range(len(group))]
    rows = rows.filter(reduce(or_, (rows[name].notnull() for name in instants)))
    fired = []
    for candidate, name, routed in zip(group, instants, routes, strict=True):
        own = rows.filter(rows[name].notnull())
        fired.append((candidate, candidate.firing(own, own[name], routed)))
    return fired


def _narrowed(
    fields: Iterable[str], tests: list[list[Predicate]], facts: Mapping[str, ir.Table], known_by: datetime | None
) -> tuple[dict[str, ir.Table], list[list[Predicate]]]:
    """Every fact cut down to the columns that are read and the rows that can matter, before anything is joined.

    With it what is still to be tested after the join.
    """
    by_fact: dict[str, set[str]] = {}
    for field in fields:
        by_fact.setdefault(field.split(".")[0], set()).add(field.split(".")[1])
    narrowed = {}
    for fact, columns in by_fact.items():
        rows = fact_rows(facts[_FACT_TABLES[fact]], TABLES[_FACT_TABLES[fact]], columns, known_by)
        own = [
            {predicate.build(rows).op(): predicate for predicate in test if predicate.facts == {fact}} for test in tests
        ]
        shared = set(own[0]).intersection(*own[1:])
        if shared:
            rows = rows.filter([own[0][op].build(rows) for op in own[0] if op in shared])
        if all(set(each) - shared for each in own):
            rows = rows.filter(_worth([[each[op] for op in each if op not in shared] for each in own], rows))
        narrowed[fact] = rows
        settled = {id(each[op]) for each in own for op in each if op in shared}
        tests = [[predicate for predicate in test if id(predicate) not in settled] for test in tests]
    return narrowed, tests


def _worth(tests: list[list[Predicate]], rows: ir.Table) -> Any:
    """Whether one of the tests can be passed, as far as these predicates tell."""
    several = {test.op(): test for test in (all_of(each).build(rows) for each in tests)}
    return reduce(or_, several.values())


def _joined(over: frozenset[str], narrowed: Mapping[str, ir.Table]) -> ir.Table:
    rows = narrowed["order"]
    for fact in sorted(over - {"order"}):
        rows = rows.inner_join(narrowed[fact], rows.order__order_id == narrowed[fact][f"{fact}__order_id"])
    if "store" in narrowed:
        rows = rows.inner_join(narrowed["store"], rows.order__store_id == narrowed["store"].store__store_id)
    return rows


def _with_answers(rows: ir.Table, somes: Somes, facts: Mapping[str, ir.Table], known_by: datetime | None) -> ir.Table:
    """What `some` and `no` ask, for the orders of `rows` only: those are few, the lines of all orders are not."""
    orders = rows.select(asked_id="order__order_id").distinct()
    for fact in somes.facts():
        table = TABLES[_FACT_TABLES[fact]]
        read = {"order_id", *(field.split(".")[1] for field in somes.reads(fact))}
        own = fact_rows(facts[table.name], table, read, known_by)
        own = own.semi_join(orders, own[f"{fact}__order_id"] == orders.asked_id)
        answers = own.group_by(f"{fact}__order_id").agg(**somes.answers(fact, own))
        rows = rows.left_join(answers, rows.order__order_id == answers[f"{fact}__order_id"]).drop(f"{fact}__order_id")
    return rows


def _repeated(found: Iterable[Candidate]) -> set[str]:
    """The violations that may have several candidates for one key: of these the earliest is to be chosen."""
    shapes: dict[str, set[tuple[object, ...]]] = {}
    for candidate in found:
        rows = "order" if candidate.over == {"order"} else "complaint" if candidate.over == {"complaint"} else "pair"
        unique = rows == candidate.each
        shapes.setdefault(candidate.violation, set()).add((unique, candidate.over, candidate.start.fields))
    return {violation for violation, kinds in shapes.items() if len(kinds) > 1 or not next(iter(kinds))[0]}


def _earliest(rows: ir.Table) -> ir.Table:
    order = [rows.fires_at, rows.carrier.fill_null(""), rows.tracking_number.fill_null(""), rows.tie]
    place = ibis.row_number().over(group_by=[rows.order_id, rows.violation, rows.complaint_id], order_by=order)
    ranked = rows.mutate(place=place)
    return ranked.filter(ranked.place == 0).drop("place")


def _union(parts: list[ir.Table]) -> ir.Table:
    return parts[0] if len(parts) == 1 else ibis.union(*parts)
