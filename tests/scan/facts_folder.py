"""A small, good facts folder, to be spoilt in one place by each test."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ombud.domain.facts import TABLES, Column, Kind
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError, Problem
from ombud.scan.folder import Facts, read_facts

Rows = dict[str, list[dict[str, str]]]


def good_rows() -> Rows:
    """Two stores, three orders, and a row or two of every other table, as CSV would say them."""
    store = {
        "store_id": "S1",
        "platform": "ozon",
        "site": "ozon.ru",
        "country": "CN",
        "verified_at": "2026-03-01T00:00:00Z",
        "tier": "basic",
        "timezone": "Asia/Shanghai",
        "commission_rate": "0.15",
    }
    order = {
        "order_id": "O1",
        "store_id": "S1",
        "buyer_id": "B1",
        "status": "shipped",
        "gateway": "ozon",
        "currency": "RUB",
        "amount_minor": "123450",
        "shipping_minor": "0",
        "refunded_minor": "0",
        "category": "electronics",
        "paid_at": "2026-03-12T08:00:00Z",
        "ship_by": "2026-03-20T08:00:00Z",
        "shipped_at": "2026-03-13T08:00:00Z",
        "delivered_at": "",
        "completed_at": "",
        "cancelled_at": "",
    }
    line = {
        "order_id": "O1",
        "line": "1",
        "sku": "SKU1",
        "quantity": "1",
        "price_minor": "123450",
        "kind": "physical",
    }
    parcel = {
        "order_id": "O1",
        "tracking_number": "T1",
        "carrier": "cdek",
        "service": "tracked",
        "registered_at": "2026-03-13T08:00:00Z",
        "source": "api",
        "warehouse": "",
    }
    scan = {
        "carrier": "cdek",
        "tracking_number": "T1",
        "scanned_at": "2026-03-14T08:00:00Z",
        "code": "picked_up",
        "country": "RU",
        "city": "Moscow",
        "signed_by": "",
        "source_ip": "10.0.0.1",
    }
    complaint = {
        "complaint_id": "C1",
        "order_id": "O1",
        "kind": "not_received",
        "opened_at": "2026-03-15T08:00:00Z",
        "withdrawn_at": "",
        "media": "none",
    }
    message = {
        "message_id": "M1",
        "order_id": "O1",
        "channel": "platform",
        "sender": "buyer",
        "sent_at": "2026-03-15T08:00:00Z",
        "text": "Where is it?",
    }
    recipient = {
        "order_id": "O1",
        "name": "Иванов Иван",
        "address": "Москва, ул. Ленина, 1",
        "country": "RU",
    }
    return {
        "stores": [store, store | {"store_id": "S2"}],
        "orders": [order, order | {"order_id": "O2"}, order | {"order_id": "O3", "store_id": "S2"}],
        "lines": [line, line | {"order_id": "O2"}],
        "parcels": [parcel, parcel | {"order_id": "O2", "tracking_number": "T2"}],
        "scans": [scan, scan | {"code": "delivered", "scanned_at": "2026-03-15T08:00:00Z"}],
        "complaints": [complaint],
        "messages": [message],
        "recipients": [recipient],
    }


def as_csv(rows: list[dict[str, str]], table: str) -> str:
    """The text of a CSV file with these rows."""
    file = io.StringIO()
    writer = csv.DictWriter(file, [column.name for column in TABLES[table].columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def write_csv(folder: Path, rows: Rows) -> Path:
    """One CSV file for each table of `rows`."""
    folder.mkdir(exist_ok=True)
    for table, some in rows.items():
        (folder / f"{table}.csv").write_text(as_csv(some, table), encoding="utf-8", newline="")
    return folder


def arrow_table(rows: list[dict[str, str]], table: str) -> pa.Table:
    """The same rows with the types that Parquet should have."""
    columns = TABLES[table].columns
    return pa.table({c.name: pa.array([_value(c, row[c.name]) for row in rows], _type(c)) for c in columns})


def write_parquet(folder: Path, rows: Rows) -> Path:
    """One Parquet file for each table of `rows`."""
    folder.mkdir(exist_ok=True)
    for table, some in rows.items():
        pq.write_table(arrow_table(some, table), folder / f"{table}.parquet")
    return folder


def _type(column: Column) -> pa.DataType:
    match column.kind:
        case Kind.INSTANT:
            return pa.timestamp("us", "UTC")
        case Kind.MONEY | Kind.COUNT:
            return pa.int64()
        case Kind.FRACTION:
            return pa.decimal128(7, 6)
        case _:
            return pa.string()


def _value(column: Column, text: str) -> object:
    if not text:
        return None
    match column.kind:
        case Kind.INSTANT:
            return parse_instant(text)
        case Kind.MONEY | Kind.COUNT:
            return int(text)
        case Kind.FRACTION:
            return pa.scalar(text).cast(pa.decimal128(7, 6)).as_py()
        case _:
            return text


def spoilt(folder: Path, table: str, **cells: str) -> Path:
    """The good folder, with these cells in the last row of `table`."""
    rows = good_rows()
    rows[table][-1] = rows[table][-1] | cells
    return write_csv(folder, rows)


def problems(folder: Path, **options: Any) -> tuple[Problem, ...]:
    """What is wrong with the folder; it must be refused."""
    with pytest.raises(OmbudError) as refused, read_facts(folder, **options):
        pass
    return refused.value.problems


def the_problem(folder: Path, **options: Any) -> Problem:
    """The one thing that is wrong with the folder."""
    (problem,) = problems(folder, **options)
    return problem


def reading(folder: Path, use: Callable[[Facts], Any], **options: Any) -> Any:
    """What `use` makes of the facts in the folder."""
    with read_facts(folder, **options) as facts:
        return use(facts)
