"""Parquet: values by type, files that are cut short or no Parquet, and errors by row and column."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ombud.scan.folder import Facts
from tests.scan.facts_folder import arrow_table, good_rows, problems, reading, the_problem, write_csv, write_parquet

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)


def _with(folder: Path, table: str, column: str, values: Any) -> Path:
    """The good folder as Parquet, with other values in one column."""
    write_parquet(folder, good_rows())
    rows = arrow_table(good_rows()[table], table)
    rows = rows.set_column(rows.column_names.index(column), column, values)
    pq.write_table(rows, folder / f"{table}.parquet")
    return folder


def _all(facts: Facts) -> dict[str, list[tuple[Any, ...]]]:
    tables = facts.counts
    return {
        name: sorted(facts.connection.execute(f"SELECT COLUMNS(*)::VARCHAR FROM {name}").fetchall(), key=str)
        for name in tables
    }


def test_parquet_and_csv_of_the_same_rows_are_the_same_facts(tmp_path: Path) -> None:
    from_csv = reading(write_csv(tmp_path / "csv", good_rows()), lambda facts: (_all(facts), facts.known_at))
    from_parquet = reading(
        write_parquet(tmp_path / "parquet", good_rows()), lambda facts: (_all(facts), facts.known_at)
    )
    assert from_csv == from_parquet


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "+03:00", "Asia/Tokyo"])
def test_an_instant_of_any_unit_and_zone_is_the_same_instant(tmp_path: Path, unit: Any, zone: str) -> None:
    folder = _with(tmp_path, "messages", "sent_at", pa.array([NOON], pa.timestamp(unit, zone)))
    query = "SELECT epoch_us(sent_at), typeof(sent_at) FROM messages"
    assert reading(folder, lambda facts: facts.connection.execute(query).fetchone()) == (
        round(NOON.timestamp() * 10**6),
        "TIMESTAMP WITH TIME ZONE",
    )


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_an_instant_without_zone_is_refused_with_file_and_column(tmp_path: Path, unit: Any) -> None:
    folder = _with(tmp_path, "messages", "sent_at", pa.array([NOON.replace(tzinfo=None)], pa.timestamp(unit)))
    problem = the_problem(folder)
    assert problem.code == "wrong_type"
    assert str(problem.place) == f"{tmp_path}/messages.parquet, sent_at"
    assert "no time zone" in problem.say()
    assert "timestamp[us, UTC]" in problem.say()


@pytest.mark.parametrize(
    "values",
    [
        pa.array([1.0, 2.0, 3.0]),
        pa.array([Decimal("1.50")] * 3, pa.decimal128(10, 2)),
        pa.array([Decimal(1)] * 3, pa.decimal128(18, 0)),
        pa.array(["1", "2", "3"]),
        pa.array([True, True, True]),
    ],
)
def test_money_of_another_type_than_a_whole_number_is_refused(tmp_path: Path, values: Any) -> None:
    problem = the_problem(_with(tmp_path, "orders", "amount_minor", values))
    assert (problem.code, problem.values["wanted"]) == ("wrong_type", "int64")


@pytest.mark.parametrize("kind", [pa.int8(), pa.int32(), pa.uint16(), pa.uint64()])
def test_money_may_be_a_whole_number_of_any_width(tmp_path: Path, kind: pa.DataType) -> None:
    folder = _with(tmp_path, "orders", "amount_minor", pa.array([1, 2, 3], kind))
    query = "SELECT sum(amount_minor)::BIGINT, any_value(typeof(amount_minor)) FROM orders"
    assert reading(folder, lambda facts: facts.connection.execute(query).fetchone()) == (6, "BIGINT")


def test_money_beyond_64_bits_and_below_nothing_is_named_by_row(tmp_path: Path) -> None:
    problem = the_problem(_with(tmp_path, "orders", "amount_minor", pa.array([1, 2**64 - 1, 3], pa.uint64())))
    assert (problem.code, str(problem.place)) == ("too_large", f"{tmp_path}/orders.parquet row 2, amount_minor")
    problem = the_problem(_with(tmp_path, "orders", "amount_minor", pa.array([1, 2, -3])))
    assert (problem.code, str(problem.place)) == ("negative", f"{tmp_path}/orders.parquet row 3, amount_minor")


@pytest.mark.parametrize("kind", [pa.float64(), pa.decimal128(10, 4)])
def test_a_fraction_may_be_a_decimal_or_the_float_nearest_to_one(tmp_path: Path, kind: pa.DataType) -> None:
    values = pa.array([Decimal("0.15"), Decimal("0.1")], pa.decimal128(10, 4)).cast(kind)
    folder = _with(tmp_path, "stores", "commission_rate", values)
    query = "SELECT commission_rate::VARCHAR FROM stores ORDER BY 1"
    assert reading(folder, lambda facts: facts.connection.execute(query).fetchall()) == [("0.100000",), ("0.150000",)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.1, 1.1, 1 / 3])
def test_a_float_that_is_no_fraction_of_six_digits_is_refused(tmp_path: Path, value: float) -> None:
    problem = the_problem(_with(tmp_path, "stores", "commission_rate", pa.array([0.15, value])))
    assert (problem.code, problem.place.row if problem.place else None) == ("no_fraction", 2)


def test_dictionary_encoded_text_is_text(tmp_path: Path) -> None:
    folder = _with(tmp_path, "orders", "status", pa.array(["paid", "paid", "shipped"]).dictionary_encode())
    assert reading(folder, lambda facts: facts.counts["orders"]) == 3


def test_a_nullable_column_may_be_of_nulls_without_a_type(tmp_path: Path) -> None:
    folder = _with(tmp_path, "orders", "cancelled_at", pa.nulls(3))
    query = "SELECT count(cancelled_at), any_value(typeof(cancelled_at)) FROM orders"
    found = reading(folder, lambda facts: facts.connection.execute(query).fetchone())
    assert found == (0, "TIMESTAMP WITH TIME ZONE")


def test_nulls_where_a_value_is_needed_are_named_by_row(tmp_path: Path) -> None:
    problem = the_problem(_with(tmp_path, "orders", "currency", pa.array(["RUB", None, "RUB"])))
    assert (problem.code, str(problem.place)) == ("empty_value", f"{tmp_path}/orders.parquet row 2, currency")


def test_empty_text_is_null_where_null_may_be_and_an_error_elsewhere(tmp_path: Path) -> None:
    folder = _with(tmp_path, "orders", "category", pa.array(["", "x", None]))
    query = "SELECT count(category) FROM orders"
    assert reading(folder, lambda facts: facts.connection.execute(query).fetchone()) == (1,)
    assert the_problem(_with(tmp_path, "orders", "buyer_id", pa.array(["", "x", "y"]))).code == "empty_value"


def test_text_values_are_held_to_the_same_words_as_in_csv(tmp_path: Path) -> None:
    problem = the_problem(_with(tmp_path, "orders", "currency", pa.array(["RUB", "RUR", "RUB"])))
    assert (problem.code, str(problem.place)) == ("no_currency", f"{tmp_path}/orders.parquet row 2, currency")
    assert "'RUR'" in problem.say()


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_instants_of_no_such_age_are_refused(tmp_path: Path, year: int) -> None:
    values = pa.array([datetime(year, 6, 1, tzinfo=UTC)], pa.timestamp("us", "UTC"))
    problem = the_problem(_with(tmp_path, "messages", "sent_at", values))
    assert (problem.code, problem.place.row if problem.place else None) == ("no_instant", 1)


def test_missing_and_unknown_columns_are_named(tmp_path: Path) -> None:
    write_parquet(tmp_path, good_rows())
    table = arrow_table(good_rows()["orders"], "orders").rename_columns(
        ["id" if name == "order_id" else name for name in arrow_table(good_rows()["orders"], "orders").column_names]
    )
    pq.write_table(table, tmp_path / "orders.parquet")
    assert [problem.code for problem in problems(tmp_path)] == ["unknown_column", "missing_column"]


@pytest.mark.parametrize("keep", [0.99, 0.5, 0.01])
def test_a_file_cut_short_is_said(tmp_path: Path, keep: float) -> None:
    file = write_parquet(tmp_path, good_rows()) / "orders.parquet"
    data = file.read_bytes()
    file.write_bytes(data[: max(8, int(len(data) * keep))])
    problem = the_problem(tmp_path)
    assert (problem.code, str(problem.place)) == ("cut_short", str(file))


@pytest.mark.parametrize("data", [b"", b"PAR", b"order_id,store_id\n"])
def test_a_file_that_is_no_parquet_is_said(tmp_path: Path, data: bytes) -> None:
    (write_parquet(tmp_path, good_rows()) / "orders.parquet").write_bytes(data)
    assert the_problem(tmp_path).code == "no_parquet"


def test_a_file_damaged_in_its_middle_is_said(tmp_path: Path) -> None:
    file = write_parquet(tmp_path, good_rows()) / "orders.parquet"
    data = bytearray(file.read_bytes())
    data[4:400] = b"\xff" * 396
    file.write_bytes(bytes(data))
    problem = the_problem(tmp_path)
    assert (problem.code, str(problem.place)) == ("damaged", str(file))
