"""What the book asks for in one case: the evidence of its violation, or of the place that decides it."""

from __future__ import annotations

from ombud.domain.asked import Asked, for_place, for_violation
from ombud.domain.rulebook import Rulebook
from ombud.store.case_file import CaseFile

__all__ = ["Asked", "asked_of"]


def asked_of(file: CaseFile, book: Rulebook) -> tuple[Asked, ...]:
    """Those whose conditions hold for the order of the case, by the versions in force when it was opened."""
    case = file.case
    if case.route:
        return for_place(book, case.route, opened_at=case.opened_at)
    return for_violation(book, case.violation, file.row(), opened_at=case.opened_at, fires_at=case.fires_at)
