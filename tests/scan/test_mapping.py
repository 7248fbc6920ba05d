"""A mapping makes facts of other exports, reads its folder and nothing else, and says what is wrong with itself."""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ombud.domain.facts import TABLES
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError, Problem
from ombud.scan.folder import Facts, read_facts
from tests.scan.facts_folder import good_rows, problems, reading, the_problem, write_csv, write_parquet

PASS_ON = "CREATE VIEW {table} AS FROM read_csv('{table}.csv', all_varchar = true, nullstr = '');\n"
STORES, ORDERS = PASS_ON.format(table="stores"), PASS_ON.format(table="orders")


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder with an export whose files happen to be named as our tables are."""
    return write_csv(tmp_path / "export", good_rows())


def _mapping(folder: Path, sql: str) -> Path:
    file = folder.parent / "mapping.sql"
    file.write_text(sql, encoding="utf-8")
    return file


def _the_problem(folder: Path, sql: str) -> Problem:
    return the_problem(folder, mapping=_mapping(folder, sql))


def _counts(facts: Facts) -> dict[str, int]:
    return facts.counts


def test_views_of_text_are_read_as_csv_is(export: Path) -> None:
    sql = "".join(PASS_ON.format(table=table) for table in TABLES)
    mapped = reading(export, _counts, mapping=_mapping(export, sql))
    assert mapped == reading(export, _counts)


def test_views_of_types_are_read_as_parquet_is(export: Path) -> None:
    folder = write_parquet(export.parent / "typed", good_rows())
    sql = "".join(f"CREATE VIEW {table} AS FROM '{table}.parquet';" for table in TABLES)

    def everything(facts: Facts) -> object:
        rows = {
            name: facts.connection.execute(f"SELECT {name}::VARCHAR FROM {name} ORDER BY 1").fetchall()
            for name in TABLES
        }
        return rows, facts.known_at

    assert reading(folder, everything, mapping=_mapping(folder, sql)) == reading(folder, everything)


def test_macros_helper_views_comments_and_relative_folders_are_fine(export: Path) -> None:
    (export / "deep").mkdir()
    (export / "orders.csv").rename(export / "deep" / "o.csv")
    sql = (
        "-- a comment; with a semicolon\n/* and 'another'; */\n"
        "CREATE OR REPLACE TEMP MACRO passed(name) AS TABLE FROM read_csv(name, all_varchar = true);\n"
        "CREATE VIEW helper AS FROM passed('deep/*.csv');\n"
        "CREATE OR REPLACE VIEW orders AS FROM helper;\n" + STORES
    )
    assert reading(export, _counts, mapping=_mapping(export, sql))["orders"] == 3


def test_files_named_like_tables_are_not_read_beside_a_mapping(export: Path) -> None:
    (export / "lines.csv").write_text("of another shape")
    (export / "Orders.xlsx").write_text("?")
    assert reading(export, _counts, mapping=_mapping(export, STORES + ORDERS))["lines"] == 0


def test_an_enumeration_is_text(export: Path) -> None:
    sql = STORES + ORDERS.replace("FROM", "SELECT * REPLACE (status::ENUM('shipped', 'paid') AS status) FROM")
    assert reading(export, _counts, mapping=_mapping(export, sql))["orders"] == 3


def test_untyped_nulls_may_stand_where_null_may(export: Path) -> None:
    sql = STORES + ORDERS.replace("FROM", "SELECT * REPLACE (NULL AS category, NULL AS ship_by) FROM")
    assert reading(export, _counts, mapping=_mapping(export, sql))["orders"] == 3


def test_local_times_become_utc_with_their_summer_time(export: Path) -> None:
    sql = STORES + ORDERS.replace(
        "FROM",
        "SELECT * REPLACE (CASE order_id WHEN 'O1' THEN TIMESTAMP '2018-01-15 12:00:00' ELSE TIMESTAMP "
        "'2018-06-15 12:00:00' END AT TIME ZONE 'America/Sao_Paulo' AS paid_at) FROM",
    )
    query = "SELECT DISTINCT paid_at::VARCHAR FROM orders ORDER BY 1"
    found = reading(export, lambda facts: facts.connection.execute(query).fetchall(), mapping=_mapping(export, sql))
    assert found == [("2018-01-15 14:00:00+00",), ("2018-06-15 15:00:00+00",)]


OUTSIDE = [
    "read_text('../mapping.sql')",
    "read_text('deep/../../mapping.sql')",
    "read_csv('/etc/passwd', header = false, sep = ':')",
    "read_text('/etc/passwd')",
    "read_blob('file:///etc/passwd')",
    "read_text('~/.bashrc')",
    "read_csv('http://127.0.0.1:9/orders.csv')",
    "'https://example.org/orders.parquet'",
    "'s3://bucket/orders.parquet'",
    "glob('/etc/*')",
    "glob('../*')",
    "read_text('link')",
    "read_text('l*nk')",
    "read_text('door/mapping.sql')",
]


@pytest.mark.parametrize("source", OUTSIDE)
def test_a_mapping_that_reads_outside_of_its_folder_is_refused(export: Path, source: str) -> None:
    (export / "deep").mkdir()
    (export / "link").symlink_to("/etc/passwd")
    (export / "door").symlink_to(export.parent)
    stolen = f"SELECT * REPLACE ((SELECT max(stolen::VARCHAR) FROM {source} AS stolen) AS category)\nFROM"
    problem = _the_problem(export, STORES + "\n" + ORDERS.replace("FROM", stolen))
    assert problem.code == "outside_folder"
    assert problem.place
    assert problem.place.file == f"{export.parent}/mapping.sql"
    assert problem.place.line in {3, 4}
    assert "outside of its folder" in problem.say()


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO 'stores.csv'",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1TB'",
        "SET enable_external_access = true",
        "RESET memory_limit",
        "PRAGMA enable_profiling",
        "CREATE TABLE orders AS SELECT 1",
        "CREATE SCHEMA other",
        "CREATE TYPE mood AS ENUM ('good')",
        "CREATE SECRET (TYPE s3)",
        "CREATE PERSISTENT SECRET x (TYPE s3)",
        "DROP VIEW stores",
        "INSERT INTO orders VALUES (1)",
        "SELECT 1",
        "EXPORT DATABASE 'x'",
        "CALL pragma_version()",
        "BEGIN",
    ],
)
def test_a_statement_that_makes_no_view_is_refused_with_its_line(export: Path, statement: str) -> None:
    before = {file.name: file.read_bytes() for file in export.iterdir()}
    problem = _the_problem(export, STORES + ORDERS + f"\n-- here\n{statement};\n")
    assert (problem.code, problem.place.line if problem.place else None) == ("statement_refused", 5)
    assert problem.say().split(": ", 1)[1].startswith(statement.split()[0])
    assert {file.name: file.read_bytes() for file in export.iterdir()} == before


def test_a_mapping_reaches_neither_this_process_nor_the_database_it_fills(export: Path) -> None:
    secret = {"rows": [1]}
    assert _the_problem(export, STORES + "CREATE VIEW orders AS FROM secret;").code == "bad_sql"
    assert secret
    for name in ("facts.main.orders", "mapped.orders", "facts.mapped.orders"):
        assert _the_problem(export, STORES + f"CREATE VIEW {name} AS SELECT 1;").code == "bad_sql"


def test_wrong_sql_is_named_with_its_line(export: Path) -> None:
    problem = _the_problem(export, STORES + "\nCREATE VIEW orders AS\nSELEC * FROM x;\n")
    assert (problem.code, problem.place.line if problem.place else None) == ("bad_sql", 4)
    problem = _the_problem(export, STORES + "\n\nCREATE VIEW orders AS\nSELECT no_such\nFROM stores;\n")
    assert (problem.code, problem.place.line if problem.place else None) == ("bad_sql", 5)
    assert "no_such" in problem.say()


def test_a_value_that_a_view_cannot_convert_is_named_with_the_line_of_the_view(export: Path) -> None:
    sql = STORES + "\n" + ORDERS.replace("FROM", "SELECT * REPLACE (category::BIGINT AS amount_minor) FROM")
    problem = _the_problem(export, sql)
    assert (problem.code, problem.place.line if problem.place else None) == ("bad_sql", 3)
    assert "electronics" in problem.say()


@pytest.mark.parametrize("sql", ["", "-- nothing\n", ";;"])
def test_a_mapping_without_statements_is_said(export: Path, sql: str) -> None:
    assert _the_problem(export, sql).code == "no_views"


def test_a_mapping_that_is_not_there_or_no_text_is_said(export: Path) -> None:
    assert the_problem(export, mapping=export / "nowhere.sql").code == "no_file"
    assert the_problem(export, mapping=export).code == "no_file"
    (export / "binary.sql").write_bytes(b"\xff\xfe\x00")
    assert the_problem(export, mapping=export / "binary.sql").code == "wrong_encoding"
    assert the_problem(export / "nowhere", mapping=_mapping(export, STORES)).code == "no_folder"


def test_missing_views_and_columns_are_named(export: Path) -> None:
    problem = _the_problem(export, STORES + "CREATE VIEW order_ids AS SELECT 1 AS x;")
    assert (problem.code, problem.values["table"]) == ("missing_table", "orders")
    assert "order_ids" in problem.say()
    sql = STORES + "\n" + ORDERS.replace("FROM", "SELECT * RENAME (paid_at AS paid) FROM")
    found = problems(export, mapping=_mapping(export, sql))
    assert [(p.code, p.place.line, p.place.column) for p in found if p.place] == [
        ("unknown_column", 3, "paid"),
        ("missing_column", 3, "paid_at"),
    ]


@pytest.mark.parametrize(
    ("replaced", "column"),
    [
        ("now()::TIMESTAMP AS paid_at", "paid_at"),
        ("CURRENT_DATE AS paid_at", "paid_at"),
        ("1.5 AS amount_minor", "amount_minor"),
        ("1::DOUBLE AS amount_minor", "amount_minor"),
        ("1 AS buyer_id", "buyer_id"),
        ("[1] AS category", "category"),
    ],
)
def test_a_column_of_a_type_that_holds_no_such_value_is_refused(export: Path, replaced: str, column: str) -> None:
    sql = STORES + ORDERS.replace("FROM", f"SELECT * REPLACE ({replaced}) FROM")
    problem = _the_problem(export, sql)
    assert (problem.code, problem.place.column if problem.place else None) == ("wrong_type", column)
    assert "mapping.sql: orders" in str(problem.place)


def test_a_wrong_value_is_named_with_the_view_the_key_and_the_column(export: Path) -> None:
    sql = STORES + ORDERS.replace("FROM", "SELECT * REPLACE (if(order_id = 'O2', '12.5', '1') AS amount_minor) FROM")
    problem = _the_problem(export, sql)
    assert problem.code == "no_whole_number"
    assert str(problem.place) == f"{export.parent}/mapping.sql: orders (order_id=O2), amount_minor"
    assert "'12.5'" in problem.say()


def test_a_key_that_a_view_gives_twice_is_named(export: Path) -> None:
    sql = STORES + ORDERS.replace("FROM", "SELECT * REPLACE ('X' AS order_id) FROM")
    problem = next(iter(problems(export, mapping=_mapping(export, sql))))
    assert (problem.code, problem.values["value"]) == ("duplicate", "X")


def test_bad_rows_of_a_view_can_be_rejected(export: Path) -> None:
    sql = STORES + ORDERS.replace("FROM", "SELECT * REPLACE (if(order_id = 'O2', 'x', '1') AS amount_minor) FROM")
    target = export.parent / "rejects.csv"
    counts = reading(export, _counts, mapping=_mapping(export, sql), rejects=target)
    assert counts["orders"] == 2
    assert '""order_id"": ""O2""' in target.read_text()


def test_a_runaway_mapping_is_stopped_by_the_bound_of_memory(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMBUD_MEMORY_MB", "100")
    # One value larger than the bound: there is nothing that could go to disk.
    grow = "SELECT * REPLACE (repeat('x', 400000000) AS category) FROM"
    problem = _the_problem(export, STORES + ORDERS.replace("FROM", grow))
    assert problem.code == "memory_full"
    assert "OMBUD_MEMORY_MB" in problem.say()


def test_nothing_is_left_behind_by_a_mapping(export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spill").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spill"))
    before = sorted(export.iterdir())
    reading(export, _counts, mapping=_mapping(export, STORES + ORDERS))
    with pytest.raises(OmbudError), read_facts(export, mapping=_mapping(export, STORES)):
        pass
    assert list((tmp_path / "spill").iterdir()) == []
    assert sorted(export.iterdir()) == before


OLIST = Path(__file__).parents[2] / "examples" / "olist" / "mapping.sql"


def _olist(real_data: Path, name: str) -> list[dict[str, str]]:
    with (real_data / "olist" / f"olist_{name}_dataset.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_orders_of_olist_become_facts(real_data: Path) -> None:
    def look(facts: Facts) -> None:
        ask = facts.connection.execute
        assert facts.known_at == parse_instant("2018-10-15T01:35:56Z")
        assert facts.counts == {
            "stores": 1125,
            "orders": 3977,  # 4,000 without the 23 that have no items
            "lines": 4519,
            "parcels": 3939,
            "scans": 7837,
            "complaints": 473,
            "messages": 1713,
            "recipients": 0,
        }
        assert ask("SELECT status, count(*) FROM orders GROUP BY 1 ORDER BY 1").fetchall() == [
            ("cancelled", 17),
            ("delivered", 3898),
            ("paid", 23),
            ("shipped", 39),
        ]
        assert ask("SELECT kind, count(*) FROM complaints GROUP BY 1 ORDER BY 1").fetchall() == [
            ("not_as_described", 35),
            ("not_received", 138),
            ("other", 300),
        ]
        assert ask("SELECT count(*) FROM messages WHERE contains(text, chr(10))").fetchone() == (481,)

    reading(real_data / "olist", look, mapping=OLIST)


def test_the_money_of_olist_is_exact_to_the_cent(real_data: Path) -> None:
    items = _olist(real_data, "order_items")
    query = "SELECT sum(amount_minor)::BIGINT, sum(shipping_minor)::BIGINT FROM orders"
    found = reading(real_data / "olist", lambda facts: facts.connection.execute(query).fetchone(), mapping=OLIST)
    assert found == tuple(100 * sum(Decimal(item[name]) for item in items) for name in ("price", "freight_value"))


def test_the_times_of_olist_are_those_of_sao_paulo(real_data: Path) -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    given = {order["order_id"]: order["order_approved_at"] for order in _olist(real_data, "orders")}
    query = "SELECT order_id, epoch_us(paid_at) FROM orders"
    found = reading(real_data / "olist", lambda facts: facts.connection.execute(query).fetchall(), mapping=OLIST)
    assert len({datetime.fromisoformat(given[order]).replace(tzinfo=zone).utcoffset() for order, _ in found}) == 2
    for order, micros in found:
        # One hour a year is there twice, and nobody can tell which of them was meant.
        local = datetime.fromisoformat(given[order]).replace(tzinfo=zone)
        assert micros in {round(local.replace(fold=fold).timestamp() * 10**6) for fold in (0, 1)}


def test_a_folder_whose_name_begins_alike_is_another_folder(export: Path) -> None:
    neighbour = write_csv(export.parent / "export2", good_rows())
    problem = _the_problem(export, STORES + ORDERS.replace("'orders.csv'", f"'{neighbour}/orders.csv'"))
    assert problem.code == "outside_folder"


def test_no_module_comes_out_of_the_folder_that_one_stands_in(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (export / "duckdb.py").write_text("raise SystemExit('taken over')")
    (export / "json.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(export)
    assert reading(export, _counts, mapping=_mapping(export, STORES + ORDERS))["orders"] == 3
