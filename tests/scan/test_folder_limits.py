"""Large files, small memory, full disks and Ctrl-C: nothing is half-read, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest

from ombud.domain.facts import TABLES
from ombud.domain.problems import OmbudError
from ombud.scan.folder import read_facts
from ombud.scan.reading import csv_files
from ombud.scan.reading.engine import Engine, workplace
from ombud.scan.reading.kinds import code_types
from ombud.scan.reading.load import values
from tests.scan.facts_folder import good_rows, problems, reading, write_csv

MEMORY_MB = 200
CSV_MB = 150


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good folder whose orders.csv is larger than 150 MB."""
    folder = write_csv(tmp_path_factory.mktemp("large"), {"stores": good_rows()["stores"]})
    duckdb.execute(
        "COPY (SELECT 'ORDER-' || lpad(i::VARCHAR, 24, '0') AS order_id, 'S1' AS store_id, 'BUYER-' || i AS buyer_id, "
        "'shipped' AS status, 'ozon' AS gateway, 'RUB' AS currency, i AS amount_minor, 0 AS shipping_minor, "
        "0 AS refunded_minor, CASE WHEN i % 1000 = 0 THEN 'two' || chr(10) || 'lines' ELSE 'baby' END AS category, "
        "'2026-03-12T08:00:00Z' AS paid_at, '2026-03-20T08:00:00Z' AS ship_by, '2026-03-13T08:00:00Z' AS shipped_at, "
        "'2026-03-14T08:00:00Z' AS delivered_at, '2026-03-14T08:00:00Z' AS completed_at, NULL AS cancelled_at "
        f"FROM range(900000) t(i)) TO '{folder}/orders.csv' (HEADER)"
    )
    assert (folder / "orders.csv").stat().st_size > CSV_MB * 10**6
    return folder


READ = """
import resource, sys
from pathlib import Path
from ombud.domain.problems import OmbudError
from ombud.scan.folder import read_facts
if len(sys.argv) > 2:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
print("reading", flush=True)
try:
    with read_facts(Path(sys.argv[1]), progress=lambda *told: print(*told, flush=True)) as facts:
        print("counts", facts.counts["orders"], flush=True)
except OmbudError as error:
    print("refused", error.problems[0].code, error, flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
    sys.exit(130)
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, flush=True)
"""


def _start(folder: Path, spill: Path, *more: str, mapping: Path | None = None) -> subprocess.Popen[str]:
    """Reads `folder` in a process of its own that works in `spill`."""
    spill.mkdir(exist_ok=True)
    code = (
        READ.replace("Path(sys.argv[1]),", f"Path(sys.argv[1]), mapping=Path({str(mapping)!r}),") if mapping else READ
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(spill), "OMBUD_MEMORY_MB": str(MEMORY_MB)},
    )


def _run(folder: Path, spill: Path, *more: str, mapping: Path | None = None) -> str:
    """What such a process says."""
    with _start(folder, spill, *more, mapping=mapping) as reader:
        return reader.communicate()[0]


def _interrupt(folder: Path, spill: Path, when: str, mapping: Path | None = None) -> str:
    """What such a process says after a Ctrl-C at the first line that begins with `when`."""
    with _start(folder, spill, mapping=mapping) as reader:
        assert reader.stdout
        for line in reader.stdout:
            if line.startswith(when):
                break
        reader.send_signal(signal.SIGINT)
        said = reader.stdout.read()
        assert reader.wait(timeout=30) == 130
    return said


def test_a_file_is_read_in_less_memory_than_its_size_and_tells_how_far_it_is(large: Path, tmp_path: Path) -> None:
    small = _run(write_csv(tmp_path / "small", good_rows()), tmp_path)
    out = _run(large, tmp_path)
    assert "counts 900000" in out
    peaks = [int(said.rsplit("peak ", 1)[1]) for said in (small, out)]
    # What DuckDB may use, and some for its buffers outside of that; not the 150 MB of the file and its tables.
    assert peaks[1] - peaks[0] < MEMORY_MB + 100
    told = {line for line in out.splitlines() if line.startswith("orders.csv ")}
    assert len({line for line in told if line.endswith(" 100")}) > 2


def test_ctrl_c_stops_at_once_and_leaves_nothing_behind(large: Path, tmp_path: Path) -> None:
    said = _interrupt(large, tmp_path / "spill", "orders.csv ")
    assert "stopped" in said
    assert "counts" not in said
    assert list((tmp_path / "spill").iterdir()) == []


