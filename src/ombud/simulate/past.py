"""Past orders under a book: the rows that would have become cases, each with what the facts say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import ibis

from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers import columns_read, compile_book
from ombud.domain.triggers.predicates import instant
from ombud.scan.find import Source, parcels_folded, sql
from ombud.scan.schema import unbound

_FOLDED = "simulated_parcels"

FIELDS = {
    "store": ("store_id", "platform", "site", "country", "tier", "commission_rate"),
    "order": (
        "order_id",
        "buyer_id",
        "gateway",
        "currency",
        "amount_minor",
        "shipping_minor",
        "refunded_minor",
        "category",
    ),
    "parcel": ("carrier", "service", "source", "warehouse"),
    "complaint": ("kind", "media"),
}
"""What assumptions, priors and money lines can read of a case."""


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case that a book makes of a past order. `complaint_id`: empty where the book has one case for the order,
    whatever its complaints. `fields` by their names in the rulebook: `order.amount_minor`, `case.violation`."""

    order_id: str
    store_id: str
    violation: str
    complaint_id: str
    fires_at: datetime
    clause: str
    currency: str
    withdrawn_at: datetime | None
    fields: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same case under another book."""
        return (self.order_id, self.violation, self.complaint_id)


@dataclass(frozen=True, slots=True)
class Past:
    """What a book finds: its cases by instant and key, and how many findings open none, by violation."""

    cases: tuple[PastCase, ...]
    others: Mapping[str, int]


class Reader:
    """Reads the cases of one book after another from the facts of `source`, folding tracks once where books agree."""

    def __init__(self, source: Source, *, rules_at: datetime | None) -> None:
        self.connection = source.connection
        self.folded = source.folded
        self.rules_at = rules_at
        self.connection.execute("SET preserve_insertion_order = false")
        self._tables: list[tuple[object, str]] = []

    def read(self, book: Rulebook, *, since: datetime, until: datetime) -> Past:
        """Every case that has fired by `until`; of what opens none, what has since `since`. Raises OmbudError: no
        clause in force."""
        tables = unbound()
        tables["parcels"] = ibis.table(tables["parcels"].schema(), name=self._parcels(book))
        found = compile_book(book, tables, rules_at=self.rules_at)
        query = _JOINED.format(found=sql(found.filter(found.fires_at <= instant(until))))
        rows = self.connection.execute(query).to_arrow_table().to_pylist()
        each = {name for name, versions in book.triggers.items() if any(v.value.each == "complaint" for v in versions)}
        cases = [_case(row, each) for row in rows if row["opens"] == "case"]
        others = Counter(row["violation"] for row in rows if row["opens"] != "case" and row["fires_at"] >= since)
        return Past(tuple(sorted(cases, key=lambda case: (case.fires_at, case.key))), dict(sorted(others.items())))

    def _parcels(self, book: Rulebook) -> str:
        """The table of parcels with the folds that `book` reads."""
        if self.folded:
            return "parcels"
        made_by = _folding(book, self.rules_at)
        for known, name in self._tables:
            if known == made_by:
                return name
        name = f"{_FOLDED}_{len(self._tables)}"
        raw = unbound(("stores", "orders", "parcels", "scans"), folded=False)
        self.connection.execute(f"CREATE TABLE {name} AS {sql(parcels_folded(raw, book, self.rules_at))}")
        self._tables.append((made_by, name))
        return name


def _folding(book: Rulebook, rules_at: datetime | None) -> object:
    """What makes the folds of one book those of another."""
    tracks = [(version.valid_from, version.valid_until, version.value) for version in book.tracks]
    return tracks, columns_read(book, rules_at).get("parcel", set())


def same_tracks(one: Rulebook, other: Rulebook) -> bool:
    """Whether both books fold scans alike."""
    return [(v.valid_from, v.valid_until, v.value) for v in one.tracks] == [
        (v.valid_from, v.valid_until, v.value) for v in other.tracks
    ]


_COLUMNS = ", ".join(
    f"{source}.{column} AS {fact}__{column}"
    for fact, source in (("store", "s"), ("order", "o"), ("complaint", "c"))
    for column in FIELDS[fact]
)
# A violation that is not about one parcel is that of the order's first one, so that the same sellers answer it.
_PARCEL = ", ".join(f"coalesce(p.{column}, q.{column}) AS parcel__{column}" for column in FIELDS["parcel"])
_JOINED = f"""
WITH found AS ({{found}}),
firsts AS (
  SELECT order_id,
    arg_min(struct_pack({", ".join(FIELDS["parcel"])}), (registered_at, carrier, tracking_number)) AS first
  FROM parcels WHERE order_id IN (SELECT order_id FROM found) GROUP BY order_id
), q AS (SELECT order_id, {", ".join(f"first.{column}" for column in FIELDS["parcel"])} FROM firsts)
SELECT f.order_id, f.store_id, f.violation, f.complaint_id, f.fires_at, f.clause, f.currency, f.opens, c.withdrawn_at,
  f.carrier, p.warehouse, {_COLUMNS}, {_PARCEL}
FROM found f JOIN orders o ON o.order_id = f.order_id JOIN stores s ON s.store_id = f.store_id
LEFT JOIN parcels p ON p.order_id = f.order_id AND p.carrier = f.carrier AND p.tracking_number = f.tracking_number
LEFT JOIN q ON q.order_id = f.order_id LEFT JOIN complaints c ON c.complaint_id = f.complaint_id
"""


def _case(row: dict[str, Any], each: set[str]) -> PastCase:
    fields = {f"{fact}.{column}": row[f"{fact}__{column}"] for fact, columns in FIELDS.items() for column in columns}
    fields |= {f"case.{column}": row[column] for column in ("violation", "carrier", "warehouse")}
    return PastCase(
        row["order_id"],
        row["store_id"],
        row["violation"],
        (row["complaint_id"] or "") if row["violation"] in each else "",
        row["fires_at"],
        row["clause"],
        row["currency"],
        row["withdrawn_at"],
        fields,
    )
