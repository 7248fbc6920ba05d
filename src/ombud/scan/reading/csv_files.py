"""CSV: the header, the rows with their line numbers, and what is wrong with a file that DuckDB will not read.

DuckDB reads the rows. It counts lines its own way and stops at the first fault, so whatever must be said about a line
is found by reading the file again with Python's `csv`, which is slow and therefore only done where something is wrong.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ombud.domain.facts import Table
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.reading.engine import Engine, literal_path, quoted
from ombud.scan.reading.files import Source, check_columns

MAX_ROW = 2_000_000
"""Characters of the longest row: DuckDB refuses rows beyond 2 MiB."""

_HEAD_BYTES = 65_536
_UTF8_MEND = N_("Save the file as UTF-8.")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file. `line` is the first of its lines; with a `problem`, `cells` may be cut."""

    line: int
    cells: list[str]
    problem: Problem | None = None


def head(path: Path, table: Table) -> Source:
    """The columns of a CSV file. Raises OmbudError with everything wrong with the header and the encoding."""
    with path.open("rb") as file:
        start = file.read(_HEAD_BYTES)
    _refuse_other_encodings(path, start)
    place = Place(str(path), 1)
    text = start.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    first = text.split("\n", 1)[0].split("\r", 1)[0]
    if not first.strip():
        raise OmbudError(
            Problem(
                "no_header",
                N_("The first line is empty.") if text else N_("The file is empty."),
                {"columns": _names(table)},
                place,
                N_("Its first line must name the columns: {columns}."),
            )
        )
    _refuse_undecodable(path, 1, first)
    try:
        columns = next(csv.reader([first], strict=True))
    except csv.Error:
        raise OmbudError(
            Problem("bad_header", N_("The quotes in the first line do not match."), {}, place, N_("Mend the quotes."))
        ) from None
    for sign in (";", "\t", "|"):
        if len(columns) == 1 and sign in first:
            raise OmbudError(
                Problem(
                    "wrong_separator",
                    N_("The values are separated by {sign!r}, not by commas."),
                    {"sign": sign},
                    place,
                    N_("Save the file as CSV with commas."),
                )
            )
    if problems := check_columns(table, columns, place):
        raise OmbudError(*problems)
    return Source(table, "csv", path, tuple(columns))


def relation(source: Source, path: Path | None = None, *, parallel: bool) -> str:
    """SQL: the rows of the file, all text, empty as null."""
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in source.columns)
    return (
        f"read_csv({literal_path(path or source.path)}, columns = {{{columns}}}, header = true, auto_detect = false, "
        "delim = ',', quote = '\"', escape = '\"', nullstr = '', strict_mode = true, null_padding = false, "
        f"hive_partitioning = false, compression = 'none', parallel = {parallel})"
    )


class Misread(Exception):  # noqa: N818 (nothing a person did)
    """DuckDB took a row that Python would not take so, and their numbers of the rows below differ."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.table = table


def rows(path: Path, width: int) -> Iterator[Row]:
    """Every row below the header, with what is wrong with it; blank lines are none."""
    with path.open("r", encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        csv.field_size_limit(max(csv.field_size_limit(), 16 * MAX_ROW))  # one limit for the whole process
        reader = csv.reader(file, strict=True)
        next(reader, None)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, [], _broken(path, line, str(error)))
                continue
            if not cells:
                continue
            if len(cells) > width and not any(cells[width:]):
                cells = cells[:width]  # as DuckDB does with commas at the end
            yield Row(line, cells, _problem(path, line, cells, width))


def numbered(source: Source, *, rewritten: bool) -> Iterator[tuple[int | None, Row]]:
    """Every row with its index as DuckDB counts them, from 0; None for the rows that it was not given.

    Raises Misread for a row that it was given (the file was not rewritten) and should not have been.
    """
    index = 0
    for row in rows(source.path, len(source.columns)):
        if row.problem:
            if not rewritten:
                raise Misread(source.table.name)
            yield None, row
        else:
            yield index, row
            index += 1


def rewrite(source: Source, target: Path, engine: Engine) -> Iterator[Row]:
    """Writes the rows that can be read to `target`, every value in quotes; gives all rows."""
    size = source.path.stat().st_size
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(source.columns)
        for count, row in enumerate(rows(source.path, len(source.columns))):
            if count % 50_000 == 0:
                engine.tell(source.path.name, min(file.tell(), size), size)
            if not row.problem:
                writer.writerow(row.cells)
            yield row


def _problem(path: Path, line: int, cells: list[str], width: int) -> Problem | None:
    if len(cells) != width:
        place = Place(str(path), line)
        values = {"count": len(cells), "width": width, "value": _short(cells)}
        return Problem(
            "ragged_row",
            N_("The row has {count} values instead of {width}: {value}"),
            values,
            place,
            N_("Give one value for each column; put quotes around a value that holds a comma."),
        )
    if sum(map(len, cells)) > MAX_ROW:
        return Problem(
            "long_row",
            N_("The row is longer than {limit} characters."),
            {"limit": MAX_ROW},
            Place(str(path), line),
            N_("Is a closing quote missing?"),
        )
    joined = "\n".join(cells)
    if not joined.isascii():
        _refuse_undecodable(path, line, joined)
    return None


def _broken(path: Path, line: int, error: str) -> Problem:
    if "unexpected end" in error or "field larger" in error:
        return Problem(
            "open_quote",
            N_("A quote that opens in this row or after it is never closed."),
            {},
            Place(str(path), line),
            N_("Close the quote; a quote inside a quoted value is written twice."),
        )
    return Problem(
        "stray_quote",
        N_("Something stands between a closing quote and the next comma."),
        {},
        Place(str(path), line),
        N_("A quote inside a quoted value is written twice."),
    )


def _refuse_other_encodings(path: Path, start: bytes) -> None:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or start[:64].count(0) > 8:
        raise OmbudError(
            Problem("wrong_encoding", N_("The file is UTF-16, not UTF-8."), {}, Place(str(path)), _UTF8_MEND)
        )
    if start.startswith((b"PK\x03\x04", b"\x1f\x8b", b"PAR1", b"\xd0\xcf\x11\xe0")):
        raise OmbudError(
            Problem(
                "no_text",
                N_("The file is no text, whatever its name says."),
                {},
                Place(str(path)),
                N_("Save the table as CSV, or name a Parquet file .parquet."),
            )
        )


def _refuse_undecodable(path: Path, line: int, text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raw = text[max(error.start - 10, 0) : error.end + 20].encode("utf-8", "surrogateescape")
        raise OmbudError(
            Problem(
                "wrong_encoding",
                N_("The file is not UTF-8: {value!r}"),
                {"value": raw, "guess": raw.decode("cp1251", "replace")},
                Place(str(path), line),
                N_("Save the file as UTF-8. Read as Windows-1251 it says {guess!r}."),
            )
        ) from None


def _short(cells: list[str]) -> str:
    said = ",".join(cells)
    return said if len(said) <= 80 else said[:77] + "..."


def _names(table: Table) -> str:
    return ",".join(column.name for column in table.columns)
