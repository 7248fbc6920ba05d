"""Takes a facts folder into the store: all of it or nothing, as often as one likes, in whatever order exports come.

Rows go to temporary tables first, which blocks nobody. Then one transaction tells what is new, writes it, folds the
scans of the numbers that were touched, wakes the orders that may fire otherwise now, and counts their days anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction

from ombud.actions import folding, rulebooks
from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.merging import Merge, Merged
from ombud.domain.facts import FOLDED, TABLES
from ombud.domain.rulebook import Rulebook
from ombud.store import sql, staging
from ombud.store.database import spoken
from ombud.store.staging import Field

if TYPE_CHECKING:
    from ombud.scan.folder import Facts

Progress = Callable[[str, int, int | None], None]

ROWS_AT_ONCE = 50_000
TOUCHED = "touched_orders"
"""Temporary: the orders that were in the store before and of which some fact is new or another."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `known_at` is the age of the export; `woken`: orders whose triggers will be read again."""

    tables: Mapping[str, Merged]
    known_at: datetime
    woken: int
    rejected: int = 0

    @property
    def changed(self) -> int:
        """Rows of the store that say something else now, over all tables."""
        return sum(merged.changed for merged in self.tables.values())


@dataclass
class _Import:
    facts: Facts
    books: Mapping[str, Rulebook]
    known_at: datetime
    progress: Progress
    rules_at: datetime | None
    merges: dict[str, Merge] = field(default_factory=dict)


def import_facts(
    facts: Facts,
    *,
    books: Mapping[str, Rulebook],
    actor: str,
    at: datetime,
    known_at: datetime | None = None,
    rules_at: datetime | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Merges the tables of `facts` into the store, in one transaction.

    `known_at`: the age of the export; by default the newest instant in it at which something happened. An older export
    never overwrites what a newer one said. `rules_at`: tracks are judged by the books as in force then. Raises
    OmbudError where the store cannot be used, is written by someone else for too long, or its disk is full: nothing is
    stored then.
    """
    known_at = known_at or facts.known_at or _BEGINNING
    work = _Import(facts, books, known_at, progress or _silent, rules_at)
    names = [f"new_{name}" for name in TABLES] + [f"changed_{name}" for name in TABLES]
    with spoken():
        try:
            _stage(work)
            with transaction.atomic():
                sql.one_at_a_time(connection, sql.IMPORT)
                rulebooks.register(books, at=at, actor=actor)
                woken = _merge(work)
        finally:
            if connection.connection is not None and connection.is_usable():
                staging.drop(connection, *names, TOUCHED, *folding.TEMPORARY)
    tables = {name: merge.result for name, merge in work.merges.items()}
    return ImportReport(tables, known_at, woken, facts.rejected)


def _silent(step: str, done: int, total: int | None) -> None:
    """Nobody listens."""


def _stage(work: _Import) -> None:
    """Copies the folder's tables into temporary ones. Where the store is still empty, with their folds right away."""
    engine = work.facts.connection
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT 1 FROM stores)")
        empty = bool(cursor.fetchone()[0])
    for name, table in TABLES.items():
        total = work.facts.counts.get(name, 0)
        folded = empty and name == "parcels" and total > 0
        merge = work.merges[name] = Merge(table, work.known_at, folded=folded)
        staging.create(connection, merge.staged, merge.fields)
        if not total:
            continue
        source = name
        if folded:
            source = f"({folding.folded_sql(engine, work.books, work.rules_at)})"
        # In the order of the key: an index that grows at its end grows fast.
        columns = ", ".join(column.name for column in merge.fields)
        rows = engine.execute(f"SELECT {columns} FROM {source} ORDER BY {', '.join(table.key)}")
        with staging.apart(connection):
            for done in staging.fill(connection, merge.staged, merge.fields, rows.to_arrow_reader(ROWS_AT_ONCE)):
                merge.rows = done
                work.progress(name, done, total)


