"""Names and addresses that go on in the line below.

Whether they do is a guess from the layout, so the longer reading is said beside the shorter one and not in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ombud.domain.said import Box, Said
from ombud.inspect.reading.labels import Label
from ombud.inspect.reading.lines import MOST, Line
from ombud.inspect.reading.values import Value, free

FIELDS = frozenset({"sender", "recipient", "recipient_address"})
MOST_LINES = 4
_SURE = 0.8
_INDENT = 15  # thousandths of the page by which a column of values stands to the right of its labels
_UNFINISHED = re.compile(
    r"(?:[,;\-–]|\b(?:г|гор|ул|обл|респ|д|кв|пр-т|пер|корп|стр|р-н|ООО|ИП|st|apt|Co)\.?)$", re.IGNORECASE
)


@dataclass(slots=True)
class _Open:
    said: Said
    cell: int
    cells: int
    in_own_cell: bool
    left: int | None
    last: Line
    text: str
    box: Box | None
    lines: int = 1


class Wrapped:
    """The values of the line above that may go on."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def begin(self, said: Said, line: Line, value: Value, label: Label | None = None) -> None:
        """`value` ends its cell: the next line may go on with it. label: of it, where it stands in the same line."""
        cell = line.cell_at(value.start)
        if said.field not in FIELDS or line.text[value.end : cell[1]].strip(" ,.;"):
            return
        text = line.text[value.start : cell[1]].strip()
        left = line.said.box[0] if line.said.box else None
        own = label is None or cell == line.cell_at(label.start)
        place = line.cells.index(cell)
        self._open.append(_Open(said, place, len(line.cells), own, left, line, text, said.box))

    def follow(self, line: Line, kept: Sequence[Label]) -> Iterator[Said]:
        """What is longer by what stands on `line`, or came to its end before it."""
        still = []
        for each in self._open:
            part = _part(each, line, kept)
            if part is None:
                yield from _whole(each)
                continue
            each.text = f"{each.text} {line.text[part.start : part.end]}"
            each.box, each.last, each.lines = _around(each.box, line.box(part.start, part.end)), line, each.lines + 1
            still.append(each)
        self._open = still

    def end(self) -> Iterator[Said]:
        """What is longer at the end of the document."""
        for each in self._open:
            yield from _whole(each)
        self._open = []


def _part(each: _Open, line: Line, kept: Sequence[Label]) -> Value | None:
    """What of `line` goes on with the value; None where nothing does."""
    if each.lines >= MOST_LINES or not line.near(each.last) or not _touches(each.last, line):
        return None
    count = len(line.cells)
    labelled = {line.cells.index(line.cell_at(label.start)) for label in kept}
    if each.in_own_cell and count == each.cells > 1:
        # The cell of the same place, unless a label in it or left of it says what it is.
        return None if {each.cell, each.cell - 1} & labelled else free(line.text, *line.cells[each.cell])
    if count != 1 or kept or each.cell != each.cells - 1:
        return None
    indented = each.left is not None and line.said.box is not None and line.said.box[0] > each.left + _INDENT
    if (each.cells > 1 and indented) or (each.cells == 1 and _UNFINISHED.search(each.text)):
        return free(line.text, *line.cells[0])
    return None


def _touches(above: Line, line: Line) -> bool:
    """Whether there is no more than a line of blank between them."""
    if above.said.box is None or line.said.box is None:
        return True
    height = max(above.said.box[3] - above.said.box[1], 1)
    return -height < line.said.box[1] - above.said.box[3] <= height


def _whole(each: _Open) -> Iterator[Said]:
    if each.lines > 1:
        confidence = round(each.said.confidence * _SURE, 2)
        yield replace(each.said, value=each.text[:MOST], box=each.box, confidence=confidence)


def _around(one: Box | None, other: Box | None) -> Box | None:
    if one is None or other is None:
        return None
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
