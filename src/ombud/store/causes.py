"""Cases by what they have in common, to show what to mend (S12): how many, how many lost, of how many orders, at what
cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import connection

from ombud.domain.health import LOST_STATES, Share
from ombud.store import sql
from ombud.store.instants import Instants
from ombud.store.ledger import COST


class By(StrEnum):
    """What cases are grouped by."""

    SKU = "sku"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    BUYER = "buyer"
    CATEGORY = "category"
    VIOLATION = "violation"


@dataclass(slots=True)
class Cause:
    """The cases opened in a time that share `name` (None: those that have none), and the orders paid in it that do.

    The two need not be about the same orders. A case about an order of several SKUs counts for each of them, with all
    that it cost. `charged`: what the store is out of pocket, in minor units by currency.
    """

    name: str | None
    cases: int = 0
    lost: int = 0
    orders: int = 0
    charged: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> Share:
        """The cases, of the orders."""
        return Share(self.cases, self.orders)


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Where a name comes from: for a case `c`, and for an order `o`."""

    of_case: str
    case_join: str
    of_order: str
    order_join: str


_PARCEL = (
    " LEFT JOIN parcels p ON p.order_id = c.order_id AND p.carrier = c.carrier"
    " AND p.tracking_number = c.tracking_number"
)
_ORDER = " JOIN orders o ON o.order_id = c.order_id"
_PARCELS_OF_ORDER = " LEFT JOIN parcels p ON p.order_id = o.order_id"
_GROUPINGS = {
    By.SKU: _Grouping(
        "l.sku",
        " LEFT JOIN lines l ON l.order_id = c.order_id",
        "l.sku",
        " LEFT JOIN lines l ON l.order_id = o.order_id",
    ),
    By.CARRIER: _Grouping("c.carrier", "", "p.carrier", _PARCELS_OF_ORDER),
    By.WAREHOUSE: _Grouping("p.warehouse", _PARCEL, "p.warehouse", _PARCELS_OF_ORDER),
    By.BUYER: _Grouping("o.buyer_id", _ORDER, "o.buyer_id", ""),
    By.CATEGORY: _Grouping("o.category", _ORDER, "o.category", ""),
    By.VIOLATION: _Grouping("c.violation", "", "'-'", ""),
}


def causes(
    by: By, since: datetime, at: datetime, *, store_id: str | None = None, stores: Collection[str] | None = None
) -> list[Cause]:
    """Those with cases in (since, at], the most cases on top; of one store, of some, or of all.

    What another process decides does not count. Money and ends as of `at`.
    """
    literal = Instants(connection).literal
    grouping = _GROUPINGS[by]
    some = [store_id] if store_id is not None else stores

    def of_stores(alias: str) -> str:
        return "" if some is None else f" AND {sql.among(f'{alias}.store_id', some)}"

    def within(alias: str, column: str) -> str:
        return f"{alias}.{column} > {literal(since)} AND {alias}.{column} <= {literal(at)}{of_stores(alias)}"

    lost = ", ".join(sql.text(state) for state in LOST_STATES)
    named = (
        f"SELECT DISTINCT {grouping.of_case} AS name, c.case_id, c.currency,"
        f" CASE WHEN c.state IN ({lost}) AND c.closed_at <= {literal(at)} THEN 1 ELSE 0 END AS lost"
        f" FROM cases c{grouping.case_join} WHERE c.route = '' AND {within('c', 'opened_at')}"
    )
    charged = (
        f"SELECT p.case_id, sum({COST}) AS charged FROM postings p WHERE p.at <= {literal(at)}{of_stores('p')}"
        " GROUP BY p.case_id"
    )
    found: dict[str | None, Cause] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.name, n.currency, count(*), sum(n.lost), sum(coalesce(g.charged, 0))"
            f" FROM ({named}) n LEFT JOIN ({charged}) g ON g.case_id = n.case_id GROUP BY n.name, n.currency"
        )
        for name, currency, cases, lost_, amount in cursor.fetchall():
            cause = found.setdefault(name, Cause(name))
            cause.cases += int(cases)
            cause.lost += int(lost_)
            if amount:
                cause.charged[currency] = int(amount)
        cursor.execute(
            f"SELECT {grouping.of_order} AS name, count(DISTINCT o.order_id) FROM orders o{grouping.order_join}"
            f" WHERE {within('o', 'paid_at')} GROUP BY 1"
        )
        orders = {name: int(count) for name, count in cursor.fetchall()}
    for name, cause in found.items():
        if name is None and by in (By.CARRIER, By.WAREHOUSE):
            continue  # an order that has no parcel yet is not one of those that have none
        cause.orders = orders.get("-" if by is By.VIOLATION else name, 0)
    return sorted(found.values(), key=lambda cause: (-cause.cases, -cause.lost, cause.name is None, cause.name or ""))
