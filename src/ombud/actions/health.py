"""Keeps the daily buckets of store health in step with the facts, within the transaction that changes them.

What changes a store's figures also has it looked at for sanctions (`actions.sanctions`).

    touched = TouchedDays(connection, books)
    touched.add_orders("SELECT order_id FROM staged_orders")    # before the merge: the days that the old rows stand on
    ...merge...
    touched.add_orders("SELECT order_id FROM staged_orders")    # after it: the days of the new ones
    touched.add_cases("SELECT case_id FROM ...")                # after cases were opened or closed
    refresh_days(touched)

A bucket is counted anew from the facts, never added to; doing it twice, or for a day on which nothing changed, changes
nothing. Everything is done in sets: one statement per platform, whatever the number of days. A store of a platform
without a book among `books` is counted too, but for its tracks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.backends.base.base import BaseDatabaseWrapper

from ombud.domain.instants import start_of_day
from ombud.domain.rulebook import Rulebook
from ombud.domain.sanctions import Over
from ombud.store.health_counts import CASE_COUNTS, COUNTS, EARLIEST, Wait, count_sql, waits
from ombud.store.instants import Instants


class TouchedDays:
    """The (store, UTC day) pairs whose buckets must be counted anew: a temporary table `touched_days` of `connection`.

    `books` are the rulebooks by platform: the book of a store's platform says how long a parcel has until its first
    scan, and so on which day it falls. A second one on the same connection empties the first.
    """

    def __init__(self, connection: BaseDatabaseWrapper, books: Mapping[str, Rulebook]) -> None:
        self.connection = connection
        self.waits = {platform: waits(book) for platform, book in books.items()}
        self.instants = Instants(connection)
        self.counts: tuple[str, ...] = CASE_COUNTS  # all of them as soon as an order is added
        self._execute(
            "CREATE TEMPORARY TABLE IF NOT EXISTS touched_days (store_id TEXT NOT NULL,"
            f" starts_at {self.instants.column_type} NOT NULL, PRIMARY KEY (store_id, starts_at))"
        )
        self._execute("DELETE FROM touched_days")

    def add_orders(self, order_ids: str) -> None:
        """`order_ids`: a query of one column. Adds every day on which these orders and their parcels count now.

        For a change of an order, of its parcels or of what their scans are folded into; call it before and after.
        """
        midnight = self.instants.midnight
        platforms: list[str] = []
        parts = [
            f"SELECT o.store_id, {midnight(f'o.{instant}')} FROM orders o"
            f" WHERE o.{instant} IS NOT NULL AND o.order_id IN ({order_ids})"
            for instant in ("completed_at", "ship_by")
        ]
        for platform, versions in self.waits.items():
            for wait in versions:
                due = self.instants.moved("p.registered_at", wait.seconds)
                parts.append(
                    f"SELECT p.store_id, {midnight(due)} FROM parcels p JOIN stores s ON s.store_id = p.store_id"
                    f" WHERE s.platform = %s AND p.order_id IN ({order_ids})"
                )
                platforms.append(platform)
        self.counts = COUNTS
        self._add(" UNION ".join(parts), platforms)

    def add_cases(self, case_ids: str) -> None:
        """`case_ids`: a query of one column. Adds the days on which these cases were opened and closed."""
        self._add(
            " UNION ".join(
                f"SELECT c.store_id, {self.instants.midnight(f'c.{instant}')} FROM cases c"
                f" WHERE c.{instant} IS NOT NULL AND c.case_id IN ({case_ids})"
                for instant in ("opened_at", "closed_at")
            )
        )

    def add(self, pairs: Iterable[tuple[str, date]]) -> None:
        """Adds (store_id, day) pairs, one by one: for a handful of them."""
        self.counts = COUNTS
        for store_id, day in pairs:
            starts_at = self.instants.literal(start_of_day(day))
            self._add(f"SELECT s.store_id, {starts_at} FROM stores s WHERE s.store_id = %s", [store_id])

    def _add(self, query: str, values: Sequence[str] = ()) -> None:
        self._execute(f"INSERT INTO touched_days (store_id, starts_at) {query} ON CONFLICT DO NOTHING", values)

    def _execute(self, sql: str, values: Sequence[str] = ()) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, list(values))
            return int(cursor.rowcount)


def refresh_days(touched: TouchedDays, *, counts: Sequence[str] | None = None) -> int:
    """Counts the buckets of the touched days anew and forgets the days; returns how many buckets there were.

    `counts`: only these columns; by default those that what was added can have changed. Must run in the transaction
    that changed the facts, after the change.
    """
    counts = tuple(counts or touched.counts)
    done = 0
    elsewhere = " AND ".join(["1 = 1", *("s.platform <> %s" for _ in touched.waits)])
    stores: list[tuple[str, list[str], Sequence[Wait]]] = [
        *(("s.platform = %s", [platform], versions) for platform, versions in touched.waits.items()),
        (elsewhere, list(touched.waits), ()),
    ]
    for condition, values, versions in stores:
        columns = [
            count_sql(
                name,
                store="t.store_id",
                start="t.starts_at",
                until=touched.instants.moved("t.starts_at", 86_400),
                waits=versions,
                instants=touched.instants,
            )
            if name in counts
            else "0"
            for name in COUNTS
        ]
        done += touched._execute(
            f"INSERT INTO health_days (store_id, day, {', '.join(COUNTS)})"
            f" SELECT t.store_id, {touched.instants.day('t.starts_at')}, {', '.join(columns)}"
            f" FROM touched_days t CROSS JOIN stores s WHERE s.store_id = t.store_id AND {condition}"
            f" ON CONFLICT (store_id, day) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in counts)}",
            values,
        )
    _have_looked_at(touched)
    touched._execute("DELETE FROM touched_days")
    return done


def _have_looked_at(touched: TouchedDays) -> None:
    """The stores of the touched days are to be looked at for sanctions, from the earliest of these days on."""
    earliest = touched.instants.literal(EARLIEST)
    touched._execute(
        "INSERT INTO sanction_reviews (platform, over, subject, since, review_at)"
        f" SELECT s.platform, '{Over.STORE}', s.store_id, min(t.starts_at), {earliest}"
        " FROM touched_days t CROSS JOIN stores s WHERE s.store_id = t.store_id GROUP BY s.platform, s.store_id"
        " ON CONFLICT (platform, over, subject) DO UPDATE SET review_at = excluded.review_at, since ="
        " CASE WHEN sanction_reviews.since < excluded.since THEN sanction_reviews.since ELSE excluded.since END"
    )
