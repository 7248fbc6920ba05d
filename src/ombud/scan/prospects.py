"""What a complaint would come to, before the buyer makes it: the triggers of the book, read on the order's own facts.

The order is put to the book as often as there are kinds of complaints and of what is shown with them, each time under
a name of its own and with one complaint made at the instant asked for. What fires is what would.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Any

import pyarrow as pa

from ombud.domain.conditions import Condition, Is, Within
from ombud.domain.facts import COMPLAINTS
from ombud.domain.rulebook import Rulebook
from ombud.scan.evaluate import kept_evaluator
from ombud.scan.schema import arrow_schema, columns_of
from ombud.store.books import cited
from ombud.store.models import Case, Line, Order, Parcel


def _choices(name: str) -> tuple[str, ...]:
    column = COMPLAINTS.column(name)
    return column.choices if column else ()


KINDS = _choices("kind")
MEDIA = _choices("media")
"""What may be shown with a complaint, the least first."""


class Leads(StrEnum):
    """Where a complaint leads."""

    CASE = "case"  # a dispute is opened
    DELIVERED = "delivered"  # a dispute is opened once the carrier says that the parcel was delivered
    DECIDED = "decided"  # a dispute about just this was there, and is over
    ROUTE = "route"  # another process decides
    NOTHING = "nothing"  # the book knows no dispute for it


OPENS = frozenset({Leads.CASE, Leads.DELIVERED})
"""What a complaint is taken for."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """Where a complaint leads. place: under `routes` of the book, where it leads there. until: when it is too late to
    complain; None where the book sets no end."""

    leads: Leads
    violation: str = ""
    place: str = ""
    until: datetime | None = None


Prospects = Mapping[tuple[str, str], Prospect]
"""(kind, media) -> where such a complaint leads."""


def prospects(order: Order, book: Rulebook | None, at: datetime) -> Prospects:
    """Where each complaint would lead that could be made of the order at `at`; without a book nowhere."""
    pairs = list(product(KINDS, MEDIA))
    if book is None:
        return dict.fromkeys(pairs, Prospect(Leads.NOTHING))
    now = _fired(order, book, pairs, at, delivered=False)
    later = _fired(order, book, [pair for pair in pairs if pair not in now], at, delivered=True)
    over = set(Case.objects.filter(order=order, complaint_id="", closed_at__isnull=False).values_list("violation"))
    found = {}
    for pair in pairs:
        row = now.get(pair) or later.get(pair)
        if row is None:
            found[pair] = Prospect(Leads.NOTHING)
        elif row["complaint_id"] is None and (row["violation"],) in over:
            found[pair] = Prospect(Leads.DECIDED, row["violation"])
        elif row["opens"] == "route":
            found[pair] = Prospect(Leads.ROUTE, row["violation"], row["routed_to"] or "")
        else:
            leads = Leads.CASE if pair in now else Leads.DELIVERED
            found[pair] = Prospect(leads, row["violation"], until=_until(row["clause"], order, book, at))
    return found


def _until(clause: str, order: Order, book: Rulebook, at: datetime) -> datetime | None:
    """The end that the conditions of a trigger set, by the facts of the order."""
    version = cited(book, clause)
    row = {f"order.{name}": value for name, value in _row(order, "orders").items()}
    return min(_ends(version.value.where, row, book, at), default=None) if version else None


def _ends(where: Sequence[Condition], row: Mapping[str, Any], book: Rulebook, at: datetime) -> Iterator[datetime]:
    for one in where:
        if isinstance(one, Is) and not one.negated:
            yield from _ends(book.value(f"conditions.{one.name}", at), row, book, at)
        elif isinstance(one, Within):
            past = [row[field] for field in one.fields if row.get(field) is not None and row[field] <= at]
            yield from (first + one.span for first in past[:1])


def _fired(
    order: Order, book: Rulebook, pairs: list[tuple[str, str]], at: datetime, *, delivered: bool
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """What fires because of each of these complaints: a dispute before anything else. delivered: as if the carrier had
    said at `at` that every parcel was."""
    lines = [_row(line, "lines") for line in Line.objects.filter(order=order)]
    parcels = [_row(one, "parcels") for one in Parcel.objects.filter(order=order)]
    if delivered:
        if all(parcel["delivered_at"] for parcel in parcels):
            return {}
        parcels = [{**parcel, "delivered_at": parcel["delivered_at"] or at} for parcel in parcels]
    rows: dict[str, list[dict[str, Any]]] = {"stores": [_row(order.store, "stores")]}
    for number, (kind, media) in enumerate(pairs):
        own = {"order_id": f"{number}"}
        rows.setdefault("orders", []).append(_row(order, "orders") | own)
        rows.setdefault("lines", []).extend(line | own for line in lines)
        rows.setdefault("parcels", []).extend(parcel | own for parcel in parcels)
        complaint = {"complaint_id": f"{number}", "kind": kind, "media": media, "opened_at": at, "withdrawn_at": None}
        rows.setdefault("complaints", []).append(complaint | own)
    facts = {name: pa.Table.from_pylist(some, schema=arrow_schema(columns_of(name))) for name, some in rows.items()}
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in kept_evaluator(book).run(facts).to_pylist():
        version = cited(book, row["clause"])
        pair = pairs[int(row["order_id"])]
        if version is None or "complaint" not in version.value.over or row["opens"] not in {"case", "route"}:
            continue
        if pair not in found or row["opens"] == "case":
            found[pair] = row
    return found


def _row(row: Any, table: str) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in columns_of(table)}
