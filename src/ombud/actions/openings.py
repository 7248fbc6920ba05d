"""Opens cases from rows that have fired: case, first step of its history, hold of its money, message to the world.

Everything is one `INSERT ... SELECT` per table from a temporary table of the rows, whether they are one or a hundred
thousand. A row whose case is there already is left alone: one case per (order, violation), and per complaint where the
book has a case for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from ombud.domain.cases import EventKind, State, move
from ombud.domain.countdown import next_reminder
from ombud.domain.facts import Kind
from ombud.domain.instants import format_instant
from ombud.domain.money import MoneyLine
from ombud.domain.rulebook import Dated, Rulebook
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.staging import Field

FIRED = "fired_rows"
"""Temporary: every row of the batch that opens a case, now or later; `route`: the place that decides it, or empty."""
OPENING = "opening_cases"
"""Temporary: the rows of one book whose case is opened now, with the keys that case and event will have."""

_ROW = (
    Field("order_id"),
    Field("store_id"),
    Field("violation"),
    Field("key_complaint"),  # empty where the book has one case for the order, whatever its complaints
    Field("complaint_id"),
    Field("fires_at", Kind.INSTANT),
    Field("carrier"),
    Field("tracking_number"),
    Field("currency"),
    Field("clause"),
    Field("route"),
    Field("held_minor", Kind.MONEY),
)


@dataclass
class Opened:
    """How many cases were opened, and what they hold in minor units by currency."""

    cases: int = 0
    held: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Opened) -> Opened:
        self.cases += other.cases
        self.held += other.held
        return self


def open_cases(
    rows: Any,
    *,
    book: Rulebook,
    facts: Mapping[str, Any],
    at: datetime,
    actor: str,
    rules_at: datetime | None = None,
) -> Opened:
    """Opens the disputes of `rows` (of the evaluator of `book`) that have fired by `at`; leaves the rows, and those of
    what is routed, in `fired_rows` and the cases opened in `opening_cases`.

    `facts`: `orders` and `stores` of the rows, for the money. Must run in a transaction that owns the orders. Raises
    OmbudError where the book has no response window, word for the state or hold in force at `at` (or at `rules_at`).
    """
    rows = rows.filter(pc.is_in(rows["opens"], pa.array(["case", "route"])))
    fired = pc.less_equal(rows["fires_at"], pa.scalar(at, staging.INSTANT_TYPE))
    if not pc.any(pc.and_(fired, pc.equal(rows["opens"], pa.scalar("case"))), min_count=0).as_py():
        _stage(rows, book, (), facts)
        return Opened()
    rules = rules_at or at
    hold = book.in_force("money.hold", rules)
    _stage(rows, book, hold.value, facts)
    state = move(None, EventKind.OPENED)
    status = book.value("states", rules).get(state, "")
    due_at = at + book.value("windows.response", rules)
    return _insert(_Opening(book, hold, at, due_at, first_reminder(book, at, due_at, rules), state, status, actor))


def first_reminder(book: Rulebook, at: datetime, due_at: datetime, rules: datetime) -> datetime | None:
    """When the seller is told again for the first time of a case opened at `at`, by the book at `rules`."""
    if "windows.reminders" not in book.clauses:
        return None
    return next_reminder(book.value("windows.reminders", rules), due_at, at)


def _stage(rows: Any, book: Rulebook, lines: Sequence[MoneyLine], facts: Mapping[str, Any]) -> None:
    own = [name for name, versions in book.triggers.items() if any(v.value.each == "complaint" for v in versions)]
    per_complaint = pc.is_in(rows["violation"], pa.array(own, pa.string()))
    amounts = _amounts(lines, rows, facts)
    columns: dict[str, Any] = {
        "route": pc.fill_null(rows["routed_to"], ""),
        "key_complaint": pc.if_else(per_complaint, pc.fill_null(rows["complaint_id"], ""), ""),
        "held_minor": _sum(amounts, rows.num_rows),
        **{_hold(index): amount for index, amount in enumerate(amounts)},
    }
    for name, values in columns.items():
        rows = rows.append_column(name, values)
    fields = (*_ROW, *(Field(_hold(index), Kind.MONEY) for index in range(len(amounts))))
    staging.create(connection, FIRED, fields)
    for _ in staging.fill(connection, FIRED, fields, rows.combine_chunks().to_batches()):
        pass


def _hold(index: int) -> str:
    return f"hold_{index}"


def _amounts(lines: Sequence[MoneyLine], rows: Any, facts: Mapping[str, Any]) -> list[Any]:
    """What each line holds of each row, in minor units."""
    columns: dict[str, Any] = {}

    def values(name: str) -> Any:
        if name not in columns:
            fact, column = name.split(".")
            table, key = {"order": ("orders", "order_id"), "store": ("stores", "store_id")}[fact]
            if name == "order.amount_minor":
                columns[name] = rows["amount_minor"]
            else:
                found = pc.index_in(rows[key], facts[table][key].combine_chunks())
                columns[name] = facts[table][column].combine_chunks().take(found)
        return columns[name]

    amounts = []
    for line in lines:
        base = values(line.base)
        if line.fields == (line.base,) and line.factor == 1:
            amounts.append(base)
            continue
        known: dict[tuple[Any, ...], int] = {}
        rows_of_line = list(zip(*(values(name).to_pylist() for name in line.fields), strict=True))
        for row in set(rows_of_line):
            known[row] = line.amount(dict(zip(line.fields, row, strict=True)))
        amounts.append(pa.array([known[row] for row in rows_of_line], pa.int64()))
    return amounts


def _sum(amounts: Sequence[Any], count: int) -> Any:
    total: Any = pa.array([0] * count, pa.int64())
    for amount in amounts:
        total = pc.add_checked(total, amount)
    return total


@dataclass(frozen=True)
class _Opening:
    """What the cases of one batch and book have in common."""

    book: Rulebook
    hold: Dated[Sequence[MoneyLine]]
    at: datetime
    due_at: datetime
    remind_at: datetime | None
    state: State
    status: str
    actor: str


def _insert(opening: _Opening) -> Opened:
    instants = Instants(connection)
    at, due_at = instants.literal(opening.at), instants.literal(opening.due_at)
    remind_at = instants.literal(opening.remind_at) if opening.remind_at else "NULL"
    text = sql.text
    platform, digest, actor = text(opening.book.name), text(opening.book.digest), text(opening.actor)
    state, status = text(opening.state), text(opening.status)
    staging.create_as(
        connection,
        OPENING,
        f"SELECT {sql.new_id(connection, 'cases', 'case_id')} AS case_id,"
        f" {sql.new_id(connection, 'case_events', 'event_id')} AS event_id, f.*"
        f" FROM {FIRED} f WHERE f.route = '' AND f.fires_at <= {at} AND NOT EXISTS (SELECT 1 FROM cases c"
        " WHERE c.order_id = f.order_id AND c.violation = f.violation AND c.complaint_id = f.key_complaint)",
    )
    told = sql.json_object(
        connection,
        order_id="order_id",
        violation="violation",
        complaint_id="complaint_id",
        carrier="carrier",
        tracking_number="tracking_number",
        fires_at=sql.iso(connection, "fires_at"),
        due_at=text(format_instant(opening.due_at)),
        currency="currency",
        held_minor="held_minor",
        platform_status=status,
        clause="clause",
        rulebook=digest,
    )
    hold = text(f"money.hold@{opening.hold.valid_from.date().isoformat()}")
    message = sql.json_object(connection, case_id="case_id")
    statements = [
        "INSERT INTO cases (case_id, order_id, store_id, platform, violation, complaint_id, carrier, tracking_number,"
        " state, platform_status, fires_at, opened_at, due_at, shuts_at, remind_at, route, currency, held_minor,"
        " clause, rulebook_id)"
        f" SELECT case_id, order_id, store_id, {platform}, violation, key_complaint, carrier, tracking_number,"
        f" {state}, {status}, fires_at, {at}, {due_at}, {due_at}, {remind_at}, '', currency, held_minor, clause,"
        f" {digest} FROM {OPENING}",
        "INSERT INTO case_events (event_id, case_id, seq, kind, at, actor, data)"
        f" SELECT event_id, case_id, 1, {text(EventKind.OPENED)}, {at}, {actor}, {told} FROM {OPENING}",
        *(
            "INSERT INTO postings"
            " (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
            f" SELECT store_id, case_id, event_id, {text(line.name)}, {text(line.debit)}, {text(line.credit)},"
            f" currency, {_hold(index)}, {hold}, {at} FROM {OPENING} WHERE {_hold(index)} > 0"
            for index, line in enumerate(opening.hold.value)
        ),
        "INSERT INTO outbox (key, topic, payload, at, due_at, attempts)"
        f" SELECT 'case.opened:' || case_id, 'case.opened', {message}, {at}, {at}, 0 FROM {OPENING}",
    ]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"SELECT currency, count(*), sum(held_minor) FROM {OPENING} GROUP BY currency")
        found = cursor.fetchall()
    return Opened(sum(count for _, count, _ in found), Counter({currency: int(held) for currency, _, held in found}))
