"""Where a scan takes its facts from: a checked folder of facts, or the store. Either way they end up in DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connection as store
from django.db import transaction

from ombud.domain.facts import FOLDED, TABLES, Column, Kind
from ombud.domain.rulebook import Rulebook
from ombud.scan.find import Source
from ombud.scan.folder import Progress, read_facts
from ombud.scan.reading.engine import Engine, quoted, workplace
from ombud.scan.schema import arrow_schema
from ombud.store import books, database

_ROWS_AT_ONCE = 50_000
_UNREAD = frozenset({"messages", "recipients"})
"""What no trigger reads."""


@contextmanager
def folder(
    path: Path, *, mapping: Path | None = None, rejects: Path | None = None, progress: Progress | None = None
) -> Iterator[Source]:
    """A folder of facts, or of another export with the mapping that makes it facts. Raises what `read_facts` does."""
    with read_facts(path, mapping=mapping, rejects=rejects, progress=progress) as facts:
        yield Source(facts.connection, folded=False)


@contextmanager
def stored(book: Rulebook, *, refold: bool = False, progress: Progress | None = None) -> Iterator[Source]:
    """The facts in the store, as of one instant of it. Nobody who writes to it meanwhile has to wait.

    The folds that the store keeps are used, unless `refold` is asked for or another text of `book` made them.
    Raises OmbudError where the store cannot be read or its copy needs more room than there is.
    """
    with workplace() as place:
        engine = Engine(place, progress)
        try:
            with database.spoken(), _one_state():
                in_use = books.in_use().get(book.name)
                folded = not refold and in_use is not None and in_use.digest == book.digest
                for name, table in TABLES.items():
                    if name in _UNREAD or (name == "scans" and folded):
                        continue
                    columns = (*table.columns, *FOLDED) if name == "parcels" and folded else table.columns
                    _copy(engine, name, columns, place)
            yield Source(engine.connection, folded)
        finally:
            engine.close()


@contextmanager
def _one_state() -> Iterator[None]:
    """Everything read inside is of one and the same state of the store."""
    if store.in_atomic_block:
        yield
    elif store.vendor == "postgresql":
        with transaction.atomic(), store.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with store.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # a transaction of Django's would take the lock of a writer
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


def _copy(engine: Engine, name: str, columns: Sequence[Column], place: Path) -> None:
    """One table of the store into DuckDB, in batches: PostgreSQL hands out CSV, SQLite rows."""
    engine.tell(name, 0)
    names = ", ".join(column.name for column in columns)
    engine.connection.register("batch", arrow_schema(columns).empty_table())
    engine.connection.execute(f"CREATE TABLE {name} AS FROM batch")
    if store.vendor == "postgresql":
        file = place / f"{name}.csv"
        with store.cursor() as cursor, file.open("wb") as out, cursor.copy(_COPY.format(names, name)) as rows:
            for chunk in rows:
                out.write(chunk)
        types = ", ".join(
            f"'{column}': '{kind}'"
            for column, kind in engine.connection.execute(
                f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{name}'"
            ).fetchall()
        )
        engine.run(
            f"INSERT INTO {name} SELECT {names} FROM read_csv({quoted(str(file))}, header = false, delim = ',', "
            f"quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, auto_detect = false, "
            f"columns = {{{types}}})",
            step=name,
        )
        file.unlink()
        return
    done = 0
    with store.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {name}")
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            engine.connection.register("batch", _batch(rows, columns))
            engine.connection.execute(f"INSERT INTO {name} FROM batch")
            done += len(rows)
            engine.tell(name, done)


_COPY = "COPY (SELECT {} FROM {}) TO STDOUT (FORMAT csv)"


def _batch(rows: Sequence[Sequence[Any]], columns: Sequence[Column]) -> Any:
    """SQLite's rows; what Arrow holds in another type than SQLite goes as text or number and is cast by DuckDB."""
    arrays = []
    for values, column in zip(zip(*rows, strict=True), columns, strict=True):
        arrow: Any = arrow_schema([column]).field(0).type
        if column.kind is Kind.INSTANT:
            arrays.append(pa.array(values, pa.string()).cast(pa.timestamp("us")).cast(arrow))
        elif column.kind is Kind.FRACTION:
            arrays.append(pa.array(values, pa.float64()).cast(arrow))
        else:
            arrays.append(pa.array(values, arrow))
    return pa.Table.from_arrays(arrays, names=[column.name for column in columns])
