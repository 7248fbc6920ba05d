"""Tells again as time runs out (O9, S14): the next reminder of a case is an instant like every other."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from ombud.actions.moving import MOVING, claim
from ombud.actions.running import BATCH, Books
from ombud.store import sql
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.instants import Instants
from ombud.store.reminders import following


def remind(at: datetime, *, books: Books, batch: int = BATCH) -> int:
    """Puts a reminder into the outbox for every case whose `remind_at` has come while its window is open, and sets the
    next one.

    Reminders that were missed while nobody ran the loop are told once. Returns how many were put.
    """
    told = 0
    with spoken():
        while True:
            with transaction.atomic():
                found, put = _remind(at, books=books, batch=batch)
            told += put
            if not found:
                return told


def _remind(at: datetime, *, books: Books, batch: int) -> tuple[int, int]:
    """(cases whose reminder had come, messages put)"""
    now = Instants(connection).literal(at)
    sql.go_by_index(connection)
    found = claim(
        f"SELECT case_id, state, rulebook_id, remind_at AS at FROM cases WHERE remind_at <= {now}"
        f" ORDER BY remind_at LIMIT {int(batch)}{sql.skip_locked(connection)}"
    )
    if not found:
        return 0, 0
    message = sql.json_object(connection, case_id="c.case_id", due_at=sql.iso(connection, "c.due_at"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox (key, topic, payload, at, due_at, attempts)"
            f" SELECT 'case.reminder:' || c.case_id || ':' || {sql.iso(connection, 'm.at')}, 'case.reminder',"
            f" {message}, {now}, {now}, 0 FROM {MOVING} m JOIN cases c ON c.case_id = m.case_id"
            f" WHERE c.shuts_at > {now} ON CONFLICT (key) DO NOTHING"
        )
        put = int(cursor.rowcount)
        cursor.execute(f"SELECT DISTINCT rulebook_id FROM {MOVING}")
        for (digest,) in cursor.fetchall():
            cursor.execute(
                f"UPDATE cases SET remind_at = {following(book_of(digest, books), now)} WHERE case_id IN"
                f" (SELECT case_id FROM {MOVING} WHERE rulebook_id = {sql.text(digest)})"
            )
    return found, put
