"""What is due: orders whose triggers must be read, claimed by index, with the facts that triggers speak of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from ombud.domain.facts import COMPLAINTS, LINES, ORDERS, PARCEL_COLUMNS, STORES, Column
from ombud.store import sql, staging
from ombud.store.instants import Instants

DUE = "due_orders"
"""The temporary table of the claimed orders, with all their columns."""


def claim(at: datetime, *, limit: int) -> int:
    """Claims up to `limit` orders whose `check_at` is `at` or earlier, the longest due first; returns how many.

    They stand in the temporary table `due_orders` and are nobody else's until the transaction ends.
    """
    sql.go_by_index(connection)
    staging.create_as(connection, DUE, claim_query(at, limit=limit))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {DUE}")
        return int(cursor.fetchone()[0])


def claim_query(at: datetime, *, limit: int) -> str:
    """The query that finds what is due: an index range over `check_at`, whatever the number of orders stored."""
    columns = ", ".join(column.name for column in ORDERS.columns)
    due = Instants(connection).literal(at)
    return (
        f"SELECT {columns} FROM orders WHERE check_at <= {due} ORDER BY check_at LIMIT {int(limit)}"
        f"{sql.skip_locked(connection)}"
    )


def platforms() -> list[str]:
    """The platforms of the claimed orders."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT s.platform FROM (SELECT DISTINCT store_id FROM {DUE}) d CROSS JOIN stores s"
            " WHERE s.store_id = d.store_id"
        )
        return sorted(platform for (platform,) in cursor.fetchall())


def facts(read: Collection[str] | None = None) -> Mapping[str, Any]:
    """Arrow tables of the facts of the claimed orders, by table; parcels with their scans folded in.

    read: the tables that somebody will look at; the others stay empty, since each costs a look-up by order.
    """
    # CROSS JOIN: the claimed orders come first, each of the others is found by its key.
    return {
        name: staging.read(connection, query, staging.fields(columns))
        if read is None or name in read
        else staging.empty(staging.fields(columns))
        for name, (query, columns) in QUERIES.items()
    }


def _of_due(table: str, columns: tuple[Column, ...]) -> tuple[str, tuple[Column, ...]]:
    names = ", ".join(f"t.{column.name}" for column in columns)
    return f"SELECT {names} FROM {DUE} d CROSS JOIN {table} t WHERE t.order_id = d.order_id", columns


QUERIES: Mapping[str, tuple[str, tuple[Column, ...]]] = {
    "stores": (
        f"SELECT {', '.join(f't.{column.name}' for column in STORES.columns)}"
        f" FROM (SELECT DISTINCT store_id FROM {DUE}) d CROSS JOIN stores t WHERE t.store_id = d.store_id",
        STORES.columns,
    ),
    "orders": (f"SELECT {', '.join(column.name for column in ORDERS.columns)} FROM {DUE}", ORDERS.columns),
    "lines": _of_due("lines", LINES.columns),
    "parcels": _of_due("parcels", PARCEL_COLUMNS),
    "complaints": _of_due("complaints", COMPLAINTS.columns),
}


def next_due() -> datetime | None:
    """The next instant at which an order must be read, a case moves or is told of, or somebody is
    looked at for sanctions; None: nothing is ahead."""
    from ombud.store.models import Case, Order, SanctionReview

    firsts = (
        rows.filter(**{f"{instant}__isnull": False}).order_by(instant).values_list(instant, flat=True).first()
        for rows, instant in (
            (Order.objects, "check_at"),
            (Case.objects, "shuts_at"),
            (Case.objects, "rule_at"),
            (Case.objects, "remind_at"),
            (SanctionReview.objects, "review_at"),
        )
    )
    return min((instant for instant in firsts if instant is not None), default=None)
