"""Settles cases that have ended: their hold is let go, and what a loss costs is charged, line by line from the book.

An order is charged once: a second case about it that is lost too gives its hold back. Nothing is ever edited; an appeal
reverses the postings of a settlement by postings of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.db import connection

from ombud.actions.running import Books
from ombud.domain.cases import EventKind, State
from ombud.domain.facts import Kind
from ombud.domain.ledger import Entry, settlement
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Dated
from ombud.store import sql, staging
from ombud.store.books import book_of, version
from ombud.store.staging import Field

PAYS = frozenset({State.REJECTED, State.LOST, State.CONCEDED})
"""Ends that cost the seller. The others give the hold back."""
_SETTLING = "settling_cases"
_AMOUNTS = "settlement_amounts"

_ROW = (
    Field("case_id", Kind.COUNT),
    Field("order_id"),
    Field("state"),
    Field("route"),
    Field("rulebook_id"),
    Field("opened_at", Kind.INSTANT),
    Field("currency"),
    Field("held_minor", Kind.MONEY),
    Field("order_currency"),
    Field("amount_minor", Kind.MONEY),
    Field("shipping_minor", Kind.MONEY),
    Field("refunded_minor", Kind.MONEY),
    Field("commission_rate", Kind.FRACTION),
    Field("protected", Kind.COUNT),
    Field("charged_before", Kind.COUNT),
)


@dataclass
class _Group:
    """Cases that one version of one money clause settles."""

    clause: str
    cases: list[int] = field(default_factory=list)
    entries: list[dict[str, Entry]] = field(default_factory=list)  # by line


def settle(moving: str, *, books: Books, actor: str) -> None:
    """Settles the closed cases of the temporary table `moving` (case_id, at), in the transaction that closed them.

    Writes an event and the postings of each. Raises OmbudError where a case holds money and its book has no clause
    that says what becomes of it.
    """
    _stage(moving)
    _wait_for_others()
    groups: dict[tuple[str, str], _Group] = {}
    charged: set[str] = set()
    for row in staging.read(connection, _QUERY, _ROW).to_pylist():
        found = _clause(row, books, charged)
        if found is None:
            continue
        name, lines, digest = found
        group = groups.setdefault((digest, name), _Group(name))
        entries = settlement(lines.value, _values(row), held_minor=row["held_minor"], currency=row["currency"])
        group.cases.append(row["case_id"])
        group.entries.append({entry.line: entry for entry in entries})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO case_events (event_id, case_id, seq, kind, at, actor, data)"
            " SELECT event_id, case_id, (SELECT max(e.seq) FROM case_events e WHERE e.case_id = s.case_id) + 1,"
            f" {sql.text(EventKind.SETTLED)}, at, {sql.text(actor)}, {sql.json_object(connection)} FROM {_SETTLING} s"
        )
        cursor.execute(
            f"UPDATE cases SET settled_at = (SELECT s.at FROM {_SETTLING} s WHERE s.case_id = cases.case_id)"
            f" WHERE case_id IN (SELECT case_id FROM {_SETTLING})"
        )
        for group in groups.values():
            _post(group)


def _stage(moving: str) -> None:
    staging.create_as(
        connection,
        _SETTLING,
        f"SELECT {sql.new_id(connection, 'case_events', 'event_id')} AS event_id, m.case_id, m.at"
        f" FROM {moving} m CROSS JOIN cases c WHERE c.case_id = m.case_id AND c.settled_at IS NULL",
        key="case_id",
    )


def _wait_for_others() -> None:
    """Two cases of one order that end at the same instant in two transactions must not both be charged: the second
    waits for the first, and sees what it did.

    Not in the row of the order: a sweep has orders in hand while it waits for the cases of withdrawn complaints, and
    who settles has cases in hand already.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS (SELECT 1 FROM {_SETTLING} s CROSS JOIN cases c CROSS JOIN cases b"
            " WHERE c.case_id = s.case_id AND b.order_id = c.order_id AND b.case_id <> c.case_id)"
        )
        if cursor.fetchone()[0]:
            sql.one_at_a_time(connection, sql.SETTLEMENT)


