"""What the book makes of what inspected files say: the faults, the doubts, and what is in order.

Pure rules over `Said`, the order's row and what else is `Known`. FAILED is certain and refuses; UNSURE is a doubt with
its confidence; PASSED was looked for and found. What could not be looked at is no finding at all: it is `unseen`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ombud.domain import gate
from ombud.domain.evidence import Finding, Piece
from ombud.domain.judging.known import Known
from ombud.domain.rulebook import Rulebook


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
    return tuple(Judged() for _ in pieces)


def all_findings(piece: Piece, judged: Judged) -> tuple[Finding, ...]:
    """What was handed in with the piece, and of what judging found all that nobody had a word about.

    A handed-in finding speaks for its check in its field; one that names no field for its check altogether.
    """
    told = {(one.check, one.field) for one in piece.findings}
    own = (one for one in judged.findings if not {(one.check, one.field), (one.check, None)} & told)
    return (*piece.findings, *own)
