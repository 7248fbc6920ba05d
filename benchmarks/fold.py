"""Folding scans into their parcels: ombud's expression against hand-written SQL, from Parquet to Parquet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks import engine, worlds
from benchmarks.measure import WORK, Figure, Target, children_in_turns

SCALES = {"small": [200_000], "full": [1_000_000, 10_000_000]}
RUNS = {"small": 3, "full": 5}


def ombud(*, folder: str, out: str) -> Callable[[], int]:
    from ombud.rulebooks import open_book
    from ombud.scan.fold import fold

    connection = engine.session()
    engine.views(connection, Path(folder), folded=False)
    facts = engine.tables(connection)
    folded = fold(facts["scans"], facts["parcels"], facts["orders"], facts["stores"], open_book("ozon"))
    return engine.copy_of(connection, engine.sql(folded), out)


def handwritten(*, folder: str, out: str) -> Callable[[], int]:
    from benchmarks.handwritten import FOLD

    connection = engine.session()
    engine.views(connection, Path(folder), folded=False)
    return engine.copy_of(connection, FOLD, out)


def figure(scale: str) -> Figure:
    rows, targets = [], []
    for orders in SCALES[scale]:
        folder = worlds.facts(orders)
        arguments = {"folder": str(folder), "out": str(WORK / "fold.parquet")}
        runs = 3 if orders >= 10_000_000 else RUNS[scale]
        taken = children_in_turns(
            {"ombud": ("benchmarks.fold:ombud", arguments), "hand-written": ("benchmarks.fold:handwritten", arguments)},
            runs,
        )
        if taken["ombud"].answer != taken["hand-written"].answer:
            raise RuntimeError("the two folds give different numbers of parcels")
        scans = worlds.count(folder, "scans")
        for name, took in taken.items():
            rows.append(
                (f"{orders:,}", f"{scans:,}", name, f"{took.median:.2f}", f"{took.cpu:.1f}", f"{took.peak_mb:,.0f}")
            )
        targets.append(
            Target(
                f"fold of {scans:,} scans / hand-written SQL", taken["ombud"].median / taken["hand-written"].median, 1.5
            )
        )
        targets.append(Target(f"peak memory of the fold at {orders:,} orders", taken["ombud"].peak_mb / 1024, 6, "GiB"))
    (WORK / "fold.parquet").unlink(missing_ok=True)
    return Figure(
        "Folding scans into parcels",
        "benchmarks/fold.py",
        ("orders", "scans", "by", "seconds", "CPU seconds", "peak MB"),
        rows,
        targets,
        ("From generated Parquet files into one Parquet file with every folded column, on a fresh DuckDB.",),
    )
