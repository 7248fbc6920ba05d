"""Recommendations take effect when their time comes: a hundred thousand in one step, by the table of moves (O14)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction

from ombud.actions.moving import claim, move_many
from ombud.actions.running import BATCH, Books, Progress, in_batches
from ombud.domain.cases import EventKind, State
from ombud.domain.rulebook import Rulebook
from ombud.store import sql
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.instants import Instants


def rule_due(
    at: datetime,
    *,
    books: Books,
    actor: str,
    rules_at: datetime | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
) -> int:
    """Every recommendation whose `rule_at` is `at` or earlier takes effect, as of that instant; returns how many.

    rules_at: as for the loop. Raises OmbudError where the store cannot be used; what the batches before did stays done.
    """
    with spoken():
        return in_batches(lambda: _rule(at, books=books, actor=actor, rules_at=rules_at, batch=batch), progress)


def _rule(at: datetime, *, books: Books, actor: str, rules_at: datetime | None, batch: int) -> int:
    with transaction.atomic():
        sql.go_by_index(connection)
        for outcome, kind, which in _outcomes(at, books):
            found = claim(ruling_query(at, outcome, which, limit=batch))
            if found:
                data = {"ruling_id": _of_last_ruling("r.ruling_id")}
                if kind is EventKind.EVIDENCE_REJECTED:
                    data["reasons"] = _of_last_ruling(_codes())
                told = sql.json_object(connection, **data)
                move_many(kind, books=books, actor=actor, at=at, rules_at=rules_at, data=told)
                return found
    return 0


def _of_last_ruling(expression: str) -> str:
    found = f"(SELECT {expression} FROM rulings r WHERE r.case_id = m.case_id ORDER BY r.seq DESC LIMIT 1)"
    return f"json({found})" if connection.vendor == "sqlite" and "json" in expression else found


def _codes() -> str:
    """SQL of the platform's codes in the record of the ruling `r`, as JSON."""
    if connection.vendor == "sqlite":
        each = "json_each(r.record, '$.judgement.reasons') e WHERE e.value ->> 'fault' <> ''"
        return f"(SELECT json_group_array(DISTINCT e.value ->> 'code') FROM {each})"
    each = "jsonb_array_elements(r.record::jsonb -> 'judgement' -> 'reasons') e WHERE e ->> 'fault' <> ''"
    return f"(SELECT coalesce(jsonb_agg(DISTINCT e ->> 'code'), '[]') FROM {each})"


def _outcomes(at: datetime, books: Books) -> Iterator[tuple[State, EventKind, str]]:
    """(outcome, the step it takes, SQL of which cases): won, rejected for good, rejected and still to be mended."""
    yield State.WON, EventKind.RULED_FOR_SELLER, ""
    mendable = _mendable_query(at, books)
    yield State.REJECTED, EventKind.RULED_FOR_BUYER, f" AND NOT ({mendable})" if mendable else ""
    if mendable:
        yield State.REJECTED, EventKind.EVIDENCE_REJECTED, f" AND ({mendable})"


def _mendable_query(at: datetime, books: Books) -> str:
    """SQL of the rejected cases that may be mended, for books that have both a review window and mending."""
    literal = Instants(connection).literal
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT rulebook_id FROM cases WHERE rule_at <= {literal(at)}")
        digests = [digest for (digest,) in cursor.fetchall()]
    parts = []
    for digest in digests:
        book = book_of(digest, books)
        for index, version in enumerate(book.clauses.get("rulings", ())):
            if version.value.mend_in_window:
                since = f" AND opened_at >= {literal(version.valid_from)}" if index else ""
                until = f" AND opened_at < {literal(version.valid_until)}" if version.valid_until else ""
                parts.append(f"(rulebook_id = {sql.text(digest)}{since}{until}{_room(book, version.valid_from)})")
    return f"rule_at < due_at AND ({' OR '.join(parts)})" if parts else ""


def _room(book: Rulebook, at: datetime) -> str:
    """Mending needs another submission: SQL of whether the book lets a case have one more."""
    files = book.version_at("files", at)
    if files is None or files.value.submissions is None:
        return ""
    return f" AND (SELECT count(*) FROM submissions s WHERE s.case_id = cases.case_id) < {files.value.submissions}"


def ruling_query(at: datetime, outcome: State, which: str = "", *, limit: int) -> str:
    """The query that finds the rulings that take effect: an index range, whatever the number of cases under review."""
    return (
        "SELECT case_id, state, rulebook_id, rule_at AS at FROM cases"
        f" WHERE rule_at <= {Instants(connection).literal(at)} AND recommended = {sql.text(outcome)}{which}"
        f" ORDER BY rule_at LIMIT {int(limit)}{sql.skip_locked(connection)}"
    )
