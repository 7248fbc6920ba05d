"""The daily buckets that imports and ticks keep are those that a count of everything anew would give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from ombud import generate
from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.imports import import_facts
from ombud.rulebooks import open_book
from ombud.scan.folder import read_facts
from ombud.store.health_counts import COUNTS
from ombud.store.models import Case, HealthDay
from ombud.work import loop

pytestmark = pytest.mark.django_db


def test_buckets_after_an_import_and_ticks_equal_a_rebuild(tmp_path: Path) -> None:
    books = {name: open_book(name) for name in ("ozon", "shopify")}
    starts_at = datetime(2026, 4, 1, tzinfo=UTC)
    folder = tmp_path / "facts"
    generate.generate(folder, orders=600, seed=5, form="parquet", starts_at=starts_at, days=60, progress=_silent)
    with read_facts(folder) as facts:
        import_facts(facts, books=books, actor="test", at=starts_at)
    for days in (20, 40, 60, 70):
        loop.tick(starts_at + timedelta(days=days), books=books)
    assert Case.objects.filter(state="lost").exists()
    kept = _counts()
    touched = TouchedDays(connection, books)
    touched.add_orders("SELECT order_id FROM orders")
    touched.add_cases("SELECT case_id FROM cases")
    refresh_days(touched)
    assert _counts() == kept
    for name in COUNTS:
        if name != "won_cases":  # no ruling yet
            assert any(day[name] for day in kept), name


def _counts() -> list[dict[str, int]]:
    return list(HealthDay.objects.order_by("store_id", "day").values("store_id", "day", *COUNTS))


def _silent(step: str, done: int, total: int | None) -> None:
    del step, done, total