def _merge(work: _Import) -> int:
    """Everything that the folder changes in the store; returns how many orders it wakes."""
    merges = work.merges
    for step, merge in enumerate(merges.values()):
        work.progress("compare", step, len(merges))
        merge.classify()
    orders = _touched_orders(merges)
    touched = TouchedDays(connection, work.books)
    if orders == TOUCHED:  # the days that they stand on now; where all orders are new, there are none
        touched.add_orders(f"SELECT order_id FROM {TOUCHED}")
    _write(work)
    if _must_fold(merges):
        work.progress("fold", 0, None)
        _touched_numbers(merges)
        folding.refold(work.books, work.rules_at)
        if orders == TOUCHED:
            _add_refolded()
    work.progress("wake", 0, None)
    woken = _wake(orders, merges["orders"])
    touched.add_orders(f"SELECT order_id FROM {orders}")
    sql.one_at_a_time(connection, sql.HEALTH)
    refresh_days(touched)
    return woken


def _touched_orders(merges: Mapping[str, Merge]) -> str:
    """The temporary table of the orders of which a fact is new or says something else."""
    if merges["orders"].all_new:
        return merges["orders"].staged  # and so is whatever points to them
    parts = [merges[name].changed("n.order_id") for name in ("orders", "lines", "parcels", "complaints")]
    if merges["stores"].result.updated:
        parts.append(f"SELECT o.order_id FROM orders o WHERE o.store_id IN ({merges['stores'].changed('n.store_id')})")
    staging.create(connection, TOUCHED, (Field("order_id"),), key=("order_id",))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TOUCHED} {' UNION '.join(parts)}")
    return TOUCHED


def _write(work: _Import) -> None:
    merges = work.merges
    for step, (name, merge) in enumerate(merges.items()):
        work.progress("write", step, len(merges))
        match name:
            case "orders":
                merge.write(at_birth={"check_at": "n.paid_at"})
                _move_parcels(merge)
            case "parcels":
                folds = {column.name: f"n.{column.name}" for column in FOLDED} if merge.folded else {}
                merge.write({"store_id": "o.store_id"}, beside="orders o", on="o.order_id = n.order_id", at_birth=folds)
            case _:
                merge.write()


def _move_parcels(orders: Merge) -> None:
    """A parcel stands in the store of its order, also where an order turns out to be another store's."""
    if orders.result.updated:
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE parcels SET store_id = n.store_id FROM {orders.source} n"
                " WHERE parcels.order_id = n.order_id AND n.change = 'updated' AND parcels.store_id <> n.store_id"
            )


def _must_fold(merges: Mapping[str, Merge]) -> bool:
    """Whether some fold may be another now: not where every parcel came with its own."""
    parcels = merges["parcels"]
    if parcels.folded and parcels.all_new:
        return False
    return any(merges[name].result.changed for name in ("parcels", "scans")) or any(
        merges[name].result.updated for name in ("stores", "orders")
    )


def _touched_numbers(merges: Mapping[str, Merge]) -> None:
    """Numbers with a new parcel or scan, and those whose order or store says something else: its country may."""
    pair = "n.carrier, n.tracking_number"
    parts = [merges["parcels"].changed(pair), merges["scans"].changed(pair)]
    if merges["orders"].result.updated:
        updated = f"SELECT n.order_id FROM {merges['orders'].source} n WHERE n.change = 'updated'"
        parts.append(f"SELECT carrier, tracking_number FROM parcels WHERE order_id IN ({updated})")
    if merges["stores"].result.updated:
        updated = f"SELECT n.store_id FROM {merges['stores'].source} n WHERE n.change = 'updated'"
        parts.append(f"SELECT carrier, tracking_number FROM parcels WHERE store_id IN ({updated})")
    folding.touch(" UNION ".join(parts))


def _add_refolded() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TOUCHED} SELECT DISTINCT order_id FROM {folding.REFOLDED} WHERE true ON CONFLICT DO NOTHING"
        )


def _wake(touched: str, orders: Merge) -> int:
    """Nothing fires before an order is paid, so that is when its triggers are read first, or again."""
    with connection.cursor() as cursor:
        if touched == TOUCHED:
            cursor.execute(
                f"UPDATE orders SET check_at = paid_at WHERE order_id IN (SELECT order_id FROM {TOUCHED})"
                " AND check_at IS DISTINCT FROM paid_at"
            )
            return int(cursor.rowcount) + orders.result.inserted
    return orders.result.inserted
