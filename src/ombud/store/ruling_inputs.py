"""Gathers what a ruling goes by: the facts as of the submission, its pieces, and the history around them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ombud.domain.health import LOST_STATES, WON_STATES
from ombud.domain.instants import format_instant
from ombud.domain.known_facts import plain_facts
from ombud.domain.rulebook import Rulebook
from ombud.domain.ruling_inputs import Inputs, SanctionInput, Served, plain_piece
from ombud.store import books, health
from ombud.store.case_file import CaseFile, case_file
from ombud.store.drafts import pieces_of
from ombud.store.inspections import Asker, known
from ombud.store.models import Case, Complaint, Piece, Sanction, Submission
from ombud.store.sanctions import in_force


def gather(submission: Submission, at: datetime) -> Inputs:
    """What a ruling on `submission` at `at` goes by. Raises OmbudError where a figure of the book cannot be read."""
    received_at = submission.received_at
    file = case_file(submission.case_id, received_at)
    case, book = file.case, books.kept(file.case.rulebook_id)
    pieces = list(Piece.objects.select_related("file").filter(submission=submission).order_by("position"))
    hashes = [piece.file_id for piece in pieces]
    read = pieces_of(pieces)
    inputs: Inputs = {
        "at": format_instant(at),
        "book": case.rulebook_id,
        "case": {
            "case_id": case.case_id,
            "violation": case.violation,
            "fires_at": format_instant(case.fires_at),
            "opened_at": format_instant(case.opened_at),
            "due_at": format_instant(case.due_at) if case.due_at else None,
            "submitted_at": format_instant(received_at),
        },
        "facts": plain_facts(_row(file), received_at),
        "pieces": [plain_piece(piece) for piece in read],
        "served": _served(case, hashes, received_at),
        "rejected": _rejected(submission, hashes),
        "store": {
            "figures": _figures(case, book, received_at),
            "losses_in_a_row": _losses_in_a_row(case.store_id, received_at),
            "sanctions": _sanctions(case.platform, "store", case.store_id, received_at),
        },
        "buyer": _sanctions(case.platform, "buyer", file.order.buyer_id, received_at),
    }
    if any(piece.inspected for piece in read):
        inputs["known"] = known(Asker(case.order_id, case.store_id, case.case_id, received_at), read)
    return inputs


def _row(file: CaseFile) -> dict[str, Any]:
    """Where a case is for its order whatever the complaint, the one that opened it is named by its first event."""
    row = file.row()
    named = file.events[0].data.get("complaint_id") if file.events else None
    if "complaint.complaint_id" not in row and named:
        for complaint in file.complaints:
            if complaint.complaint_id == named:
                columns = Complaint._meta.concrete_fields
                row |= {f"complaint.{column.attname}": getattr(complaint, column.attname) for column in columns}
    return row


def _served(case: Case, hashes: Iterable[str], at: datetime) -> dict[str, Served]:
    """The first other case that each file was handed in for, one about another order before one about the same."""
    found: dict[str, Served] = {}
    before = Piece.objects.filter(file__in=list(hashes), submission__received_at__lte=at)
    before = before.exclude(submission__case=case).order_by("submission_id", "position")
    for sha256, case_id, order_id in before.values_list("file_id", "submission__case", "submission__case__order"):
        same_order = order_id == case.order_id
        if sha256 not in found or (found[sha256]["same_order"] and not same_order):
            found[sha256] = {"case_id": case_id, "same_order": same_order}
    return found


def _rejected(submission: Submission, hashes: Iterable[str]) -> list[str]:
    earlier = Piece.objects.filter(submission__case=submission.case_id, submission__seq__lt=submission.seq)
    return sorted(set(earlier.filter(file__in=list(hashes)).values_list("file_id", flat=True)))


def _figures(case: Case, book: Rulebook, at: datetime) -> dict[str, list[int]]:
    """The figures of the case's own book, by the versions that hold for the case."""
    versions = book.under("health").values()
    rules_at = max([case.opened_at, *(clause[0].valid_from for clause in versions)])
    found = health.figures(case.store_id, at, book, rules_at=rules_at)
    return {figure.name: [figure.share.part, figure.share.base] for figure in found.figures if figure.cite}


def _losses_in_a_row(store_id: str, at: datetime) -> int:
    closed = Case.objects.filter(store=store_id, closed_at__lte=at, route="")
    won = closed.filter(state__in=WON_STATES).order_by("-closed_at").values_list("closed_at", flat=True).first()
    lost = closed.filter(state__in=LOST_STATES)
    return (lost.filter(closed_at__gt=won) if won else lost).count()


def _sanctions(platform: str, over: str, subject: str, at: datetime) -> list[SanctionInput]:
    return [
        {"measure": one.measure, "clause": one.clause, "figure": one.figure, "factor": _factor(one)}
        for one in in_force(over, subject, at, platform=platform)
    ]


def _factor(sanction: Sanction) -> str | None:
    version = books.cited(books.kept(sanction.rulebook_id), sanction.clause)
    return str(version.value.factor) if version and version.value.factor is not None else None
