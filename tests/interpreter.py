"""Any book, read one order at a time with `conditions.holds`: what a compiled book must give, whatever it says.

Unlike `tests.reference` this knows rulebooks, but nothing of columns and engines. Parcels come with their folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import Any

from ombud.domain.conditions import holds
from ombud.domain.rulebook import Cover, Rulebook, Trigger
from tests.reference import Firing

Rows = list[dict[str, Any]]


def firings(book: Rulebook, facts: Mapping[str, Rows], *, rules_at: datetime | None = None) -> list[Firing]:
    """The rows of the book, sorted."""
    best: dict[tuple[str, str, str], tuple[Any, Firing]] = {}
    stores = {store["store_id"]: store for store in facts["stores"]}
    for order in facts["orders"]:
        for rank, key, found in _candidates(book, order, stores[order["store_id"]], facts, rules_at):
            if key not in best or rank < best[key][0]:
                best[key] = (rank, found)
    return sorted(found for _, found in best.values())


def _candidates(
    book: Rulebook, order: dict[str, Any], store: dict[str, Any], facts: Mapping[str, Rows], rules_at: datetime | None
) -> Iterator[tuple[Any, tuple[str, str, str], Firing]]:
    own = {name: [row for row in facts[name] if row["order_id"] == order["order_id"]] for name in ("lines", "parcels")}
    about = {
        **_named("order", order),
        **_named("store", store),
        "line": [_named("line", row) for row in own["lines"]],
        "parcel": [_named("parcel", row) for row in own["parcels"]],
    }
    over = {"order": [order], "parcel": own["parcels"]}
    over["complaint"] = [row for row in facts["complaints"] if row["order_id"] == order["order_id"]]
    for violation, versions in book.triggers.items():
        for version in versions:
            trigger: Trigger = version.value
            for rows in product(*(over[fact] for fact in trigger.over)):
                row = dict(about)
                for fact, each in zip(trigger.over, rows, strict=True):
                    row |= _named(fact, each)
                start = _start(trigger, row)
                if start is None or not version.holds_at(rules_at or start):
                    continue
                fires_at = _fires_at(book, trigger, row, start, rules_at)
                if fires_at is None:
                    continue
                number = (row.get("parcel.carrier") or "", row.get("parcel.tracking_number") or "")
                number = number if "parcel" in trigger.over else ("", "")
                complaint = row["complaint.complaint_id"] if "complaint" in trigger.over else ""
                each_complaint = complaint if trigger.each == "complaint" else ""
                routed_to = next(
                    (
                        to
                        for to, where in trigger.routed_to
                        if holds(where, row, start=start, book=book, rules_at=rules_at)
                    ),
                    "",
                )
                found = Firing(fires_at, order["order_id"], violation, each_complaint, *number, routed_to)
                yield (fires_at, *number, complaint), (order["order_id"], violation, each_complaint), found


def _start(trigger: Trigger, row: Mapping[str, Any]) -> datetime | None:
    instants = [row[field] for field in trigger.start]
    return None if None in instants else max(instants)


def _fires_at(
    book: Rulebook, trigger: Trigger, row: Mapping[str, Any], start: datetime, rules_at: datetime | None
) -> datetime | None:
    fires_at = start + trigger.wait
    cover: Cover | None = next((each.value for each in book.covers if each.holds_at(rules_at or start)), None)
    if cover is None:
        return None
    if not holds((*cover.where, *trigger.where), row, start=start, book=book, rules_at=rules_at):
        return None
    if any(row[field] is not None and row[field] <= fires_at for field in (*trigger.unless, *cover.unless)):
        return None
    if any(row[field] is None or row[field] > fires_at for field in cover.since):
        return None
    return fires_at


def _named(fact: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{fact}.{name}": value for name, value in row.items()}
