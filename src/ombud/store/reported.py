"""What was reported of an order, each complaint with the case that it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ombud.domain.complaints import is_asked_for
from ombud.domain.facts import COMPLAINTS
from ombud.domain.rulebook import Rulebook
from ombud.store.books import book_of, cited
from ombud.store.models import Case, Complaint, ComplaintFile, Message


@dataclass(frozen=True, slots=True)
class Reported:
    """A complaint with its case, if there is one, and what was handed in with it."""

    complaint: Complaint
    case: Case | None
    files: tuple[ComplaintFile, ...]
    words: str

    @property
    def is_over(self) -> bool:
        """Whether it was taken back, or decided."""
        return self.complaint.withdrawn_at is not None or (self.case is not None and self.case.closed_at is not None)


def reported(order_id: str, at: datetime, books: Mapping[str, Rulebook]) -> list[Reported]:
    """Every complaint of the order by `at`, the latest first. Five queries, however many there are."""
    complaints = list(
        Complaint.objects.filter(order=order_id, opened_at__lte=at).order_by("-opened_at", "-complaint_id")
    )
    cases = list(Case.objects.filter(order=order_id).order_by("-case_id")) if complaints else []
    files = list(ComplaintFile.objects.select_related("file").filter(complaint__in=complaints).order_by("pk"))
    words = dict(
        Message.objects.filter(message_id__in=[words_id(one.complaint_id) for one in complaints]).values_list(
            "message_id", "text"
        )
    )
    return [
        Reported(
            one,
            _case_of(one, cases, books),
            tuple(file for file in files if file.complaint_id == one.complaint_id),
            words.get(words_id(one.complaint_id), ""),
        )
        for one in complaints
    ]


def words_id(complaint_id: str) -> str:
    """The id of the message in which the buyer's own words of a complaint are kept."""
    return f"{complaint_id}-words"


def _case_of(complaint: Complaint, cases: list[Case], books: Mapping[str, Rulebook]) -> Case | None:
    """The case that the complaint opened, or that is there once for its order because of complaints of its kind."""
    own = next((case for case in cases if case.complaint_id == complaint.complaint_id), None)
    if own is not None:
        return own
    row = {column.name: getattr(complaint, column.name) for column in COMPLAINTS.columns}
    for case in cases:
        if case.complaint_id or (case.closed_at is not None and case.closed_at < complaint.opened_at):
            continue
        book = book_of(case.rulebook_id, books)
        version = cited(book, case.clause)
        if version and "complaint" in version.value.over and is_asked_for(row, version.value, case.fires_at, book):
            return case
    return None
