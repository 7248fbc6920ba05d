"""What lies ready to be handed in for a case, and what the gate would say to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ombud.domain import gate
from ombud.domain.cases import EventKind, State
from ombud.domain.evidence import Piece
from ombud.domain.findings import read_findings
from ombud.domain.gate import Rules, Upload, Verdict
from ombud.domain.instants import parse_instant
from ombud.domain.judging import Judged, all_findings, judge
from ombud.domain.known_facts import plain_facts, typed_facts
from ombud.domain.rulebook import Rulebook
from ombud.store import books, models
from ombud.store.case_file import CaseFile, case_file
from ombud.store.inspections import Asker, Reading, known, readings
from ombud.store.models import Case, CaseEvent, DraftPiece, DraftStep, Submission


def drafted(case_id: int) -> tuple[Piece, ...]:
    """The pieces that lie ready, in the order in which they were put there."""
    return pieces_of(DraftPiece.objects.select_related("file").filter(case_id=case_id).order_by("draft_piece_id"))


def draft_steps(case_id: int, at: datetime) -> list[DraftStep]:
    """What was done by `at` with files that lay or lie ready, oldest first."""
    return list(DraftStep.objects.filter(case_id=case_id, at__lte=at).order_by("draft_step_id"))


def lies_ready(case_id: int, at: datetime) -> bool:
    """Whether something that was put ready by `at` still lies there."""
    return DraftPiece.objects.filter(case_id=case_id, added_at__lte=at).exists()


def pieces_of(rows: Iterable[models.DraftPiece | models.Piece]) -> tuple[Piece, ...]:
    """Kept pieces with what their files say, as far as somebody has read them."""
    every = list(rows)
    read = readings({row.file_id for row in every})
    return tuple(piece_of(row, read.get(row.file_id)) for row in every)


def piece_of(row: models.DraftPiece | models.Piece, reading: Reading | None = None) -> Piece:
    """A kept piece as the rules read it."""
    return Piece(
        row.name,
        row.kind,
        row.language,
        row.file_id,
        row.file.size,
        row.file.format,
        {name: parse_instant(text) for name, text in row.stated.items()},
        read_findings(row.findings, file=row.name),
        reading.said if reading else (),
        reading.version if reading else "",
    )


def rules_of(case: Case, at_hand: Mapping[str, Rulebook]) -> Rules:
    """What the gate goes by: the book that the case was opened under, as in force then."""
    book = books.book_of(case.rulebook_id, at_hand)
    return gate.rules(book.clauses, lambda clause: books.version(book, clause, case.opened_at))


def judged(
    case: Case, pieces: Sequence[Piece], *, at: datetime, at_hand: Mapping[str, Rulebook], file: CaseFile | None = None
) -> tuple[Judged, ...]:
    """What the rules make of what the files say, as of `at`. file: that of the case, where it is at hand."""
    if not any(piece.inspected for piece in pieces):
        return tuple(Judged() for _ in pieces)
    file = file or case_file(case.case_id, at)
    row = typed_facts(plain_facts(file.row(), at))
    asker = Asker(case.order_id, case.store_id, case.case_id, at)
    book = books.book_of(case.rulebook_id, at_hand)
    return judge(pieces, row, known(asker, pieces), rules_of(case, at_hand), book, at=case.opened_at)


def verdict(
    case: Case,
    pieces: Sequence[Piece],
    *,
    at: datetime,
    at_hand: Mapping[str, Rulebook],
    found: Sequence[Judged] | None = None,
    state: State | None = None,
) -> Verdict:
    """What the gate says if `pieces` are handed in for `case`, whole at the instant `at`. found: what was `judged`;
    state: where the case stood at `at`, if that is not now."""
    by = rules_of(case, at_hand)
    found = judged(case, pieces, at=at, at_hand=at_hand) if found is None else found
    pieces = tuple(replace(piece, findings=all_findings(piece, one)) for piece, one in zip(pieces, found, strict=True))
    hashes = [piece.sha256 for piece in pieces]
    own = models.Piece.objects.filter(submission__case=case, file__in=hashes)
    others = models.Piece.objects.filter(file__in=hashes).exclude(submission__case=case)
    upload = Upload(
        pieces,
        at,
        case.order_id,
        state or State(case.state),
        case.shuts_at or case.due_at,
        spent(case, by),
        frozenset(own.values_list("file_id", flat=True)),
        frozenset(others.values_list("file_id", flat=True)),
    )
    return gate.look(upload, by)


def spent(case: Case, by: Rules) -> int:
    """How many submissions of the case are spent, refused uploads among them where the book counts these."""
    count = Submission.objects.filter(case=case).count()
    if by.files and by.files.refusal_spends:
        count += CaseEvent.objects.filter(case=case, kind=EventKind.EVIDENCE_REFUSED).count()
    return count
