"""Rows become values: `loaded.<table>` holds for every row its number, its values by type, and a bit for each bad one.

CSV and mapped rows are copied into typed tables, once; Parquet stays where it is, and `loaded.<table>` is a view of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from ombud.domain.facts import Column, Table
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.reading import csv_files, kinds, parquet_files
from ombud.scan.reading.engine import Engine, named
from ombud.scan.reading.files import Source

_UNREADABLE = (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.NotImplementedException)
"""What DuckDB says of a file that it cannot read this way."""

LISTED = 20
"""So many problems are told one by one."""


@dataclass
class Loaded:
    """One table with its rows in `loaded`. `broken` are the rows that are no rows: the first of them, and how many."""

    source: Source
    rewritten: bool = False
    broken: list[Problem] = field(default_factory=list)
    broken_count: int = 0
    bad_count: int = 0

    @property
    def table(self) -> Table:
        return self.source.table


def loaded(table: Table) -> str:
    """SQL: the relation with `_row`, the values, and `_bad`."""
    return f"loaded.{named(table.name)}"


def stored(table: Table) -> str:
    """SQL: the typed table under `loaded`, where rows are copied."""
    return f"loaded.{named(table.name + ' rows')}"


def mapped(table: Table) -> str:
    """SQL: the rows as a mapping gave them."""
    return f"mapped.{named(table.name)}"


def load(source: Source, engine: Engine) -> Loaded:
    """Reads one source. Raises OmbudError where it cannot be read at all."""
    if problems := _wrong_types(source, engine):
        raise OmbudError(*problems)
    match source.form:
        case "csv":
            return _load_csv(source, engine)
        case "view":
            result = Loaded(source)
            _copy(source, mapped(source.table), engine)
        case _:
            result = Loaded(source)
            _look_at(source, engine)
    result.bad_count = _count_bad(source, engine)
    return result


def settle(source: Source, engine: Engine) -> None:
    """Makes `loaded.<table>` cheap to read, once its values are known to be right."""
    if source.form != "parquet":
        return
    table, relation = source.table, parquet_files.relation(source.path)
    texts = [c for c in table.columns if c.null and source.type_of(c.name) == "VARCHAR"]
    empties: set[str] = set()
    if texts:
        found = engine.rows(
            f"SELECT {', '.join(f'bool_or({named(c.name)} = {chr(39) * 2})' for c in texts)} FROM {relation}"
        )
        empties = {c.name for c, any_empty in zip(texts, found[0], strict=True) if any_empty}
    plain = (
        kinds.plain_value(c, named(c.name), source.type_of(c.name))
        if c.name in empties or source.type_of(c.name) != "VARCHAR"
        else named(c.name)
        for c in table.columns
    )
    columns = ", ".join(f"{value} AS {named(c.name)}" for c, value in zip(table.columns, plain, strict=True))
    body = f"SELECT {parquet_files.ROW} AS _row, {columns}, 0::BIGINT AS _bad FROM {relation}"
    engine.run(f"CREATE OR REPLACE VIEW {loaded(table)} AS {body}")


def _load_csv(source: Source, engine: Engine) -> Loaded:
    """As DuckDB reads it with all its threads: fast, and strict.

    It refuses what has a fault, line ends of several kinds, and files in which it cannot tell where rows begin because
    line breaks stand in quotes. What it refuses is read row by row.
    """
    result = Loaded(source)
    if not _copied(source, csv_files.relation(source, parallel=True), engine):
        return reload(result, engine)
    result.bad_count = _count_bad(source, engine)
    return result


def reload(result: Loaded, engine: Engine) -> Loaded:
    """Reads a CSV file row by row: Python tells good rows from others and writes them so that DuckDB cannot err.

    Raises OmbudError for a quote that is never closed: nobody can tell what stands behind it.
    """
    source, target = result.source, engine.place / f"{result.table.name}.csv"
    result.rewritten = True
    count = 0
    for row in csv_files.rewrite(source, target, engine):
        count += row.problem is None
        if row.problem:
            result.broken_count += 1
            if len(result.broken) < LISTED:
                result.broken.append(row.problem)
            if row.problem.code == "open_quote":
                raise OmbudError(*result.broken, more=result.broken_count - len(result.broken))
    # One thread finds every row where many cannot, but loses what is wrong; here nothing is, and the rows are counted.
    for parallel in (True, False):
        read = _copied(source, csv_files.relation(source, target, parallel=parallel), engine)
        if read and engine.count(f"SELECT count(*) FROM {stored(source.table)}") == count:
            target.unlink()
            result.bad_count = _count_bad(source, engine)
            return result
    raise OmbudError(
        Problem(
            "unreadable",
            N_("The rows of the file cannot be told apart."),
            {},
            Place(str(source.path)),
            N_("Write it anew, with quotes around every value."),
        )
    )


def _copied(source: Source, relation: str, engine: Engine) -> bool:
    try:
        _copy(source, relation, engine)
    except _UNREADABLE:
        return False
    return True


def _copy(source: Source, relation: str, engine: Engine) -> None:
    table = source.table
    engine.run(f"CREATE OR REPLACE TABLE {stored(table)} AS {values(source, relation)}", step=source.path.name)
    engine.run(f"CREATE OR REPLACE VIEW {loaded(table)} AS SELECT rowid AS _row, * FROM {stored(table)}")


def _look_at(source: Source, engine: Engine) -> None:
    body = values(source, parquet_files.relation(source.path), f"{parquet_files.ROW} AS _row, ")
    engine.run(f"CREATE OR REPLACE VIEW {loaded(source.table)} AS {body}")


def _count_bad(source: Source, engine: Engine) -> int:
    try:
        bad = engine.run(
            f"SELECT count(*) FILTER (_bad <> 0) FROM {loaded(source.table)}", step=source.path.name
        ).fetchall()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if source.form != "parquet":
            raise
        raise OmbudError(parquet_files.damaged(source.path, error)) from None
    return int(bad[0][0])


def values(source: Source, relation: str, lead: str = "") -> str:
    """SQL: values by type, and the bits of those that are none."""
    inner, outer, bits = [], [], []
    for number, column in enumerate(source.table.columns):
        x, kind = named(column.name), source.type_of(column.name)
        raw = f"raw_{number}"
        if kind == "VARCHAR":
            inner.append(f"{x} AS {raw}" if source.form == "csv" else f"nullif({x}, '') AS {raw}")
            value = kinds.text_value(column, raw)
        elif kind in _ALL_NULL:
            inner.append(f"NULL AS {raw}")
            value = "NULL"
        else:
            inner.append(f"{x} AS {raw}")
            value = kinds.typed_value(column, raw, kind) or "NULL"
        outer.append(f"CAST({value} AS {kinds.sql_type(column)}) AS {x}")
        missing = f"{x} IS NULL AND {raw} IS NOT NULL" if column.null else f"{x} IS NULL"
        bits.append(f"({missing})::BIGINT * {1 << number}")
    names = ", ".join(named(column.name) for column in source.table.columns)
    row = "_row, " if lead else ""
    raws = ", ".join(f"raw_{number}" for number in range(len(inner)))
    return (
        f"SELECT {row}{names}, {' + '.join(bits)} AS _bad FROM ("
        f"SELECT {row}{raws}, {', '.join(outer)} FROM (SELECT {lead}{', '.join(inner)} FROM {relation}))"
    )


_ALL_NULL = ('"NULL"', "NULL")


def _wrong_types(source: Source, engine: Engine) -> list[Problem]:
    """Columns whose type holds no such value; a column of nulls only has no type to speak of."""
    problems = []
    for column in source.table.columns:
        kind = source.type_of(column.name)
        if kind == "VARCHAR" and (source.form == "view" or kinds.sql_type(column) == "VARCHAR"):
            continue
        if source.form == "csv" or (kind != "VARCHAR" and kinds.typed_value(column, "x", kind)):
            continue
        if column.null and _only_nulls(source, column, engine):
            source.types[column.name] = _ALL_NULL[0]
            continue
        problems.append(_wrong_type(source, column, kind))
    return problems


def _only_nulls(source: Source, column: Column, engine: Engine) -> bool:
    relation = mapped(source.table) if source.form == "view" else parquet_files.relation(source.path)
    return engine.count(f"SELECT count({named(column.name)}) FROM {relation}") == 0


def _wrong_type(source: Source, column: Column, kind: str) -> Problem:
    said = {"type": kind, "wanted": kinds.wanted_type(column)}
    place = Place(str(source.path), column=column.name)
    if source.form == "view":
        place = Place(f"{source.path}: {source.table.name}", column=column.name)
    if kind.startswith("TIMESTAMP"):
        text = N_("Instants of the type {type} have no time zone.")
        mend = N_("Make it {wanted}; in SQL: column AT TIME ZONE 'UTC', or the zone that the times are in.")
    else:
        text = N_("The type {type} cannot stand here.")
        mend = N_("Make it {wanted}.")
    return Problem("wrong_type", text, said, place, mend)
