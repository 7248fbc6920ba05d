"""Moves cases: one by name or a hundred thousand in one statement, by the same table of moves.

What is to move stands in the temporary table `moving_cases`. A move writes the event, the case, what is to be told, the
health days and, where the case ends, the settlement of its money: all in the transaction of the caller, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.running import Books
from ombud.actions.settlements import settle
from ombud.domain.cases import ENDS, EventKind, State, movable_by, move
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.store import sql, staging
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.instants import Instants
from ombud.store.models import Case, CaseEvent
from ombud.store.reminders import following

MOVING = "moving_cases"
"""Temporary: the cases that move, as they were before: case_id, state, rulebook_id, `at` (when the step happens)."""


@dataclass(frozen=True)
class Moved:
    """One case after a step, and the instant that its history has for it."""

    case: Case
    state: State
    at: datetime


def claim(query: str) -> int:
    """`query` gives case_id, state, rulebook_id and at; its rows are to move. Returns how many there are."""
    staging.create_as(connection, MOVING, query, key="case_id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {MOVING}")
        return int(cursor.fetchone()[0])


def move_many(
    kind: EventKind,
    *,
    books: Books,
    actor: str,
    at: datetime,
    rules_at: datetime | None = None,
    data: str | None = None,
    changes: Mapping[str, str] | None = None,
) -> None:
    """Takes the step `kind` with every claimed case; ends are settled in the same breath.

    at: when it is done, for what is told; the step itself happens at the `at` of each case. data: SQL of the JSON that
    the event keeps, over the columns of `moving_cases m`. changes: further columns of `cases`, in SQL. The platform's
    word comes from the book that the case was opened under, as in force when the step happens (or at `rules_at`).
    Raises OmbudError where one of the cases cannot take the step.
    """
    _refuse_the_unmovable(kind)
    after = movable_by(kind)
    now = Instants(connection).literal(at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO case_events (case_id, seq, kind, at, actor, data)"
            " SELECT m.case_id, (SELECT max(e.seq) FROM case_events e WHERE e.case_id = m.case_id) + 1,"
            f" {sql.text(kind)}, m.at, {sql.text(actor)}, {data or sql.json_object(connection)} FROM {MOVING} m"
        )
        moved = 0
        for part in _parts(kind, books, rules_at):
            cursor.execute(_update(part, kind, changes or {}))
            moved += cursor.rowcount
        cursor.execute(f"SELECT count(*) FROM {MOVING}")
        claimed = int(cursor.fetchone()[0])
        if moved != claimed:
            raise OmbudError(
                Problem(
                    "no_states",
                    N_("{count} cases that are to move have a rulebook that names no states for that instant."),
                    {"count": claimed - moved},
                    mend=N_("Give the clause `states` of the book a version in force then."),
                )
            )
        topic = "case.closed" if set(after.values()) <= ENDS else "case.moved"
        message = sql.json_object(connection, case_id="c.case_id", state="c.state", kind=sql.text(kind))
        cursor.execute(
            "INSERT INTO outbox (key, topic, payload, at, due_at, attempts)"
            f" SELECT '{topic}:' || c.case_id || ':' || (SELECT max(e.seq) FROM case_events e"
            f" WHERE e.case_id = c.case_id), '{topic}', {message}, {now}, {now}, 0"
            f" FROM {MOVING} m JOIN cases c ON c.case_id = m.case_id"
        )
    if set(after.values()) <= ENDS:
        settle(MOVING, books=books, actor=actor)
    touched = TouchedDays(connection, books)
    touched.add_cases(f"SELECT case_id FROM {MOVING}")
    sql.one_at_a_time(connection, sql.HEALTH)
    refresh_days(touched)


def step(
    case_id: int,
    kind: EventKind,
    *,
    at: datetime,
    actor: str,
    books: Books,
    data: Mapping[str, Any] | None = None,
    changes: Mapping[str, str] | None = None,
) -> Moved:
    """Takes one step with one case. Must run in the transaction of what else it belongs to; `locked` begins it.

    A clock that was set back does not make history run backwards: the step is then as old as the one before it, and
    its data says what the clock showed. Raises OmbudError where there is no such case and where it cannot take the
    step: of two that come at the same instant, one wins and the other is told.
    """
    case = locked(case_id)
    latest = CaseEvent.objects.filter(case_id=case_id).order_by("-seq").values_list("at", flat=True)[0]
    told = dict(data or {})
    happened = max(at, latest)
    if happened != at:
        told["clock"] = format_instant(at)
    state = move(State(case.state), kind)
    literal = Instants(connection).literal(happened)
    claim(f"SELECT case_id, state, rulebook_id, {literal} AS at FROM cases WHERE case_id = {int(case_id)}")
    json_text = sql.text(json.dumps(told, ensure_ascii=False, sort_keys=True))
    if connection.vendor == "postgresql":
        json_text += "::jsonb"
    move_many(kind, books=books, actor=actor, at=happened, data=json_text, changes=changes)
    case.refresh_from_db()
    return Moved(case, state, happened)


def locked(case_id: int) -> Case:
    """The case, which nobody else moves until the transaction ends. Raises OmbudError where there is none."""
    with spoken():
        found = Case.objects.select_for_update(no_key=True).filter(case_id=case_id).first()
    if found is None:
        raise OmbudError(
            Problem(
                "unknown_case",
                N_("There is no case {text}."),
                {"text": f"#{case_id}"},
                mend=N_("`ombud cases` lists them."),
            )
        )
    return found


def refuse_after_the_clock(case: Case, kind: EventKind, at: datetime) -> None:
    """What the clock or a due ruling had ended before `at`, had somebody looked, is left to them: that nobody ran the
    loop meanwhile is nobody's gain. Raises OmbudError as if the case had ended so already."""
    if case.shuts_at is not None and case.shuts_at < at:
        move(State.LOST, kind)
    if case.rule_at is not None and case.recommended is not None and case.rule_at < at:
        move(State(case.recommended), kind)


