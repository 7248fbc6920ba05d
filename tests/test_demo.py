"""`make demo` end to end: the cases that the clock opens are those that one scan of the same folder finds."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import ibis
import pytest

from ombud.domain.roles import RIGHTS
from ombud.domain.triggers import compile_book
from ombud.rulebooks import open_book
from ombud.scan.fold import fold
from ombud.scan.folder import read_facts

ROOT = Path(__file__).parents[1]


MOVED = """
import django
django.setup()
from django.test import Client
from ombud.store.models import Case
browser = Client(SERVER_NAME="localhost")
for step in ["3d"] * 20:
    assert browser.post("/demo/clock/", {"step": step}).status_code == 302
print(Case.objects.count())
"""
"""What moves the clock of a demo by its bar, and counts the cases that there are then."""


def demo(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the demo as `make demo` does, without a terminal, in a folder of its own."""
    environment = {**os.environ, "OMBUD_LANG": "en", "DATABASE_URL": "", "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py"), *arguments],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def cases_of(home: Path) -> set[tuple[str, str, str]]:
    """(order, violation, complaint) of every case in the demo's store."""
    with sqlite3.connect(home / "demo" / "ombud.sqlite3") as store:
        return set(store.execute("SELECT order_id, violation, complaint_id FROM cases").fetchall())


def scanned(
    folder: Path, *, mapping: Path | None = None, rules_at: datetime | None = None
) -> set[tuple[str, str, str]]:
    """The same, by the compiled books over the whole folder at once."""
    found = set()
    with read_facts(folder, mapping=mapping) as facts:
        backend = ibis.duckdb.from_connection(facts.connection)
        tables = {name: backend.table(name) for name in ("stores", "orders", "lines", "parcels", "scans", "complaints")}
        for name in ("ozon", "shopify"):
            book = open_book(name)
            parcels = fold(
                tables["scans"], tables["parcels"], tables["orders"], tables["stores"], book, rules_at=rules_at
            )
            rows = compile_book(book, tables | {"parcels": parcels}, rules_at=rules_at)
            assert facts.known_at is not None
            rows = rows.filter(rows.opens.isin(["case", "route"]), rows.fires_at <= ibis.timestamp(facts.known_at))
            for row in rows.to_pyarrow().to_pylist():
                found.add((row["order_id"], row["violation"], row["complaint_id"] or ""))
    return found


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of one run on generated orders, and what it showed."""
    home = tmp_path_factory.mktemp("generated")
    done = demo(home, "--orders", "400", "--every", "2d")
    assert done.returncode == 0, done.stderr
    return home, done.stdout


def test_the_demo_opens_the_cases_that_a_scan_finds(generated: tuple[Path, str]) -> None:
    home, _ = generated
    found = scanned(home / "demo" / "facts")
    assert len(found) >= 3
    assert cases_of(home) == found


def test_the_demo_says_that_its_orders_are_generated_and_fits_80_columns(generated: tuple[Path, str]) -> None:
    _, said = generated
    assert "A generated marketplace" in said
    shown, commands = said.split("To look further")
    assert max(len(line) for line in shown.splitlines() if not line.startswith("$ ombud")) <= 80
    assert "ombud health --at" in commands


def test_no_case_of_the_demo_opens_before_it_fires_and_each_shuts_72_hours_later(generated: tuple[Path, str]) -> None:
    home, _ = generated
    with sqlite3.connect(home / "demo" / "ombud.sqlite3") as store:
        rows = store.execute(
            "SELECT fires_at, opened_at, due_at, state, closed_at FROM cases WHERE route = ''"
        ).fetchall()
    assert rows
    for fires_at, opened_at, due_at, state, closed_at in rows:
        assert fires_at <= opened_at
        hours = (datetime.fromisoformat(due_at) - datetime.fromisoformat(opened_at)).total_seconds() / 3600
        assert hours == 72
        assert (state, closed_at) in {("opened", None), ("lost", due_at)}


def test_the_demo_ends_with_a_site_that_answers_and_a_login_for_every_role(generated: tuple[Path, str]) -> None:
    home, said = generated
    assert "The pages answered" in said
    with sqlite3.connect(home / "demo" / "site" / "ombud.sqlite3") as store:
        members = set(
            store.execute(
                "SELECT organisations.side, members.role, users.email"
                " FROM members JOIN organisations USING (organisation_id) JOIN users ON users.id = user_id"
            ).fetchall()
        )
    assert {(side, role) for side, role, _ in members} == {(str(side), str(role)) for side, role in RIGHTS}
    assert all(email in said for _, _, email in members)
    assert re.search(r"http://127\.0\.0\.1:\d+/report/\S+/", said)


def test_the_site_of_the_demo_stands_where_cases_are_open_and_its_clock_goes_on(generated: tuple[Path, str]) -> None:
    home, _ = generated
    site = home / "demo" / "site"
    with sqlite3.connect(site / "ombud.sqlite3") as store:
        ((still_open,),) = store.execute("SELECT count(*) FROM cases WHERE closed_at IS NULL").fetchall()
        ((opened,),) = store.execute("SELECT count(*) FROM cases").fetchall()
    assert still_open >= 1
    assert opened < len(cases_of(home))
    environment = os.environ | {
        "DATABASE_URL": "",
        "OMBUD_STORE": str(site / "ombud.sqlite3"),
        "OMBUD_DEMO": str(site / "clock"),
        "DJANGO_SETTINGS_MODULE": "ombud.web.settings",
    }
    before = (site / "clock").read_text("utf-8")
    moved = subprocess.run(
        [sys.executable, "-c", MOVED], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert int(moved) > opened
    assert (site / "clock").read_text("utf-8") > before


def test_a_folder_that_is_not_facts_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = demo(tmp_path, "--data", "empty")
    assert done.returncode == 2
    assert "empty" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.real_data
def test_real_orders_become_cases_by_todays_rules(tmp_path: Path, real_data: Path) -> None:
    mapping = ROOT / "examples" / "olist" / "mapping.sql"
    done = demo(tmp_path, "--data", str(real_data / "olist"), "--mapping", str(mapping), "--every", "8d")
    assert done.returncode == 0, done.stderr
    assert "the rules as of 2026-03-12 are applied" in re.sub(r"\s+", " ", done.stdout)
    found = scanned(real_data / "olist", mapping=mapping, rules_at=datetime(2026, 3, 12, tzinfo=UTC))
    assert {violation for _, violation, _ in found} == {"not_shipped", "delivered_not_received"}
    assert len(found) > 400
    assert cases_of(tmp_path) == found
