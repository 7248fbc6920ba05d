"""Carriers as parcels name them, and what a list of accepted carriers would hit (O4): sets, whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ombud.store import sql
from ombud.store.instants import Instants


@dataclass(frozen=True, slots=True)
class Hit:
    """Orders of one store that got a number of one carrier."""

    store_id: str
    carrier: str
    orders: int


def seen_carriers() -> set[str]:
    """Every carrier that a parcel names: one step through the index for each, however many parcels there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE seen(carrier) AS (SELECT min(carrier) FROM parcels UNION ALL"
            " SELECT (SELECT min(p.carrier) FROM parcels p WHERE p.carrier > seen.carrier) FROM seen"
            " WHERE seen.carrier IS NOT NULL) SELECT carrier FROM seen WHERE carrier IS NOT NULL"
        )
        return {carrier for (carrier,) in cursor.fetchall()}


def hits(platform: str, carriers: Collection[str], since: datetime, until: datetime | None = None) -> list[Hit]:
    """Orders that are not cancelled and got a number of these carriers from `since` until before `until` (None: ever
    after), by store and carrier, the most first. Each store's parcels are a range of its index."""
    moment = Instants(connection).literal
    before = f" AND p.registered_at < {moment(until)}" if until else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.store_id, p.carrier, count(DISTINCT p.order_id) FROM stores s CROSS JOIN parcels p"
            " CROSS JOIN orders o WHERE s.platform = %s AND p.store_id = s.store_id"
            f" AND p.registered_at >= {moment(since)}{before} AND {sql.among('p.carrier', sorted(carriers))}"
            " AND o.order_id = p.order_id AND o.cancelled_at IS NULL"
            " GROUP BY p.store_id, p.carrier ORDER BY 3 DESC, 1, 2",
            [platform],
        )
        return [Hit(*row) for row in cursor.fetchall()]
