"""The generated marketplace: the same for the same seed, sound, whole or not there, with something of every kind."""

from __future__ import annotations

import filecmp
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from ombud.domain.facts import REFERENCES, Kind
from ombud.domain.problems import OmbudError
from ombud.generate import TABLES, form_of, generate

FILES = [f"{name}.csv" for name in TABLES]
ENDS_AT = datetime(2026, 8, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """20,000 orders as Parquet, one view per table."""
    folder = tmp_path_factory.mktemp("world") / "facts"
    generate(folder, orders=20_000, seed=5)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name in TABLES:
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM '{folder}/{name}.parquet'")
    return connection


def one(world: duckdb.DuckDBPyConnection, query: str) -> float:
    [(value,)] = world.execute(query).fetchall()
    return float(value)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_the_same_seed_and_size_give_the_same_bytes(tmp_path: Path, form: str) -> None:
    for name in ("a", "b"):
        generate(tmp_path / name, orders=500, seed=3, form=form_of(form))
    files = [f"{name}.{form}" for name in TABLES]
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", files, shallow=False) == (files, [], [])


def test_the_size_of_a_chunk_changes_no_byte(tmp_path: Path) -> None:
    generate(tmp_path / "a", orders=500, seed=3, form="csv")
    generate(tmp_path / "b", orders=500, seed=3, form="csv", chunk=37)
    assert filecmp.cmpfiles(tmp_path / "a", tmp_path / "b", FILES, shallow=False) == (FILES, [], [])


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), orders=100, seed=seed, form="csv")
    same, other, gone = filecmp.cmpfiles(tmp_path / "1", tmp_path / "2", FILES, shallow=False)
    assert (same, sorted(other), gone) == ([], sorted(FILES), [])


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    generate(tmp_path / "csv", orders=300, seed=8, form="csv")
    generate(tmp_path / "parquet", orders=300, seed=8)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in TABLES.items():
        columns = ", ".join(
            f"strftime({c.name}, '%Y-%m-%dT%H:%M:%SZ')"
            if c.kind is Kind.INSTANT
            else f"{c.name}::{'DOUBLE' if c.kind is Kind.FRACTION else 'VARCHAR'}::VARCHAR"
            for c in table.columns
        )
        wide = connection.execute(f"SELECT {columns} FROM '{tmp_path}/parquet/{name}.parquet'").fetchall()
        told = connection.execute(f"FROM read_csv('{tmp_path}/csv/{name}.csv', all_varchar = true)").fetchall()
        assert [tuple(None if v == "" else v for v in row) for row in wide] == told


def test_a_csv_instant_is_utc_with_z(tmp_path: Path) -> None:
    generate(tmp_path / "csv", orders=10, seed=8, form="csv")
    header, first = (tmp_path / "csv" / "orders.csv").read_text("utf-8").splitlines()[:2]
    paid_at = first.split(",")[header.split(",").index("paid_at")]
    assert paid_at.endswith("Z")
    assert datetime.fromisoformat(paid_at) >= datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_has_its_columns_and_a_unique_key(world: duckdb.DuckDBPyConnection, name: str) -> None:
    table = TABLES[name]
    assert world.table(name).columns == [column.name for column in table.columns]
    key = ", ".join(table.key)
    assert one(world, f"SELECT count(*) FROM (SELECT {key} FROM {name} GROUP BY ALL HAVING count(*) > 1)") == 0
    for column in table.columns:
        if not column.null:
            assert one(world, f"SELECT count(*) FROM {name} WHERE {column.name} IS NULL") == 0


@pytest.mark.parametrize(("name", "columns", "target"), [one for one in REFERENCES if one[0] in TABLES])
def test_no_row_points_nowhere(
    world: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], target: str
) -> None:
    assert one(world, f"SELECT count(*) FROM {name} ANTI JOIN {target} USING ({', '.join(columns)})") == 0


@pytest.mark.parametrize(
    ("name", "column"), [(t.name, c.name) for t in TABLES.values() for c in t.columns if c.choices]
)
def test_every_choice_occurs(world: duckdb.DuckDBPyConnection, name: str, column: str) -> None:
    found = {value for (value,) in world.execute(f"SELECT DISTINCT {column} FROM {name}").fetchall()}
    wanted = TABLES[name].column(column)
    assert wanted is not None
    assert found - {None} == set(wanted.choices)


def test_every_kind_of_store_occurs(world: duckdb.DuckDBPyConnection) -> None:
    sites = {site for (site,) in world.execute("SELECT DISTINCT site FROM stores WHERE platform = 'ozon'").fetchall()}
    assert sites == {"ozon.ru", "ozon.kz", "ozon.com"}
    assert one(world, "SELECT count(DISTINCT site) - count(*) FROM stores WHERE platform = 'shopify'") == 0
    assert one(world, "SELECT count(*) FROM stores WHERE verified_at IS NULL") >= 1
    assert one(world, "SELECT count(*) FROM stores WHERE verified_at > (SELECT min(paid_at) FROM orders)") >= 1
    assert one(world, "SELECT count(DISTINCT timezone) FROM stores") >= 5