def test_ctrl_c_stops_a_mapping_and_leaves_nothing_behind(large: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "endless.sql"
    mapping.write_text(
        "CREATE VIEW stores AS FROM read_csv('stores.csv', all_varchar = true);\n"
        "CREATE VIEW orders AS SELECT DISTINCT o.* REPLACE (o.order_id || a.range || b.range AS order_id) "
        "FROM read_csv('orders.csv', all_varchar = true) o, range(1000000) a, range(1000000) b;\n"
    )
    assert "stopped" in _interrupt(large, tmp_path / "spill", "orders ", mapping)
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_full_disk_is_said_with_its_place_and_the_way_out(large: Path, tmp_path: Path) -> None:
    out = _run(large, tmp_path / "spill", str(10 * 2**20))
    assert "refused disk_full" in out
    assert f"{tmp_path}/spill: " in out
    assert "Set TMPDIR" in out
    assert "counts" not in out
    assert list((tmp_path / "spill").iterdir()) == []


def test_a_mapping_on_a_full_disk_says_the_same(large: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "all.sql"
    views = (f"CREATE VIEW {t} AS FROM read_csv('{t}.csv', all_varchar = true);" for t in ("stores", "orders"))
    mapping.write_text("".join(views))
    assert "refused disk_full" in _run(large, tmp_path / "spill", str(10 * 2**20), mapping=mapping)
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.parametrize("value", ["lots", "4GB", "0", "-1", "63"])
def test_a_bound_of_memory_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OMBUD_MEMORY_MB", value)
    assert [problem.code for problem in problems(write_csv(tmp_path, good_rows()))] == ["bad_setting"]


def test_nothing_is_left_behind_where_all_went_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spill"))
    (tmp_path / "spill").mkdir()
    folder = write_csv(tmp_path / "facts", good_rows())
    assert reading(folder, lambda facts: any((tmp_path / "spill").iterdir()))
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.parametrize("table", list(TABLES))
def test_rows_keep_the_order_of_their_file_because_no_join_reads_them(tmp_path: Path, table: str) -> None:
    folder = write_csv(tmp_path / "facts", good_rows())
    with workplace() as place:
        engine = Engine(place, None)
        for statement in ("CREATE SCHEMA checks", *code_types()):
            engine.run(statement)
        source = csv_files.head(folder / f"{table}.csv", TABLES[table])
        plan = str(engine.rows(f"EXPLAIN {values(source, csv_files.relation(source, parallel=True))}"))
        engine.close()
    assert "READ_CSV" in plan
    assert "JOIN" not in plan


def test_a_fault_in_the_last_row_of_a_large_file_is_named_by_its_line(large: Path, tmp_path: Path) -> None:
    folder = tmp_path / "spoilt"
    folder.mkdir()
    (folder / "stores.csv").symlink_to(large / "stores.csv")
    with (large / "orders.csv").open("rb") as good, (folder / "orders.csv").open("wb") as bad:
        bad.writelines(good)
        bad.write(b"X,S1,B,shipped,ozon,RUB,-1,0,0,,2026-03-12T08:00:00Z,,,,,\n")
    with pytest.raises(OmbudError) as refused, read_facts(folder):
        pass
    (problem,) = refused.value.problems
    # A header, 900,000 rows, and 900 line breaks within them.
    assert (problem.code, problem.place.line if problem.place else None) == ("negative", 1 + 900_000 + 900 + 1)


def test_text_that_looks_like_rows_is_text_wherever_the_threads_of_the_reader_begin(tmp_path: Path) -> None:
    rows = good_rows()
    message = rows["messages"][0]
    fake = "\nX,O1,platform,buyer,2026-03-12T08:00:00Z,fake" * 40
    # Some 90 MB: the reader's threads take 32 MB each.
    rows["messages"] = [message | {"message_id": f"M{n}", "text": f"{n}{fake}"} for n in range(45_000)]
    folder = write_csv(tmp_path, rows)
    query = "SELECT count(*), count(DISTINCT message_id), min(length(text)) FROM messages WHERE message_id LIKE 'M%'"
    found = reading(folder, lambda facts: facts.connection.execute(query).fetchone())
    assert found == (45_000, 45_000, len(fake) + 1)
