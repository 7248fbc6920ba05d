"""What the disputes of a period came to: by violation and outcome, and by what they have in common (S12, O17).

A dispute counts in the period in which it was opened. What another process decides (`route`) is no dispute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from ombud.domain.facts import Kind
from ombud.domain.ledger import HELD, SETTLEMENT
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.staging import Field

OPEN = "open"
"""The outcome of a dispute that had not ended."""
_OWN = ", ".join(sql.text(account) for account in (SETTLEMENT, HELD))


@dataclass(frozen=True, slots=True)
class Period:
    """The disputes opened in (since, at], as they stood at `at`; of one store, one platform, or all."""

    at: datetime
    since: datetime | None = None
    store_id: str | None = None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """Disputes of one violation that ended alike. Amounts in minor units by currency.

    `outcome`: the state that ended them, or `open`. `cost_minor`: what left the store's accounts for good; what another
    account paid instead, as dispute protection does, is not in it.
    """

    platform: str
    violation: str
    rulebook_id: str
    outcome: str
    cases: int
    held_minor: Mapping[str, int]
    cost_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Group:
    """Disputes with one thing in common: `key` is a SKU, a carrier, a warehouse, a buyer or a category.

    `cost_minor`: as in `Total`, by currency.
    """

    key: str
    cases: int
    lost: int
    cost_minor: Mapping[str, int]


def totals(period: Period) -> list[Total]:
    """By platform, violation and outcome, in this order."""
    rows = staging.read(
        connection,
        "SELECT platform, violation, max(rulebook_id) AS rulebook_id, outcome, currency, count(*) AS cases,"
        f" sum(held_minor) AS held_minor, sum(cost_minor) AS cost_minor FROM ({_disputes(period)}) d"
        " GROUP BY platform, violation, outcome, currency ORDER BY platform, violation, outcome, currency",
        (
            *(Field(name) for name in ("platform", "violation", "rulebook_id", "outcome", "currency")),
            Field("cases", Kind.COUNT),
            Field("held_minor", Kind.MONEY),
            Field("cost_minor", Kind.MONEY),
        ),
    ).to_pylist()
    found = []
    for (platform, violation, outcome), alike in groupby(rows, itemgetter("platform", "violation", "outcome")):
        same = list(alike)
        held, cost = _by_currency(same, "held_minor"), _by_currency(same, "cost_minor")
        cases = sum(row["cases"] for row in same)
        found.append(Total(platform, violation, same[-1]["rulebook_id"], outcome, cases, held, cost))
    return found


def _by_currency(rows: Sequence[Mapping[str, Any]], column: str) -> dict[str, int]:
    return {row["currency"]: row[column] for row in rows if row[column]}


_PARCELS = (
    "parcels p ON p.order_id = d.order_id"
    " AND (d.tracking_number IS NULL OR (p.carrier = d.carrier AND p.tracking_number = d.tracking_number))"
)
_KEYS: Mapping[str, tuple[str, str]] = {
    "sku": ("l.sku", "lines l ON l.order_id = d.order_id"),
    "carrier": ("p.carrier", _PARCELS),
    "warehouse": ("p.warehouse", _PARCELS),
    "buyer": ("o.buyer_id", "orders o ON o.order_id = d.order_id"),
    "category": ("o.category", "orders o ON o.order_id = d.order_id"),
}
CAUSES = tuple(_KEYS)
"""What disputes are grouped by."""


def groups(period: Period, cause: str, *, limit: int) -> list[Group]:
    """By what they have in common, the most frequent first; a dispute counts once for each that it has."""
    key, joined = _KEYS[cause]
    lost = ", ".join(sql.text(state) for state in ("conceded", "lost", "rejected"))
    rows = staging.read(
        connection,
        f"WITH each_one AS (SELECT DISTINCT {key} AS key, d.case_id, d.currency, d.cost_minor,"
        f" CASE WHEN d.outcome IN ({lost}) THEN 1 ELSE 0 END AS lost FROM ({_disputes(period)}) d"
        f" JOIN {joined} WHERE {key} IS NOT NULL), most AS (SELECT key, count(*) AS cases, sum(lost) AS lost"
        f" FROM each_one GROUP BY key ORDER BY count(*) DESC, sum(lost) DESC, key LIMIT {int(limit)})"
        " SELECT m.key, m.cases, m.lost, e.currency, sum(e.cost_minor) AS cost_minor FROM most m"
        " JOIN each_one e ON e.key = m.key GROUP BY m.key, m.cases, m.lost, e.currency"
        " ORDER BY m.cases DESC, m.lost DESC, m.key, e.currency",
        (
            Field("key"),
            Field("cases", Kind.COUNT),
            Field("lost", Kind.COUNT),
            Field("currency"),
            Field("cost_minor", Kind.MONEY),
        ),
    ).to_pylist()
    return [
        Group(name, cases, lost_ones, _by_currency(list(same), "cost_minor"))
        for (name, cases, lost_ones), same in groupby(rows, itemgetter("key", "cases", "lost"))
    ]


def _disputes(period: Period) -> str:
    """A query of one row for each dispute of the period."""
    at = Instants(connection).literal(period.at)
    where = [f"c.opened_at <= {at}", "c.route = ''"]
    if period.since is not None:
        where.append(f"c.opened_at > {Instants(connection).literal(period.since)}")
    if period.store_id is not None:
        where.append(f"c.store_id = {sql.text(period.store_id)}")
    if period.platform is not None:
        where.append(f"c.platform = {sql.text(period.platform)}")
    cost = (
        f"SELECT sum(CASE WHEN p.credit IN ({_OWN}) THEN -p.amount_minor ELSE p.amount_minor END) FROM postings p"
        f" WHERE p.case_id = c.case_id AND p.at <= {at} AND (p.debit IN ({_OWN})) <> (p.credit IN ({_OWN}))"
    )
    return (
        "SELECT c.case_id, c.order_id, c.platform, c.violation, c.rulebook_id, c.carrier, c.tracking_number,"
        " c.currency,"
        f" CASE WHEN c.closed_at <= {at} THEN c.state ELSE '{OPEN}' END AS outcome,"
        f" CASE WHEN c.settled_at <= {at} THEN 0 ELSE c.held_minor END AS held_minor,"
        f" coalesce(({cost}), 0) AS cost_minor"
        f" FROM cases c WHERE {' AND '.join(where)}"
    )