_QUERY = f"""
SELECT c.case_id, c.order_id, c.state, c.route, c.rulebook_id, c.opened_at, c.currency, c.held_minor,
  o.currency AS order_currency, o.amount_minor, o.shipping_minor, o.refunded_minor, s.commission_rate,
  (SELECT count(*) FROM protections p WHERE p.store_id = c.store_id AND p.since <= c.opened_at
    AND (p.until IS NULL OR p.until > c.opened_at)) AS protected,
  (SELECT count(*) FROM cases b WHERE b.order_id = c.order_id AND b.case_id <> c.case_id AND b.settled_at IS NOT NULL
    AND b.route = '' AND b.state IN ({", ".join(sql.text(state) for state in sorted(PAYS))})) AS charged_before
FROM {_SETTLING} g CROSS JOIN cases c CROSS JOIN orders o CROSS JOIN stores s
WHERE c.case_id = g.case_id AND o.order_id = c.order_id AND s.store_id = c.store_id ORDER BY c.case_id
"""


def _clause(row: dict[str, Any], books: Books, charged: set[str]) -> tuple[str, Dated[Any], str] | None:
    """(clause with its version, its lines, digest) that settles a case; None where nothing is held or charged."""
    if row["route"]:
        return None  # its money is the business of the process that decides it
    name = "release"
    if row["state"] in PAYS and not row["charged_before"] and row["order_id"] not in charged:
        charged.add(row["order_id"])
        name = "charge_protected" if row["protected"] else "charge"
    book = book_of(row["rulebook_id"], books)
    found = version(book, f"money.{name}", row["opened_at"])
    if found is None and name == "charge_protected":
        name, found = "charge", version(book, "money.charge", row["opened_at"])
    if found is None:
        if not row["held_minor"]:
            return None
        raise OmbudError(
            Problem(
                "no_clause",
                N_("The rulebook {book} has no clause {clause}, which case {case} needs to be settled."),
                {"book": book.name, "clause": f"money.{name}", "case": row["case_id"]},
                mend=N_("Give the book that clause; the case stays as it is until then."),
            )
        )
    return f"money.{name}@{found.valid_from.date().isoformat()}", found, row["rulebook_id"]


def _values(row: dict[str, Any]) -> dict[str, Any]:
    if row["order_currency"] != row["currency"]:  # what is held is all that is known of the order in that currency
        row = {**row, "amount_minor": row["held_minor"], "shipping_minor": 0, "refunded_minor": 0}
    return {
        "order.amount_minor": row["amount_minor"],
        "order.shipping_minor": row["shipping_minor"],
        "order.refunded_minor": row["refunded_minor"],
        "store.commission_rate": row["commission_rate"],
        "case.held_minor": row["held_minor"],
    }


def _post(group: _Group) -> None:
    names = {name: entry for entries in group.entries for name, entry in entries.items()}
    columns = {name: f"line_{index}" for index, name in enumerate(names)}
    fields = (Field("case_id", Kind.COUNT), *(Field(column, Kind.MONEY) for column in columns.values()))
    amounts = pa.table(
        {
            "case_id": pa.array(group.cases, pa.int64()),
            **{column: pa.array(_amounts(group.entries, name), pa.int64()) for name, column in columns.items()},
        }
    )
    staging.create(connection, _AMOUNTS, fields, key=("case_id",))
    for _ in staging.fill(connection, _AMOUNTS, fields, amounts.to_batches()):
        pass
    with connection.cursor() as cursor:
        for name, entry in names.items():
            cursor.execute(
                "INSERT INTO postings"
                " (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
                f" SELECT c.store_id, c.case_id, s.event_id, {sql.text(name)}, {sql.text(entry.debit)},"
                f" {sql.text(entry.credit)}, c.currency, a.{columns[name]}, {sql.text(group.clause)}, s.at"
                f" FROM {_AMOUNTS} a CROSS JOIN {_SETTLING} s CROSS JOIN cases c WHERE s.case_id = a.case_id"
                f" AND c.case_id = a.case_id AND a.{columns[name]} > 0"
            )


def _amounts(entries: Sequence[dict[str, Entry]], name: str) -> Iterator[int]:
    for lines in entries:
        yield lines[name].amount_minor if name in lines else 0
