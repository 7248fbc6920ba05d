"""Facts for the store, as rows: taken in by the import itself, changed, and looked at again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
from django.db import transaction

from ombud.actions.imports import ImportReport, import_facts
from ombud.domain.facts import FOLDED, TABLES
from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from ombud.scan.folder import Facts
from ombud.store import models
from tests.worlds import Facts as Rows
from tests.worlds import arrow

START = datetime(2026, 4, 1, tzinfo=UTC)
"""When the orders of these tests are paid, unless they say otherwise."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOOKS: Mapping[str, Rulebook] = {name: open_book(name) for name in ("ozon", "shopify")}
MODELS: dict[str, Any] = {
    "stores": models.Store,
    "orders": models.Order,
    "lines": models.Line,
    "parcels": models.Parcel,
    "scans": models.Scan,
    "complaints": models.Complaint,
    "messages": models.Message,
    "recipients": models.Recipient,
}


def take(
    rows: Mapping[str, list[dict[str, Any]]],
    *,
    known_at: datetime = START,
    books: Mapping[str, Rulebook] = BOOKS,
    **more: Any,
) -> ImportReport:
    """Imports these rows."""
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        tables = arrow(rows)
        for name, table in tables.items():
            engine.register(name, table)
        facts = Facts(engine, known_at, {name: table.num_rows for name, table in tables.items()}, 0)
        return import_facts(facts, books=books, actor="test", at=known_at, **more)


def a_store(store_id: str = "s1", platform: str = "ozon", **more: Any) -> dict[str, Any]:
    """A verified store."""
    row = {"store_id": store_id, "platform": platform, "site": "ozon.ru", "country": "CN", "timezone": "Asia/Shanghai"}
    return {**row, "verified_at": START - 100 * DAY, "tier": None, "commission_rate": Decimal("0.15"), **more}


def an_order(order_id: str = "o1", **more: Any) -> dict[str, Any]:
    """An order of 100.00 RUB of the store `s1`, paid at START, to be shipped within three days."""
    row: dict[str, Any] = {"order_id": order_id, "store_id": "s1", "buyer_id": "b", "status": "paid", "gateway": "ozon"}
    row |= {"currency": "RUB", "amount_minor": 100_00, "shipping_minor": 0, "refunded_minor": 0, "category": None}
    row |= dict.fromkeys(("shipped_at", "delivered_at", "completed_at", "cancelled_at"))
    return {**row, "paid_at": START, "ship_by": START + 3 * DAY, **more}


def a_parcel(order_id: str = "o1", tracking_number: str = "T1", **more: Any) -> dict[str, Any]:
    """A number by CDEK, put on the order one hour after START."""
    row = {"order_id": order_id, "tracking_number": tracking_number, "carrier": "cdek", "service": "tracked"}
    return {**row, "registered_at": START + HOUR, "source": "api", "warehouse": None, **more}


def a_scan(tracking_number: str = "T1", scanned_at: datetime = START + 2 * HOUR, **more: Any) -> dict[str, Any]:
    """A scan by CDEK."""
    row = {"carrier": "cdek", "tracking_number": tracking_number, "scanned_at": scanned_at, "code": "picked_up"}
    return {**row, "country": "CN", "city": None, "signed_by": None, "source_ip": None, **more}


def a_complaint(complaint_id: str = "c1", order_id: str = "o1", **more: Any) -> dict[str, Any]:
    """The buyer says that the order was not received."""
    row = {"complaint_id": complaint_id, "order_id": order_id, "kind": "not_received", "withdrawn_at": None}
    return {**row, "opened_at": START + 20 * DAY, "media": "none", **more}


def kept_facts(*, folds: bool = True, known_at: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """All that the store holds of the facts, sorted."""
    found = {}
    for name, table in TABLES.items():
        columns = [column.name for column in table.columns]
        if known_at:
            columns.append("known_at")
        if folds and name == "parcels":
            columns += ["store_id", *(column.name for column in FOLDED)]
        if name == "orders":
            columns.append("check_at")
        found[name] = sorted(MODELS[name].objects.values_list(*columns), key=repr)
    return found


@contextmanager
def rolled_back() -> Iterator[None]:
    """For one example of many: what it writes is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def merged(*exports: Rows) -> Rows:
    """What the rows say where each export is newer than the one before it."""
    result: Rows = {}
    for name, table in TABLES.items():
        by_key = {tuple(row[key] for key in table.key): row for export in exports for row in export.get(name, [])}
        result[name] = list(by_key.values())
    return result
