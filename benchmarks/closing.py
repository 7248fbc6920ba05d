"""A carrier's customers all run out of time at once: closing cases against one hand-written UPDATE with its inserts."""

from __future__ import annotations

import statistics
import time
from datetime import datetime, timedelta
from typing import Any

from benchmarks.measure import Figure, Target
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

DUE = {"small": 10_000, "full": 100_000}
RUNS = 3
WINDOW = timedelta(hours=72)


def measure(*, due: int) -> dict[str, Any]:
    """In the child: slices of cases, each with a due instant of its own, are closed by the contenders in turns."""
    large = Large(due * (2 * (RUNS + 1) + 1), due=due, slices=2 * (RUNS + 1), firing=10)

    from django.db import connection, transaction

    from ombud.actions import rulebooks
    from ombud.actions.cases import open_due
    from ombud.actions.closings import close_windows
    from ombud.rulebooks import open_book

    books = {"ozon": open_book("ozon")}
    rulebooks.register(books, at=AT, actor="benchmark")
    large.build()
    for piece in range(2 * (RUNS + 1)):
        large.arm(piece)
        open_due(AT + piece * timedelta(minutes=1), books=books, actor="benchmark", batch=due)

    def by_hand(at: datetime) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in handwritten(large, at):
                cursor.execute(statement)

    def ombud(at: datetime) -> None:
        close_windows(at, books=books, actor="benchmark", batch=due)

    taken: dict[str, list[float]] = {"by_hand": [], "ombud": []}
    for piece in range(2 * (RUNS + 1)):
        name, contender = (("by_hand", by_hand), ("ombud", ombud))[piece % 2]
        before = _counts(connection)
        start = time.perf_counter()
        contender(AT + WINDOW + piece * timedelta(minutes=1))
        taken[name].append(time.perf_counter() - start)
        added = {what: count - before[what] for what, count in _counts(connection).items()}
        if added != {"closed": due, "case_events": 2 * due, "postings": 3 * due, "outbox": due}:
            raise RuntimeError(f"{name} added {added}")
    # The first turn compiles, plans and grows files.
    return {name: seconds[1:] for name, seconds in taken.items()}


def handwritten(large: Large, at: datetime) -> list[str]:
    """What one would write who knows that every case of the slice is lost, under which book and for which money."""
    literal = f"'{at.replace(tzinfo=None).isoformat(' ')}'" if large.lite else f"TIMESTAMPTZ '{at.isoformat(' ')}'"
    json = "json_object" if large.lite else "jsonb_build_object"
    mine = f"c.shuts_at <= {literal}"
    event = "INSERT INTO case_events (case_id, seq, kind, at, actor, data) SELECT c.case_id,"
    posting = (
        "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
        " SELECT c.store_id, c.case_id, e.event_id, '{line}', '{debit}', '{credit}', c.currency, {amount},"
        f" 'money.charge@2026-03-12', c.due_at FROM cases c JOIN case_events e ON e.case_id = c.case_id AND e.seq = 3"
        f" JOIN orders o ON o.order_id = c.order_id JOIN stores s ON s.store_id = c.store_id WHERE {mine}"
    )
    whole = "CAST(round({}) AS INTEGER)" if large.lite else "round({})::bigint"
    left = "(o.amount_minor - o.refunded_minor)"
    lines = {
        "order_amount": ("held", "buyer", left),
        "commission": ("settlement", "platform", whole.format(f"{left} * s.commission_rate")),
        "compensation": ("settlement", "buyer", whole.format(f"{left} * 0.10")),
    }
    return [
        f"{event} 2, 'window_closed', c.due_at, 'benchmark', {json}('swept_at', c.due_at) FROM cases c WHERE {mine}",
        f"{event} 3, 'settled', c.due_at, 'benchmark', {json}() FROM cases c WHERE {mine}",
        *(
            posting.format(line=line, debit=debit, credit=credit, amount=amount)
            for line, (debit, credit, amount) in lines.items()
        ),
        "INSERT INTO outbox (key, topic, payload, at, due_at, attempts) SELECT 'case.closed:' || c.case_id || ':2',"
        f" 'case.closed', {json}('case_id', c.case_id, 'state', 'lost', 'kind', 'window_closed'), c.due_at, c.due_at, 0"
        f" FROM cases c WHERE {mine}",
        "UPDATE cases AS c SET state = 'lost', platform_status = 'Resolved', closed_at = due_at, settled_at = due_at,"
        f" shuts_at = NULL, rule_at = NULL, remind_at = NULL WHERE {mine}",
    ]


def _counts(connection: Any) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cases WHERE closed_at IS NOT NULL), (SELECT count(*) FROM case_events),"
            " (SELECT count(*) FROM postings), (SELECT count(*) FROM outbox)"
        )
        return dict(zip(("closed", "case_events", "postings", "outbox"), cursor.fetchone(), strict=True))


def figure(scale: str) -> Figure:
    due = DUE[scale]
    rows, targets = [], []
    notes = [
        f"{due:,} cases that expire at one instant, in one transaction: history, what a loss costs, message."
        " Ombud also recounts the health days and keeps an order from being charged twice.",
    ]
    for database in DATABASES:
        told = on_database(database, "benchmarks.closing:measure", due=due)
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        medians = {name: statistics.median(seconds) for name, seconds in told.items()}
        for name, said in (("by_hand", "hand-written UPDATE with its inserts"), ("ombud", "ombud")):
            rows.append((database, said, f"{medians[name]:.2f}", f"{medians[name] / medians['by_hand']:.2f} ×"))
        targets.append(
            Target(f"closing {due:,} cases / hand-written, {database}", medians["ombud"] / medians["by_hand"], 3)
        )
    columns = ("database", "by", "seconds", "ratio")
    return Figure("Cases that run out of time at once", "benchmarks/closing.py", columns, rows, targets, tuple(notes))
