"""A sweep of what is due: does its time grow with what is stored?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from benchmarks.measure import Figure, Target, peak_mb
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, stepping

SCALES = {"small": ([50_000, 500_000], 1_000), "full": ([1_000_000, 10_000_000], 10_000)}
RUNS = 5


def sweeps(*, orders: int, due: int) -> Iterator[dict[str, Any]]:
    """In the child: builds the store, then sweeps one slice after the other."""
    large = Large(orders, due=due, slices=RUNS + 1)

    from ombud.actions import rulebooks
    from ombud.actions.cases import open_due
    from ombud.rulebooks import open_book

    books = {"ozon": open_book("ozon")}
    rulebooks.register(books, at=AT, actor="benchmark")  # a book new to the store wakes every order; here none is there
    large.build()
    for piece in range(RUNS + 1):
        large.arm(piece)
        start = time.perf_counter()
        swept = open_due(AT, books=books, actor="benchmark")
        taken = time.perf_counter() - start
        if swept.checked != due:
            raise RuntimeError(f"{swept.checked} orders were due, not {due}")
        yield {"seconds": taken, "opened": swept.opened, "peak_mb": peak_mb()}


def figure(scale: str) -> Figure:
    sizes, due = SCALES[scale]
    rows, targets, notes = [], [], []
    for database in DATABASES:
        with ExitStack() as stack:
            stores = {}
            for orders in sizes:
                store = stack.enter_context(stepping(database, "benchmarks.sweep:sweeps", orders=orders, due=due))
                if (
                    store.step() is None
                ):  # builds; the first sweep compiles the book, which the running system does once
                    break
                stores[orders] = store
            if len(stores) < len(sizes):
                notes.append(NOT_MEASURED)
                continue
            turns = [{orders: store.step() for orders, store in stores.items()} for _ in range(RUNS)]
        medians = []
        for orders in sizes:
            told = [turn[orders] for turn in turns]
            seconds = [one["seconds"] for one in told]
            medians.append(statistics.median(seconds))
            spread = f"{min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f}"
            rows.append(
                (database, f"{orders:,}", f"{due:,}", f"{told[-1]['opened']:,}", f"{medians[-1] * 1000:.0f}", spread,
                 f"{told[-1]['peak_mb']:,.0f}")
            )  # fmt: skip
        what = f"sweep of {due:,} due orders at {sizes[-1]:,} / at {sizes[0]:,} stored, {database}"
        targets.append(Target(what, medians[-1] / medians[0], 1.5))
    notes.insert(
        0,
        "Claim, triggers, cases, holds, history, outbox, health days and the next check, one transaction a batch;"
        " a tenth of the due orders fires. The stores take turns, so that a slow minute hits both.",
    )
    columns = ("database", "orders stored", "due", "cases opened", "median ms", "from, to", "peak MB")
    return Figure("A sweep of what is due", "benchmarks/sweep.py", columns, rows, targets, notes)
