"""Importing a folder of facts into an empty store, against a raw upsert of the same rows into the same tables."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import stores, worlds
from benchmarks.measure import Figure, Target, child
from benchmarks.stores import DATABASES, NOT_MEASURED, on_database

ORDERS = {"small": 10_000, "full": 50_000}
RUNS = 3
AT_ONCE = 1_000
KNOWN_AT = datetime(2026, 8, 8, tzinfo=UTC)


def measure(*, folder: str) -> dict[str, Any]:
    """In the child: each run fills a fresh store, in a child of its own; the contenders take turns."""
    taken: dict[str, list[Any]] = {"ombud": [], "raw": [], "raw_sorted": []}
    for _ in range(RUNS):
        for name, told in taken.items():
            environment = stores.fresh()
            try:
                told.append(child(f"benchmarks.importing:{name}", environment=environment, folder=folder))
            finally:
                stores.forget(environment)
    counts = {json_of(told["rows"]) for both in taken.values() for told in both}
    if len(counts) != 1:
        raise RuntimeError(f"the stores do not hold the same: {counts}")
    return taken


def json_of(rows: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(rows.items()))


def ombud(*, folder: str) -> dict[str, Any]:
    """As `ombud facts import` does: reads, checks, merges, folds, wakes, counts days."""
    connection = stores.open_store()

    from ombud.actions.imports import import_facts
    from ombud.rulebooks import open_book
    from ombud.scan.folder import read_facts

    books = {name: open_book(name) for name in ("ozon", "shopify")}
    start = time.perf_counter()
    with read_facts(Path(folder)) as facts:
        read = time.perf_counter() - start
        import_facts(facts, books=books, actor="benchmark", at=KNOWN_AT, known_at=KNOWN_AT)
    return {"seconds": time.perf_counter() - start - read, "read": read, "rows": _rows(connection)}


def raw(*, folder: str, by_key: bool = False) -> dict[str, Any]:
    """The rows wait as tuples in the form of the database; only writing them is timed. Nothing is checked or folded."""
    connection = stores.open_store()
    lite = connection.vendor == "sqlite"
    tables = {name: _load(folder, name, lite=lite, by_key=by_key) for name in _columns()}
    connection.ensure_connection()
    seconds = _executemany(connection.connection, tables) if lite else _copy(connection.connection, tables)
    return {"seconds": seconds, "read": 0.0, "rows": _rows(connection)}


def raw_sorted(*, folder: str) -> dict[str, Any]:
    """The same with the rows of each table in the order of its key, as ombud writes them."""
    return raw(folder=folder, by_key=True)


def _executemany(database: Any, tables: dict[str, list[tuple[Any, ...]]]) -> float:
    database.execute("PRAGMA wal_autocheckpoint = 16384")
    start = time.perf_counter()
    database.execute("BEGIN IMMEDIATE")
    for name, rows in tables.items():
        columns = _columns()[name]
        statement = (
            f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) {_upsert(name)}"
        )
        for first in range(0, len(rows), AT_ONCE):
            database.executemany(statement, rows[first : first + AT_ONCE])
    database.execute("COMMIT")
    return time.perf_counter() - start


def _copy(database: Any, tables: dict[str, list[tuple[Any, ...]]]) -> float:
    start = time.perf_counter()
    with database.transaction(), database.cursor() as cursor:
        for name, rows in tables.items():
            columns = ", ".join(_columns()[name])
            cursor.execute(f"CREATE TEMP TABLE raw_{name} ON COMMIT DROP AS SELECT {columns} FROM {name} LIMIT 0")
            for first in range(0, len(rows), AT_ONCE):
                with cursor.copy(f"COPY raw_{name} ({columns}) FROM STDIN") as copy:
                    for row in rows[first : first + AT_ONCE]:
                        copy.write_row(row)
                cursor.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM raw_{name} {_upsert(name)}")
                cursor.execute(f"TRUNCATE raw_{name}")
    return time.perf_counter() - start


def _columns() -> dict[str, list[str]]:
    from ombud.generate import TABLES

    own = {name: [column.name for column in table.columns] for name, table in TABLES.items()}
    own["parcels"].append("store_id")
    return {name: [*columns, "known_at"] for name, columns in own.items()}


def _upsert(name: str) -> str:
    from ombud.domain.facts import TABLES

    key = TABLES[name].key
    rest = [column for column in _columns()[name] if column not in key]
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {', '.join(f'{c} = excluded.{c}' for c in rest)}"


def _load(folder: str, name: str, *, lite: bool, by_key: bool) -> list[tuple[Any, ...]]:
    import duckdb

    from ombud.domain.facts import TABLES, Kind

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    spelled = {
        column.name: f"strftime(t.{column.name}, '%Y-%m-%d %H:%M:%S{'' if lite else '+00'}')"
        for column in TABLES[name].columns
        if column.kind is Kind.INSTANT
    } | {"commission_rate": "t.commission_rate::DOUBLE", "known_at": f"'{KNOWN_AT:%Y-%m-%d %H:%M:%S}+00'"}
    if lite:
        spelled["known_at"] = f"'{KNOWN_AT:%Y-%m-%d %H:%M:%S}'"
    columns = ", ".join(spelled.get(column, column) for column in _columns()[name])
    source = f"'{folder}/{name}.parquet' t"
    if name == "parcels":
        source += f" JOIN (SELECT order_id, store_id FROM '{folder}/orders.parquet') o USING (order_id)"
    order = ", ".join(str(_columns()[name].index(column) + 1) for column in TABLES[name].key)
    sort = f"ORDER BY {order}" if by_key else ""
    return connection.execute(f"SELECT {columns} FROM {source} {sort}").fetchall()


def _rows(connection: Any) -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for name in _columns():
            cursor.execute(f"SELECT count(*) FROM {name}")
            counts[name] = int(cursor.fetchone()[0])
    return counts


def figure(scale: str) -> Figure:
    orders = ORDERS[scale]
    folder = worlds.facts(orders)
    rows, targets = [], []
    notes = [
        "Into an empty store, one transaction. Raw: the rows wait as tuples in the form of the database, are upserted"
        f" {AT_ONCE:,} at a time (SQLite: `executemany`; PostgreSQL: COPY to a temporary table, then upsert)."
        " Ombud, importing: the same rows and the folds of scans, what wakes, and health days; reading and checking the"
        " folder comes before.",
    ]
    for database in DATABASES:
        told = on_database(database, "benchmarks.importing:measure", folder=str(folder))
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        count = sum(told["raw"][0]["rows"].values())
        seconds = {
            "raw upsert": statistics.median(run["seconds"] for run in told["raw"]),
            "raw upsert, rows sorted by key": statistics.median(run["seconds"] for run in told["raw_sorted"]),
            "ombud, importing": statistics.median(run["seconds"] for run in told["ombud"]),
            "ombud, with reading and checking": statistics.median(
                run["seconds"] + run["read"] for run in told["ombud"]
            ),
        }
        for name, took in seconds.items():
            share = seconds["raw upsert"] / took
            rows.append((database, name, f"{count:,}", f"{took:.2f}", f"{count / took:,.0f}", f"{share:.2f}"))
        share = seconds["raw upsert"] / seconds["ombud, importing"]
        targets.append(Target(f"rows a second of an import / raw upsert, {database}", share, 0.5, at_least=True))
    columns = ("database", "by", "rows", "seconds", "rows a second", "beside raw")
    return Figure("Importing a folder", "benchmarks/importing.py", columns, rows, targets, notes)