def test_nothing_lies_after_the_end_but_promises(world: duckdb.DuckDBPyConnection) -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.kind is Kind.INSTANT and not column.planned:
                last = one(world, f"SELECT epoch(max({column.name})) FROM {table.name}")
                assert last <= ENDS_AT.timestamp(), f"{table.name}.{column.name}"
    assert one(world, "SELECT epoch(max(ship_by)) FROM orders") > ENDS_AT.timestamp()


def test_an_order_amounts_to_its_lines(world: duckdb.DuckDBPyConnection) -> None:
    sums = "SELECT order_id, sum(quantity * price_minor) AS total FROM lines GROUP BY order_id"
    assert (
        one(world, f"SELECT count(*) FROM orders LEFT JOIN ({sums}) USING (order_id) WHERE amount_minor <> total") == 0
    )


@pytest.mark.parametrize(
    ("what", "least", "most", "query"),
    [
        ("late", 0.005, 0.05, "SELECT count(*) FILTER (shipped_at > ship_by) / count(ship_by) FROM orders"),
        ("at ship_by", 0.0001, 0.01, "SELECT count(*) FILTER (shipped_at = ship_by) / count(ship_by) FROM orders"),
        ("unpaid", 0.001, 0.05, "SELECT 1 - count(paid_at) / count(*) FROM orders"),
        ("complaints", 0.005, 0.05, "SELECT (SELECT count(*) FROM complaints) / (SELECT count(*) FROM orders)"),
        ("withdrawn", 0.05, 0.4, "SELECT count(withdrawn_at) / count(*) FROM complaints"),
        (
            "off the list",
            0.001,
            0.05,
            "SELECT avg((carrier NOT IN ('cdek', 'boxberry', 'ozon-logistics'))::INT) FROM parcels"
            " JOIN orders USING (order_id) JOIN stores USING (store_id) WHERE platform = 'ozon'",
        ),
        (
            "reused numbers",
            0.001,
            0.02,
            "SELECT 1 - (SELECT count(*) FROM (SELECT DISTINCT carrier, tracking_number FROM parcels)) / count(*)"
            " FROM parcels",
        ),
        (
            "without a scan that counts",
            0.005,
            0.1,
            "SELECT avg((first IS NULL)::INT) FROM (SELECT carrier, tracking_number, min(scanned_at) FILTER"
            " (code <> 'label_created') AS first FROM parcels LEFT JOIN scans USING (carrier, tracking_number)"
            " WHERE registered_at < TIMESTAMPTZ '2026-08-01' GROUP BY ALL)",
        ),
        ("scans an order", 4, 5.5, "SELECT (SELECT count(*) FROM scans) / (SELECT count(*) FROM orders)"),
    ],
)
def test_a_plausible_share_goes_wrong(
    world: duckdb.DuckDBPyConnection, what: str, least: float, most: float, query: str
) -> None:
    assert least <= one(world, query) <= most, what


def test_numbers_are_reused_within_and_across_stores(world: duckdb.DuckDBPyConnection) -> None:
    shared = (
        "SELECT count(DISTINCT store_id) AS stores FROM parcels JOIN orders USING (order_id)"
        " GROUP BY carrier, tracking_number HAVING count(DISTINCT order_id) > 1"
    )
    found = {stores for (stores,) in world.execute(f"SELECT DISTINCT stores FROM ({shared})").fetchall()}
    assert {1, 2} <= found


def test_shopify_stores_lie_on_both_sides_of_one_percent(world: duckdb.DuckDBPyConnection) -> None:
    rates = (
        "SELECT count(DISTINCT complaint_id) / count(DISTINCT order_id) AS rate"
        " FROM orders JOIN stores USING (store_id) LEFT JOIN complaints USING (order_id)"
        " WHERE platform = 'shopify' GROUP BY store_id"
    )
    [(below, above)] = world.execute(
        f"SELECT count(*) FILTER (rate < 0.01), count(*) FILTER (rate > 0.01) FROM ({rates})"
    ).fetchall()
    assert below >= 3
    assert above >= 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"orders": 0, "seed": 1}, "no_such_size"),
        ({"orders": 50_000_001, "seed": 1}, "no_such_size"),
        ({"orders": 1, "seed": -1}, "no_such_seed"),
        ({"orders": 1, "seed": 1, "days": 0}, "no_such_span"),
    ],
)
def test_a_senseless_argument_is_refused_and_writes_nothing(
    tmp_path: Path, arguments: dict[str, int], code: str
) -> None:
    with pytest.raises(OmbudError) as refused:
        generate(tmp_path / "facts", **arguments)  # type: ignore[arg-type]
    assert refused.value.problems[0].code == code
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OmbudError, match="not an empty folder"):
        generate(tmp_path, orders=1, seed=1)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    assert generate(tmp_path / "facts", orders=1, seed=1)["orders"] == 1
    assert (tmp_path / "facts" / "orders.parquet").is_file()


def test_a_stop_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(_step: str, _done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "facts", orders=100, seed=1, chunk=10, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_says_that_it_is_generated(tmp_path: Path) -> None:
    generate(tmp_path / "facts", orders=1, seed=1)
    assert "made up" in (tmp_path / "facts" / "README.md").read_text("utf-8")


def test_a_form_that_nobody_reads_is_refused() -> None:
    with pytest.raises(OmbudError, match="csv or parquet"):
        form_of("xlsx")
