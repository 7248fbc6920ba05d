"""Reads of store health: sums of daily buckets, and the two edges of a window that no bucket holds, counted exactly.

What one store's figures cost is set by the days of the window and by what happened in its two edges, not by how many
orders are stored: every part is a range of an index.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from ombud.domain.health import Share, window
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.health_counts import COUNTS, Wait, count_sql
from ombud.store.instants import Instants
from ombud.store.models import HealthDay, Store


@dataclass(frozen=True, slots=True)
class Counts:
    """What happened in a window, counted as `HealthDay` counts a day."""

    completed_orders: int = 0
    promised_orders: int = 0
    on_time_orders: int = 0
    tracked_parcels: int = 0
    due_parcels: int = 0
    opened_cases: int = 0
    won_cases: int = 0
    lost_cases: int = 0

    @property
    def disputes(self) -> Share:
        """Lost disputes of completed orders: the dispute rate (S10)."""
        return Share(self.lost_cases, self.completed_orders)

    @property
    def on_time(self) -> Share:
        """Orders marked shipped by their promised instant (O17)."""
        return Share(self.on_time_orders, self.promised_orders)

    @property
    def tracking(self) -> Share:
        """Parcels with a first scan within the book's wait (O17)."""
        return Share(self.tracked_parcels, self.due_parcels)

    @property
    def success(self) -> Share:
        """Won cases of those decided (O16)."""
        return Share(self.won_cases, self.won_cases + self.lost_cases)


def find_store(store_id: str) -> Store:
    """The store of that id. Raises OmbudError naming those whose ids are near."""
    store = Store.objects.filter(store_id=store_id).first()
    if store is not None:
        return store
    known = list(Store.objects.order_by("store_id").values_list("store_id", flat=True))
    near = difflib.get_close_matches(store_id, known, n=5, cutoff=0.5) or known[:5]
    if not near:
        raise OmbudError(
            Problem(
                "unknown_store",
                N_("There is no store {store_id!r}: the store of Ombud holds none yet."),
                {"store_id": store_id},
                mend=N_("Import a facts folder first: ombud facts import DIR."),
            )
        )
    raise OmbudError(
        Problem(
            "unknown_store",
            N_("There is no store {store_id!r}."),
            {"store_id": store_id, "near": ", ".join(near)},
            mend=N_("The nearest names are: {near}."),
        )
    )


def counts(
    at: datetime, span: timedelta, waits: Sequence[Wait], *, platform: str, store_id: str | None = None
) -> dict[str, Counts]:
    """What happened in (at - span, at], by store: of one store of `platform`, or of all of them."""
    cut = window(at, span)
    where, values = "s.platform = %s", [platform]
    if store_id is not None:
        where, values = where + " AND s.store_id = %s", [*values, store_id]
    sums = ", ".join(f"COALESCE(SUM(h.{name}), 0)" for name in COUNTS)
    whole = (
        f"SELECT s.store_id, {sums} FROM stores s LEFT JOIN health_days h"
        " ON h.store_id = s.store_id AND h.day >= %s AND h.day < %s"
        f" WHERE {where} GROUP BY s.store_id"
    )
    first, after = cut.days
    with connection.cursor() as cursor:
        cursor.execute(whole, [first.isoformat(), after.isoformat(), *values])
        total = {row[0]: [int(count) for count in row[1:]] for row in cursor.fetchall()}
        if cut.edges:
            cursor.execute(f"SELECT s.store_id, {_edges_sql(cut.edges, waits)} FROM stores s WHERE {where}", values)
            for row in cursor.fetchall():
                total[row[0]] = [a + int(b) for a, b in zip(total[row[0]], row[1:], strict=True)]
    return {store: Counts(*numbers) for store, numbers in total.items()}


def _edges_sql(edges: Sequence[tuple[datetime, datetime]], waits: Sequence[Wait]) -> str:
    instants = Instants(connection)
    return ", ".join(
        " + ".join(
            count_sql(
                name,
                store="s.store_id",
                start=instants.literal(start),
                until=instants.literal(until),
                waits=waits,
                instants=instants,
            )
            for start, until in edges
        )
        for name in COUNTS
    )


def dispute_days(store_id: str, first: date, last: date) -> list[tuple[date, Share]]:
    """The buckets of one store from `first` to `last`, both included: lost disputes of completed orders, by UTC day."""
    rows = (
        HealthDay.objects.filter(store_id=store_id, day__range=(first, last))
        .order_by("day")
        .values_list("day", "lost_cases", "completed_orders")
    )
    return [(day, Share(lost, completed)) for day, lost, completed in rows]
