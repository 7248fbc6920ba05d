"""`ombud facts check` and `ombud facts import`: what they say, what they store, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from ombud.cli import app, say
from ombud.domain.problems import OmbudError
from ombud.store.keys import known
from ombud.store.models import Order, Scan
from tests.conftest import OwnStore
from tests.scan.facts_folder import good_rows, spoilt, write_csv

NOW = ("--at", "2026-04-01T00:00:00Z")


def _run(*arguments: object, exit_code: int = 0) -> str:
    """What the command prints; it must end with `exit_code`."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    if isinstance(result.exception, OmbudError):
        assert exit_code == 2
        return str(result.exception)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


def _json(*arguments: object, exit_code: int = 0) -> Any:
    return json.loads(_run(*arguments, "--json", exit_code=exit_code))


def test_check_counts_the_rows_and_needs_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_csv(tmp_path / "facts", good_rows())
    assert _json("facts", "check", folder) == {
        "tables": {
            "stores": 2,
            "orders": 3,
            "lines": 2,
            "parcels": 2,
            "scans": 2,
            "complaints": 1,
            "messages": 1,
            "recipients": 1,
        },
        "known_at": "2026-03-15T08:00:00Z",
        "rejected": 0,
        "rejects": None,
    }
    said = _run("facts", "check", folder)
    assert "orders" in said
    assert "2026-03-15T08:00:00Z" in said


def test_check_refuses_with_file_line_column_value_and_expectation(tmp_path: Path) -> None:
    said = _run("facts", "check", spoilt(tmp_path, "orders", amount_minor="1,234.50"), exit_code=2)
    assert said == (
        f"{tmp_path}/orders.csv:4, amount_minor: '1,234.50' is no whole number. "
        "Expected a whole number of minor units, not negative: 123450 for 1,234.50."
    )


