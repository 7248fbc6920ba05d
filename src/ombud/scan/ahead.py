"""Orders that will become cases, with the time left: what the loop will find due, read before it is (G3)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import connection
from django.db.models import Max

from ombud.domain.facts import ORDERS
from ombud.domain.rulebook import Rulebook
from ombud.scan.evaluate import kept_evaluator, of_platform
from ombud.store import due, sql, staging
from ombud.store.instants import Instants
from ombud.store.models import Case, Order, Store


@dataclass(frozen=True, slots=True)
class AtRisk:
    """An order that becomes a case at `fires_at` if nothing changes. `amount_minor` is what would be held."""

    order_id: str
    store: Store
    violation: str
    fires_at: datetime
    carrier: str | None
    tracking_number: str | None
    amount_minor: int
    currency: str
    clause: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """`until`: how far was looked: as far as was asked or, where too many orders are due, up to the last one read."""

    rows: list[AtRisk]
    until: datetime


def at_risk(
    at: datetime,
    until: datetime,
    *,
    books: Mapping[str, Rulebook],
    stores: Collection[str] | None = None,
    limit: int,
) -> Ahead:
    """Those that fire in (at, until] and have no case of that violation yet, the next first; at most `limit` orders are
    looked at, those that are due first.

    stores: of these alone. It is an index range over the instants at which orders are due, as the sweep itself is, and
    writes nothing. Raises OmbudError where a clause that a trigger needs is not in force.
    """
    with staging.apart(connection):
        staging.create_as(connection, due.DUE, _query(at, until, stores, limit))
        facts = due.facts()
        staging.drop(connection, due.DUE)
    known = {
        store.store_id: store for store in Store.objects.filter(store_id__in=facts["stores"]["store_id"].to_pylist())
    }
    orders = facts["orders"]["order_id"].to_pylist()
    if len(orders) == limit:
        until = Order.objects.filter(order_id__in=orders).aggregate(last=Max("check_at"))["last"]
    cases = set(Case.objects.filter(order__in=orders).values_list("order_id", "violation"))
    found = []
    for platform in {store.platform for store in known.values()} & books.keys():
        rows = kept_evaluator(books[platform]).run(of_platform(facts, platform))
        found += [
            AtRisk(
                row["order_id"],
                known[row["store_id"]],
                row["violation"],
                row["fires_at"],
                row["carrier"],
                row["tracking_number"],
                row["amount_minor"],
                row["currency"],
                row["clause"],
            )
            for row in rows.to_pylist()
            if at < row["fires_at"] <= until and (row["order_id"], row["violation"]) not in cases
        ]
    return Ahead(sorted(found, key=attrgetter("fires_at", "order_id", "violation")), until)


def _query(at: datetime, until: datetime, stores: Collection[str] | None, limit: int) -> str:
    literal = Instants(connection).literal
    columns = ", ".join(column.name for column in ORDERS.columns)
    own = ""
    if stores is not None:
        own = f" AND store_id IN ({', '.join(sql.text(name) for name in stores)})" if stores else " AND 1 = 0"
    return (
        f"SELECT {columns} FROM orders WHERE check_at > {literal(at)} AND check_at <= {literal(until)}{own}"
        f" ORDER BY check_at LIMIT {int(limit)}"
    )
