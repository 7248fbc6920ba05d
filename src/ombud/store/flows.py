"""The money of stores by what moved: put on hold, released, charged, given back, paid by others; and its postings.

Every sum is a sum of postings, and the same words find these postings again: no figure is counted another way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection

from ombud.domain.facts import Kind
from ombud.domain.ledger import HELD, REVERSAL, SETTLEMENT
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.staging import Field


class Flow(StrEnum):
    """What a posting does, seen from the store's own accounts: what it is owed, and what of it is held."""

    HELD = "held"
    RELEASED = "released"
    CHARGED = "charged"
    RETURNED = "returned"
    OTHERS = "others"
    """Neither side is the store's: dispute protection paid, for instance (S13)."""


_OWN = f"('{SETTLEMENT}', '{HELD}')"
_FLOW = (
    f"CASE WHEN p.debit = '{SETTLEMENT}' AND p.credit = '{HELD}' THEN '{Flow.HELD}'"
    f" WHEN p.debit = '{HELD}' AND p.credit = '{SETTLEMENT}' THEN '{Flow.RELEASED}'"
    f" WHEN p.debit IN {_OWN} THEN '{Flow.CHARGED}' WHEN p.credit IN {_OWN} THEN '{Flow.RETURNED}'"
    f" ELSE '{Flow.OTHERS}' END"
)
_LINE = f"CASE WHEN substr(p.line, 1, {len(REVERSAL)}) = '{REVERSAL}' THEN '{REVERSAL}' ELSE p.line END"
"""A line of the ledger; all reversals by hand are one."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which postings: those of (since, at], of some stores or of all (None), and narrowed by what is named."""

    at: datetime
    since: datetime
    stores: Collection[str] | None
    currency: str = ""
    flow: str = ""
    line: str = ""
    account: str = ""
    """Either side of the posting."""
    case_id: int | None = None

    @property
    def where(self) -> str:
        """SQL over a posting `p`."""
        literal = Instants(connection).literal
        parts = [f"p.at > {literal(self.since)} AND p.at <= {literal(self.at)}"]
        if self.stores is not None:
            parts.append(sql.among("p.store_id", self.stores))
        if self.case_id is not None:
            parts.append(f"p.case_id = {int(self.case_id)}")
        if self.account:
            parts.append(f"{sql.text(self.account)} IN (p.debit, p.credit)")
        wanted = (("p.currency", self.currency), (_FLOW, self.flow), (_LINE, self.line))
        return " AND ".join([*parts, *(f"{name} = {sql.text(value)}" for name, value in wanted if value)])


@dataclass(frozen=True, slots=True)
class Sum:
    """What the postings of one line, ordered by one clause, moved in one currency; in minor units."""

    currency: str
    flow: str
    line: str
    clause: str
    rulebook_id: str  # a book that has the clause
    postings: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One posting with its case and what caused it."""

    posting_id: int
    at: datetime
    store_id: str
    case_id: int
    order_id: str
    line: str
    flow: str
    clause: str
    rulebook_id: str
    kind: str  # of the step that caused it
    seq: int  # of that step, within its case
    debit: str
    credit: str
    currency: str
    amount_minor: int


_SUM = (*(Field(name) for name in ("currency", "flow", "line", "clause", "rulebook_id")), Field("postings", Kind.COUNT))
_MOVED = (
    Field("posting_id", Kind.COUNT),
    Field("at", Kind.INSTANT),
    Field("store_id"),
    Field("case_id", Kind.COUNT),
    Field("order_id"),
    Field("line"),
    Field("flow"),
    Field("clause"),
    Field("rulebook_id"),
    Field("kind"),
    Field("seq", Kind.COUNT),
    Field("debit"),
    Field("credit"),
    Field("currency"),
    Field("amount_minor", Kind.MONEY),
)


def sums(sought: Sought) -> list[Sum]:
    """By currency, flow, line and clause; the largest amounts of a currency first."""
    rows = staging.read(
        connection,
        "SELECT g.currency, g.flow, g.line, g.clause, c.rulebook_id, g.postings, g.amount_minor FROM ("
        f"SELECT p.currency, {_FLOW} AS flow, {_LINE} AS line, p.clause, max(p.case_id) AS case_id,"
        f" count(*) AS postings, sum(p.amount_minor) AS amount_minor FROM postings p WHERE {sought.where}"
        " GROUP BY 1, 2, 3, 4) g JOIN cases c ON c.case_id = g.case_id ORDER BY 1, 7 DESC, 2, 3, 4",
        (*_SUM, Field("amount_minor", Kind.MONEY)),
    ).to_pylist()
    return [Sum(**row) for row in rows]


def held(at: datetime, stores: Collection[str] | None) -> dict[str, int]:
    """What stands on the held accounts at `at`, in minor units by currency; those with nothing held are left out."""
    literal = Instants(connection).literal
    some = "" if stores is None else f" AND {sql.among('p.store_id', stores)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT p.currency, sum(CASE WHEN p.credit = '{HELD}' THEN p.amount_minor ELSE -p.amount_minor END)"
            f" FROM postings p WHERE '{HELD}' IN (p.debit, p.credit) AND p.at <= {literal(at)}{some}"
            " GROUP BY p.currency ORDER BY p.currency"
        )
        return {currency: int(amount) for currency, amount in cursor.fetchall() if amount}


def postings(sought: Sought, *, limit: int, offset: int = 0) -> list[Moved]:
    """The postings, the newest first."""
    rows = staging.read(
        connection,
        "SELECT p.posting_id, p.at, p.store_id, p.case_id, c.order_id, p.line, p.flow, p.clause, c.rulebook_id,"
        f" e.kind, e.seq, p.debit, p.credit, p.currency, p.amount_minor FROM (SELECT p.*, {_FLOW} AS flow"
        f" FROM postings p WHERE {sought.where} ORDER BY p.at DESC, p.posting_id DESC LIMIT {int(limit)}"
        f" OFFSET {int(offset)}) p JOIN cases c ON c.case_id = p.case_id"
        " JOIN case_events e ON e.event_id = p.cause_id ORDER BY p.at DESC, p.posting_id DESC",
        _MOVED,
    ).to_pylist()
    return [Moved(**row) for row in rows]
