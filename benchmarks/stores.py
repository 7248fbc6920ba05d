"""Stores for the figures of the database: fresh ones, and large ones written by SQL where no import is measured."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks.measure import ROOT, WORK, Stepping, child
from ombud.domain.rulebook import Rulebook

DATABASES: Mapping[str, Sequence[str]] = {"SQLite": (), "PostgreSQL": (str(ROOT / "tests" / "with_postgres"),)}
"""Each database with the command that a child needs before it."""

NOT_MEASURED = "PostgreSQL: not measured, no server was found."

AT = datetime(2026, 7, 1, tzinfo=UTC)
"""The instant at which the slices of a large store fall due."""


def on_database(database: str, called: str, **arguments: Any) -> Any:
    """Calls `module:function` in a child that speaks to a store of `database` of its own; None where there is none."""
    with _own_store() as folder:
        return child(called, before=DATABASES[database], environment=_environment(database, folder), **arguments)


@contextmanager
def stepping(database: str, function: str, **arguments: Any) -> Iterator[Stepping]:
    """The generator `module:function` in a child that speaks to a store of `database` of its own, step by step."""
    with (
        _own_store() as folder,
        Stepping(
            function, before=DATABASES[database], environment=_environment(database, folder), **arguments
        ) as running,
    ):
        yield running


@contextmanager
def _own_store() -> Iterator[Path]:
    folder = WORK / f"store-{uuid.uuid4().hex[:8]}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment(database: str, folder: Path) -> dict[str, str]:
    environment = {
        "OMBUD_STORE": str(folder / "store.sqlite3"),
        "POSTGRES_SHARED_BUFFERS": "1GB",
        "TMPDIR": str(folder),
    }
    if not DATABASES[database]:
        environment["DATABASE_URL"] = ""
    else:
        folder.chmod(0o777)  # the server may run as a user of its own
    return environment


def open_store() -> Any:
    """Sets Django up on the store of this process and returns its connection."""
    import ombud.store.ready  # noqa: F401, I001 (before any model)
    from django.db import connection
    from ombud.store import database

    database.migrate()
    return connection


def fresh() -> dict[str, str]:
    """The environment of a store beside that of this process: migrated and empty."""
    connection = open_store()
    if connection.vendor == "sqlite":
        own = Path(str(connection.settings_dict["NAME"]))
        connection.close()
        copy = own.with_name(f"{uuid.uuid4().hex}.sqlite3")
        shutil.copy(own, copy)
        return {"OMBUD_STORE": str(copy), "DATABASE_URL": ""}
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"fresh_{uuid.uuid4().hex[:12]}"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {connection.settings_dict['NAME']}")
    return {"DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}


def forget(environment: Mapping[str, str]) -> None:
    """Removes a fresh store."""
    if environment.get("OMBUD_STORE"):
        for end in ("", "-wal", "-shm"):
            Path(environment["OMBUD_STORE"] + end).unlink(missing_ok=True)
        return
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {urlsplit(environment['DATABASE_URL']).path[1:]} WITH (FORCE)")


class Large:
    """A store of `orders` orders, one line and one parcel each, of 500 orders a shop or of so many `shops`.

    `slices` times `due` of them, spread evenly over all, are 3 days old: `arm` makes one slice due. `firing` of ten of
    these orders was never shipped and fires; the others were shipped and scanned in time. The rest is long done; one
    in seven waits for an instant ahead, so that the index of what is due is large too.
    """

    def __init__(self, orders: int, *, due: int, slices: int, firing: int = 1, shops: int | None = None) -> None:
        self.orders, self.due, self.slices, self.firing = orders, due, slices, firing
        self.shops = shops or max(orders // 500, 20)
        self.step = orders // due
        if self.step < slices:
            raise ValueError("too many slices")
        self.connection = open_store()
        self.lite = self.connection.vendor == "sqlite"

    def instant(self, seconds: str) -> str:
        """SQL of the instant that lies so many seconds (an SQL expression) after `AT`."""
        if self.lite:
            return f"datetime({int(AT.timestamp())} + ({seconds}), 'unixepoch')"
        return f"(TIMESTAMPTZ '{AT.isoformat(' ')}' + ({seconds}) * INTERVAL '1 second')"

    def numbers(self, count: int) -> str:
        """A query of n from 0 to count - 1."""
        if self.lite:
            counting = f"SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < {count - 1}"
            return f"(WITH RECURSIVE g(n) AS ({counting}) SELECT n FROM g)"
        return f"(SELECT generate_series(0, {count - 1})::bigint AS n)"

    def identity(self) -> str:
        """SQL of the order_id of n."""
        return "printf('%09d-0001-1', n)" if self.lite else "lpad(n::text, 9, '0') || '-0001-1'"

    def build(self) -> None:
        """Writes it: indexes are dropped before and made again after."""
        shops = self.shops
        day = 86_400
        mine = f"n % {self.step} < {self.slices}"
        unshipped = f"({mine} AND n / {self.step} % 10 < {self.firing})"
        paid = f"CASE WHEN {mine} THEN {-3 * day} ELSE {-6 * day} - n % 110 * {day} - n % 3600 END"
        of_shop = f"n % {shops}"
        shop = f"printf('S%06d', {of_shop})" if self.lite else f"'S' || lpad(({of_shop})::text, 6, '0')"
        known, order = self.instant("0"), self.identity()
        with self.connection.cursor() as cursor:
            if self.lite:
                cursor.execute("PRAGMA synchronous = OFF")
                cursor.execute("PRAGMA cache_size = -400000")
                cursor.execute("PRAGMA foreign_keys = OFF")
            again = self._drop_indexes(cursor)
            cursor.execute(
                "INSERT INTO stores (store_id, platform, site, country, verified_at, tier, timezone, commission_rate,"
                f" known_at) SELECT {shop}, 'ozon', 'ozon.ru', 'CN', {self.instant(f'{-900 * day}')}, 'basic',"
                f" 'Asia/Shanghai', 0.15, {known} FROM {self.numbers(shops)} numbers"
            )
            cursor.execute(
                "INSERT INTO orders (order_id, store_id, buyer_id, status, gateway, currency, amount_minor,"
                " shipping_minor, refunded_minor, category, paid_at, ship_by, shipped_at, delivered_at, completed_at,"
                f" cancelled_at, known_at, check_at) SELECT {order}, {shop},"
                f" {self._joined('b', 'n % 700001')}, CASE WHEN {unshipped} THEN 'paid' WHEN {mine} THEN 'shipped' ELSE"
                " 'completed' END, 'ozon', 'RUB', 100000 + n % 900000, 0, 0, 'home',"
                f" {self.instant(paid)}, CASE WHEN {mine} THEN {self.instant('-3600')} ELSE"
                f" {self.instant(f'{paid} + {3 * day}')} END,"
                f" CASE WHEN {unshipped} THEN NULL ELSE {self.instant(f'{paid} + {day}')} END,"
                f" CASE WHEN {mine} THEN NULL ELSE {self.instant(f'{paid} + {4 * day}')} END,"
                f" CASE WHEN {mine} THEN NULL ELSE {self.instant(f'{paid} + {5 * day}')} END, NULL, {known},"
                f" CASE WHEN n % 7 = 0 AND NOT {mine} THEN {self.instant(f'{day} + n % {3 * day}')} END"
                f" FROM {self.numbers(self.orders)} numbers"
            )
            cursor.execute(
                "INSERT INTO lines (order_id, line, sku, quantity, price_minor, kind, known_at)"
                f" SELECT {order}, 1, {self._joined('SKU-', 'n % 5003')}, 1, 100000 + n % 900000, 'physical', {known}"
                f" FROM {self.numbers(self.orders)} numbers"
            )
            cursor.execute(
                "INSERT INTO parcels (order_id, store_id, tracking_number, carrier, service, registered_at, source,"
                " warehouse, known_at, first_scan_at, delivered_at, signed_by, last_scan_at)"
                f" SELECT {order}, {shop}, {self._joined('1', '100000000 + n * 7 % 900000000')}, 'cdek', 'tracked',"
                f" {self.instant(f'{paid} + {day}')}, 'api', 'CN-1', {known},"
                f" {self.instant(f'{paid} + {day} + 20000')}, CASE WHEN {mine} THEN NULL ELSE"
                f" {self.instant(f'{paid} + {4 * day}')} END, NULL, {self.instant(f'{paid} + {day} + 30000')}"
                f" FROM {self.numbers(self.orders)} numbers WHERE NOT {unshipped}"
            )
            for statement in again:
                cursor.execute(statement)
            cursor.execute("ANALYZE")
            if self.lite:
                cursor.execute("PRAGMA foreign_keys = ON")
        self.connection.close()  # the usual settings again

    def write_cases(self, statements: Sequence[str], book: Rulebook) -> None:
        """Writes cases by these statements, counts the days of health that they touch, and analyses."""
        from django.db import transaction

        from ombud.actions.health import TouchedDays, refresh_days

        with transaction.atomic(), self.connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        with transaction.atomic():
            touched = TouchedDays(self.connection, {book.name: book})
            touched.add_orders("SELECT order_id FROM orders")
            refresh_days(touched)
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            if self.lite:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def arm(self, piece: int) -> None:
        """Makes the orders of one slice due, and lets the database come to rest."""
        with self.connection.cursor() as cursor:
            last = self.orders // self.step
            cursor.execute(
                f"UPDATE orders SET check_at = {self.instant('-3600')} WHERE order_id IN (SELECT {self.identity()} FROM"
                f" (SELECT n * {self.step} + {piece} AS n FROM {self.numbers(last)} counted) chosen)"
            )
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)" if self.lite else "CHECKPOINT")

    def _drop_indexes(self, cursor: Any) -> list[str]:
        if self.lite:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        else:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename IN"
                " ('orders', 'parcels', 'lines') AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        return [definition for _, definition in found]

    def _joined(self, word: str, number: str) -> str:
        return f"'{word}' || ({number})" if self.lite else f"'{word}' || ({number})::text"
