"""With a file for rejects, and only then, bad rows are set aside with their reasons and the good ones go on."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ombud.scan.folder import Facts
from tests.scan.facts_folder import Rows, as_csv, good_rows, problems, reading, the_problem, write_csv, write_parquet

WRITERS = [write_csv, write_parquet]


def _rejects(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _spoilt() -> Rows:
    rows = good_rows()
    rows["orders"][1] |= {"currency": "RUR", "status": "lost"}
    return rows


@pytest.mark.parametrize("write", WRITERS)
def test_a_bad_row_and_what_points_to_it_are_rejected_and_the_rest_goes_on(tmp_path: Path, write: object) -> None:
    folder = write(tmp_path / "facts", _spoilt())  # type: ignore[operator]
    target = tmp_path / "rejects.csv"
    counts, rejected = reading(folder, lambda facts: (facts.counts, facts.rejected), rejects=target)
    assert counts == {
        "stores": 2,
        "orders": 2,
        "lines": 1,
        "parcels": 1,
        "scans": 2,
        "complaints": 1,
        "messages": 1,
        "recipients": 1,
    }
    assert rejected == 3
    found = [(row["table"], row["line"] or row["row"], row["column"], row["value"]) for row in _rejects(target)]
    number = "3" if write is write_csv else "2"
    assert found == [
        ("orders", number, "status", "lost"),
        ("orders", number, "currency", "RUR"),
        ("lines", number, "order_id", "O2"),
        ("parcels", number, "order_id", "O2"),
    ]


def test_a_reject_says_the_reason_what_was_expected_and_the_whole_row(tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    reading(write_csv(tmp_path / "facts", _spoilt()), lambda facts: facts.rejected, rejects=target)
    first, _second, third, *_ = _rejects(target)
    assert first["file"] == f"{tmp_path}/facts/orders.csv"
    assert first["reason"] == "'lost' is not known here."
    assert first["expected"].startswith("Expected one of: paid, shipped")
    assert json.loads(first["raw"])["order_id"] == "O2"
    assert third["reason"] == "The row of the order 'O2' was rejected."


def test_the_relations_hold_only_good_rows(tmp_path: Path) -> None:
    def orders(facts: Facts) -> list[tuple[object, ...]]:
        return facts.connection.execute("SELECT order_id FROM orders ORDER BY 1").fetchall()

    folder = write_csv(tmp_path / "facts", _spoilt())
    assert reading(folder, orders, rejects=tmp_path / "rejects.csv") == [("O1",), ("O3",)]


def test_rejection_goes_on_from_stores_to_scans(tmp_path: Path) -> None:
    rows = good_rows()
    rows["stores"][0]["country"] = "Cina"
    target = tmp_path / "rejects.csv"
    counts = reading(write_csv(tmp_path / "facts", rows), lambda facts: facts.counts, rejects=target)
    assert counts == {
        "stores": 1,
        "orders": 1,
        "lines": 0,
        "parcels": 0,
        "scans": 0,
        "complaints": 0,
        "messages": 0,
        "recipients": 0,
    }
    assert len(_rejects(target)) == 1 + 2 + 2 + 2 + 2 + 1 + 1 + 1


def test_a_rejected_update_of_what_the_store_knows_takes_nothing_with_it(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "facts", _spoilt())
    counts = reading(
        folder,
        lambda facts: facts.counts,
        rejects=tmp_path / "rejects.csv",
        known=lambda table, keys: {key for key in keys if (table, key) == ("orders", ("O2",))},
    )
    assert (counts["orders"], counts["lines"], counts["parcels"]) == (2, 2, 2)


def test_of_equal_rows_the_first_stays_and_of_different_ones_none(tmp_path: Path) -> None:
    rows = good_rows()
    rows["messages"].append(dict(rows["messages"][0]))
    rows["complaints"].append(rows["complaints"][0] | {"kind": "other"})
    target = tmp_path / "rejects.csv"
    counts = reading(write_csv(tmp_path / "facts", rows), lambda facts: facts.counts, rejects=target)
    assert (counts["messages"], counts["complaints"]) == (1, 0)
    assert [(row["table"], row["line"]) for row in _rejects(target)] == [
        ("complaints", "2"),
        ("complaints", "3"),
        ("messages", "3"),
    ]


def test_rows_of_another_width_are_rejected_as_they_stand(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "facts", good_rows())
    text = as_csv(good_rows()["orders"], "orders").splitlines()
    text[2] += ",more"
    text[3] = text[3].replace("RUB", "RUR")
    (folder / "orders.csv").write_text("\n".join(text))
    target = tmp_path / "rejects.csv"
    counts, rejected = reading(folder, lambda facts: (facts.counts, facts.rejected), rejects=target)
    assert (counts["orders"], counts["lines"], rejected) == (1, 1, 4)
    found = _rejects(target)
    assert [(row["table"], row["line"]) for row in found] == [
        ("orders", "3"),
        ("orders", "4"),
        ("lines", "3"),
        ("parcels", "3"),
    ]
    assert json.loads(found[0]["raw"])[-1] == "more"


def test_without_a_file_for_rejects_nothing_goes_on(tmp_path: Path) -> None:
    assert {problem.code for problem in problems(write_csv(tmp_path, _spoilt()))} == {"unknown_value", "no_currency"}


def test_a_file_that_cannot_be_read_as_its_table_is_refused_also_with_rejects(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "facts", good_rows())
    text = as_csv(good_rows()["orders"], "orders")
    target = tmp_path / "rejects.csv"
    for spoilt in (text.replace("paid_at,", "", 1), text.replace("electronics", "Электроника")):
        (folder / "orders.csv").write_bytes(spoilt.encode("cp1251"))
        with pytest.raises(Exception, match=r"paid_at|UTF-8"):
            reading(folder, lambda facts: facts.counts, rejects=target)
        assert not target.exists()


def test_a_folder_without_faults_leaves_a_file_without_rejects(tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    folder = write_csv(tmp_path / "facts", good_rows())
    assert reading(folder, lambda facts: facts.rejected, rejects=target) == 0
    assert _rejects(target) == []
    assert reading(folder, lambda facts: facts.rejected, rejects=target) == 0


def test_rejects_never_replace_a_file_that_holds_something_else(tmp_path: Path) -> None:
    folder = write_csv(tmp_path / "facts", _spoilt())
    before = (folder / "orders.csv").read_bytes()
    for target in (folder / "orders.csv", folder, tmp_path / "nowhere" / "rejects.csv"):
        assert the_problem(folder, rejects=target).code in {"rejects_exist", "no_folder"}
    assert (folder / "orders.csv").read_bytes() == before
