"""What a scan found: rows into a file, all of it or none, and the figures that sum it up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from ombud.domain.instants import format_instant, format_span
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.rulebook import Rulebook
from ombud.scan.find import FOUND
from ombud.scan.reading.engine import quoted
from ombud.whole import whole_file

COLUMNS = (
    "order_id",
    "store_id",
    "violation",
    "fires_at",
    "carrier",
    "tracking_number",
    "amount_minor",
    "currency",
    "clause",
    "complaint_id",
    "routed_to",
    "detail",
)
"""The columns of the file, in this order."""

_FORMATS = {
    ".csv": "FORMAT csv, HEADER true, NULLSTR ''",
    ".json": "FORMAT json, ARRAY true",
    ".parquet": "FORMAT parquet, COMPRESSION zstd",
}
_LISTED = 10
_BUCKETS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
_DISK_FULL = ("No space left on device", "File too large", "Disk quota exceeded")


@dataclass(frozen=True)
class Violation:
    """One kind of finding. `amount_minor`: of the orders concerned, each once, by currency."""

    violation: str
    opens: str
    fired: int
    ahead: int
    amount_minor: dict[str, int]


@dataclass(frozen=True)
class Summary:
    """A scan in figures. Money counts each order once, however many of its rows open a case."""

    book: str
    as_of: datetime
    ahead: timedelta | None
    rules_at: datetime | None
    orders: int
    orders_before_book: int
    book_starts_at: datetime
    violations: list[Violation]
    at_stake_minor: dict[str, int]
    ahead_minor: dict[str, int]
    carriers: list[tuple[str, int]]
    stores: list[tuple[str, int, dict[str, int]]]
    soon: list[tuple[timedelta, int, dict[str, int]]] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """Rows that open a case and have fired."""
        return sum(each.fired for each in self.violations if each.opens == "case")

    def as_json(self) -> dict[str, object]:
        """For programs: instants in ISO 8601, money in minor units by currency."""
        return {
            "rulebook": self.book,
            "as_of": format_instant(self.as_of),
            "ahead": format_span(self.ahead) if self.ahead is not None else None,
            "rules_at": format_instant(self.rules_at) if self.rules_at else None,
            "orders": self.orders,
            "orders_before_book": self.orders_before_book,
            "book_starts_at": format_instant(self.book_starts_at),
            "cases": self.cases,
            "at_stake_minor": self.at_stake_minor,
            "ahead_minor": self.ahead_minor,
            "violations": {
                each.violation: {
                    "opens": each.opens,
                    "fired": each.fired,
                    "ahead": each.ahead,
                    "amount_minor": each.amount_minor,
                }
                for each in self.violations
            },
            "carriers": dict(self.carriers),
            "stores": {store: {"cases": cases, "at_stake_minor": money} for store, cases, money in self.stores},
            "soon": [
                {"within": format_span(within), "cases": cases, "amount_minor": money}
                for within, cases, money in self.soon
            ],
        }


def summarise(
    connection: duckdb.DuckDBPyConnection,
    book: Rulebook,
    *,
    as_of: datetime,
    ahead: timedelta | None = None,
    rules_at: datetime | None = None,
) -> Summary:
    """Sums up the table `FOUND` of a connection that also has the orders. Stores, carriers: those with most cases."""
    fired = f"fires_at <= {_literal(as_of)}"
    opens = "opens = 'case'"
    violations = [
        Violation(str(name), str(what), int(past), int(coming), _money(connection, f"violation = {quoted(str(name))}"))
        for name, what, past, coming in connection.execute(
            f"SELECT violation, any_value(opens), count(*) FILTER ({fired}), count(*) FILTER (NOT {fired}) "
            f"FROM {FOUND} GROUP BY violation ORDER BY any_value(opens), 3 DESC, 4 DESC, violation"
        ).fetchall()
    ]
    stores = [
        (str(store), int(cases), _money(connection, f"{opens} AND {fired} AND store_id = {quoted(store)}"))
        for store, cases in _most(connection, "store_id", f"{opens} AND {fired}")
    ]
    soon = []
    for within in _within(ahead):
        which = f"{opens} AND NOT {fired} AND fires_at <= {_literal(as_of + within)}"
        soon.append((within, _count(connection, f"{FOUND} WHERE {which}"), _money(connection, which)))
    early = f"orders WHERE paid_at < {_literal(book.starts_at)}"
    return Summary(
        book=book.name,
        as_of=as_of,
        ahead=ahead,
        rules_at=rules_at,
        orders=_count(connection, "orders"),
        orders_before_book=0 if rules_at else _count(connection, early),
        book_starts_at=book.starts_at,
        violations=violations,
        at_stake_minor=_money(connection, f"{opens} AND {fired}"),
        ahead_minor=_money(connection, f"{opens} AND NOT {fired}"),
        carriers=_most(connection, "carrier", f"{opens} AND {fired} AND carrier IS NOT NULL"),
        stores=stores,
        soon=soon,
    )


def refuse_target(out: Path) -> None:
    """Raises OmbudError where rows cannot be written to `out`; called before any work is done."""
    place = Place(str(out))
    if out.suffix not in _FORMATS:
        raise OmbudError(
            Problem(
                "unknown_format",
                N_("{suffix!r} is no format that a scan can be written in."),
                {"suffix": out.suffix, "known": ", ".join(_FORMATS)},
                place,
                N_("Let the file end in one of {known}."),
            )
        )
    folder = out.parent
    if not folder.is_dir():
        raise OmbudError(
            Problem(
                "no_folder", N_("There is no folder {folder}."), {"folder": str(folder)}, place, N_("Make it first.")
            )
        )
    if out.is_dir() or not os.access(folder, os.W_OK) or (out.exists() and not os.access(out, os.W_OK)):
        raise OmbudError(
            Problem("not_writable", N_("It cannot be written."), {}, place, N_("Name a file that you may write."))
        )


def write(connection: duckdb.DuckDBPyConnection, out: Path) -> int:
    """Writes the rows, sorted by instant, order, violation and complaint; the number of rows.

    Instants in CSV and JSON are ISO 8601 with Z. The file appears whole or not at all: until then the old one stays.
    """
    columns = ", ".join(_written(name) if name == "fires_at" and out.suffix != ".parquet" else name for name in COLUMNS)
    order = "found.fires_at, order_id, violation, complaint_id NULLS FIRST"
    with _whole(out) as temporary:
        connection.execute("SET preserve_insertion_order = true")
        [(rows,)] = connection.execute(
            f"COPY (SELECT {columns} FROM {FOUND} AS found ORDER BY {order}) "
            f"TO {quoted(str(temporary))} ({_FORMATS[out.suffix]})"
        ).fetchall()
    return int(rows)


def _written(name: str) -> str:
    return f"replace(strftime(found.{name}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z') AS {name}"


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    try:
        with whole_file(out) as temporary:
            yield temporary
            if out.suffix != ".parquet":
                _end_line(temporary)
    except (duckdb.Error, OSError) as error:
        if any(sign in str(error) for sign in _DISK_FULL):
            raise OmbudError(
                Problem(
                    "disk_full",
                    N_("The disk is full: the file was not written."),
                    {},
                    Place(str(out)),
                    N_("Make room, or name a file on another disk."),
                )
            ) from error
        raise


def _end_line(file: Path) -> None:
    """DuckDB leaves a JSON array without a line end."""
    with file.open("rb+") as written:
        written.seek(-1, os.SEEK_END)
        if written.read(1) != b"\n":
            written.write(b"\n")


def _within(ahead: timedelta | None) -> list[timedelta]:
    """1 h, 6 h and 24 h as far as they fit, and always the whole of what was looked ahead."""
    if ahead is None:
        return []
    return [*(bucket for bucket in _BUCKETS if bucket < ahead), ahead]


def _most(connection: duckdb.DuckDBPyConnection, column: str, which: str) -> list[tuple[str, int]]:
    rows = connection.execute(
        f"SELECT {column}, count(*) FROM {FOUND} WHERE {which} GROUP BY {column} ORDER BY 2 DESC, 1 LIMIT {_LISTED}"
    ).fetchall()
    return [(str(name), int(count)) for name, count in rows]


def _money(connection: duckdb.DuckDBPyConnection, which: str) -> dict[str, int]:
    rows = connection.execute(
        "SELECT currency, sum(amount_minor)::HUGEINT "
        f"FROM (SELECT DISTINCT order_id, currency, amount_minor FROM {FOUND} WHERE {which}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {str(currency): int(amount) for currency, amount in rows}


def _count(connection: duckdb.DuckDBPyConnection, what: str) -> int:
    [(count,)] = connection.execute(f"SELECT count(*) FROM {what}").fetchall()
    return int(count)


def _literal(at: datetime) -> str:
    return f"TIMESTAMPTZ {quoted(at.isoformat())}"
