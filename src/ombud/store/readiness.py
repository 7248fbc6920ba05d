"""How far the answers to cases are: of what the book asks for, how much lies ready. For many cases in a few reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ombud.domain.asked import for_place, for_violation
from ombud.store import books
from ombud.store.case_file import fields_of
from ombud.store.models import Complaint, DraftPiece, Line, Order, Parcel
from ombud.store.queue import QueuedCase


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
    orders = Order.objects.select_related("store").filter(order_id__in={case.order_id for case in cases})
    rows = {order.order_id: fields_of("order", order) | fields_of("store", order.store) for order in orders}
    for model, fact in ((Line, "line"), (Parcel, "parcel")):
        for row in rows.values():
            row[fact] = []
        for one in model.objects.filter(order_id__in=rows):
            rows[one.order_id][fact].append(fields_of(fact, one))
    named = {case.complaint_id for case in cases} - {""}
    for complaint in Complaint.objects.filter(complaint_id__in=named):
        rows[complaint.complaint_id] = fields_of("complaint", complaint)
    return rows
