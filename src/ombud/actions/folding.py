"""Folds scans into the parcels that they belong to: of a folder before it is stored, or of numbers in the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from django.db import connection

from ombud.domain.facts import FOLDED, PARCELS, SCANS, STORES
from ombud.domain.rulebook import Rulebook
from ombud.scan.fold import fold
from ombud.scan.reading.engine import WHOLE_RESULTS
from ombud.scan.schema import columns_of, ibis_schema
from ombud.store import staging
from ombud.store.staging import Field

NUMBERS = "touched_numbers"
"""Temporary: the (carrier, tracking_number) pairs to fold anew, each with its place `n` from 1."""
REFOLDED = "refolded_orders"
"""Temporary: the orders that carry a parcel whose fold was written anew."""
_FOLDS = "new_folds"
_CHANGED = "changed_folds"
TEMPORARY = (NUMBERS, REFOLDED, _FOLDS, _CHANGED)
BATCH = 100_000
"""Numbers to a batch: it bounds the memory, not the work."""

_KEY = staging.fields(column for column in PARCELS.columns if column.name in PARCELS.key)
_FOLDED = staging.fields(FOLDED)
_PARCEL = (*staging.fields(PARCELS.columns), Field("store_id"))


def folded_sql(
    engine: duckdb.DuckDBPyConnection, books: Mapping[str, Rulebook], rules_at: datetime | None = None
) -> str:
    """SQL of the parcels with their folds, over the relations `scans`, `parcels`, `orders` and `stores` of `engine`.

    Each parcel is read by the book of its store's platform; one without a book by the plain words of the facts.
    """
    platforms = [row[0] for row in engine.execute("SELECT DISTINCT platform FROM stores ORDER BY 1").fetchall()]
    several = len(platforms) > 1
    parts = [_of_platform(platform, books.get(platform), several, rules_at) for platform in platforms]
    return " UNION ALL ".join(f"({part})" for part in parts)


@lru_cache(maxsize=64)
def _of_platform(platform: str, book: Rulebook | None, several: bool, rules_at: datetime | None) -> str:
    scans, parcels, orders, stores = (
        ibis.table(ibis_schema(columns_of(name, folded=False)), name=name)
        for name in ("scans", "parcels", "orders", "stores")
    )
    own = stores.filter(stores.platform == platform)
    orders = orders.select("order_id", "store_id").semi_join(own, "store_id")
    if several:  # only the numbers of this platform, but every order that carries one of them
        numbers = parcels.semi_join(orders, "order_id")
        parcels = parcels.semi_join(numbers, ["carrier", "tracking_number"])
        scans = scans.semi_join(numbers, ["carrier", "tracking_number"])
    folded = fold(scans, parcels, orders, own, book or _no_book(platform), rules_at=rules_at)
    return str(ibis.to_sql(folded.semi_join(orders, "order_id") if several else folded, dialect="duckdb"))


def _no_book(platform: str) -> Rulebook:
    """A book that judges no track: what counts as a scan is then as the facts say."""
    title: Any = {}
    return Rulebook(name=platform, title=title, file="", text="", digest="", rows={}, clauses={})


def touch(numbers: str) -> None:
    """`numbers`: a query of distinct (carrier, tracking_number) pairs, to be folded anew."""
    staging.create_as(
        connection,
        NUMBERS,
        "SELECT carrier, tracking_number, row_number() OVER (ORDER BY carrier, tracking_number) AS n"
        f" FROM ({numbers}) s",
    )


def refold(books: Mapping[str, Rulebook], rules_at: datetime | None = None) -> None:
    """Folds the touched numbers anew from the scans in the store, and writes the folds that differ.

    Must run in a transaction. The orders whose parcels differ stand in `refolded_orders` afterwards.
    """
    staging.create(connection, REFOLDED, (Field("order_id"),))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(n), 0) FROM {NUMBERS}")
        count = int(cursor.fetchone()[0])
    for start in range(0, count, BATCH):
        _refold_batch(start, start + BATCH, books, rules_at)


def _refold_batch(after: int, until: int, books: Mapping[str, Rulebook], rules_at: datetime | None) -> None:
    numbers = f"(SELECT carrier, tracking_number FROM {NUMBERS} WHERE n > {after} AND n <= {until}) t"
    on = "x.carrier = t.carrier AND x.tracking_number = t.tracking_number"

    def of(table: str, columns: tuple[Field, ...]) -> pa.Table:
        names = ", ".join(f"x.{column.name}" for column in columns)
        return staging.read(connection, f"SELECT {names} FROM {numbers} CROSS JOIN {table} x WHERE {on}", columns)

    parcels = of("parcels", _PARCEL)
    if not parcels.num_rows:
        return
    stores = staging.fields(STORES.columns)
    tables: dict[str, Any] = {
        "scans": of("scans", staging.fields(SCANS.columns)),
        "parcels": parcels.drop_columns(["store_id"]),
        "orders": parcels.select(["order_id", "store_id"]).group_by(["order_id", "store_id"]).aggregate([]),
        "stores": staging.read(
            connection,
            f"SELECT {', '.join(f's.{column.name}' for column in stores)} FROM stores s WHERE s.store_id IN"
            f" (SELECT x.store_id FROM {numbers} CROSS JOIN parcels x WHERE {on})",
            stores,
        ),
    }
    with duckdb.connect(":memory:", config={"threads": 1}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(WHOLE_RESULTS)
        for name, table in tables.items():
            engine.register(name, table)
        rows = engine.execute(folded_sql(engine, books, rules_at)).to_arrow_table()
    _write(rows)


def _write(rows: pa.Table) -> None:
    staging.create(connection, _FOLDS, (*_KEY, *_FOLDED))
    for _ in staging.fill(connection, _FOLDS, (*_KEY, *_FOLDED), rows.to_batches()):
        pass
    same = " AND ".join(f"p.{column.name} = f.{column.name}" for column in _KEY)
    differs = " OR ".join(f"p.{column.name} IS DISTINCT FROM f.{column.name}" for column in _FOLDED)
    staging.create_as(
        connection, _CHANGED, f"SELECT f.* FROM {_FOLDS} f CROSS JOIN parcels p WHERE {same} AND ({differs})"
    )
    changes = ", ".join(f"{column.name} = f.{column.name}" for column in _FOLDED)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE parcels SET {changes} FROM {_CHANGED} f WHERE "
            + " AND ".join(f"parcels.{column.name} = f.{column.name}" for column in _KEY)
        )
        cursor.execute(f"INSERT INTO {REFOLDED} SELECT DISTINCT order_id FROM {_CHANGED}")
