"""Files, headers, encodings, quotes and lines: what a CSV file may look like, and what is said of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from ombud.scan.folder import Facts
from tests.scan.facts_folder import as_csv, good_rows, problems, reading, the_problem, write_csv, write_parquet


def _orders(facts: Facts) -> int:
    return facts.counts["orders"]


def test_no_folder_is_said(tmp_path: Path) -> None:
    assert the_problem(tmp_path / "nowhere").code == "no_folder"
    (tmp_path / "file").touch()
    assert the_problem(tmp_path / "file").code == "no_folder"


def test_stores_and_orders_must_be_there(tmp_path: Path) -> None:
    assert [problem.values["table"] for problem in problems(tmp_path)] == ["stores", "orders"]


def test_one_table_in_two_files_is_an_error(tmp_path: Path) -> None:
    write_parquet(write_csv(tmp_path, good_rows()), {"orders": good_rows()["orders"]})
    problem = the_problem(tmp_path)
    assert problem.code == "two_files"
    assert "orders.csv and orders.parquet" in problem.say()


@pytest.mark.parametrize(
    "name",
    ["Orders.csv", "order.csv", "orders.tsv", "orders.xlsx", "ORDERS.CSV", "orders.csv.gz", "orders.json", "Order.xls"],
)
def test_a_name_that_is_nearly_a_tables_is_an_error_with_the_mend(tmp_path: Path, name: str) -> None:
    write_csv(tmp_path, good_rows())
    (tmp_path / "orders.csv").rename(tmp_path / name)
    problem = the_problem(tmp_path)
    assert problem.code == "near_miss"
    assert str(problem.place) == f"{tmp_path}/{name}"
    assert "orders.csv" in problem.say()


def test_files_of_other_names_do_not_matter(tmp_path: Path) -> None:
    write_csv(tmp_path, good_rows())
    for name in ("README.md", "orders_2025.csv", "customers.csv", ".orders.csv.swp", "orders"):
        (tmp_path / name).write_bytes(b"\xff\xfe?")
    assert reading(tmp_path, _orders) == 3


def test_a_folder_named_like_a_table_is_said(tmp_path: Path) -> None:
    write_csv(tmp_path, {"stores": good_rows()["stores"]})
    (tmp_path / "orders.parquet").mkdir()
    assert the_problem(tmp_path).code == "no_file"


@pytest.mark.parametrize("name", ["a[1]b", "year=2026", "what?", "all*", "it's", 'say "hi"', "папка"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    rows = good_rows()
    folder = write_csv(tmp_path / name, {table: rows[table] for table in ("stores", "lines")})
    write_parquet(folder, {"orders": rows["orders"]})
    assert reading(folder, _orders) == 3


def _spoil(folder: Path, text: str | bytes) -> Path:
    write_csv(folder, good_rows())
    (folder / "orders.csv").write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def _good_orders() -> str:
    return as_csv(good_rows()["orders"], "orders")


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    lines = [",".join(reversed(line.split(","))) for line in _good_orders().splitlines()]
    folder = _spoil(tmp_path, "\n".join(lines))
    query = "SELECT order_id, amount_minor FROM orders WHERE order_id = 'O3'"
    assert reading(folder, lambda facts: facts.connection.execute(query).fetchone()) == ("O3", 123450)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    problem = the_problem(_spoil(tmp_path, _good_orders().replace(",paid_at,", ",", 1)))
    assert problem.code == "missing_column"
    assert str(problem.place) == f"{tmp_path}/orders.csv:1, paid_at"


def test_an_unknown_column_is_named_beside_the_missing_one(tmp_path: Path) -> None:
    found = problems(_spoil(tmp_path, _good_orders().replace(",paid_at,", ",Paid_At,", 1)))
    assert [(problem.code, problem.place.column) for problem in found if problem.place] == [
        ("unknown_column", "Paid_At"),
        ("missing_column", "paid_at"),
    ]


def test_a_column_that_is_there_twice_is_named(tmp_path: Path) -> None:
    lines = [line + "," + line.rsplit(",", 1)[1] for line in _good_orders().splitlines()]
    problem = the_problem(_spoil(tmp_path, "\n".join(lines)))
    assert (problem.code, problem.values["name"]) == ("duplicate_column", "cancelled_at")


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_other_separators_than_commas_are_said(tmp_path: Path, sign: str) -> None:
    problem = the_problem(_spoil(tmp_path, _good_orders().replace(",", sign)))
    assert problem.code == "wrong_separator"
    assert str(problem.place) == f"{tmp_path}/orders.csv:1"
    assert "commas" in problem.say()


@pytest.mark.parametrize("text", ["", "\n", "\r\n\r\n", "\ufeff"])
def test_an_empty_file_is_said_with_the_columns_it_needs(tmp_path: Path, text: str) -> None:
    problem = the_problem(_spoil(tmp_path, text))
    assert problem.code == "no_header"
    assert "order_id,store_id" in problem.say()


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert reading(_spoil(tmp_path, "\ufeff" + _good_orders()), _orders) == 3


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_with_the_mend(tmp_path: Path, encoding: str) -> None:
    problem = the_problem(_spoil(tmp_path, _good_orders().encode(encoding)))
    assert problem.code == "wrong_encoding"
    assert "UTF-8" in problem.say()


def test_windows_1251_is_refused_with_line_and_mend(tmp_path: Path) -> None:
    text = _good_orders().replace("electronics", "Электроника")
    problem = the_problem(_spoil(tmp_path, text.encode("cp1251")))
    assert problem.code == "wrong_encoding"
    assert problem.place
    assert problem.place.line == 2
    assert "Save the file as UTF-8" in problem.say()
    assert "Электроника" in problem.say()


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"PAR1"])
def test_a_file_that_is_no_text_is_said(tmp_path: Path, start: bytes) -> None:
    assert the_problem(_spoil(tmp_path, start + b"\x01\x02\xff" * 100)).code == "no_text"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str) -> None:
    assert reading(_spoil(tmp_path, _good_orders().replace("\n", end).encode()), _orders) == 3


def test_line_ends_may_be_mixed_and_the_last_one_missing(tmp_path: Path) -> None:
    text = _good_orders().replace("\n", "\r\n", 2).rstrip("\n")
    assert reading(_spoil(tmp_path, text.encode()), _orders) == 3


def test_blank_lines_are_no_rows_and_count_as_lines(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    lines[3] = lines[3].replace("RUB", "RUR")
    problem = the_problem(_spoil(tmp_path, "\n".join([lines[0], "", lines[1], "", "", lines[2], lines[3], ""])))
    assert str(problem.place) == f"{tmp_path}/orders.csv:7, currency"


def test_lines_are_right_below_quoted_line_breaks(tmp_path: Path) -> None:
    rows = good_rows()
    message = rows["messages"][0]
    rows["messages"] = [
        message | {"message_id": "M1", "text": "one\ntwo\nthree"},
        message | {"message_id": "M2", "text": 'say "no"\r\n'},
        message | {"message_id": "M3", "sender": "nobody"},
    ]
    problem = the_problem(write_csv(tmp_path, rows))
    assert str(problem.place) == f"{tmp_path}/messages.csv:7, sender"


def test_rows_of_another_width_are_named_with_their_lines(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    found = problems(_spoil(tmp_path, "\n".join([lines[0], lines[1] + ",x", lines[2], lines[3].replace(",RUB", "")])))
    assert [(p.code, p.place.line, p.values["count"]) for p in found if p.place] == [
        ("ragged_row", 2, 17),
        ("ragged_row", 4, 15),
    ]


def test_wrong_values_are_told_beside_rows_of_another_width(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    lines[1] = lines[1].replace("RUB", "RUR")
    lines[2] += ",more"
    lines[3] = lines[3].replace("electronics,", "electronics,x")
    found = problems(_spoil(tmp_path, "\n".join(lines)))
    assert [(p.code, p.place.line) for p in found if p.place][:3] == [
        ("no_currency", 2),
        ("ragged_row", 3),
        ("no_instant", 4),
    ]


def test_semicolons_below_a_header_with_commas_are_ragged_rows(tmp_path: Path) -> None:
    head, *rest = _good_orders().splitlines()
    found = problems(_spoil(tmp_path, "\n".join([head, *(line.replace(",", ";") for line in rest)])))
    assert {problem.code for problem in found} >= {"ragged_row"}


def test_an_open_quote_is_named_with_the_row_it_opens_in(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    lines[2] = lines[2].replace("electronics", '"electronics')
    found = problems(_spoil(tmp_path, "\n".join(lines)))
    assert [(p.code, p.place.line) for p in found if p.place] == [("open_quote", 3)]


def test_text_behind_a_closing_quote_is_named(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    lines[2] = lines[2].replace("electronics", '"5" screen"')
    found = problems(_spoil(tmp_path, "\n".join(lines)))
    assert (found[0].code, found[0].place.line if found[0].place else None) == ("stray_quote", 3)


def test_zero_bytes_are_named(tmp_path: Path) -> None:
    problem = the_problem(_spoil(tmp_path, _good_orders().replace("electronics", "elec\0tronics", 1)))
    assert (problem.code, problem.place.line if problem.place else None) == ("zero_byte", 2)


def test_a_row_longer_than_the_reader_takes_is_named(tmp_path: Path) -> None:
    rows = good_rows()
    rows["messages"][0] |= {"text": "x" * 2_200_000}
    problem = the_problem(write_csv(tmp_path, rows))
    assert (problem.code, problem.place.line if problem.place else None) == ("long_row", 2)


def test_faults_in_the_heads_of_several_files_are_told_together(tmp_path: Path) -> None:
    write_csv(tmp_path, good_rows())
    (tmp_path / "orders.csv").write_text("order_id;store_id\n")
    (tmp_path / "lines.csv").write_text("")
    assert {p.place.file for p in problems(tmp_path) if p.place} == {
        f"{tmp_path}/orders.csv",
        f"{tmp_path}/lines.csv",
    }


def test_commas_at_the_end_of_a_row_are_no_values(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    lines[1] += ",,,"
    lines[3] = lines[3].replace("RUB", "RUR")
    problem = the_problem(_spoil(tmp_path, "\n".join(lines)))
    assert str(problem.place) == f"{tmp_path}/orders.csv:4, currency"


def test_lines_are_right_below_a_row_that_only_duckdb_takes(tmp_path: Path) -> None:
    lines = _good_orders().splitlines()
    lines[1] = lines[1].replace("electronics", '"baby, electronics" ')
    folder = _spoil(tmp_path, "\n".join(lines))
    assert reading(folder, _orders) == 3
    lines[3] = lines[3].replace("RUB", "RUR")
    found = problems(_spoil(tmp_path, "\n".join(lines)))
    assert [(p.code, p.place.line) for p in found if p.place] == [("stray_quote", 2), ("no_currency", 4)]
