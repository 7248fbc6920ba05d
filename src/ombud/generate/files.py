"""How a chunk of one table is cut out of the world and appended to the one file of that table, in either form."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet

from ombud.domain.facts import Kind, Table


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one chunk: in memory for Parquet, in a file of their own for CSV."""

    count: int
    rows: pa.Table | None = None
    file: Path | None = None


class Writer(Protocol):
    """Appends parts to the file of one table."""

    def write(self, part: Part) -> int:
        """Appends the part and returns its number of rows."""

    def close(self) -> None:
        """Makes the file whole."""


Cut = Callable[[duckdb.DuckDBPyConnection, Table, Path, int], Part]

_ARROW = {
    Kind.INSTANT: pa.timestamp("us", "UTC"),
    Kind.MONEY: pa.int64(),
    Kind.COUNT: pa.int64(),
    Kind.FRACTION: pa.decimal128(7, 6),
}


def _cut_parquet(connection: duckdb.DuckDBPyConnection, table: Table, _folder: Path, _first: int) -> Part:
    rows = connection.table(table.name).to_arrow_table()
    rows = rows.select([column.name for column in table.columns]).cast(_schema(table))
    return Part(len(rows), rows=rows)


class _ParquetWriter:
    def __init__(self, folder: Path, table: Table) -> None:
        self._writer = pyarrow.parquet.ParquetWriter(
            folder / f"{table.name}.parquet", _schema(table), compression="zstd"
        )

    def write(self, part: Part) -> int:
        if part.rows is not None and part.count:
            self._writer.write_table(part.rows, row_group_size=part.count)
        return part.count

    def close(self) -> None:
        self._writer.close()


def _schema(table: Table) -> pa.Schema:
    return pa.schema([pa.field(c.name, _ARROW.get(c.kind, pa.string()), c.null) for c in table.columns])


def _cut_csv(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path, first: int) -> Part:
    file = folder / f"{table.name}.{first}.part"
    columns = ", ".join(
        f"strftime({c.name}, '%Y-%m-%dT%H:%M:%SZ') AS {c.name}" if c.kind is Kind.INSTANT else c.name
        for c in table.columns
    )
    [(count,)] = connection.execute(
        f"COPY (SELECT {columns} FROM {table.name}) TO '{_quoted(file)}' (FORMAT csv, HEADER false)"
    ).fetchall()
    return Part(count, file=file)


class _CsvWriter:
    def __init__(self, folder: Path, table: Table) -> None:
        self._file = (folder / f"{table.name}.csv").open("wb")
        self._file.write((",".join(column.name for column in table.columns) + "\n").encode())

    def write(self, part: Part) -> int:
        if part.file is not None:
            with part.file.open("rb") as rows:
                shutil.copyfileobj(rows, self._file)
            part.file.unlink()
        return part.count

    def close(self) -> None:
        self._file.close()


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")


FORMS: dict[str, tuple[Cut, Callable[[Path, Table], Writer]]] = {
    "parquet": (_cut_parquet, _ParquetWriter),
    "csv": (_cut_csv, _CsvWriter),
}
