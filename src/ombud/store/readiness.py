"""How far the answers to cases are: of what the book asks for, how much lies ready. For many cases in a few reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ombud.domain.asked import for_place, for_violation
from ombud.store import books
from ombud.store.models import Complaint, DraftPiece, Line, Order, Parcel, Store
from ombud.store.queue import QueuedCase

_STORE = "store__"
_OF_ORDER = tuple(column.attname for column in Order._meta.concrete_fields)
_OF_STORE = tuple(f"{_STORE}{column.attname}" for column in Store._meta.concrete_fields)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Kinds of evidence that must be there, and of them those that lie ready."""

    required: int
    ready: int

    @property
    def missing(self) -> int:
        """Those that do not."""
        return self.required - self.ready


def readiness(cases: Sequence[QueuedCase]) -> Mapping[int, Readiness]:
    """By case, for the cases of one page: as many queries however many they are."""
    rows = _rows(cases)
    lying: dict[int, set[str]] = {}
    drafts = DraftPiece.objects.filter(case__in=[case.case_id for case in cases])
    for case_id, kind in drafts.values_list("case_id", "kind"):
        lying.setdefault(case_id, set()).add(kind)
    found = {}
    for case in cases:
        book = books.kept(case.rulebook_id)
        if case.route:
            asked = for_place(book, case.route, opened_at=case.opened_at)
        else:
            row = rows[case.order_id] | rows.get(case.complaint_id, {})
            asked = for_violation(book, case.violation, row, opened_at=case.opened_at, fires_at=case.fires_at)
        required = {one.kind for one in asked if one.required}
        found[case.case_id] = Readiness(len(required), len(required & lying.get(case.case_id, set())))
    return found


def _rows(cases: Sequence[QueuedCase]) -> dict[str, dict[str, Any]]:
    """The facts that conditions read, by order; those of complaints by complaint."""
    orders = Order.objects.filter(order_id__in={case.order_id for case in cases}).values(*_OF_ORDER, *_OF_STORE)
    rows = {
        order["order_id"]: _as("order", {name: order[name] for name in _OF_ORDER})
        | _as("store", {name.removeprefix(_STORE): order[name] for name in _OF_STORE})
        for order in orders
    }
    for row in rows.values():
        row["line"], row["parcel"] = [], []
    for line in Line.objects.filter(order_id__in=rows).values():
        rows[line["order_id"]]["line"].append(_as("line", line))
    for parcel in Parcel.objects.filter(order_id__in=rows).values():
        rows[parcel["order_id"]]["parcel"].append(_as("parcel", parcel))
    complaints = {case.complaint_id for case in cases} - {""}
    for complaint in Complaint.objects.filter(complaint_id__in=complaints).values():
        rows[complaint["complaint_id"]] = _as("complaint", complaint)
    return rows


def _as(fact: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as conditions read it, as `case_file.fields_of` gives it: without a model, which costs as much again."""
    return {f"{fact}.{column}": value for column, value in row.items()}
