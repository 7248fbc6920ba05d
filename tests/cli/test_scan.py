"""`ombud scan` from its command line: files, summary, sources, and what it refuses before any work is done."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from ombud.actions.imports import import_facts
from ombud.domain.instants import format_instant, parse_instant
from ombud.rulebooks import open_book
from ombud.scan import report
from ombud.scan.folder import read_facts
from ombud.store import books
from tests.cli.run import Run, runner
from tests.test_rules import facts_of

GIVEN: dict[str, Any] = {
    "stores": {"s1": {}, "s2": {"site": "ozon.kz"}},
    "orders": {
        "o1": {"shipped_at": None, "amount_minor": 150_00},
        "o2": {"store": "s2", "ship_by": "2026-04-02T06:00:00Z", "shipped_at": None, "amount_minor": 70_00},
        "o3": {"paid_at": "2026-02-01T00:00:00Z", "ship_by": "2026-02-04T00:00:00Z"},
    },
    "parcels": [
        {"order": "o1", "carrier": "yto", "registered_at": "2026-03-16T08:00:00.000001Z"},
        {"order": "o2", "number": "B", "registered_at": "2026-03-30T20:00:00Z"},
    ],
    "scans": [
        {"carrier": "yto", "scanned_at": "2026-03-16T09:00:00Z", "code": "picked_up", "country": "CN"},
        {"carrier": "yto", "scanned_at": "2026-03-16T10:00:00Z", "code": "in_transit", "country": "RU"},
    ],
}
AS_OF = "2026-04-01T00:00:00Z"
HEADER = [
    "order_id", "store_id", "violation", "fires_at", "carrier", "tracking_number", "amount_minor", "currency",
    "clause", "complaint_id", "routed_to", "detail",
]  # fmt: skip
FIRED = [
    ("2026-03-16T08:00:00.000001Z", "o1", "carrier_not_accepted"),
    ("2026-03-16T10:00:00Z", "o1", "track_implausible"),
    ("2026-03-20T12:00:00Z", "o1", "not_shipped"),
]
AHEAD = [
    ("2026-04-01T20:00:00Z", "o2", "no_first_scan"),
    ("2026-04-02T06:00:00Z", "o2", "not_shipped"),
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The facts above, in CSV."""
    place = tmp_path / "facts"
    place.mkdir()
    facts = facts_of("ozon", GIVEN)
    for store in facts["stores"]:
        store["commission_rate"] = "0.15"
    for name, rows in facts.items():
        if rows:
            with (place / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                for row in rows:
                    writer.writerow({key: _text(value) for key, value in row.items()})
    return place


def _text(value: object) -> object:
    return format_instant(value) if isinstance(value, datetime) else value


def rows_of(file: Path) -> list[tuple[str, str, str]]:
    with file.open(newline="") as lines:
        return [(row["fires_at"], row["order_id"], row["violation"]) for row in csv.DictReader(lines)]


def test_rows_are_written_sorted_with_their_clause_and_instants_in_utc(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    said = run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--out", str(out))
    assert said.code == 0
    assert rows_of(out) == FIRED
    text = out.read_text()
    assert text.splitlines()[0].split(",") == HEADER
    assert text.splitlines()[1] == (
        "o1,s1,carrier_not_accepted,2026-03-16T08:00:00.000001Z,yto,A,15000,RUB,"
        "triggers.carrier_not_accepted@2026-03-12,,,"
    )
    assert text.endswith("\n")


def test_a_broken_track_carries_its_reason_as_json(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--out", str(out))
    with out.open(newline="") as lines:
        details = {row["violation"]: row["detail"] for row in csv.DictReader(lines)}
    assert json.loads(details["track_implausible"])["rule"] == "travel_speed"
    assert details["not_shipped"] == ""


def test_parquet_and_json_hold_the_same_rows(run: Run, folder: Path, tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet", ".json"):
        run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--out", str(tmp_path / f"rows{suffix}"))
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.column_names == HEADER
    assert str(table.schema.field("fires_at").type) == "timestamp[us, tz=UTC]"
    rows = [(format_instant(row["fires_at"]), row["order_id"], row["violation"]) for row in table.to_pylist()]
    assert rows == rows_of(tmp_path / "rows.csv") == FIRED
    text = (tmp_path / "rows.json").read_text()
    assert [(row["fires_at"], row["order_id"], row["violation"]) for row in json.loads(text)] == FIRED
    assert text.endswith("\n")


def test_a_scan_that_finds_nothing_still_writes_a_whole_file(run: Run, folder: Path, tmp_path: Path) -> None:
    for suffix in (".csv", ".parquet", ".json"):
        out = tmp_path / f"rows{suffix}"
        assert run("scan", str(folder), "--rulebook", "ozon", "--as-of", "2026-03-01", "--out", str(out)).code == 0
    assert rows_of(tmp_path / "rows.csv") == []
    assert pa_csv.read_csv(tmp_path / "rows.csv").column_names == HEADER
    assert json.loads((tmp_path / "rows.json").read_text()) == []
    assert pq.read_table(tmp_path / "rows.parquet").column_names == HEADER


def test_ahead_tells_what_fires_next_if_nothing_changes(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    words = ("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF)
    said = run(*words, "--ahead", "30h", "--out", str(out), "--json")
    assert rows_of(out) == FIRED + AHEAD
    assert json.loads(said.out)["soon"] == [
        {"within": "1h", "cases": 0, "amount_minor": {}},
        {"within": "6h", "cases": 0, "amount_minor": {}},
        {"within": "24h", "cases": 1, "amount_minor": {"RUB": 7000}},
        {"within": "30h", "cases": 2, "amount_minor": {"RUB": 7000}},
    ]
    run(*words, "--ahead", "20h", "--out", str(out))
    assert rows_of(out) == FIRED + AHEAD[:1], "what fires at the very end of the span is within it"


def test_the_summary_counts_by_violation_carrier_and_store_and_each_order_money_once(run: Run, folder: Path) -> None:
    summary = json.loads(run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--json").out)
    assert {name: each["fired"] for name, each in summary["violations"].items()} == {
        "carrier_not_accepted": 1,
        "not_shipped": 1,
        "track_implausible": 1,
    }
    assert summary["violations"]["track_implausible"]["opens"] == "review"
    assert summary["cases"] == 2
    assert summary["at_stake_minor"] == {"RUB": 15000}
    assert summary["carriers"] == {"yto": 1}
    assert summary["stores"] == {"s1": {"cases": 2, "at_stake_minor": {"RUB": 15000}}}


def test_orders_from_before_the_book_are_counted_and_told(run: Run, folder: Path) -> None:
    said = run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, width=200)
    assert "1 orders were paid before 2026-03-12T00:00:00Z" in said.out


def test_rules_at_puts_the_rules_of_one_instant_to_all_facts(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    words = ("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--out", str(out), "--json")
    run(*words)
    assert ("2026-02-04T00:00:00Z", "o3", "not_shipped") not in rows_of(out)
    summary = json.loads(run(*words, "--rules-at", "2026-03-12").out)
    assert ("2026-02-04T00:00:00Z", "o3", "not_shipped") in rows_of(out)
    assert summary["orders_before_book"] == 0


def test_a_book_from_a_file_scans_like_a_shipped_one(run: Run, folder: Path, tmp_path: Path) -> None:
    draft = tmp_path / "draft.yaml"
    unless = "      unless: parcel.first_scan_at"
    draft.write_text(open_book("ozon").text.replace(f"wait: 48h\n{unless}", f"wait: 24h\n{unless}"))
    out = tmp_path / "rows.csv"
    assert run("scan", str(folder), "--rulebook", str(draft), "--as-of", AS_OF, "--out", str(out)).code == 0
    assert ("2026-03-31T20:00:00Z", "o2", "no_first_scan") in rows_of(out)


@pytest.mark.django_db
@pytest.mark.parametrize("rules_at", [None, "2026-03-12"])
def test_the_store_gives_the_rows_of_the_folder_it_was_filled_from(
    run: Run, folder: Path, tmp_path: Path, rules_at: str | None
) -> None:
    with read_facts(folder) as facts:
        import_facts(facts, books=books.in_use(), actor="test", at=parse_instant("2026-04-01"))
    more = ["--rules-at", rules_at] if rules_at else []
    for source in ("store", str(folder)):
        words = ("scan", source, "--rulebook", "ozon", "--as-of", AS_OF, "--ahead", "30h")
        said = run(*words, *more, "--out", str(tmp_path / f"{source == 'store'}.csv"), "--json")
        assert said.code == 0, said.err
    assert (tmp_path / "True.csv").read_text() == (tmp_path / "False.csv").read_text()
    early = [("2026-02-04T00:00:00Z", "o3", "not_shipped")] if rules_at else []
    assert rows_of(tmp_path / "True.csv") == early + FIRED + AHEAD


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("rows.xlsx", ".csv, .json, .parquet"),
        ("rows", ".csv, .json, .parquet"),
        ("missing/rows.csv", "There is no folder"),
        ("facts/folder.csv", "cannot be written"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_any_work(
    run: Run, folder: Path, tmp_path: Path, out: str, said: str
) -> None:
    (folder / "folder.csv").mkdir()
    answer = run("scan", "there/is/no/such/folder", "--rulebook", "ozon", "--out", str(tmp_path / out), width=300)
    assert answer.code == 2
    assert said in answer.err


def test_a_folder_without_write_permission_is_refused(folder: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    # Root may write anywhere, unless it gives that right up.
    bound = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    ombud = [sys.executable, "-c", "from ombud.cli import main; main()", "--lang", "en"]
    scan = ["scan", str(folder), "--rulebook", "ozon", "--out", str(locked / "rows.csv")]
    answer = subprocess.run([*bound, *ombud, *scan], capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert "cannot be written" in " ".join(answer.stderr.split())


def test_a_scan_that_fails_leaves_the_old_file_and_nothing_beside_it(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "rows.csv"
    out.parent.mkdir()
    out.write_text("old\n")
    (folder / "orders.csv").write_text((folder / "orders.csv").read_text().replace("15000", "-1"))
    assert run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--out", str(out)).code == 2
    assert out.read_text() == "old\n"
    assert [file.name for file in out.parent.iterdir()] == ["rows.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_and_leaves_the_old_file(folder: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out" / "rows.csv"
    out.parent.mkdir()
    out.write_text("old\n")
    (out.parent / f".rows.{os.getpid()}.csv").symlink_to("/dev/full")
    said = run("scan", str(folder), "--rulebook", "ozon", "--as-of", AS_OF, "--out", str(out), width=300)
    assert said.code == 2
    assert "disk is full" in said.err
    assert out.read_text() == "old\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rulebook", "amazon"), "There is no rulebook"),
        (("--rulebook", "ozon", "--as-of", "2026-02-31"), "no instant"),
        (("--rulebook", "ozon", "--as-of", "2026-03-12T08:00:00"), "no time zone"),
        (("--rulebook", "ozon", "--ahead", "soon"), "no span"),
        (("--rulebook", "ozon", "--rules-at", "2020-01-01"), "no triggers in force"),
    ],
)
def test_what_the_options_say_is_checked(run: Run, folder: Path, words: tuple[str, ...], said: str) -> None:
    answer = run("scan", str(folder), *words, width=300)
    assert answer.code == 2
    assert said in answer.err


def test_the_store_takes_no_mapping(run: Run, tmp_path: Path) -> None:
    answer = run("scan", "store", "--rulebook", "ozon", "--mapping", str(tmp_path / "m.sql"), width=300)
    assert answer.code == 2
    assert "not with the store" in answer.err


def test_the_columns_of_the_file_are_those_that_are_documented() -> None:
    assert list(report.COLUMNS) == HEADER
