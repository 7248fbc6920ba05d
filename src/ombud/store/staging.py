"""Rows in and out of the database in sets: temporary tables filled from Arrow, and queries read into Arrow.

What is written goes through a temporary table and from there by one `INSERT ... SELECT` into its place, the same SQL on
both databases. SQLite takes rows by `executemany`, PostgreSQL by `COPY`; a temporary table is nobody else's, so filling
it blocks no one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db.backends.base.base import BaseDatabaseWrapper

from ombud.domain.facts import Column, Kind

INSTANT_TYPE = pa.timestamp("us", "UTC")
_WHOLE = frozenset({Kind.MONEY, Kind.COUNT})
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True)
class Field:
    """One column on its way: its name and what it holds, as in `domain.facts`."""

    name: str
    kind: Kind = Kind.TEXT

    @property
    def arrow(self) -> pa.DataType:
        """The Arrow type that holds it."""
        if self.kind is Kind.INSTANT:
            return INSTANT_TYPE
        if self.kind in _WHOLE:
            return pa.int64()
        return pa.decimal128(7, 6) if self.kind is Kind.FRACTION else pa.string()

    def sql(self, vendor: str) -> str:
        """The type of its column."""
        if self.kind is Kind.INSTANT:
            return "TEXT" if vendor == "sqlite" else "TIMESTAMPTZ"
        if self.kind in _WHOLE:
            return "INTEGER" if vendor == "sqlite" else "BIGINT"
        if self.kind is Kind.FRACTION:
            return "REAL" if vendor == "sqlite" else "NUMERIC"
        return "TEXT"


def fields(columns: Iterable[Column], table: str = "") -> tuple[Field, ...]:
    """The columns of a table of facts as fields; `table` is put before the names."""
    return tuple(Field(f"{table}{column.name}", column.kind) for column in columns)


def create(connection: BaseDatabaseWrapper, name: str, columns: Sequence[Field], *, key: Sequence[str] = ()) -> None:
    """An empty temporary table `name`; one of the same name is dropped before."""
    parts = [f"{column.name} {column.sql(connection.vendor)}" for column in columns]
    if key:
        parts.append(f"PRIMARY KEY ({', '.join(key)})")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_temporary(connection, name)}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({', '.join(parts)})")


def create_as(connection: BaseDatabaseWrapper, name: str, query: str, *, key: str = "") -> None:
    """A temporary table `name` of what `query` gives; one of the same name is dropped before.

    key: a column of unique values by which the rows will be looked up.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_temporary(connection, name)}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {query}")
        if key:
            index = f"temp.{name}_key" if connection.vendor == "sqlite" else f"{name}_key"
            cursor.execute(f"CREATE UNIQUE INDEX {index} ON {name} ({key})")
        if connection.vendor == "postgresql":  # nothing else tells the planner how many rows it holds
            cursor.execute(f"ANALYZE {name}")


def drop(connection: BaseDatabaseWrapper, *names: str) -> None:
    """Drops temporary tables, those that are there."""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE IF EXISTS {_temporary(connection, name)}")


@contextmanager
def apart(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Fills temporary tables in one piece without a lock on the store, which a transaction of Django's would take."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")


def fill(
    connection: BaseDatabaseWrapper, name: str, columns: Sequence[Field], batches: Iterable[pa.RecordBatch]
) -> Iterable[int]:
    """Puts the rows of `batches` (of these columns, by name) into the temporary table; yields the rows put so far."""
    done = 0
    names = ", ".join(column.name for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {name} ({names}) FROM STDIN (FORMAT csv)") as copy:
                for batch in batches:
                    buffer = io.BytesIO()
                    pa_csv.write_csv(
                        pa.Table.from_batches([batch]).select([column.name for column in columns]),
                        buffer,
                        pa_csv.WriteOptions(include_header=False),
                    )
                    copy.write(buffer.getbuffer())
                    done += batch.num_rows
                    yield done
        else:
            statement = f"INSERT INTO {name} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
            for batch in batches:
                cursor.executemany(statement, list(tuples(batch, columns)))
                done += batch.num_rows
                yield done
        if connection.vendor == "postgresql":
            cursor.execute(f"ANALYZE {name}")


def tuples(batch: pa.RecordBatch | pa.Table, columns: Sequence[Field]) -> Iterable[tuple[Any, ...]]:
    """Rows as SQLite stores them: instants as the text that Django writes, fractions as numbers."""
    return zip(*(_plain(batch.column(column.name), column.kind).to_pylist() for column in columns), strict=True)


def _plain(values: Any, kind: Kind) -> Any:
    if kind is Kind.INSTANT:
        text = values.cast(INSTANT_TYPE).cast(pa.timestamp("us")).cast(pa.string())
        return pc.replace_substring_regex(text, r"\.000000$", "")
    return values.cast(pa.float64()) if kind is Kind.FRACTION else values


def read(connection: BaseDatabaseWrapper, query: str, columns: Sequence[Field]) -> pa.Table:
    """What `query` gives, as Arrow. Its columns come in the order of `columns`; it takes no parameters."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            buffer = io.BytesIO()
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
                for chunk in copy:
                    buffer.write(chunk)
            if not buffer.tell():
                return empty(columns)
            buffer.seek(0)
            return pa_csv.read_csv(
                buffer,
                read_options=pa_csv.ReadOptions(column_names=[column.name for column in columns]),
                parse_options=pa_csv.ParseOptions(newlines_in_values=True),
                convert_options=pa_csv.ConvertOptions(
                    column_types={column.name: column.arrow for column in columns},
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
        cursor.execute(query)
        parts = []
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            arrays = [_array(values, column) for values, column in zip(zip(*rows, strict=True), columns, strict=True)]
            parts.append(pa.RecordBatch.from_arrays(arrays, names=[column.name for column in columns]))
        return pa.Table.from_batches(parts) if parts else empty(columns)


def _array(values: Sequence[Any], column: Field) -> Any:
    if column.kind is Kind.INSTANT:
        return pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(INSTANT_TYPE)
    if column.kind is Kind.FRACTION:
        return pa.array(values, pa.float64()).cast(pa.decimal128(7, 6))
    return pa.array(values, column.arrow)


def empty(columns: Sequence[Field]) -> pa.Table:
    """A table of these columns without rows."""
    return pa.schema([(column.name, column.arrow) for column in columns]).empty_table()


def _temporary(connection: BaseDatabaseWrapper, name: str) -> str:
    """The name by which only a temporary table can be meant: a mistake must not drop a real one."""
    return f"{'temp' if connection.vendor == 'sqlite' else 'pg_temp'}.{name}"
