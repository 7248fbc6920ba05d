"""A sweep of what is due: does its time grow with what is stored?"""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Figure, Target, peak_mb
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

SCALES = {"small": ([50_000, 500_000], 1_000), "full": ([1_000_000, 10_000_000], 10_000)}
RUNS = 5


def measure(*, orders: int, due: int) -> dict[str, Any]:
    """In the child: builds the store, then sweeps one slice after the other."""
    import time

    large = Large(orders, due=due, slices=RUNS + 1)

    from ombud.actions import rulebooks
    from ombud.actions.cases import open_due
    from ombud.rulebooks import open_book

    books = {"ozon": open_book("ozon")}
    rulebooks.register(books, at=AT, actor="benchmark")  # a book new to the store wakes every order; here none is there
    start = time.perf_counter()
    large.build()
    built = time.perf_counter() - start
    taken, opened = [], 0
    for piece in range(RUNS + 1):
        large.arm(piece)
        start = time.perf_counter()
        swept = open_due(AT, books=books, actor="benchmark")
        taken.append(time.perf_counter() - start)
        if swept.checked != due:
            raise RuntimeError(f"{swept.checked} orders were due, not {due}")
        opened = swept.opened
    # The first sweep compiles the book, which the running system does once.
    return {"seconds": taken[1:], "opened": opened, "built": built, "peak_mb": peak_mb()}


def figure(scale: str) -> Figure:
    import statistics

    sizes, due = SCALES[scale]
    rows, targets, notes = [], [], []
    for database in DATABASES:
        medians = []
        for orders in sizes:
            told = on_database(database, "benchmarks.sweep:measure", orders=orders, due=due)
            if told is None:
                break
            medians.append(statistics.median(told["seconds"]))
            spread = f"{min(told['seconds']) * 1000:.0f} to {max(told['seconds']) * 1000:.0f}"
            rows.append(
                (database, f"{orders:,}", f"{due:,}", f"{told['opened']:,}", f"{medians[-1] * 1000:.0f}", spread,
                 f"{told['peak_mb']:,.0f}")
            )  # fmt: skip
        if len(medians) == len(sizes):
            what = f"sweep of {due:,} due orders at {sizes[-1]:,} / at {sizes[0]:,} stored, {database}"
            targets.append(Target(what, medians[-1] / medians[0], 1.5))
        else:
            notes.append(NOT_MEASURED)
    notes.insert(
        0,
        "Claim, triggers, cases, holds, history, outbox, health days and the next check, one transaction a batch;"
        " a tenth of the due orders fires.",
    )
    columns = ("database", "orders stored", "due", "cases opened", "median ms", "from, to", "peak MB")
    return Figure("A sweep of what is due", "benchmarks/sweep.py", columns, rows, targets, notes)
