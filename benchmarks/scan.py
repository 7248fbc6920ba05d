"""The scan of a whole marketplace: ombud's expression against hand-written SQL and against just reading the columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pyarrow.parquet import ParquetFile

from benchmarks import engine, worlds
from benchmarks.measure import Figure, Target, children_in_turns

SCALES = {"small": [200_000], "full": [1_000_000, 10_000_000]}
RUNS = 5
BATCH = 65_536
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)

TOUCHED = {
    "stores": ("store_id", "platform", "site", "verified_at"),
    "orders": (
        "order_id", "store_id", "currency", "amount_minor", "paid_at", "ship_by", "shipped_at", "cancelled_at",
    ),
    "parcels": (
        "order_id", "tracking_number", "carrier", "registered_at", "first_scan_at", "delivered_at", "second_order_at",
        "broken_at", "broken_by",
    ),
    "complaints": ("complaint_id", "order_id", "kind", "opened_at", "withdrawn_at", "media"),
}  # fmt: skip
"""What the Ozon book's triggers read, and its output repeats."""


def ombud(*, folder: str) -> Callable[[], int]:
    """Compiled before the clock starts: once per book version, as the running system does."""
    import ibis

    from ombud.domain.triggers import compile_book
    from ombud.rulebooks import open_book

    connection = _session(folder)
    found = compile_book(open_book("ozon"), engine.tables(connection))
    return engine.rows_of(connection, engine.sql(found.filter(found.fires_at <= ibis.timestamp(AS_OF))))


def handwritten(*, folder: str) -> Callable[[], int]:
    from benchmarks.handwritten import TRIGGERS

    return engine.rows_of(_session(folder), f"SELECT * FROM ({TRIGGERS}) WHERE fires_at <= TIMESTAMPTZ '{AS_OF}'")


def reading(*, folder: str) -> Callable[[], int]:
    """Every touched column read into Arrow batches on all cores and let go, nothing else."""
    files = {name: Path(folder) / f"{'folded' if name == 'parcels' else name}.parquet" for name in TOUCHED}

    def run() -> int:
        batches = (
            batch
            for name, columns in TOUCHED.items()
            for batch in ParquetFile(files[name]).iter_batches(BATCH, columns=list(columns), use_threads=True)
        )
        return sum(batch.num_rows for batch in batches)

    return run


def counting(*, folder: str) -> Callable[[], int]:
    """DuckDB counts what is not null in every touched column: no value ever leaves its reader. A floor."""
    connection = _session(folder)
    queries = [f"SELECT {', '.join(f'count({c})' for c in columns)} FROM {name}" for name, columns in TOUCHED.items()]

    def run() -> int:
        return sum(len(connection.execute(query).fetchall()) for query in queries)

    return run


def figure(scale: str) -> Figure:
    rows, targets, each = [], [], {}
    for orders in SCALES[scale]:
        folder = worlds.folded(orders)
        arguments = {"folder": str(folder)}
        taken = children_in_turns(
            {
                "ombud": ("benchmarks.scan:ombud", arguments),
                "hand-written SQL": ("benchmarks.scan:handwritten", arguments),
                "reading the touched columns": ("benchmarks.scan:reading", arguments),
                "counting them inside DuckDB": ("benchmarks.scan:counting", arguments),
            },
            RUNS,
        )
        ours, by_hand, read, _ = taken.values()
        if ours.answer != by_hand.answer:
            raise RuntimeError(f"ombud finds {ours.answer} rows, the hand-written SQL {by_hand.answer}")
        for name, took in taken.items():
            rows.append((f"{orders:,}", name, f"{took.median:.2f}", f"{took.cpu:.1f}", f"{took.peak_mb:,.0f}"))
        each[orders] = ours.median / orders
        targets += [
            Target(f"scan of {orders:,} orders / hand-written SQL", ours.median / by_hand.median, 1.2),
            Target(f"scan of {orders:,} orders / reading its columns", ours.median / read.median, 2),
            Target(f"peak memory of the scan of {orders:,} orders", ours.peak_mb / 1024, 6, "GiB"),
        ]
    if len(each) > 1:
        small, large = min(each), max(each)
        targets.append(Target(f"time per order at {large:,} / at {small:,} orders", each[large] / each[small], 1))
    return Figure(
        "Scanning a marketplace",
        "benchmarks/scan.py",
        ("orders", "by", "seconds", "CPU seconds", "peak MB"),
        rows,
        targets,
        (
            f"All triggers of the Ozon book as of {AS_OF:%Y-%m-%d}, from Parquet with folded parcels into Arrow rows; "
            f"ombud and the hand-written SQL give the same number of rows. Compiling the book is the next figure. "
            f"Reading hands out values, as the scan has to; counting shows what decoding alone costs in DuckDB.",
        ),
    )


def _session(folder: str) -> duckdb.DuckDBPyConnection:
    connection = engine.session()
    engine.views(connection, Path(folder), folded=True)
    return connection
