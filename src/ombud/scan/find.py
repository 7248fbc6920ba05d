"""The scan itself: what has fired as of an instant, and what will next if nothing changes (G3, G7)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb
import ibis
import ibis.expr.types as ir

from ombud.domain.facts import FOLDED
from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers import columns_read, compile_book
from ombud.domain.triggers.predicates import instant
from ombud.scan.fold import fold
from ombud.scan.folder import Progress
from ombud.scan.schema import unbound

FOUND = "found"
"""The table of what was found: the columns of `triggers.OUTPUT`."""
_FOLDED = "folded_parcels"


@dataclass(frozen=True)
class Source:
    """Facts to scan: `connection` has a relation for each name in `facts.TABLES`, but for messages and
    recipients.

    `folded` says whether the parcels carry their folds already; else there are scans to fold.
    """

    connection: duckdb.DuckDBPyConnection
    folded: bool


def parcels_folded(tables: dict[str, ir.Table], book: Rulebook, rules_at: datetime | None) -> ir.Table:
    """The parcels of `tables` with the folds that the triggers of `book` read; the other folds are null."""
    read = columns_read(book, rules_at).get("parcel", set())
    only = [column.name for column in FOLDED if column.name in read]
    return fold(
        tables["scans"],
        tables["parcels"],
        tables["orders"],
        tables["stores"],
        book,
        rules_at=rules_at,
        only=only,
    )


def fired(
    tables: dict[str, ir.Table],
    book: Rulebook,
    *,
    as_of: datetime,
    ahead: timedelta | None = None,
    rules_at: datetime | None = None,
) -> list[ir.Table]:
    """What has fired as of `as_of`; and, where `ahead` is given, what fires within it as far as can be known now.

    `tables`: as `compile_book` takes them. The second comes without what the first has.
    """
    every = compile_book(book, tables, rules_at=rules_at)
    parts = [every.filter(every.fires_at <= instant(as_of))]
    if ahead is not None:
        foreseen = compile_book(book, tables, rules_at=rules_at, known_by=as_of)
        parts.append(foreseen.filter(foreseen.fires_at > instant(as_of), foreseen.fires_at <= instant(as_of + ahead)))
    return parts


def find(
    source: Source,
    book: Rulebook,
    *,
    as_of: datetime,
    ahead: timedelta | None = None,
    rules_at: datetime | None = None,
    progress: Progress | None = None,
) -> None:
    """Leaves the rows in the table `FOUND` of the source's connection. Raises OmbudError: no clause in force."""
    connection = source.connection
    connection.execute("SET preserve_insertion_order = false")
    tables = unbound()
    if not source.folded:
        raw = unbound(("stores", "orders", "parcels", "scans"), folded=False)
        _run(connection, f"CREATE TABLE {_FOLDED} AS {sql(parcels_folded(raw, book, rules_at))}", "fold", progress)
        tables["parcels"] = ibis.table(tables["parcels"].schema(), name=_FOLDED)
    has_fired, *foreseen = fired(tables, book, as_of=as_of, ahead=ahead, rules_at=rules_at)
    _run(connection, f"CREATE TABLE {FOUND} AS {sql(has_fired)}", "triggers", progress)
    for rows in foreseen:
        add(connection, f"({sql(rows)})", progress)


def add(connection: duckdb.DuckDBPyConnection, rows: str, progress: Progress | None = None) -> None:
    """Puts `rows` (a relation) beside what was found, but for what has fired already."""
    _run(
        connection,
        f"INSERT INTO {FOUND} SELECT * FROM {rows} r WHERE NOT EXISTS (SELECT 1 FROM {FOUND} f WHERE f.order_id = "
        "r.order_id AND f.violation = r.violation AND f.complaint_id IS NOT DISTINCT FROM r.complaint_id)",
        "ahead",
        progress,
    )


def sql(expression: ir.Table) -> str:
    """The expression in DuckDB's words."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


def _run(connection: duckdb.DuckDBPyConnection, statement: str, step: str, progress: Progress | None) -> None:
    if progress is None:
        connection.execute(statement)
        return
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            progress(step, max(0, round(connection.query_progress())), 100)

    progress(step, 0, 100)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        connection.execute(statement)
    finally:
        done.set()
        watcher.join()
