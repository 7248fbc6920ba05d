"""Cases by what they have in common, to show what to mend (S12): how many, how many lost, of how many orders, at what
cost."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.db import connection

from ombud.domain.health import LOST_STATES, WON_STATES, Share
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


@dataclass(slots=True)
class Whole:
    """All cases opened in a time, each once: how many, how they ended, and what the store is out of pocket for them, in
    minor units by currency."""

    cases: int = 0
    lost: int = 0
    won: int = 0
    cost_minor: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Grouping:
    """Where a name comes from: for a case `c`, and for an order `o`; each has every name once."""

    of_case: str
    case_join: str
    of_order: str
    order_join: str


_PARCEL = (
    " LEFT JOIN parcels p ON p.order_id = c.order_id AND p.carrier = c.carrier"
    " AND p.tracking_number = c.tracking_number"
)
_ORDER = " JOIN orders o ON o.order_id = c.order_id"
_SKU = (
    " LEFT JOIN lines l ON l.order_id = {row}.order_id AND NOT EXISTS (SELECT 1 FROM lines e"
    " WHERE e.order_id = l.order_id AND e.line < l.line AND e.sku = l.sku)"
)
_CARRIER = (
    " LEFT JOIN parcels p ON p.order_id = o.order_id AND NOT EXISTS (SELECT 1 FROM parcels e"
    " WHERE e.order_id = p.order_id AND e.carrier = p.carrier AND e.tracking_number < p.tracking_number)"
)
_WAREHOUSE = (
    " LEFT JOIN parcels p ON p.order_id = o.order_id AND NOT EXISTS (SELECT 1 FROM parcels e"
    " WHERE e.order_id = p.order_id AND e.warehouse = p.warehouse"
    " AND (e.carrier, e.tracking_number) < (p.carrier, p.tracking_number))"
)
_GROUPINGS = {
    By.SKU: _Grouping("l.sku", _SKU.format(row="c"), "l.sku", _SKU.format(row="o")),
    By.CARRIER: _Grouping("c.carrier", "", "p.carrier", _CARRIER),
    By.WAREHOUSE: _Grouping("p.warehouse", _PARCEL, "p.warehouse", _WAREHOUSE),
    By.BUYER: _Grouping("o.buyer_id", _ORDER, "o.buyer_id", ""),
    By.CATEGORY: _Grouping("o.category", _ORDER, "o.category", ""),
    By.VIOLATION: _Grouping("c.violation", "", "'-'", ""),
}
"""Of several lines or parcels of one name the first alone is joined: told row by row that costs less than sorting the
orders of a name apart."""


def causes(
    by: By, since: datetime, at: datetime, *, store_id: str | None = None, stores: Collection[str] | None = None
) -> list[Cause]:
    """Those with cases in (since, at], the most cases on top; of one store, of some, or of all.

    What another process decides does not count. Money and ends as of `at`.
    """
    return causes_of_whole(by, since, at, store_id=store_id, stores=stores)[0]


def causes_of_whole(
    by: By, since: datetime, at: datetime, *, store_id: str | None = None, stores: Collection[str] | None = None
) -> tuple[list[Cause], Whole]:
    """The same beside all these cases together, read at once: most of the time goes into what each case cost."""
    literal = Instants(connection).literal
    grouping = _GROUPINGS[by]
    some = [store_id] if store_id is not None else stores

    def within(alias: str, column: str) -> str:
        of_stores = "" if some is None else f" AND {sql.among(f'{alias}.store_id', some)}"
        return f"{alias}.{column} > {literal(since)} AND {alias}.{column} <= {literal(at)}{of_stores}"

    found: dict[str | None, Cause] = {}
    whole = Whole()
    cases = f"WITH c AS MATERIALIZED ({_cases(within('k', 'opened_at'), literal(at))})"
    sums = "count(*), sum(c.lost), sum(c.won), sum(c.charged)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{cases} SELECT 1, {grouping.of_case}, c.currency, {sums} FROM c{grouping.case_join} GROUP BY 2, 3"
            f" UNION ALL SELECT 0, NULL, c.currency, {sums} FROM c GROUP BY 3"
        )
        for is_cause, name, currency, cases_, lost, won, amount in cursor.fetchall():
            if is_cause:
                cause = found.setdefault(name, Cause(name))
                cause.cases += int(cases_)
                cause.lost += int(lost)
            else:
                whole.cases += int(cases_)
                whole.lost += int(lost)
                whole.won += int(won)
            if amount:
                (cause.charged if is_cause else whole.cost_minor)[currency] = int(amount)
        cursor.execute(
            f"SELECT {grouping.of_order} AS name, count(*) FROM orders o{grouping.order_join}"
            f" WHERE {within('o', 'paid_at')} GROUP BY 1"
        )
        orders = {name: int(count) for name, count in cursor.fetchall()}
    for name, cause in found.items():
        if name is None and by in (By.CARRIER, By.WAREHOUSE):
            continue  # an order that has no parcel yet is not one of those that have none
        cause.orders = orders.get("-" if by is By.VIOLATION else name, 0)
    most_first = sorted(
        found.values(), key=lambda cause: (-cause.cases, -cause.lost, cause.name is None, cause.name or "")
    )
    return most_first, whole


def _cases(which: str, at: str) -> str:
    """SQL: the disputes `k` for which `which` is so, with how each had ended at `at` and what it had cost.

    By their numbers first: in this order their postings and orders lie close together, and an index of stores or of
    instants would jump about in them (measured: 4 times as long at 200,000 cases).
    """

    def ended(states: Collection[str]) -> str:
        listed = ", ".join(sql.text(state) for state in states)
        return f"CASE WHEN c.state IN ({listed}) AND c.closed_at <= {at} THEN 1 ELSE 0 END"

    return (
        "SELECT c.case_id, c.order_id, c.violation, c.carrier, c.tracking_number, c.currency,"
        f" {ended(LOST_STATES)} AS lost, {ended(WON_STATES)} AS won,"
        f" coalesce((SELECT sum({COST}) FROM postings p WHERE p.case_id = c.case_id AND p.at <= {at}), 0) AS charged"
        f" FROM cases c WHERE c.route = '' AND c.case_id IN (SELECT k.case_id FROM cases k WHERE {which})"
    )
