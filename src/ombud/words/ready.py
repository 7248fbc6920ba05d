"""The evidence of one case before it is sent: what is asked for, what lies ready with what is said of it, what the gate
says, what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ombud.domain import gate
from ombud.domain.cases import ENDS
from ombud.domain.evidence import Piece
from ombud.domain.gate import Rules, Verdict
from ombud.domain.judging import Judged
from ombud.domain.rulebook import Rulebook
from ombud.store import books, drafts
from ombud.store.asked import Asked, asked_of
from ombud.store.case_file import CaseFile, case_file
from ombud.words import remarks
from ombud.words.remarks import Remark


@dataclass(frozen=True, slots=True)
class Ready:
    """What there is to say about the evidence of a case at an instant."""

    at: datetime
    file: CaseFile
    book: Rulebook
    asked: tuple[Asked, ...]
    ready: tuple[Piece, ...]
    judged: tuple[Judged, ...]  # what the rules make of what these files say
    by: Rules
    verdict: Verdict

    @property
    def takes_no_more(self) -> bool:
        """Whether nothing is taken for the case, whatever lies ready."""
        return self.verdict.takes_no_more or self.file.standing.state in ENDS

    @property
    def told(self) -> list[tuple[Piece, Judged, list[Remark]]]:
        """Everything about each piece that lies ready."""
        return [
            (piece, judged, remarks.of_piece(piece, judged, self.verdict, self.by, self.book))
            for piece, judged in zip(self.ready, self.judged, strict=True)
        ]

    @property
    def counts(self) -> str:
        """`refusals: 1 · doubts: 2` of all that lies ready; empty where there is neither."""
        return remarks.counts(remark for _piece, _judged, told in self.told for remark in told)

    @property
    def missing(self) -> list[str]:
        """Kinds that must be there and do not lie ready."""
        return gate.missing([one.kind for one in self.asked if one.required], self.ready)


def ready(case_id: int, at: datetime, *, drafted: bool = True) -> Ready:
    """As of now, with the gate as of `at`. drafted: with what lies ready, which is for the seller's eyes alone until it
    is handed in. Raises OmbudError where there is no such case."""
    file = case_file(case_id, at)
    case, pieces = file.case, drafts.drafted(case_id) if drafted else ()
    book = books.kept(case.rulebook_id)
    at_hand = {book.name: book}
    judged = drafts.judged(case, pieces, at=at, at_hand=at_hand, file=file)
    verdict = drafts.verdict(case, pieces, at=at, at_hand=at_hand, found=judged)
    return Ready(at, file, book, asked_of(file, book), pieces, judged, drafts.rules_of(case, at_hand), verdict)
