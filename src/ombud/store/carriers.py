"""Carriers as parcels name them, and what a list of accepted carriers would hit (O4): sets, whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ombud.domain.conditions import By, Equals, In, holds
from ombud.domain.rulebook import Rulebook
from ombud.store import sql
from ombud.store.case_file import fields_of
from ombud.store.instants import Instants
from ombud.store.models import Store


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


def hits(book: Rulebook, carriers: Collection[str], since: datetime, until: datetime | None = None) -> list[Hit]:
    """Orders that are not cancelled and got a number of these carriers from `since` until before `until` (None: ever
    after), by store and carrier, the most first; of the stores that the book covers then. Each store's parcels are a
    range of its index."""
    moment = Instants(connection).literal
    before = f" AND p.registered_at < {moment(until)}" if until else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.store_id, p.carrier, count(DISTINCT p.order_id) FROM stores s CROSS JOIN parcels p"
            " CROSS JOIN orders o WHERE s.platform = %s AND p.store_id = s.store_id"
            f" AND p.registered_at >= {moment(since)}{before} AND {sql.among('p.carrier', sorted(carriers))}"
            " AND o.order_id = p.order_id AND o.cancelled_at IS NULL"
            " GROUP BY p.store_id, p.carrier ORDER BY 3 DESC, 1, 2",
            [book.name],
        )
        found = [Hit(*row) for row in cursor.fetchall()]
    covered = _covered({hit.store_id for hit in found}, book, until or since)
    return [hit for hit in found if hit.store_id in covered]


def _covered(store_ids: Collection[str], book: Rulebook, at: datetime) -> set[str]:
    """The stores that the book covers at `at`, by what it asks of the store itself."""
    cover = next((one for one in book.covers if one.holds_at(at)), book.covers[0])
    asked = tuple(
        one for one in cover.value.where if isinstance(one, Equals | In | By) and one.field.startswith("store.")
    )
    stores = Store.objects.in_bulk(list(store_ids)).values()
    return {one.store_id for one in stores if holds(asked, fields_of("store", one), start=cover.valid_from, book=book)}
