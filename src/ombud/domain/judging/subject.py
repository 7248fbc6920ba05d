"""One inspected piece, and all that it is held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeAlias

from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.gate import Rules
from ombud.domain.judging.confidence import CERTAIN, MISSED_IN_PIXELS, MISSED_IN_TEXT, SURE
from ombud.domain.judging.known import Known
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.evidence import KindVersion
from ombud.domain.said import Said

Letters: TypeAlias = Literal["text", "pixels"]
_OF_PIXELS = frozenset({"ocr", "frames"})
RECOGNISED = "recognised"
"""Said where recognition came to its end, whatever it read."""
_LETTERS_OFF = frozenset({"ocr", "reading", "format"})


@dataclass(frozen=True)
class Subject:
    """piece: with `said`. kind: what the book asks of it. pieces: the whole upload. The rest is as `judge` has it."""

    piece: Piece
    kind: KindVersion
    pieces: tuple[Piece, ...]
    row: Mapping[str, Any]
    known: Known
    by: Rules
    book: Rulebook
    at: datetime

    def all(self, *fields: str) -> list[Said]:
        """What was said under any of `fields`, in the order in which it was read."""
        return [one for one in self.piece.said if one.field in fields]

    def counts(self, field: str) -> list[tuple[Said, int]]:
        """What was said under `field`, with its whole number; what is none is left out."""
        return [(one, one.value) for one in self.all(field) if isinstance(one.value, int)]

    def texts(self, field: str) -> set[str]:
        """The values under `field`."""
        return {str(one.value) for one in self.all(field)}

    @property
    def is_video(self) -> bool:
        """By its content."""
        return self.piece.format == "mp4"

    @property
    def is_messages(self) -> bool:
        """The kind is one of messages: what others are quoted to have said stands on it."""
        return bool(self.kind.channels)

    @cached_property
    def off(self) -> frozenset[str]:
        """Checks that could not be made where the file was inspected."""
        return frozenset(self.texts("off"))

    @cached_property
    def letters(self) -> Letters | None:
        """How the letters of all of it were read; None where some were not, so that what is missing may yet be there.

        The pixels of a file that nobody recognised are unread.
        """
        if self.off & _LETTERS_OFF or self.all("cut"):
            return None
        if self.piece.format == "pdf" and not self.all("scanned_page"):
            return "text"
        recognised = self.all(RECOGNISED) or any(one.source in _OF_PIXELS for one in self.piece.said)
        return "pixels" if recognised else None

    @cached_property
    def lying_pages(self) -> frozenset[int | None]:
        """Pages whose text layer says something else than can be seen."""
        return frozenset(one.page or (one.value if isinstance(one.value, int) else None) for one in self._lies)

    @property
    def _lies(self) -> list[Said]:
        return self.all("text_layer_lies")

    def is_certain(self, said: Said) -> bool:
        """Whether it stands there without doubt: not recognised in pixels, and not in a text layer that lies."""
        if said.source == "text_layer" and said.page in self.lying_pages:
            return False
        return said.source in CERTAIN and said.confidence >= SURE

    def asks(self, mark: str) -> bool:
        """Whether the book wants `mark` to be legible on it."""
        return mark in self.kind.shows

    def missing(self, check: str, field: str, *, expected: str | None = None) -> list[Finding]:
        """The doubt that something is not there; none where not all of it was read."""
        if self.letters is None:
            return []
        confidence = MISSED_IN_TEXT if self.letters == "text" else MISSED_IN_PIXELS
        return [Finding(check, Outcome.UNSURE, field=field, expected=expected, confidence=confidence)]


def found(
    check: str,
    outcome: Outcome,
    said: Said | None = None,
    *,
    field: str | None = None,
    value: str | None = None,
    expected: str | None = None,
    confidence: float | None = None,
) -> Finding:
    """A finding about what was `said`: its place and, unless told otherwise, its value and confidence. What failed is
    certain, whatever its reader made of it."""
    finding = Finding(check, outcome, field=field, value=value, expected=expected)
    if said is not None:
        shown = value if value is not None else str(said.value)
        place = replace(finding, page=said.page, box=said.box, at_ms=said.at_ms)
        finding = replace(place, value=shown, confidence=said.confidence)
    if outcome is Outcome.FAILED:
        return replace(finding, confidence=1.0)
    return finding if confidence is None else replace(finding, confidence=round(confidence, 2))


def best(said: Iterable[Said]) -> Said:
    """The surest of what was said, the first of equals. Raises ValueError where there is none."""
    return max(said, key=lambda one: (one.source in CERTAIN, one.confidence))
