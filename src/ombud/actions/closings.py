"""Closes cases whose window has shut: lost by the clock, whoever looks and whenever (O9, S3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from ombud.actions.cases import Books, Progress
from ombud.actions.health import TouchedDays, refresh_days
from ombud.domain.cases import ENDS, EventKind, State, movable_by
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.store import sql, staging
from ombud.store.books import kept
from ombud.store.database import spoken
from ombud.store.instants import Instants

BATCH = 100_000
"""Cases to a transaction."""
CLOSING = "closing_cases"
"""Temporary: the cases of the batch as they were before."""


@dataclass(frozen=True)
class _Part:
    """The cases of a batch that were in `before` and get the same state and the same word: one statement."""

    before: State
    after: State
    digest: str
    since: datetime | None
    until: datetime | None
    status: str | None  # the platform's word for `after`; None: it has none, and keeps the word before


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

    The money stays held: charging it is the ruling's business. The word of the platform is that of the book version the
    case was opened under, in force when the window shut (or at `rules_at`). Raises OmbudError where the store cannot be
    used; the batches before stay.
    """
    closed = 0
    with spoken():
        while found := _close(at, books=books, actor=actor, rules_at=rules_at, batch=batch):
            closed += found
            if progress:
                progress("cases", closed, None)
    return closed


def _close(at: datetime, *, books: Books, actor: str, rules_at: datetime | None, batch: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        sql.go_by_index(connection)
        staging.create_as(connection, CLOSING, closing_query(at, limit=batch))
        cursor.execute(f"SELECT count(*) FROM {CLOSING}")
        found = int(cursor.fetchone()[0])
        if not found:
            return 0
        now = Instants(connection).literal(at)
        data = sql.json_object(connection, swept_at=sql.iso(connection, now))
        cursor.execute(
            "INSERT INTO case_events (case_id, seq, kind, at, actor, data)"
            " SELECT c.case_id, (SELECT max(e.seq) FROM case_events e WHERE e.case_id = c.case_id) + 1,"
            f" {sql.text(EventKind.WINDOW_CLOSED)}, c.due_at, {sql.text(actor)}, {data} FROM {CLOSING} c"
        )
        moved = 0
        for part in _parts(books, rules_at):
            cursor.execute(_update(part))
            moved += cursor.rowcount
        if moved != found:
            raise OmbudError(
                Problem(
                    "no_states",
                    N_("{count} cases whose window has shut have a rulebook that names no states for that instant."),
                    {"count": found - moved},
                    mend=N_("Give the clause `states` of the book a version in force then."),
                )
            )
        message = sql.json_object(connection, case_id="case_id", state="state")
        cursor.execute(
            "INSERT INTO outbox (key, topic, payload, at, due_at, attempts)"
            f" SELECT 'case.closed:' || case_id, 'case.closed', {message}, {now}, {now}, 0"
            f" FROM cases WHERE case_id IN (SELECT case_id FROM {CLOSING})"
        )
        touched = TouchedDays(connection, books)
        touched.add_cases(f"SELECT case_id FROM {CLOSING}")
        sql.one_at_a_time(connection, sql.HEALTH)
        refresh_days(touched)
    return found


def closing_query(at: datetime, *, limit: int) -> str:
    """The query that finds the windows that have shut: an index range over `due_at` of open cases."""
    states = ", ".join(sql.text(state) for state in movable_by(EventKind.WINDOW_CLOSED))
    return (
        f"SELECT case_id, state, due_at, rulebook_id FROM cases WHERE due_at <= {Instants(connection).literal(at)}"
        f" AND closed_at IS NULL AND state IN ({states}) ORDER BY due_at LIMIT {int(limit)}"
        f"{sql.skip_locked(connection)}"
    )


def _parts(books: Books, rules_at: datetime | None) -> Iterator[_Part]:
    moves = movable_by(EventKind.WINDOW_CLOSED)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT state, rulebook_id FROM {CLOSING}")
        kinds = cursor.fetchall()
    for state, digest in kinds:
        after = moves[State(state)]
        versions = _book(digest, books).clauses.get("states", ())
        for version in versions:
            word = version.value.get(after)
            if rules_at is None:
                yield _Part(State(state), after, digest, version.valid_from, version.valid_until, word)
            elif version.holds_at(rules_at):
                yield _Part(State(state), after, digest, None, None, word)


def _book(digest: str, books: Books) -> Rulebook:
    """The version that the cases were opened under: the one at hand where it is the same, else as it was kept."""
    return next((book for book in books.values() if book.digest == digest), None) or kept(digest)


def _update(part: _Part) -> str:
    literal = Instants(connection).literal
    since = f" AND due_at >= {literal(part.since)}" if part.since else ""
    until = f" AND due_at < {literal(part.until)}" if part.until else ""
    changes = [f"state = {sql.text(part.after)}"]
    if part.status is not None:
        changes.append(f"platform_status = {sql.text(part.status)}")
    if part.after in ENDS:
        changes.append("closed_at = due_at")
    return (
        f"UPDATE cases SET {', '.join(changes)}"
        f" WHERE case_id IN (SELECT case_id FROM {CLOSING} WHERE rulebook_id = {sql.text(part.digest)}"
        f" AND state = {sql.text(part.before)}{since}{until})"
    )
