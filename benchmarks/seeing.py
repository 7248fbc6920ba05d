"""What a person waits for: the queue over many open cases, and the health of one store."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Figure
from benchmarks.opening import handwritten
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

CASES = {"small": 10_000, "full": 100_000}
ORDERS_A_CASE = 10
RUNS = 7


def measure(*, cases: int) -> dict[str, Any]:
    """In the child: a store with so many open cases, then median seconds of each way to look at it."""
    large = Large(cases * ORDERS_A_CASE, due=cases, slices=1, firing=10)

    from ombud.actions import rulebooks
    from ombud.domain.instants import format_instant
    from ombud.rulebooks import open_book
    from ombud.store import health, queue, queue_load
    from ombud.store.models import Store

    book = open_book("ozon")
    rulebooks.register({"ozon": book}, at=AT, actor="benchmark")
    large.build()
    large.arm(0)
    large.write_cases(handwritten(large, book.digest), book)
    at = AT + timedelta(hours=60, minutes=17)
    store_id = Store.objects.order_by("store_id").values_list("store_id", flat=True)[7]
    command = [str(Path(sys.executable).with_name("ombud")), "cases", "--at", format_instant(at), "--limit", "50"]

    def whole_command() -> None:
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    ways: dict[str, Callable[[], object]] = {
        "first 50 cases of the queue": lambda: queue.queue(at, limit=50),
        "what the queue holds in all": lambda: queue_load.load(at),
        "first 50 cases of one store": lambda: queue.queue(at, queue.Wanted(store_id=store_id), limit=50),
        "`ombud cases`, with the start of Python": whole_command,
        "health of one store": lambda: health.figures(store_id, at, book),
        f"health of all {Store.objects.count():,} stores": lambda: health.figures_of_all(at, book),
    }
    told = {}
    for name, way in ways.items():
        way()
        taken = []
        for _ in range(RUNS):
            start = time.perf_counter()
            way()
            taken.append(time.perf_counter() - start)
        told[name] = statistics.median(taken)
    return told


def figure(scale: str) -> Figure:
    cases = CASES[scale]
    rows, notes = [], [f"{cases:,} open cases among {cases * ORDERS_A_CASE:,} orders."]
    for database in DATABASES:
        told = on_database(database, "benchmarks.seeing:measure", cases=cases)
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        rows += [(database, name, f"{seconds * 1000:,.1f}") for name, seconds in told.items()]
    return Figure("Looking", "benchmarks/seeing.py", ("database", "what", "median ms"), rows, (), notes)
