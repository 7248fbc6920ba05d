"""Spark gives the rows of DuckDB, for every expression of every book."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow.parquet as pq
import pytest

from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers import compile_book
from ombud.rulebooks import open_book
from ombud.scan import spark as engine
from ombud.scan.fold import fold
from tests.domain.test_triggers_any_book import DATES, third
from tests.worlds import STARTS, Answers, Facts, World, arrow

pytestmark = pytest.mark.spark

needs_spark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark") is None or shutil.which("java") is None, reason="no PySpark or no Java"
)

SITES = (
    ("ozon", "ozon.ru", "CN"),
    ("ozon", "ozon.kz", "CN"),
    ("shopify", "a.example", "US"),
    ("shopify", "b.example", "US"),
    ("lagoon", "lagoon.jp", "JP"),
    ("lagoon", "lagoon.kr", "KR"),
)


def crowd() -> Facts:
    """Many small worlds in one, with the instants of all three books."""
    facts: Facts = {}
    for place in range(60):
        bases = (STARTS, STARTS + timedelta(days=5)) if place % 2 else DATES
        steps = tuple(timedelta(minutes=minutes) for minutes in (0, 30, 60, 90, 300, 540, 1440, 2160, 2880, 14400))
        world = World(Random(place), bases, SITES, ("cdek", "boxberry", "yto", "sail", "oar", "kite"), steps).draw(8)
        for name, rows in world.items():
            facts.setdefault(name, []).extend(_apart(row, place) for row in rows)
    return facts


def _apart(row: dict[str, Any], place: int) -> dict[str, Any]:
    ids = ("store_id", "order_id", "complaint_id", "tracking_number")
    return {key: f"{value}-{place}" if key in ids else value for key, value in row.items()}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    place = tmp_path_factory.mktemp("spark")
    files: dict[str, Path] = {}
    for name, table in arrow(crowd()).items():
        files[name] = place / f"{name}.parquet"
        pq.write_table(table, files[name])
    with engine.session(place, "local[2]") as spark:
        yield engine.tables_of(spark, files)


@needs_spark
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("book", [open_book("ozon"), open_book("shopify"), third()], ids=lambda book: book.name)
def test_every_expression_gives_the_rows_of_duckdb(tables: dict[str, Any], book: Rulebook) -> None:
    answers, facts = Answers(book), crowd()
    folded = fold(tables["scans"], tables["parcels"], tables["orders"], tables["stores"], book).cache()
    parcels = engine.to_arrow(folded).to_pylist()
    assert sorted(map(_ordered, parcels)) == sorted(map(_ordered, answers.folded(facts)))
    rows = engine.to_arrow(compile_book(book, {**tables, "parcels": folded})).to_pylist()
    expected = answers.rows(facts)
    assert len(expected) > 15
    assert sorted(map(_ordered, rows)) == sorted(map(_ordered, expected))


def _ordered(row: dict[str, Any]) -> str:
    return str(sorted((key, str(value)) for key, value in row.items()))


def test_without_pyspark_the_error_names_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(OmbudError, match=r"pip install 'ombud\[spark\]'"):
        engine.refuse_missing()


def test_without_java_the_error_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(OmbudError, match="Java runtime"):
        engine.refuse_missing()
