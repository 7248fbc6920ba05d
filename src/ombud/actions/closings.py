"""Closes cases whose window has shut: lost by the clock, whoever looks and whenever (O9, S3)."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from ombud.actions.moving import MOVING, claim, move_many
from ombud.actions.running import BATCH, Books, Progress, in_batches
from ombud.actions.settlements import settle
from ombud.domain.cases import EventKind
from ombud.store import sql
from ombud.store.database import spoken
from ombud.store.instants import Instants


def close_windows(
    at: datetime,
    *,
    books: Books,
    actor: str,
    rules_at: datetime | None = None,
    batch: int = BATCH,
    progress: Progress | None = None,
) -> int:
    """Every open case whose `due_at` is `at` or earlier is lost, as of its `due_at`; returns how many.

    What a loss costs is charged with it. Raises OmbudError where the store cannot be used; the batches before stay.
    """
    with spoken():
        return in_batches(lambda: _close(at, books=books, actor=actor, rules_at=rules_at, batch=batch), progress)


def _close(at: datetime, *, books: Books, actor: str, rules_at: datetime | None, batch: int) -> int:
    with transaction.atomic():
        sql.go_by_index(connection)
        found = claim(closing_query(at, limit=batch))
        if found:
            data = sql.json_object(connection, swept_at=sql.iso(connection, Instants(connection).literal(at)))
            move_many(EventKind.WINDOW_CLOSED, books=books, actor=actor, at=at, rules_at=rules_at, data=data)
    return found


def closing_query(at: datetime, *, limit: int) -> str:
    """The query that finds the windows that have shut: an index range, whatever the number of cases open."""
    return (
        "SELECT case_id, state, rulebook_id, shuts_at AS at FROM cases"
        f" WHERE shuts_at <= {Instants(connection).literal(at)} ORDER BY shuts_at LIMIT {int(limit)}"
        f"{sql.skip_locked(connection)}"
    )


def settle_left(*, books: Books, actor: str, batch: int = BATCH) -> int:
    """Settles cases that were closed before settling was known; returns how many. Every other close settles itself."""
    with spoken():
        return in_batches(lambda: _settle(books=books, actor=actor, batch=batch), None)


def _settle(*, books: Books, actor: str, batch: int) -> int:
    with transaction.atomic():
        found = claim(
            "SELECT case_id, state, rulebook_id, closed_at AS at FROM cases WHERE closed_at IS NOT NULL"
            f" AND settled_at IS NULL LIMIT {int(batch)}{sql.skip_locked(connection)}"
        )
        if found:
            settle(MOVING, books=books, actor=actor)
    return found
