"""Files of which nothing can be read: they cannot be opened, are locked, or are more than anybody will open."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.gate import UNREADABLE
from ombud.domain.judging.subject import found


def of_problems(piece: Piece) -> Iterator[Finding]:
    """What stopped the reading of the file, whatever its kind."""
    for one in piece.said:
        if one.field == "problem":
            yield found(UNREADABLE, Outcome.FAILED, one, field="file")
