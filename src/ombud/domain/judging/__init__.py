"""What the book makes of what inspected files say: the faults, the doubts, and what is in order.

Pure rules over `Said`, the order's row and what else is `Known`. FAILED is certain and refuses; UNSURE is a doubt with
its confidence; PASSED was looked for and found. What could not be looked at is no finding at all: it is `unseen`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ombud.domain import gate
from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.judging.editing import of_editing
from ombud.domain.judging.kinds import of_kind
from ombud.domain.judging.known import Known
from ombud.domain.judging.labels import of_labels
from ombud.domain.judging.language import of_language
from ombud.domain.judging.marks import of_marks
from ombud.domain.judging.messages import of_messages
from ombud.domain.judging.numbers import of_numbers
from ombud.domain.judging.orders import of_order
from ombud.domain.judging.parties import of_parties
from ombud.domain.judging.reuse import of_pictures
from ombud.domain.judging.screenshots import of_screenshot
from ombud.domain.judging.signatures import COURIER, of_signatures
from ombud.domain.judging.subject import Subject
from ombud.domain.judging.times import of_times
from ombud.domain.judging.unread import of_problems
from ombud.domain.judging.video import of_duration, of_watermark
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.evidence import KindVersion

_RULES: tuple[Callable[[Subject], Iterator[Finding]], ...] = (
    of_kind,
    of_numbers,
    of_order,
    of_parties,
    of_marks,
    of_language,
    of_times,
    of_signatures,
    of_duration,
    of_watermark,
    of_labels,
    of_messages,
    of_screenshot,
    of_pictures,
    of_editing,
)
_ORDER = (Outcome.FAILED, Outcome.UNSURE, Outcome.PASSED)


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging has found in one piece.

    findings: faults first, then doubts, then what is in order; `code` is the book's. unseen: what the book asks for
    and nobody could look at: marks of the kind, and `language`, `timestamp`, `watermark`, `signature`, `duration`.
    """

    findings: tuple[Finding, ...] = ()
    unseen: tuple[str, ...] = ()


def judge(
    pieces: Sequence[Piece], row: Mapping[str, Any], known: Known, by: gate.Rules, book: Rulebook, *, at: datetime
) -> tuple[Judged, ...]:
    """Judges the pieces of one upload together, in their order. One that nobody inspected gets an empty `Judged`.

    row: as `domain.conditions.holds` reads it, with lists under `line` and `parcel`. at: the opening of the case, at
    which the versions of the book are taken.
    """
    return tuple(_judge(piece, pieces, row, known, by, book, at) for piece in pieces)


def _judge(
    piece: Piece,
    pieces: Sequence[Piece],
    row: Mapping[str, Any],
    known: Known,
    by: gate.Rules,
    book: Rulebook,
    at: datetime,
) -> Judged:
    if not piece.inspected:
        return Judged()
    if unread := tuple(of_problems(piece)):
        return Judged(tuple(_coded(one, by) for one in unread))
    kind = by.kinds.get(piece.kind)
    if kind is None:
        return Judged()
    subject = Subject(piece, kind, tuple(pieces), row, known, by, book, at)
    seen = [one for rule in _RULES for one in rule(subject)]
    found = [_coded(one, by) for one in seen if _is_known(one, by)]
    found.sort(key=lambda one: (_ORDER.index(one.outcome), -one.confidence))
    return Judged(tuple(dict.fromkeys(found)), tuple(_unseen(kind, seen)))


def _is_known(finding: Finding, by: gate.Rules) -> bool:
    """A book without a code for a fault does not know it; what is in order is so by any book."""
    return finding.outcome is Outcome.PASSED or finding.check in by.codes


def _coded(finding: Finding, by: gate.Rules) -> Finding:
    code = by.codes.get(finding.check)
    return finding if code is None or finding.outcome is Outcome.PASSED else replace(finding, code=code[0])


def _unseen(kind: KindVersion, found: Sequence[Finding]) -> Iterator[str]:
    """What the book asks for and no finding speaks of."""
    fields, checks = {one.field for one in found}, {one.check for one in found}
    yield from (mark for mark in kind.shows if mark not in fields)
    language = {"wrong_language", "translation_missing"}
    asked: tuple[tuple[str, object, bool], ...] = (
        ("language", kind.languages, bool(checks & language)),
        ("timestamp", kind.timestamped, "no_timestamp" in checks or "record_time" in kind.shows or kind.watermarked),
        ("watermark", kind.watermarked, "no_watermark" in checks),
        ("signature", kind.signed and COURIER not in kind.shows, "signature_missing" in checks),
        ("duration", kind.least_duration, "video_short" in checks),
    )
    yield from (name for name, wanted, answered in asked if wanted and not answered)


def all_findings(piece: Piece, judged: Judged) -> tuple[Finding, ...]:
    """What was handed in with the piece, and of what judging found all that nobody had a word about.

    A handed-in finding speaks for its check in its field; one that names no field for its check altogether.
    """
    told = {(one.check, one.field) for one in piece.findings}
    own = (one for one in judged.findings if not {(one.check, one.field), (one.check, None)} & told)
    return (*piece.findings, *own)
