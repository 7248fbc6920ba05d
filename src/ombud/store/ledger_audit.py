"""Proves the money of the whole store: every hold, every posting, every settlement, one statement per rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from ombud.domain.cases import ENDS, EventKind, movable_by
from ombud.domain.ledger import HELD, SETTLEMENT
from ombud.store import sql


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not agree: `code` says what, `case_id` and `posting_id` where (None: no posting)."""

    code: str
    case_id: int
    posting_id: int | None
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked at, and what does not agree: how many by code, and the first of each."""

    cases: int
    postings: int
    held: dict[str, int]  # what is held by the postings, in minor units by currency
    counts: dict[str, int]
    first: tuple[Fault, ...]


def audit(*, first: int = 5) -> Audit:
    """Looks at everything; names at most `first` faults of each code, those of the oldest cases.

    Each rule is a pass over the tables: what it costs grows with the store, not with the faults.
    """
    counts: dict[str, int] = {}
    named: list[Fault] = []
    with connection.cursor() as cursor:
        for code, query in rules().items():
            cursor.execute(f"SELECT count(*) FROM ({query}) f")
            if count := int(cursor.fetchone()[0]):
                counts[code] = count
                cursor.execute(f"SELECT * FROM ({query}) f ORDER BY 1, 2 LIMIT {int(first)}")
                named += [_fault(code, *row) for row in cursor.fetchall()]
        cursor.execute("SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM postings)")
        cases, postings = cursor.fetchone()
        cursor.execute(f"SELECT currency, sum(held) FROM ({_HELD}) h GROUP BY currency ORDER BY currency")
        held = {currency: int(total) for currency, total in cursor.fetchall() if total}
    return Audit(int(cases), int(postings), held, counts, tuple(named))


def _fault(code: str, case_id: int, posting_id: int | None, expected: Any, found: Any) -> Fault:
    return Fault(code, case_id, posting_id, str(expected), str(found))


_HELD = (
    f"SELECT case_id, currency, sum(CASE WHEN credit = '{HELD}' THEN amount_minor WHEN debit = '{HELD}'"
    " THEN -amount_minor ELSE 0 END) AS held FROM postings GROUP BY case_id, currency"
)
"""What is held for each case."""
_GIVEN = (
    "SELECT p.case_id, p.account, sum(p.amount_minor) AS amount_minor FROM"
    " (SELECT case_id, credit AS account, amount_minor FROM postings"
    " UNION ALL SELECT case_id, debit, -amount_minor FROM postings) p"
    f" WHERE p.account NOT IN ('{SETTLEMENT}', '{HELD}') GROUP BY p.case_id, p.account"
)
"""What came to others than the store through each case; what they paid for it is below 0."""
_NO_POSTING = "CAST(NULL AS BIGINT) AS posting_id"


def rules() -> dict[str, str]:
    """Code -> query of (case_id, posting_id, expected, found), a row for each fault."""
    return {
        "hold_differs": (
            f"SELECT c.case_id, {_NO_POSTING}, {_text('c.held_minor')} AS expected,"
            f" {_text('coalesce(h.held, 0)')} AS found FROM cases c"
            f" LEFT JOIN (SELECT case_id, sum(held) AS held FROM ({_HELD}) s GROUP BY case_id) h"
            " ON h.case_id = c.case_id WHERE c.settled_at IS NULL AND coalesce(h.held, 0) <> c.held_minor"
        ),
        "hold_outlives_case": (
            f"SELECT h.case_id, {_NO_POSTING}, '0' AS expected, {_text('h.held')} AS found FROM ({_HELD}) h"
            " JOIN cases c ON c.case_id = h.case_id WHERE c.settled_at IS NOT NULL AND h.held <> 0"
        ),
        "not_settled": (
            f"SELECT c.case_id, {_NO_POSTING}, {_iso('c.closed_at')} AS expected, '-' AS found FROM cases c"
            " WHERE c.closed_at IS NOT NULL AND c.settled_at IS NULL"
        ),
        "charged_twice": (
            f"SELECT max(o.case_id) AS case_id, {_NO_POSTING}, '1' AS expected, {_text('count(*)')} AS found FROM"
            f" (SELECT DISTINCT c.order_id, c.case_id FROM ({_GIVEN}) g JOIN cases c ON c.case_id = g.case_id"
            " WHERE g.amount_minor > 0 AND c.route = '') o GROUP BY o.order_id HAVING count(*) > 1"
        ),
        "cause_of_another_case": (
            f"SELECT p.case_id, p.posting_id, {_text('p.case_id')} AS expected,"
            f" coalesce({_text('e.case_id')}, '-') AS found FROM postings p"
            " LEFT JOIN case_events e ON e.event_id = p.cause_id WHERE e.case_id IS DISTINCT FROM p.case_id"
        ),
        "not_when_caused": (
            f"SELECT p.case_id, p.posting_id, {_iso('e.at')} AS expected, {_iso('p.at')} AS found FROM postings p"
            " JOIN case_events e ON e.event_id = p.cause_id WHERE e.at <> p.at"
        ),
        "not_of_its_case": (
            "SELECT p.case_id, p.posting_id, c.store_id || ' ' || c.currency AS expected,"
            " p.store_id || ' ' || p.currency AS found FROM postings p JOIN cases c ON c.case_id = p.case_id"
            " WHERE p.store_id <> c.store_id OR p.currency <> c.currency"
        ),
        "not_balanced": (
            f"SELECT p.case_id, p.posting_id, '> 0' AS expected, {_text('p.amount_minor')} AS found FROM postings p"
            " WHERE p.amount_minor <= 0 OR p.debit = p.credit"
        ),
        "hold_not_as_told": _first_told("CAST(e.data->>'held_minor' AS BIGINT)", "c.held_minor", _text),
        "opened_not_as_told": _first_told("e.at", "c.opened_at", _iso),
        "closed_not_as_told": _last_told("closed_at", sorted(_ENDING)),
        "settled_not_as_told": _last_told("settled_at", [EventKind.SETTLED]),
    }


_ENDING = [kind for kind in EventKind if set(movable_by(kind).values()) <= ENDS and movable_by(kind).keys() - ENDS]
"""The steps that end a case."""
_BEGINNING = (EventKind.OPENED, EventKind.ROUTED, EventKind.REOPENED)


def _text(expression: str) -> str:
    return f"CAST({expression} AS TEXT)"


def _iso(expression: str) -> str:
    return sql.iso(connection, expression)


def _first_told(told: str, column: str, shown: Any) -> str:
    """A column of the case against what its first step says."""
    return (
        f"SELECT c.case_id, {_NO_POSTING}, {shown(told)} AS expected, {shown(column)} AS found FROM cases c"
        f" JOIN case_events e ON e.case_id = c.case_id AND e.seq = 1 WHERE {told} <> {column}"
    )


def _last_told(column: str, kinds: list[EventKind]) -> str:
    """A column of the case against the last step of these kinds since it was opened, or opened again."""
    kinds_, beginnings = (", ".join(sql.text(kind) for kind in some) for some in (kinds, _BEGINNING))
    told = (
        f"SELECT c.case_id, c.{column} AS kept, (SELECT e.at FROM case_events e WHERE e.case_id = c.case_id"
        f" AND e.kind IN ({kinds_}) AND e.seq > (SELECT max(b.seq) FROM case_events b WHERE b.case_id = c.case_id"
        f" AND b.kind IN ({beginnings})) ORDER BY e.seq DESC LIMIT 1) AS told FROM cases c"
    )
    return (
        f"SELECT t.case_id, {_NO_POSTING}, CASE WHEN t.told IS NULL THEN '-' ELSE {_iso('t.told')} END AS expected,"
        f" CASE WHEN t.kept IS NULL THEN '-' ELSE {_iso('t.kept')} END AS found FROM ({told}) t"
        " WHERE t.told IS DISTINCT FROM t.kept"
    )
