"""The merchant accepts a dispute: it ends the case for good, where the book of the case knows such a step (S8)."""

from __future__ import annotations

from datetime import datetime

from ombud.actions.moving import Moved, concede
from ombud.actions.running import Books
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.books import book_of
from ombud.store.models import Case


def accept(case: Case, *, at: datetime, actor: str, books: Books) -> Moved:
    """Ends the case as conceded, and charges it.

    Raises OmbudError where the book lets no merchant accept a dispute, where another process decides, and where the
    case has ended.
    """
    refuse_unknown(case, books)
    return concede(case.case_id, at=at, actor=actor, books=books)


def refuse_unknown(case: Case, books: Books) -> None:
    """Raises OmbudError where accepting is no step of this case, whatever its state."""
    if case.route:
        raise OmbudError(
            Problem(
                "routed_case",
                N_("Another process decides case {case}: it is accepted there."),
                {"case": f"#{case.case_id}"},
                mend=N_("`ombud outcome {case} conceded` takes down that it was."),
            )
        )
    book = book_of(case.rulebook_id, books)
    version = book.version_at("rulings", case.opened_at)
    if version is None or not version.value.concede_is_final:
        raise OmbudError(
            Problem(
                "no_acceptance",
                N_("The rulebook of case {case}, {book}, lets no merchant accept a dispute."),
                {"case": f"#{case.case_id}", "book": book.name},
                mend=N_("Hand in evidence, or let the window shut."),
            )
        )
