"""Trying a rulebook on past orders (G7): a year of 100,000 orders under two books, from the folder to the summary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks import worlds
from benchmarks.measure import WORK, Figure, Target, child, children_in_turns

ORDERS = {"small": 20_000, "full": 100_000}
DAYS = 365
RUNS = 3


def make(*, folder: str, orders: int) -> dict[str, int]:
    from ombud.generate import generate

    return generate(Path(folder), orders=orders, seed=worlds.SEED, days=DAYS)


def simulating(*, folder: str, platform: str, worst: bool) -> Callable[[], int]:
    """Everything that the command does but print. `worst`: a book whose wait for the first scan is none, so that about
    every order of the platform is a case."""
    import ombud.store.ready  # noqa: F401 (sets Django up)
    from ombud.domain.rulebook import load
    from ombud.rulebooks import open_book
    from ombud.scan import sources
    from ombud.simulate import report
    from ombud.simulate.assumptions import open_assumptions
    from ombud.simulate.run import simulate

    old = open_book(platform)
    text = old.text.replace("value: 72h", "value: 24h", 1)
    new = load(text.replace("wait: 48h", "wait: 0s", 1) if worst else text, file="new.yaml")
    assumptions = open_assumptions()

    def run() -> int:
        with sources.folder(Path(folder)) as source:
            found = simulate(source, old=old, new=new, assumptions=assumptions)
        report.as_json(found)
        return len(found.old.cases) + len(found.new.cases)

    return run


def figure(scale: str) -> Figure:
    orders = ORDERS[scale]
    folder = WORK / f"year-{orders}"
    if not folder.is_dir():
        child("benchmarks.simulating:make", folder=str(folder), orders=orders)
    contenders = {
        "ozon, a shorter window": {"platform": "ozon", "worst": False},
        "shopify, a shorter window": {"platform": "shopify", "worst": False},
        "ozon, about every order a case under the new book": {"platform": "ozon", "worst": True},
    }
    taken = children_in_turns(
        {
            name: ("benchmarks.simulating:simulating", {"folder": str(folder), **said})
            for name, said in contenders.items()
        },
        RUNS,
    )
    rows = [
        (name, f"{took.answer:,}", f"{took.median:.1f}", f"{took.cpu:.1f}", f"{took.peak_mb:,.0f}")
        for name, took in taken.items()
    ]
    targets = [
        *(Target(f"simulating {orders:,} orders: {name}", took.median, 60, "s") for name, took in taken.items()),
        Target(f"peak memory of simulating {orders:,} orders", max(t.peak_mb for t in taken.values()) / 1024, 6, "GiB"),
    ]
    notes = (
        f"`ombud simulate`: {orders:,} orders of both platforms over {DAYS} days are read and checked from Parquet,"
        " their scans folded, both rulebooks applied, every case played to its end, its money settled, health and"
        " sanctions followed. Cases are those of both books together.",
    )
    columns = ("what", "cases", "seconds", "CPU seconds", "peak MB")
    return Figure("Trying a rulebook on past orders", "benchmarks/simulating.py", columns, rows, targets, notes)
