"""DuckDB as every contender of one figure gets it: the same session, the same files, the same form of the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir

from benchmarks.measure import WORK
from ombud.scan.reading.engine import WHOLE_RESULTS

TABLES = ("stores", "orders", "lines", "complaints")


def session() -> duckdb.DuckDBPyConnection:
    """A fresh DuckDB in UTC with room to spill. Insertion order is nobody's promise here: what needs order sorts."""
    connection = duckdb.connect()
    spill = WORK / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET memory_limit = '5GB'")
    connection.execute(WHOLE_RESULTS)
    connection.execute(f"SET temp_directory = '{spill}'")
    return connection


def views(connection: duckdb.DuckDBPyConnection, folder: Path, *, folded: bool) -> None:
    """One view per table of facts; `parcels` carries its folded scans where `folded` says so."""
    files = {name: f"{name}.parquet" for name in TABLES} | {"parcels": "parcels.parquet", "scans": "scans.parquet"}
    if folded:
        files = files | {"parcels": "folded.parquet"}
        del files["scans"]
    for name, file in files.items():
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{folder / file}')")


def tables(connection: duckdb.DuckDBPyConnection) -> dict[str, ir.Table]:
    """The views of the session as Ibis tables."""
    backend = ibis.duckdb.from_connection(connection)
    return {name: backend.table(name) for name in backend.list_tables()}


def sql(expression: ir.Table) -> str:
    """What DuckDB is asked for by an expression."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> Callable[[], int]:
    """Runs the query into Arrow; the number of rows."""
    return lambda: connection.execute(query).to_arrow_table().num_rows


def copy_of(connection: duckdb.DuckDBPyConnection, query: str, out: str) -> Callable[[], int]:
    """Runs the query into one Parquet file; the number of rows."""

    def run() -> int:
        [(count,)] = connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION zstd)").fetchall()
        return int(count)

    return run
