"""Tables as files for people and programs: CSV, and XLSX with numbers that are numbers and a header that stays."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeAlias

import xlsxwriter

from ombud.domain.money import exponent
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.whole import whole_file

Value: TypeAlias = str | int | Decimal | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_ROWS = 1_048_575  # of a sheet, its header aside
_MOST_SIGNS = 32_767  # of a cell


@dataclass(frozen=True, slots=True)
class Column:
    """`name` heads it in CSV, for programs; `title` in XLSX, for people. `currency`: of an amount in whole units."""

    name: str
    title: str
    kind: Literal["text", "count", "rate", "amount"] = "text"
    currency: str = ""

    @property
    def number_format(self) -> str:
        """As a spreadsheet writes it."""
        if self.kind == "amount":
            digits = exponent(self.currency)
            return "#,##0" + ("." + "0" * digits if digits else "")
        return {"text": "@", "count": "#,##0", "rate": "0.00%"}[self.kind]


def amount(minor: int, currency: str) -> Decimal:
    """1234567, RUB -> 12345.67: in whole units of the currency, exact."""
    return Decimal(minor).scaleb(-exponent(currency))


def share(rate: Fraction) -> Decimal:
    """A share of 1, to six places."""
    return Decimal(round(rate * 10**6)).scaleb(-6)


def check(out: Path) -> None:
    """Raises OmbudError where a table cannot be written to `out`: called before anything is read."""
    place = Place(str(out))
    if out.suffix not in (".csv", ".xlsx"):
        raise OmbudError(
            Problem(
                "unknown_format",
                N_("{suffix!r} is no ending of a file that a table is written to."),
                {"suffix": out.suffix},
                place,
                N_("Name a file that ends in .csv or .xlsx."),
            )
        )
    folder = out.absolute().parent
    if not folder.is_dir():
        raise _not_writable(out, N_("There is no such folder."))
    if out.is_dir() or not os.access(folder, os.W_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise _not_writable(out, N_("It cannot be written."))


def write(out: Path, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]], at: datetime) -> None:
    """Writes the table; the file appears whole or not at all. `at`: when a workbook says that it was made.

    A text is never a formula: in CSV, which cannot say what a cell is, an apostrophe is put before one that begins like
    one. Raises OmbudError where the file cannot be written, or a sheet cannot hold so many rows.
    """
    check(out)
    try:
        with whole_file(out) as temporary:
            if out.suffix == ".csv":
                _write_csv(temporary, columns, rows)
            else:
                _write_xlsx(temporary, title, columns, rows, at)
    except (OSError, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise _not_writable(out, N_("It cannot be written: {reason}."), str(error)) from error


def content(
    form: Literal["csv", "xlsx"],
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    at: datetime,
) -> bytes:
    """The same table as the bytes of a file. Raises OmbudError where a sheet cannot hold so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"table.{form}"
        write(out, title, columns, rows, at)
        return out.read_bytes()


def _write_csv(out: Path, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in columns)
        for row in rows:
            writer.writerow(_plain(value) for value in row)


def _plain(value: Value) -> Value:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return f"{value:f}" if isinstance(value, Decimal) else value


def _write_xlsx(
    out: Path, title: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]], at: datetime
) -> None:
    if len(rows) > _MOST_ROWS:
        raise OmbudError(
            Problem(
                "too_many_rows",
                N_("A sheet holds {most} rows, and there are {count}."),
                {"most": _MOST_ROWS, "count": len(rows)},
                Place(str(out)),
                N_("Write a .csv file, or ask for less."),
            )
        )
    with xlsxwriter.Workbook(str(out), {"constant_memory": True}) as book:
        book.set_properties({"title": title, "created": at})
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        formats = [book.add_format({"num_format": column.number_format}) for column in columns]
        for index, column in enumerate(columns):
            longest = max([len(column.title), *(len(str(row[index] or "")) for row in rows[:1000])])
            sheet.set_column(index, index, min(60, longest + 3))
            sheet.write_string(0, index, column.title, head)
        for number, row in enumerate(rows, start=1):
            for index, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(number, index, value[:_MOST_SIGNS], formats[index])
                elif value is not None:
                    sheet.write_number(number, index, value, formats[index])
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)


def _not_writable(out: Path, text: str, reason: str = "") -> OmbudError:
    return OmbudError(
        Problem("not_writable", text, {"reason": reason}, Place(str(out)), N_("Name a file that you may write."))
    )
