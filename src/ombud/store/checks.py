"""Files held against a case of the store, before they are handed in and without any of them being kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ombud.domain.checked import Checked
from ombud.domain.evidence import Piece
from ombud.store import books, drafts
from ombud.store.asked import asked_of
from ombud.store.case_file import case_file
from ombud.store.models import Case


def check(case: Case, pieces: Sequence[Piece], *, at: datetime) -> Checked:
    """Checks pieces as what would be handed in at `at`."""
    book = books.kept(case.rulebook_id)
    at_hand = {book.name: book}
    file = case_file(case.case_id, at)
    judged = drafts.judged(case, pieces, at=at, at_hand=at_hand, file=file)
    return Checked(
        case.order_id,
        book,
        drafts.rules_of(case, at_hand),
        at,
        tuple(pieces),
        judged,
        drafts.verdict(case, pieces, at=at, at_hand=at_hand, found=judged, state=file.standing.state),
        asked_of(file, book),
        case.case_id,
    )
