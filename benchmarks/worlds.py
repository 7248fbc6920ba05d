"""The generated worlds that figures are measured on, made once and kept under build/benchmarks."""

from __future__ import annotations

import shutil
from pathlib import Path

from benchmarks.measure import WORK, child

SEED = 2026


def facts(orders: int) -> Path:
    """A folder of generated facts as Parquet."""
    folder = WORK / f"facts-{orders}"
    if not folder.is_dir():
        child("benchmarks.worlds:make_facts", folder=str(folder), orders=orders)
    return folder


def make_facts(*, folder: str, orders: int) -> dict[str, int]:
    from ombud.generate import generate

    return generate(Path(folder), orders=orders, seed=SEED)


def folded(orders: int) -> Path:
    """The same world with its scans folded into `folded.parquet`, as ombud folds them; beside links to the rest."""
    folder = facts(orders)
    if not (folder / "folded.parquet").is_file():
        child("benchmarks.worlds:make_folded", folder=str(folder))
    return folder


def make_folded(*, folder: str) -> None:
    from benchmarks.fold import ombud

    draft = Path(folder) / "folded.draft.parquet"
    ombud(folder=folder, out=str(draft))()
    draft.replace(Path(folder) / "folded.parquet")


def count(folder: Path, table: str) -> int:
    import pyarrow.parquet

    return int(pyarrow.parquet.read_metadata(folder / f"{table}.parquet").num_rows)


def forget() -> None:
    """Removes every world."""
    shutil.rmtree(WORK, ignore_errors=True)
