"""The compiled book in process: batches of one order and of ten thousand, as the due loop reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import engine, worlds
from benchmarks.measure import Figure, Target, child

WORLD = 200_000
RUNS = {1: 200, 100: 50, 10_000: 9}
LIMIT_SECONDS = {1: 0.030, 10_000: 0.5}


def batch(folder: Path, orders: int) -> dict[str, Any]:
    """The facts of the first `orders` orders paid after the books' first date, with everything that is theirs."""
    connection = engine.session()
    engine.views(connection, folder, folded=True)
    connection.execute(
        "CREATE TEMP TABLE chosen AS SELECT order_id, store_id FROM orders"
        f" WHERE paid_at >= TIMESTAMPTZ '2026-04-01' ORDER BY paid_at, order_id LIMIT {orders}"
    )
    own = {
        name: f"SELECT * FROM {name} WHERE order_id IN (SELECT order_id FROM chosen)"
        for name in ("orders", "lines", "parcels", "complaints")
    }
    own["stores"] = "SELECT * FROM stores WHERE store_id IN (SELECT store_id FROM chosen)"
    return {name: connection.execute(query).to_arrow_table() for name, query in own.items()}


def measure(*, folder: str) -> dict[str, Any]:
    """In the child: seconds to compile each book, median seconds a batch, and the rows found."""
    import statistics
    import time

    from ombud.rulebooks import open_book
    from ombud.scan.evaluate import Evaluator

    told: dict[str, Any] = {"compile": {}, "batches": []}
    for name in ("ozon", "shopify"):
        book = open_book(name)
        start = time.perf_counter()
        evaluator = Evaluator(book)
        told["compile"][name] = time.perf_counter() - start
        for orders, runs in RUNS.items():
            facts = batch(Path(folder), orders)
            found = evaluator.run(facts).num_rows
            taken = []
            for _ in range(runs):
                start = time.perf_counter()
                evaluator.run(facts)
                taken.append(time.perf_counter() - start)
            told["batches"].append((name, orders, found, statistics.median(taken), max(taken)))
    return told


def figure(scale: str) -> Figure:
    del scale
    told = child("benchmarks.evaluator:measure", folder=str(worlds.folded(WORLD)))
    rows = [
        (name, f"{orders:,}", f"{found:,}", f"{median * 1000:.1f}", f"{worst * 1000:.1f}")
        for name, orders, found, median, worst in told["batches"]
    ]
    targets = [
        Target(f"evaluating {orders:,} orders by the {name} book", median * 1000, LIMIT_SECONDS[orders] * 1000, "ms")
        for name, orders, _, median, _ in told["batches"]
        if orders in LIMIT_SECONDS
    ]
    compiled = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in told["compile"].items())
    return Figure(
        "Reading the triggers of a batch",
        "benchmarks/evaluator.py",
        ("book", "orders", "rows that fire", "median ms", "worst ms"),
        rows,
        targets,
        (f"Arrow tables in, Arrow rows out, one thread. Compiling a book, once per version and process: {compiled}.",),
    )
