"""What the disputes of a period came to, by violation and outcome (S12); what they have in common: `store.causes`.

A dispute counts in the period in which it was opened. What another process decides (`route`) is no dispute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from ombud.domain.facts import Kind
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.ledger import COST
from ombud.store.staging import Field

OPEN = "open"
"""The outcome of a dispute that had not ended."""
FIRST = datetime.min.replace(tzinfo=UTC)
"""Before anything that a store can hold."""


@dataclass(frozen=True, slots=True)
class Period:
    """The disputes opened in (since, at], as they stood at `at`; of one store, of some, or of all."""

    at: datetime
    since: datetime = FIRST
    store_id: str | None = None
    stores: tuple[str, ...] | None = None


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


def totals(period: Period) -> list[Total]:
    """By platform, violation and outcome, in this order."""
    rows = staging.read(
        connection,
        f"WITH d AS MATERIALIZED ({_disputes(period)})"
        " SELECT platform, violation, max(rulebook_id) AS rulebook_id, outcome, currency, count(*) AS cases,"
        " sum(held_minor) AS held_minor, sum(cost_minor) AS cost_minor FROM d"
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


def _disputes(period: Period) -> str:
    """A query of one row for each dispute of the period."""
    at = Instants(connection).literal(period.at)
    where = [f"k.opened_at <= {at}", f"k.opened_at > {Instants(connection).literal(period.since)}"]
    if period.store_id is not None:
        where.append(f"k.store_id = {sql.text(period.store_id)}")
    if period.stores is not None:
        where.append(sql.among("k.store_id", period.stores))
    cost = f"SELECT sum({COST}) FROM postings p WHERE p.case_id = c.case_id AND p.at <= {at}"
    return (
        "SELECT c.platform, c.violation, c.rulebook_id, c.currency,"
        f" CASE WHEN c.closed_at <= {at} THEN c.state ELSE '{OPEN}' END AS outcome,"
        f" CASE WHEN c.settled_at <= {at} THEN 0 ELSE c.held_minor END AS held_minor,"
        f" coalesce(({cost}), 0) AS cost_minor"
        # By their numbers, as `causes` does: so their postings lie close together.
        f" FROM cases c WHERE c.route = '' AND c.case_id IN (SELECT k.case_id FROM cases k WHERE {' AND '.join(where)})"
    )
