"""Reads of the money: what stands on the accounts of a store, and every posting that brought it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ombud.domain.facts import Kind
from ombud.domain.ledger import HELD, SETTLEMENT
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.staging import Field

_OWN = f"('{SETTLEMENT}', '{HELD}')"
COST = (
    f"CASE WHEN p.debit IN {_OWN} THEN p.amount_minor ELSE 0 END"
    f" - CASE WHEN p.credit IN {_OWN} THEN p.amount_minor ELSE 0 END"
)
"""SQL: what a posting `p` takes out of the store's own accounts, in minor units. What another account paid instead, as
dispute protection does, costs it nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the postings left on one account of a store, in minor units. All of one currency come to 0 together."""

    name: str
    currency: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting with what caused it.

    `owed_minor`: what the disputes had done, with this posting, to what the store is owed in its currency. Below 0
    while they take from it.
    """

    posting_id: int
    at: datetime
    case_id: int
    order_id: str
    line: str
    clause: str
    rulebook_id: str  # the book that the clause stands in
    kind: str  # of the event
    seq: int  # of the event, within its case
    debit: str
    credit: str
    currency: str
    amount_minor: int
    owed_minor: int


_ENTRY = (
    Field("posting_id", Kind.COUNT),
    Field("at", Kind.INSTANT),
    Field("case_id", Kind.COUNT),
    Field("order_id"),
    Field("line"),
    Field("clause"),
    Field("rulebook_id"),
    Field("kind"),
    Field("seq", Kind.COUNT),
    Field("debit"),
    Field("credit"),
    Field("currency"),
    Field("amount_minor", Kind.MONEY),
    Field("owed_minor", Kind.MONEY),
)


def accounts(at: datetime, *, store_id: str | None = None) -> list[Account]:
    """The accounts of one store, or of all stores together, as of `at`; those that nothing was left on too."""
    of_store = "" if store_id is None else f" AND store_id = {sql.text(store_id)}"
    upto = f" FROM postings WHERE at <= {Instants(connection).literal(at)}{of_store}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, currency, sum(amount_minor) FROM ("
            f"SELECT debit AS account, currency, -amount_minor AS amount_minor{upto}"
            f" UNION ALL SELECT credit, currency, amount_minor{upto}) sides"
            " GROUP BY account, currency ORDER BY currency, account"
        )
        return [Account(name, currency, int(balance)) for name, currency, balance in cursor.fetchall()]


def statement(
    store_id: str, at: datetime, *, since: datetime | None = None, latest: int | None = None
) -> tuple[list[Entry], int]:
    """The postings of a store in (since, at], the oldest first, and how many there are; of these at most the `latest`.

    What the store is owed counts from its first posting, whatever is shown of it.
    """
    literal = Instants(connection).literal
    owed = f"CASE WHEN p.credit = '{SETTLEMENT}' THEN p.amount_minor WHEN p.debit = '{SETTLEMENT}'"
    owed += " THEN -p.amount_minor ELSE 0 END"
    shown = f"WHERE p.at > {literal(since)}" if since else ""
    running = (
        f"SELECT p.*, sum({owed}) OVER (PARTITION BY p.currency ORDER BY p.at, p.posting_id) AS owed_minor"
        f" FROM postings p WHERE p.store_id = {sql.text(store_id)} AND p.at <= {literal(at)}"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM postings p {shown or 'WHERE true'} AND p.store_id = {sql.text(store_id)}"
            f" AND p.at <= {literal(at)}"
        )
        count = int(cursor.fetchone()[0])
    newest_first = (
        "SELECT p.posting_id, p.at, p.case_id, c.order_id, p.line, p.clause, c.rulebook_id, e.kind, e.seq,"
        f" p.debit, p.credit, p.currency, p.amount_minor, p.owed_minor FROM ({running}) p"
        f" JOIN cases c ON c.case_id = p.case_id JOIN case_events e ON e.event_id = p.cause_id {shown}"
        f" ORDER BY p.at DESC, p.posting_id DESC{'' if latest is None else f' LIMIT {int(latest)}'}"
    )
    rows = staging.read(connection, newest_first, _ENTRY).to_pylist()
    return [Entry(**row) for row in reversed(rows)], count