def test_check_with_rejects_ends_with_1_where_rows_were_rejected(tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    folder = spoilt(tmp_path / "facts", "messages", sender="nobody")
    assert _json("facts", "check", folder, "--rejects", target, exit_code=1)["rejected"] == 1
    assert "nobody" in target.read_text()
    assert "1 rows were rejected" in _run("facts", "check", folder, "--rejects", target, exit_code=1)


@pytest.mark.django_db
def test_import_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    folder = write_csv(tmp_path, good_rows())
    first = _json("facts", "import", folder, *NOW)
    assert first["tables"]["orders"] == {"inserted": 3, "updated": 0, "unchanged": 0, "older": 0}
    assert first["known_at"] == "2026-03-15T08:00:00Z"
    second = _json("facts", "import", folder, *NOW)
    assert second["tables"]["orders"] == {"inserted": 0, "updated": 0, "unchanged": 3, "older": 0}
    assert second["woken"] == 0
    assert "the same" in _run("facts", "import", folder, *NOW)


@pytest.mark.django_db
def test_a_folder_with_a_fault_stores_nothing(tmp_path: Path) -> None:
    _run("facts", "import", spoilt(tmp_path, "messages", sent_at="2026-02-31T00:00:00Z"), *NOW, exit_code=2)
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_with_rejects_the_good_rows_are_stored(tmp_path: Path) -> None:
    folder = spoilt(tmp_path / "facts", "orders", currency="RUR")
    told = _json("facts", "import", folder, "--rejects", tmp_path / "rejects.csv", *NOW, exit_code=1)
    assert told["rejected"] == 1
    assert set(Order.objects.values_list("order_id", flat=True)) == {"O1", "O2"}


@pytest.mark.django_db
def test_a_later_folder_points_to_what_the_store_knows(tmp_path: Path) -> None:
    _run("facts", "import", write_csv(tmp_path / "first", good_rows()), *NOW)
    rows = good_rows()
    later = {
        "stores": [],
        "orders": [rows["orders"][0] | {"order_id": "O4"}],
        "scans": [rows["scans"][0] | {"scanned_at": "2026-03-16T08:00:00Z", "code": "in_transit"}],
    }
    folder = write_csv(tmp_path / "later", later)
    assert "There is no store 'S1'." in _run("facts", "check", folder, exit_code=2)
    assert _json("facts", "check", folder, "--store")["tables"]["scans"] == 1
    assert _json("facts", "import", folder, *NOW)["tables"]["scans"]["inserted"] == 1
    assert Scan.objects.count() == 3


@pytest.mark.django_db
def test_the_store_tells_the_keys_it_knows(tmp_path: Path) -> None:
    _run("facts", "import", write_csv(tmp_path, good_rows()), *NOW)
    assert known("orders", [(f"O{n}",) for n in range(5_000)]) == {("O1",), ("O2",), ("O3",)}
    assert known("stores", [("S1",), ("S'; --",)]) == {("S1",)}
    assert known("parcels", [("cdek", "T1"), ("boxberry", "T1"), ("cdek", "T9")]) == {("cdek", "T1")}
    assert known("parcels", []) == set()


@pytest.mark.django_db
def test_an_older_export_by_its_age_overwrites_nothing(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "facts", good_rows())
    _run("facts", "import", folder, *NOW)
    older = spoilt(tmp_path / "older", "orders", status="paid")
    told = _json("facts", "import", older, "--known-at", "2026-03-13T00:00:00Z", *NOW)
    assert told["tables"]["orders"]["older"] == 1
    assert Order.objects.get(order_id="O3").status == "shipped"


@pytest.mark.django_db
def test_what_has_not_happened_yet_is_refused_because_it_would_outdate_every_later_export(tmp_path: Path) -> None:
    said = _run("facts", "import", spoilt(tmp_path, "orders", delivered_at="2126-03-13T08:00:00Z"), exit_code=2)
    assert "orders (order_id=O3), delivered_at" in said
    assert "--known-at" in said
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_an_import_through_a_mapping(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "export", good_rows())
    mapping = tmp_path / "mapping.sql"
    views = (f"CREATE VIEW {name} AS FROM read_csv('{name}.csv', all_varchar = true);" for name in ("stores", "orders"))
    mapping.write_text("\n".join(views))
    assert _json("facts", "import", folder, "--mapping", mapping, *NOW)["tables"]["orders"]["inserted"] == 3


def test_the_command_says_errors_on_standard_error_with_exit_code_2(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "orders", store_id="S9")
    done = subprocess.run(
        [sys.executable, "-c", "from ombud.cli import main; main()", "facts", "check", str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "OMBUD_LANG": "en"},
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"✗ {folder}/orders.csv:4, store_id: There is no store 'S9'. "
        "Put it into the table stores of this folder, or import it first.\n"
    )


def test_ctrl_c_in_an_import_leaves_no_half_of_it(tmp_path: Path, store: OwnStore) -> None:
    rows = good_rows()
    order = rows["orders"][0]
    rows["orders"] += [order | {"order_id": f"X{n}"} for n in range(60_000)]
    folder = write_csv(tmp_path / "facts", rows)
    spill = tmp_path / "spill"
    spill.mkdir()
    code = (
        "import os, signal\n"
        "from ombud.cli import facts, main, say\n"
        "from contextlib import contextmanager\n"
        "@contextmanager\n"
        "def progress(title):\n"
        "    yield lambda step, done, total: print(step, done, total, flush=True)\n"
        "say.progress = progress\n"
        "main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "facts", "import", str(folder), *NOW],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=store.environment(TMPDIR=str(spill)),
    ) as importing:
        assert importing.stdout
        for line in importing.stdout:
            if line.startswith("orders "):
                break
        importing.send_signal(signal.SIGINT)
        importing.stdout.read()
        assert importing.wait(timeout=60) != 0
    assert not Order.objects.exists()
    assert list(spill.iterdir()) == []
    assert say.language() == "en"
