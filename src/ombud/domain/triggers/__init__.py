"""A rulebook compiled into one expression: facts in, the rows that say when each order becomes a case out.

The expression is Ibis and knows no engine: the same one answers the scan of millions, the sweep of a batch and the
reading of one order. How it is laid out, and why, stands in docs/decisions/0003-one-expression-per-book.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import ibis
import ibis.expr.types as ir

from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers.candidates import Candidate, candidates
from ombud.domain.triggers.firing import ALWAYS_READ, covered_orders, orders_that_fire, pairs_that_fire
from ombud.domain.triggers.predicates import Somes

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
    of_orders = [candidate for candidate in found if candidate.over == {"order"}]
    of_others = [candidate for candidate in found if candidate.over != {"order"}]
    orders = covered_orders(found, facts, known_by)
    parts = [
        fire(group, orders, facts, known_by)
        for group, fire in ((of_orders, orders_that_fire), (of_others, pairs_that_fire))
        if group
    ]
    repeated = _repeated(found)
    each_complaint = any(candidate.each == "complaint" for candidate in found)
    if repeated & {candidate.violation for candidate in of_orders}:
        parts = [_earliest(_union(parts), each_complaint=each_complaint)]
    elif repeated:
        parts[-1] = _earliest(parts[-1], each_complaint=each_complaint)
    return _union(parts).cast(OUTPUT).select(*OUTPUT)


def columns_read(book: Rulebook, rules_at: datetime | None = None) -> dict[str, set[str]]:
    """The columns of each fact (`order`, `parcel`, ...) that the triggers of the book read, and no others."""
    columns: dict[str, set[str]] = {}
    for candidate in candidates(book, rules_at):
        somes = Somes()
        candidate.predicates(somes)
        candidate.routes(somes)
        asked = {field for fact in somes.facts() for field in somes.reads(fact)}
        for field in (*ALWAYS_READ, *candidate.fields(), *asked):
            fact, column = field.split(".")
            columns.setdefault(fact, set()).add(column)
    return columns


def _repeated(found: Iterable[Candidate]) -> set[str]:
    """The violations that may have several candidates for one key: of these the earliest is to be chosen."""
    shapes: dict[str, set[tuple[object, ...]]] = {}
    for candidate in found:
        rows = "order" if candidate.over == {"order"} else "complaint" if candidate.over == {"complaint"} else "pair"
        unique = rows == candidate.each
        shapes.setdefault(candidate.violation, set()).add((unique, candidate.over, candidate.start.fields))
    return {violation for violation, kinds in shapes.items() if len(kinds) > 1 or not next(iter(kinds))[0]}


def _earliest(rows: ir.Table, *, each_complaint: bool) -> ir.Table:
    key = [rows.order_id, rows.violation, *([rows.complaint_id] if each_complaint else [])]
    order = [rows.fires_at, rows.carrier, rows.tracking_number, rows.tie]
    ranked = rows.mutate(place=ibis.row_number().over(group_by=key, order_by=order))
    return ranked.filter(ranked.place == 0).drop("place")


def _union(parts: list[ir.Table]) -> ir.Table:
    return parts[0] if len(parts) == 1 else ibis.union(*parts)
