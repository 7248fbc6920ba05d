"""A line of text as the readers of this package see it: cleaned, bounded, in cells, with a place for each part of it.

A PDF or a recogniser may hand over anything: marks that turn the direction of writing, characters of no width, NUL,
ten thousand characters in one line. All of that ends here, so that no pattern further on ever sees more than `MOST`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ombud.domain.said import Box, Said

MOST = 300
"""Characters of a line that are read; also the bound of a value."""
MOST_TEXT = 60_000
"""Characters of a document that are read."""
_GAP = re.compile(r" {2,}|\||[.…]{4,}")
_ONE_FOR_ONE = {
    ord("。"): ".",
    ord("、"): ",",
    ord("‐"): "-",
    ord("‑"): "-",
    ord("‒"): "-",
    ord("−"): "-",
    ord("\t"): "  ",
    ord("\u3000"): "  ",
}


class _Cleaning(dict[int, str | None]):
    """For `str.translate`: what a character becomes, found out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        kind = unicodedata.category(character)
        becomes: str | None = character
        if kind[0] == "C":  # controls, marks of direction, no width, halves of pairs
            becomes = None
        elif kind in {"Zs", "Zl", "Zp"}:
            becomes = " "
        elif 0xFF01 <= code <= 0xFF5E:  # the wide forms of ASCII in Chinese text
            becomes = chr(code - 0xFEE0)
        self[code] = becomes
        return becomes


_cleaning = _Cleaning(_ONE_FOR_ONE)


def clean(text: str) -> str:
    """`text` without what cannot be seen, in composed form, wide ASCII made narrow, at most `MOST` characters."""
    return unicodedata.normalize("NFC", text[: 4 * MOST]).translate(_cleaning).rstrip()[:MOST]


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is cleaned; `cells` are (start, end) of what two spaces, a bar or a row of dots part, at least one."""

    said: Said
    text: str
    cells: tuple[tuple[int, int], ...]

    def near(self, other: Line) -> bool:
        """Whether both stand on one page or in one frame."""
        return (self.said.page, self.said.at_ms, self.said.source) == (
            other.said.page,
            other.said.at_ms,
            other.said.source,
        )

    def cell_at(self, place: int) -> tuple[int, int]:
        """The cell that holds the character at `place`, or the one before it."""
        for start, end in reversed(self.cells):
            if start <= place:
                return start, end
        return 0, len(self.text)

    def says(self, field: str, value: str, start: int, end: int, confidence: float = 1.0) -> Said:
        """That `field` stands at `start` to `end` of this line; not surer than the line itself."""
        return replace(
            self.said,
            field=field,
            value=value[:MOST],
            box=self.box(start, end),
            confidence=round(self.said.confidence * confidence, 2),
        )

    def box(self, start: int, end: int) -> Box | None:
        """The part of the line's box that `start` to `end` takes, all letters counted as equally wide."""
        if self.said.box is None or not self.text:
            return self.said.box
        left, top, right, bottom = self.said.box
        width, length = right - left, len(self.text)
        return left + width * start // length, top, left + -(-width * min(end, length) // length), bottom


def read(said: Sequence[Said]) -> list[Line]:
    """The `line` facts among `said` that have anything on them."""
    lines, length = [], 0
    for each in said:
        if each.field != "line" or not isinstance(each.value, str):
            continue
        if text := clean(each.value):
            length += len(text)
            if length > MOST_TEXT:
                break
            lines.append(line_of(each, text))
    return lines


def line_of(said: Said, text: str) -> Line:
    """What `said` stands for, with `text`, which is cleaned."""
    return Line(said, text[:MOST], _cells(text[:MOST]))


def _cells(text: str) -> tuple[tuple[int, int], ...]:
    cells, start = [], 0
    for gap in _GAP.finditer(text):
        if text[start : gap.start()].strip():
            cells.append((start, gap.start()))
        start = gap.end()
    if text[start:].strip():
        cells.append((start, len(text)))
    return tuple(cells) or ((0, len(text)),)
