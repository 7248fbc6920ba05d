"""Tells again as time runs out (O9, S14): the next reminder of a case is an instant like every other."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from ombud.actions.cases import Books
from ombud.actions.moving import MOVING, claim
from ombud.store import sql
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.instants import Instants

BATCH = 100_000


def remind(at: datetime, *, books: Books, batch: int = BATCH) -> int:
    """Puts a reminder into the outbox for every open case whose `remind_at` has come, and sets the next one.

    Reminders that were missed while nobody ran the loop are told once. Returns how many were put.
    """
    told = 0
    with spoken():
        while True:
            with transaction.atomic():
                found = _remind(at, books=books, batch=batch)
            if not found:
                return told
            told += found


def _remind(at: datetime, *, books: Books, batch: int) -> int:
    instants = Instants(connection)
    now = instants.literal(at)
    found = claim(
        f"SELECT case_id, state, rulebook_id, remind_at AS at FROM cases WHERE remind_at <= {now}"
        f" ORDER BY remind_at LIMIT {int(batch)}{sql.skip_locked(connection)}"
    )
    if not found:
        return 0
    message = sql.json_object(connection, case_id="c.case_id", due_at=sql.iso(connection, "c.due_at"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox (key, topic, payload, at, due_at, attempts)"
            f" SELECT 'case.reminder:' || c.case_id || ':' || {sql.iso(connection, 'm.at')}, 'case.reminder',"
            f" {message}, {now}, {now}, 0 FROM {MOVING} m JOIN cases c ON c.case_id = m.case_id"
            f" WHERE c.shuts_at > {now}"
        )
        cursor.execute(f"SELECT DISTINCT rulebook_id FROM {MOVING}")
        for (digest,) in cursor.fetchall():
            cursor.execute(
                f"UPDATE cases SET remind_at = {_following(at, digest, books)} WHERE case_id IN"
                f" (SELECT case_id FROM {MOVING} WHERE rulebook_id = {sql.text(digest)})"
            )
    return found


def _following(at: datetime, digest: str, books: Books) -> str:
    """SQL of the next reminder after `at`, by the version of the book that was in force when the case was opened."""
    instants = Instants(connection)
    following = "NULL"
    for index, version in enumerate(book_of(digest, books).clauses.get("windows.reminders", ())):
        whens = [
            f"WHEN {ahead} > {instants.literal(at)} THEN {ahead}"
            for span in sorted(version.value, reverse=True)
            for ahead in [instants.moved("due_at", -int(span.total_seconds()))]
        ]
        own = f"CASE {' '.join(whens)} END"
        dated = f"CASE WHEN opened_at >= {instants.literal(version.valid_from)} THEN {own} ELSE {following} END"
        following = dated if index else own
    return following
