"""Parquet: the columns and their types, and what is wrong with a file that is cut short or no Parquet at all."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ombud.domain.facts import Table
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.reading.engine import Engine, literal_path
from ombud.scan.reading.files import Source, check_columns

_MAGIC = b"PAR1"
ROW = "file_row_number"


def head(path: Path, table: Table, engine: Engine) -> Source:
    """The columns and types of a Parquet file. Raises OmbudError with everything wrong with them."""
    place = Place(str(path))
    with path.open("rb") as file:
        start = file.read(4)
        size = file.seek(0, 2)
        file.seek(max(size - 4, 0))
        end = file.read(4)
    if start != _MAGIC:
        raise OmbudError(
            Problem(
                "no_parquet",
                N_("The file is empty.") if not size else N_("The file is no Parquet file, whatever its name says."),
                {},
                place,
                N_("Write it anew; a CSV file ends in .csv."),
            )
        )
    if end != _MAGIC or size < 12:
        raise OmbudError(
            Problem(
                "cut_short",
                N_("The file is cut short: its end is missing."),
                {},
                place,
                N_("Copy or write it anew."),
            )
        )
    try:
        described = engine.rows(f"DESCRIBE SELECT * FROM {relation(path)}")
    except duckdb.Error as error:
        raise OmbudError(damaged(path, error)) from None
    types = {str(name): str(kind) for name, kind, *_ in described}
    types.pop(ROW)
    if problems := check_columns(table, list(types), place):
        raise OmbudError(*problems)
    return Source(table, "parquet", path, tuple(types), types)


def relation(path: Path) -> str:
    """SQL: the rows of the file with their number, from 0."""
    return f"read_parquet({literal_path(path)}, hive_partitioning = false, {ROW} = true)"


def damaged(path: Path, error: Exception) -> Problem:
    """What to say of a file that looks like Parquet and cannot be read."""
    return Problem(
        "damaged",
        N_("The file is damaged: {error}"),
        {"error": first_line(error)},
        Place(str(path)),
        N_("Copy or write it anew."),
    )


def first_line(error: Exception) -> str:
    """The gist of what DuckDB says."""
    said = str(error).split("\n", 1)[0]
    return said.removeprefix("Invalid Input Error: ").removeprefix("IO Error: ")
