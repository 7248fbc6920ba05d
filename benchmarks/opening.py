"""Opening cases with their holds, history and messages, against one hand-written INSERT ... SELECT of the same rows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.measure import Figure, Target
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

DUE = {"small": 10_000, "full": 100_000}
RUNS = 3


def measure(*, due: int) -> dict[str, Any]:
    """In the child: every run takes the next slice of orders that all fire; the contenders take turns."""
    large = Large(due * (3 * (RUNS + 1) + 1), due=due, slices=3 * (RUNS + 1), firing=10)

    from django.db import connection, transaction

    from ombud.actions import openings, rulebooks
    from ombud.actions.cases import open_due
    from ombud.rulebooks import open_book
    from ombud.scan.evaluate import Evaluator
    from ombud.store import due as due_orders

    book = open_book("ozon")
    rulebooks.register({"ozon": book}, at=AT, actor="benchmark")
    large.build()
    evaluator = Evaluator(book)

    def opening() -> float:
        with transaction.atomic():
            due_orders.claim(AT, limit=due)
            facts = due_orders.facts()
            rows = evaluator.run(facts)
            start = time.perf_counter()
            openings.open_cases(rows, book=book, facts=facts, at=AT, actor="benchmark")
        return time.perf_counter() - start

    def by_hand() -> float:
        start = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in handwritten(large, book.digest):
                cursor.execute(statement)
        return time.perf_counter() - start

    def whole() -> float:
        start = time.perf_counter()
        open_due(AT, books={"ozon": book}, actor="benchmark", batch=due)
        return time.perf_counter() - start

    contenders: dict[str, Callable[[], float]] = {"opening": opening, "by_hand": by_hand, "whole": whole}
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    piece = 0
    for _ in range(RUNS + 1):
        for name, contender in contenders.items():
            large.arm(piece)
            before = _counts(connection)
            taken[name].append(contender())
            added = {table: count - before[table] for table, count in _counts(connection).items()}
            if set(added.values()) != {due}:
                raise RuntimeError(f"{name} added {added}")
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE orders SET check_at = NULL WHERE check_at <= {large.instant('0')}")
            piece += 1
    # The first turn compiles, plans and grows files.
    return {name: seconds[1:] for name, seconds in taken.items()}


def handwritten(large: Large, digest: str) -> list[str]:
    """What one would write who knows that the slice fires, and as what."""
    at, due_at = large.instant("0"), large.instant(str(int(timedelta(hours=72).total_seconds())))
    json = "json_object" if large.lite else "jsonb_build_object"
    mine = f"case_id > (SELECT coalesce(max(case_id), 0) - {large.due} FROM cases)"
    return [
        "INSERT INTO cases (order_id, store_id, platform, violation, complaint_id, state, platform_status, fires_at,"
        " opened_at, due_at, shuts_at, route, currency, held_minor, clause, rulebook_id) SELECT order_id, store_id,"
        f" 'ozon', 'not_shipped', '', 'opened', 'New', ship_by, {at}, {due_at}, {due_at}, '', currency, amount_minor,"
        f" 'triggers.not_shipped@2026-03-12', '{digest}' FROM orders WHERE check_at <= {at}",
        "INSERT INTO case_events (case_id, seq, kind, at, actor, data) SELECT case_id, 1, 'opened', opened_at,"
        f" 'benchmark', {json}('order_id', order_id, 'violation', violation, 'complaint_id', NULL, 'carrier', NULL,"
        " 'tracking_number', NULL, 'fires_at', fires_at, 'due_at', due_at, 'currency', currency, 'held_minor',"
        " held_minor, 'platform_status', platform_status, 'clause', clause, 'rulebook', rulebook_id)"
        f" FROM cases WHERE {mine}",
        "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
        " SELECT c.store_id, c.case_id, e.event_id, 'order_amount', 'settlement', 'held', c.currency, c.held_minor,"
        " 'money.hold@2026-03-12', c.opened_at FROM cases c JOIN case_events e ON e.case_id = c.case_id"
        f" WHERE c.{mine}",
        "INSERT INTO outbox (key, topic, payload, at, due_at, attempts) SELECT 'case.opened:' || case_id,"
        f" 'case.opened', {json}('case_id', case_id), opened_at, opened_at, 0 FROM cases WHERE {mine}",
    ]


def _counts(connection: Any) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cases), (SELECT count(*) FROM case_events),"
            " (SELECT count(*) FROM postings), (SELECT count(*) FROM outbox)"
        )
        return dict(zip(("cases", "case_events", "postings", "outbox"), cursor.fetchone(), strict=True))


def figure(scale: str) -> Figure:
    due = DUE[scale]
    rows, targets = [], []
    notes = [
        f"{due:,} cases with history, hold and message in one transaction, from rows that have fired to the commit. The"
        " whole sweep also claims the orders, reads their facts, evaluates the book, and sets health days and checks.",
    ]
    for database in DATABASES:
        told = on_database(database, "benchmarks.opening:measure", due=due)
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        medians = {name: statistics.median(seconds) for name, seconds in told.items()}
        names = {
            "by_hand": "hand-written INSERT ... SELECT",
            "opening": "ombud, opening",
            "whole": "ombud, whole sweep",
        }
        for name, words in names.items():
            ratio = medians[name] / medians["by_hand"]
            rows.append((database, words, f"{medians[name]:.2f}", f"{ratio:.2f} ×"))
        targets.append(
            Target(f"opening {due:,} cases / hand-written, {database}", medians["opening"] / medians["by_hand"], 3)
        )
    columns = ("database", "by", "seconds", "beside hand-written")
    return Figure("Opening cases", "benchmarks/opening.py", columns, rows, targets, notes)
