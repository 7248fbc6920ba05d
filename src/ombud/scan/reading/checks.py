"""What rows owe one another: each key once, no reference into the void, no instant before the one it follows.

Every fault is a row of `checks.faults`: table number, row, column number, why, and one more word on it. Nothing is
counted in Python, so a file with ten million faults costs no more memory than one with three.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from ombud.domain.facts import REFERENCES, TABLES, Table
from ombud.scan.reading.engine import Engine, named, quoted
from ombud.scan.reading.load import Loaded, loaded

Known: TypeAlias = Callable[[str, Sequence[tuple[str, ...]]], set[tuple[str, ...]]]
"""(table name, keys) -> those of the keys that the store knows."""

VALUE, DUPLICATE, UNKNOWN, REJECTED, BEFORE = "value", "duplicate", "unknown", "rejected", "before"

ORDERED: tuple[tuple[str, str, str], ...] = (("complaints", "opened_at", "withdrawn_at"),)
"""(table, first, second): `second` never comes before `first`.

Only what no world can hold stands here. Real exports do have parcels delivered before they were marked shipped, orders
cancelled before they were paid, scans before the number was registered, and refunds above the price as a goodwill.
"""

_AT_A_TIME = 10_000
NUMBERS = {name: number for number, name in enumerate(TABLES)}


def prepare(engine: Engine) -> None:
    """Makes the table of faults."""
    engine.run(
        "CREATE OR REPLACE TABLE checks.faults (tab UTINYINT, row BIGINT, col UTINYINT, why VARCHAR, extra VARCHAR)"
    )


def find_faults(tables: dict[str, Loaded], engine: Engine, known: Known | None, *, rejecting: bool) -> int:
    """Fills `checks.faults`; gives their number. `rejecting`: rows that point to a faulty row are faulty as well."""
    for done, (name, table) in enumerate(tables.items()):
        engine.tell(table.source.path.name, done, len(tables))
        if table.bad_count:
            _bad_values(table.table, engine)
        _duplicates(table.table, engine, rejecting=rejecting)
        for _, first, second in (rule for rule in ORDERED if rule[0] == name):
            _before(table.table, first, second, engine)
        for _, columns, target in (reference for reference in REFERENCES if reference[0] == name):
            if not rejecting and target in tables and tables[target].broken_count:
                continue  # what is missing there may stand in a row that cannot be read
            _references(table.table, columns, target, tables, engine, known, rejecting=rejecting)
        engine.tell(table.source.path.name, done + 1, len(tables))
    return engine.count("SELECT count(*) FROM checks.faults")


def _bad_values(table: Table, engine: Engine) -> None:
    engine.run(
        f"INSERT INTO checks.faults SELECT {NUMBERS[table.name]}, _row, bit, '{VALUE}', NULL "
        f"FROM {loaded(table)}, range({len(table.columns)}) AS bits(bit) WHERE _bad & (1::BIGINT << bit::INTEGER) <> 0"
    )


def _duplicates(table: Table, engine: Engine, *, rejecting: bool) -> None:
    keys = [named(name) for name in table.key]
    whole = " AND ".join(f"{key} IS NOT NULL" for key in keys)
    # Eight bytes a row instead of the whole key; what collides is looked at in full.
    digest = f"hash({', '.join(keys)})"
    engine.run(
        f"CREATE OR REPLACE TABLE checks.suspects AS "
        f"SELECT {digest} AS digest FROM {loaded(table)} WHERE {whole} GROUP BY 1 HAVING count(*) > 1"
    )
    if not engine.count("SELECT count(*) FROM checks.suspects"):
        return
    engine.run(
        f"CREATE OR REPLACE TABLE checks.twins AS SELECT *, min(_row) OVER same AS first, count(*) OVER same AS size "
        f"FROM {loaded(table)} WHERE {whole} AND {digest} IN (SELECT digest FROM checks.suspects) "
        f"WINDOW same AS (PARTITION BY {', '.join(keys)}) QUALIFY size > 1"
    )
    number, column = NUMBERS[table.name], _number(table, table.key[0])
    engine.run(
        f"INSERT INTO checks.faults SELECT {number}, _row, {column}, '{DUPLICATE}', first::VARCHAR "
        "FROM checks.twins WHERE _row <> first"
    )
    if rejecting:
        # Of equal rows the first one can stay; of different ones nobody knows which is right.
        rest = [named(column.name) for column in table.columns]
        engine.run(
            f"INSERT INTO checks.faults SELECT {number}, min(_row), {column}, '{DUPLICATE}', "
            f"min(_row) FILTER (_row <> first)::VARCHAR FROM checks.twins "
            f"GROUP BY {', '.join(keys)} HAVING count(DISTINCT row({', '.join(rest)})) > 1"
        )


def _before(table: Table, first: str, second: str, engine: Engine) -> None:
    engine.run(
        f"INSERT INTO checks.faults SELECT {NUMBERS[table.name]}, _row, {_number(table, second)}, '{BEFORE}', "
        f"{quoted(first)} FROM {loaded(table)} WHERE {named(second)} < {named(first)}"
    )


def _references(
    table: Table,
    columns: tuple[str, ...],
    target: str,
    tables: dict[str, Loaded],
    engine: Engine,
    known: Known | None,
    *,
    rejecting: bool,
) -> None:
    number, column = NUMBERS[table.name], _number(table, columns[0])
    names = ", ".join(named(name) for name in columns)
    whole = " AND ".join(f"{named(name)} IS NOT NULL" for name in columns)
    here = loaded(TABLES[target]) if target in tables else None
    faulty = f"(SELECT row FROM checks.faults WHERE tab = {NUMBERS[target]})"
    any_faulty = rejecting and engine.count(f"SELECT count(*) FROM {faulty}")

    def absent(relation: str) -> str:
        same = " AND ".join(f"there.{named(name)} = rows.{named(name)}" for name in columns)
        return f"NOT EXISTS (FROM {relation} AS there WHERE {same})"

    good = f"(FROM {here} WHERE _row NOT IN {faulty})" if any_faulty else here
    engine.run(
        f"CREATE OR REPLACE TABLE checks.missing AS SELECT DISTINCT {names} FROM {loaded(table)} AS rows "
        f"WHERE {whole}" + (f" AND {absent(good)}" if good else "")
    )
    if known:
        _forgive(target, columns, engine, known)
    if not engine.count("SELECT count(*) FROM checks.missing"):
        return
    same = " AND ".join(f"gone.{named(name)} = rows.{named(name)}" for name in columns)
    why = f"'{UNKNOWN}'"
    if any_faulty and here:
        why = f"CASE WHEN {absent(here)} THEN '{UNKNOWN}' ELSE '{REJECTED}' END"
    engine.run(
        f"INSERT INTO checks.faults SELECT {number}, _row, {column}, {why}, {quoted(target)} "
        f"FROM {loaded(table)} AS rows JOIN checks.missing AS gone ON {same}"
    )


def _forgive(target: str, columns: tuple[str, ...], engine: Engine, known: Known) -> None:
    """Takes out of `checks.missing` what the store knows."""
    names = ", ".join(named(name) for name in columns)
    engine.run("CREATE OR REPLACE TABLE checks.known AS FROM checks.missing LIMIT 0")
    asked = engine.connection.cursor()
    try:
        asked.execute(f"SELECT {names} FROM checks.missing")
        while keys := asked.fetchmany(_AT_A_TIME):
            there = known(target, keys)
            engine.insert("checks.known", columns, sorted(there & set(keys)))
    finally:
        asked.close()
    same = " AND ".join(f"known.{named(name)} = missing.{named(name)}" for name in columns)
    engine.run(f"DELETE FROM checks.missing USING checks.known WHERE {same}")


def _number(table: Table, name: str) -> int:
    return [column.name for column in table.columns].index(name)
