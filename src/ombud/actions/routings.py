"""Opens cases of what is no dispute of its book: another process decides them, by its own clock (S2).

A routed case holds no money, moves none but its own cost, and counts in no rate. Like a dispute it is one for each
(order, violation, complaint), and rows by the ten thousand are one `INSERT ... SELECT` per table and place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from ombud.actions.openings import FIRED, first_reminder
from ombud.domain.cases import EventKind, State, move
from ombud.domain.instants import format_instant
from ombud.domain.rulebook import Dated, Rulebook
from ombud.store import sql, staging
from ombud.store.instants import Instants

ROUTING = "routing_cases"
"""Temporary: the rows of one place whose case is opened now, with the keys that the cases will have."""

ENDINGS = {
    State.WON: EventKind.RULED_FOR_SELLER,
    State.REJECTED: EventKind.RULED_FOR_BUYER,
    State.WITHDRAWN: EventKind.WITHDRAWN,
    State.CONCEDED: EventKind.CONCEDED,
}
"""How a case comes to an end that another process has decided; the clock alone makes it lost."""


@dataclass(frozen=True)
class _Routing:
    """What the cases of one batch and place have in common. `steps`: their history so far."""

    book: Rulebook
    place: str
    version: Dated[Any]
    at: datetime
    due_at: datetime | None
    remind_at: datetime | None
    steps: tuple[EventKind, ...]
    state: State
    actor: str

    @property
    def clause(self) -> str:
        return f"routes.{self.place}@{self.version.valid_from.date().isoformat()}"


def open_routed(book: Rulebook, *, at: datetime, actor: str, rules_at: datetime | None = None) -> int:
    """Opens what is to be routed of the rows in `fired_rows` that have fired by `at`; returns how many there were.

    A complaint that a dispute was opened for is not routed any more, whatever became known of its order since. Must run
    in the transaction that staged the rows. Raises OmbudError where the book has no version of the place in force at
    `at` (or at `rules_at`).
    """
    return sum(_insert(_routing(book, place, at, rules_at or at, actor)) for place in _places(at))


def _places(at: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT route FROM {FIRED} WHERE route <> '' AND fires_at <= {Instants(connection).literal(at)}"
        )
        return sorted(place for (place,) in cursor.fetchall())


def _routing(book: Rulebook, place: str, at: datetime, rules: datetime, actor: str) -> _Routing:
    version = book.in_force(f"routes.{place}", rules)
    response: timedelta | None = version.value.response
    ending = version.value.ends_as
    due_at = at + response if response is not None and ending is None else None
    remind_at = first_reminder(book, at, due_at, rules) if due_at else None
    steps: tuple[EventKind, ...] = (EventKind.ROUTED,)
    if ending is not None:
        steps += (ENDINGS[State(ending)], EventKind.SETTLED)
    state = move(None, steps[0])
    for step in steps[1:]:
        state = move(state, step)
    return _Routing(book, place, version, at, due_at, remind_at, steps, state, actor)


def _insert(routing: _Routing) -> int:
    instants, text = Instants(connection), sql.text
    at = instants.literal(routing.at)
    due_at, remind_at = (
        instants.literal(instant) if instant else "NULL" for instant in (routing.due_at, routing.remind_at)
    )
    ended_at = at if len(routing.steps) > 1 else "NULL"
    place, digest, actor = text(routing.place), text(routing.book.digest), text(routing.actor)
    staging.create_as(
        connection,
        ROUTING,
        f"SELECT {sql.new_id(connection, 'cases', 'case_id')} AS case_id, f.* FROM {FIRED} f"
        f" WHERE f.route = {place} AND f.fires_at <= {at} AND NOT EXISTS (SELECT 1 FROM cases c"
        " WHERE c.order_id = f.order_id AND c.complaint_id = f.key_complaint"
        " AND (c.violation = f.violation OR (c.complaint_id <> '' AND c.route = '')))",
    )
    statements = [
        "INSERT INTO cases (case_id, order_id, store_id, platform, violation, complaint_id, carrier, tracking_number,"
        " state, platform_status, fires_at, opened_at, due_at, shuts_at, remind_at, closed_at, settled_at, route,"
        " currency, held_minor, clause, rulebook_id)"
        f" SELECT case_id, order_id, store_id, {text(routing.book.name)}, violation, key_complaint, carrier,"
        f" tracking_number, {text(routing.state)}, '', fires_at, {at}, {due_at}, {due_at}, {remind_at}, {ended_at},"
        f" {ended_at}, {place}, currency, 0, clause, {digest} FROM {ROUTING}",
        *(
            "INSERT INTO case_events (case_id, seq, kind, at, actor, data)"
            f" SELECT case_id, {seq}, {text(step)}, {at}, {actor}, {_told(routing, step)} FROM {ROUTING}"
            for seq, step in enumerate(routing.steps, start=1)
        ),
        "INSERT INTO outbox (key, topic, payload, at, due_at, attempts)"
        " SELECT 'case.opened:' || case_id, 'case.opened',"
        f" {sql.json_object(connection, case_id='case_id', route=place)}, {at}, {at}, 0 FROM {ROUTING}",
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"SELECT count(*) FROM {ROUTING}")
        return int(cursor.fetchone()[0])


def _told(routing: _Routing, step: EventKind) -> str:
    if step is EventKind.SETTLED:
        return sql.json_object(connection)
    text = sql.text
    if step is not EventKind.ROUTED:
        return sql.json_object(connection, decided_by=text(routing.place))
    return sql.json_object(
        connection,
        order_id="order_id",
        violation="violation",
        complaint_id="complaint_id",
        fires_at=sql.iso(connection, "fires_at"),
        due_at=text(format_instant(routing.due_at)) if routing.due_at else "NULL",
        currency="currency",
        held_minor="0",
        route=text(routing.place),
        route_clause=text(routing.clause),
        clause="clause",
        rulebook=text(routing.book.digest),
    )