def withdraw(case_id: int, *, at: datetime, actor: str, books: Books) -> Moved:
    """The buyer takes the dispute back: the case ends and its money is given free (S4).

    Raises OmbudError where it has ended, also where that has not been written yet.
    """
    with spoken(), transaction.atomic():
        refuse_after_the_clock(locked(case_id), EventKind.WITHDRAWN, at)
        return step(case_id, EventKind.WITHDRAWN, at=at, actor=actor, books=books)


def concede(case_id: int, *, at: datetime, actor: str, books: Books) -> Moved:
    """The merchant accepts the dispute: the case ends for good and its money is charged (S8).

    Raises OmbudError where it has ended, also where that has not been written yet.
    """
    with spoken(), transaction.atomic():
        refuse_after_the_clock(locked(case_id), EventKind.CONCEDED, at)
        return step(case_id, EventKind.CONCEDED, at=at, actor=actor, books=books)


def _refuse_the_unmovable(kind: EventKind) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT state FROM {MOVING}")
        for (state,) in cursor.fetchall():
            move(State(state), kind)


@dataclass(frozen=True)
class _Part:
    """The cases of a claim that were in `before` and get the same state and the same word: one statement."""

    before: State
    after: State
    book: Rulebook
    since: datetime | None
    until: datetime | None
    status: str | None  # the platform's word for `after`; None: it has none, and keeps the word before


def _parts(kind: EventKind, books: Books, rules_at: datetime | None) -> Iterator[_Part]:
    moves = movable_by(kind)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT state, rulebook_id, min(at) FROM {MOVING} GROUP BY state, rulebook_id")
        kinds = cursor.fetchall()
    for state, digest, _ in kinds:
        after = moves[State(state)]
        book = book_of(digest, books)
        for index, version in enumerate(book.clauses.get("states", ())):
            word = version.value.get(after)
            if rules_at is not None and version.holds_at(rules_at):
                yield _Part(State(state), after, book, None, None, word)
            elif rules_at is None:  # a case older than its book, as in a back-test, has the words of the first version
                yield _Part(State(state), after, book, version.valid_from if index else None, version.valid_until, word)


def _update(part: _Part, kind: EventKind, more: Mapping[str, str]) -> str:
    literal = Instants(connection).literal
    since = f" AND m.at >= {literal(part.since)}" if part.since else ""
    until = f" AND m.at < {literal(part.until)}" if part.until else ""
    own_at = f"(SELECT m.at FROM {MOVING} m WHERE m.case_id = cases.case_id)"
    changes = {"state": sql.text(part.after), **_changes(part.after, kind, own_at)}
    if kind is EventKind.EVIDENCE_REJECTED:
        changes["remind_at"] = following(part.book, own_at)
    changes |= more
    if part.status is not None:  # what another process decides has no word of the platform
        changes["platform_status"] = f"CASE route WHEN '' THEN {sql.text(part.status)} ELSE platform_status END"
    return (
        f"UPDATE cases SET {', '.join(f'{column} = {value}' for column, value in changes.items())}"
        f" WHERE case_id IN (SELECT m.case_id FROM {MOVING} m WHERE m.rulebook_id = {sql.text(part.book.digest)}"
        f" AND m.state = {sql.text(part.before)}{since}{until})"
    )


def _changes(after: State, kind: EventKind, own_at: str) -> dict[str, str]:
    """What a step changes besides the state, as `domain.cases.after` has it for one case."""
    if after in ENDS:
        return {"closed_at": own_at, "shuts_at": "NULL", "rule_at": "NULL", "remind_at": "NULL"}
    if kind is EventKind.EVIDENCE_SUBMITTED:  # handed in in time: no clock loses it any more, and nobody is reminded
        return {"submitted_at": own_at, "shuts_at": "NULL", "remind_at": "NULL"}
    if kind is EventKind.EVIDENCE_REJECTED:
        return {"shuts_at": "due_at", "rule_at": "NULL", "recommended": "NULL"}
    if kind is EventKind.REOPENED:
        return {"closed_at": "NULL", "settled_at": "NULL", "rule_at": "NULL", "recommended": "NULL"}
    return {}
