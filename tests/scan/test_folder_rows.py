"""What rows owe one another: keys once, no reference into the void, no withdrawal before the complaint."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ombud.domain.facts import REFERENCES, TABLES
from tests.scan.facts_folder import Rows, good_rows, problems, reading, spoilt, the_problem, write_csv, write_parquet

WRITERS = [write_csv, write_parquet]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("table", list(TABLES))
def test_a_key_that_is_there_twice_is_an_error(tmp_path: Path, write: object, table: str) -> None:
    rows = good_rows()
    rows[table].append(dict(rows[table][0]))
    problem = the_problem(write(tmp_path, rows))  # type: ignore[operator]
    assert problem.code == "duplicate"
    assert problem.place
    assert problem.place.column == TABLES[table].key[0]


def test_two_orders_with_one_id_are_named_with_both_lines(tmp_path: Path) -> None:
    rows = good_rows()
    rows["orders"][2]["order_id"] = "O1"
    problem = the_problem(write_csv(tmp_path, rows))
    assert str(problem.place) == f"{tmp_path}/orders.csv:4, order_id"
    assert problem.values["other"] == 2
    assert "line 2" in problem.say()


def test_two_orders_with_one_id_are_named_with_both_rows_of_a_parquet_file(tmp_path: Path) -> None:
    rows = good_rows()
    rows["orders"][2]["order_id"] = "O1"
    problem = the_problem(write_parquet(tmp_path, rows))
    assert str(problem.place) == f"{tmp_path}/orders.parquet row 3, order_id"
    assert "row 1" in problem.say()


def test_one_key_by_another_spelling_of_an_instant_is_there_twice(tmp_path: Path) -> None:
    rows = good_rows()
    rows["scans"].append(rows["scans"][0] | {"scanned_at": "2026-03-14T11:00:00+03:00"})
    assert the_problem(write_csv(tmp_path, rows)).code == "duplicate"


def test_a_key_once_in_each_of_two_tables_is_none_twice(tmp_path: Path) -> None:
    rows = good_rows()
    rows["complaints"][0]["complaint_id"] = rows["messages"][0]["message_id"] = "O1"
    assert reading(write_csv(tmp_path, rows), lambda facts: facts.counts["messages"]) == 1


def _point_nowhere(rows: Rows, table: str, columns: tuple[str, ...]) -> Rows:
    rows[table][-1] = rows[table][-1] | {columns[-1]: "nowhere"}
    return rows


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("table", "columns", "target"), REFERENCES)
def test_a_row_that_points_nowhere_is_an_error(
    tmp_path: Path, write: object, table: str, columns: tuple[str, ...], target: str
) -> None:
    rows = _point_nowhere(good_rows(), table, columns)
    found = problems(write(tmp_path, rows))  # type: ignore[operator]
    assert found[0].code == f"unknown_{target}"
    assert found[0].place
    assert found[0].place.file.startswith(f"{tmp_path}/{table}.")
    assert "nowhere" in found[0].say()


def test_an_order_of_an_unknown_store_is_named(tmp_path: Path) -> None:
    problem = the_problem(spoilt(tmp_path, "orders", store_id="S9"))
    assert (problem.code, str(problem.place)) == ("unknown_stores", f"{tmp_path}/orders.csv:4, store_id")
    assert "There is no store 'S9'." in problem.say()


def test_a_scan_for_an_unknown_parcel_is_named_with_carrier_and_number(tmp_path: Path) -> None:
    problem = the_problem(spoilt(tmp_path, "scans", tracking_number="T9"))
    assert (problem.code, str(problem.place)) == ("unknown_parcels", f"{tmp_path}/scans.csv:3, carrier")
    assert "cdek T9" in problem.say()


def test_a_number_of_another_carrier_is_another_parcel(tmp_path: Path) -> None:
    assert the_problem(spoilt(tmp_path, "scans", carrier="boxberry")).code == "unknown_parcels"


def test_a_scan_before_its_number_was_put_on_the_order_is_a_fact(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "scans", scanned_at="2026-03-01T00:00:00Z")
    assert reading(folder, lambda facts: facts.counts["scans"]) == 2


def test_scans_that_come_before_their_order_exists_are_refused_with_the_mend(tmp_path: Path) -> None:
    rows = good_rows()
    rows["parcels"].append(rows["parcels"][0] | {"order_id": "later", "tracking_number": "T3"})
    rows["scans"].append(rows["scans"][0] | {"tracking_number": "T3"})
    problem = the_problem(write_csv(tmp_path, rows))
    assert (problem.code, problem.values["value"]) == ("unknown_orders", "later")
    assert "import it first" in problem.say()


def test_a_complaint_withdrawn_before_it_was_opened_is_impossible(tmp_path: Path) -> None:
    problem = the_problem(spoilt(tmp_path, "complaints", withdrawn_at="2026-03-15T07:59:59Z"))
    assert (problem.code, str(problem.place)) == ("before", f"{tmp_path}/complaints.csv:2, withdrawn_at")
    assert "2026-03-15T08:00:00Z" in problem.say()


def test_a_complaint_may_be_withdrawn_at_the_instant_it_was_opened(tmp_path: Path) -> None:
    folder = spoilt(tmp_path, "complaints", withdrawn_at="2026-03-15T08:00:00Z")
    assert reading(folder, lambda facts: facts.counts["complaints"]) == 1


@pytest.mark.parametrize(
    "cells",
    [
        {"refunded_minor": "99999999"},
        {"delivered_at": "2026-03-12T09:00:00Z"},
        {"cancelled_at": "2026-03-01T00:00:00Z", "status": "cancelled"},
        {"status": "cancelled"},
        {"paid_at": "", "status": "delivered"},
    ],
)
def test_what_real_exports_hold_is_no_error(tmp_path: Path, cells: dict[str, str]) -> None:
    assert reading(spoilt(tmp_path, "orders", **cells), lambda facts: facts.counts["orders"]) == 3


class _Store:
    """A store that knows some keys and remembers what it was asked."""

    def __init__(self, **keys: set[tuple[str, ...]]) -> None:
        self.keys = keys
        self.asked: dict[str, list[tuple[str, ...]]] = {}

    def known(self, table: str, keys: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
        self.asked.setdefault(table, []).extend(keys)
        return self.keys.get(table, set()) & set(keys)


def test_a_row_may_point_to_what_the_store_knows(tmp_path: Path) -> None:
    rows = good_rows()
    rows["orders"][0]["store_id"] = "S9"
    rows["lines"].append(rows["lines"][0] | {"order_id": "O9"})
    rows["scans"].append(rows["scans"][0] | {"tracking_number": "T9"})
    store = _Store(stores={("S9",)}, orders={("O9",)}, parcels={("cdek", "T9")})
    assert reading(write_csv(tmp_path, rows), lambda facts: facts.counts["scans"], known=store.known) == 3
    assert store.asked == {"stores": [("S9",)], "orders": [("O9",)], "parcels": [("cdek", "T9")]}


def test_what_neither_folder_nor_store_knows_is_an_error(tmp_path: Path) -> None:
    rows = good_rows()
    rows["lines"].append(rows["lines"][0] | {"order_id": "O8"})
    rows["lines"].append(rows["lines"][0] | {"order_id": "O9"})
    problem = the_problem(write_csv(tmp_path, rows), known=_Store(orders={("O9",)}).known)
    assert (problem.code, problem.values["value"]) == ("unknown_orders", "O8")


def test_the_store_is_asked_in_portions_and_once_for_each_key(tmp_path: Path) -> None:
    rows = good_rows()
    line = rows["lines"][0]
    rows["lines"] = [line | {"order_id": f"X{n % 12_000}", "line": str(1 + n // 12_000)} for n in range(24_000)]
    keys: set[tuple[str, ...]] = {(f"X{n}",) for n in range(12_000)}
    portions: list[int] = []

    def known(table: str, asked: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
        portions.append(len(asked))
        return keys & set(asked)

    assert reading(write_csv(tmp_path, rows), lambda facts: facts.counts["lines"], known=known) == 24_000
    assert sum(portions) == 12_000
    assert max(portions) <= 10_000
