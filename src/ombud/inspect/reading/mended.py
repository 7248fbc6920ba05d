"""Lines put together again that a narrow cell or a recogniser broke apart, before anything is read in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from ombud.domain.said import Box
from ombud.inspect.reading import labels, times
from ombud.inspect.reading.lines import Line, line_of

_UUID_PARTS = (8, 4, 4, 4, 12)
_HEX = r"[0-9a-f]"
_UUID = re.compile("-".join(f"{_HEX}{{{count}}}" for count in _UUID_PARTS), re.IGNORECASE)
_GROUPS = re.compile(r"(?<![^\W_])(?<!-)[0-9a-f]{8}-[0-9a-f\-]{0,27}$", re.IGNORECASE)
_GOES_ON = re.compile(r"[0-9a-f\-]{1,27}(?![^\W_])", re.IGNORECASE)
_TOUCHES = re.compile(rf"({_UUID.pattern}) (?=\S)", re.IGNORECASE)
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_MOST_CELLS, _MOST_LABELS, _MOST_BETWEEN = 12, 60, 12
"""The last: lines of other columns that may stand between two lines of a cell."""
_WIDE, _NARROW = 300, 120
"""Thousandths: lines whose boxes show how askew the page is, and lines whose boxes show how tall its letters are."""
_SAME_ROW = 0.5


def mended(lines: Sequence[Line]) -> list[Line]:
    """The lines with labels and values of one height in one line, and with ids and times whole in their first line."""
    kept = [_parted(line) for line in _level(lines)]
    place = 0
    while place + 1 < len(kept):
        if not (_is_begun(kept[place]) and _join(kept, place)):
            place += 1
    return kept


def _is_begun(line: Line) -> bool:
    """Whether a cell of it may go on below: it ends in a part of an id, or there is a date without a time of day."""
    if len(line.cells) > _MOST_CELLS:
        return False
    ids = any(_GROUPS.search(line.text[start:end].rstrip()) for start, end in line.cells)
    return ids or (not _CLOCK.search(line.text) and len(times.find(line.text)) == 1)


def _join(kept: list[Line], place: int) -> bool:
    """Moves what a cell of that line goes on with up into it; whether there was any."""
    line = kept[place]
    for other in range(place + 1, min(len(kept), place + 1 + (_MOST_BETWEEN if line.said.box else 1))):
        below = kept[other]
        joined = _joined(line, below) if line.near(below) else None
        if joined is not None:
            first, rest = joined
            kept[other : other + 1] = [rest] if rest else []
            kept[place] = first
            return True
    return False


def _parted(line: Line) -> Line:
    """An id that fills its cell touches the next one."""
    text = _TOUCHES.sub(r"\1  ", line.text)
    return line if text == line.text else line_of(line.said, text)


def _joined(line: Line, below: Line) -> tuple[Line, Line | None] | None:
    """Both lines, with what a cell of the first goes on with moved up into it; None where nothing does."""
    if len(below.cells) > _MOST_CELLS or _apart(line, below):
        return None
    for start, end in line.cells:
        for below_start, below_end in below.cells:
            cell, under = line.text[start:end].rstrip(), below.text[below_start:below_end]
            more = _rest_of_id(cell, under) or _clock_of(cell, under, line, below)
            if more:
                whole = cell + ("" if _GROUPS.search(cell) else " ") + more
                bare = under.lstrip().removeprefix(more.removeprefix("-") if under[:1] != "-" else more)
                left = f"{below.text[:below_start]}{bare}{below.text[below_end:]}".strip(" |")
                first = line_of(line.said, f"{line.text[:start]}{whole}{line.text[end:]}")
                return first, line_of(below.said, left) if left else None
    return None


def _rest_of_id(cell: str, under: str) -> str:
    """What `under` begins with, where it makes the end of `cell` a UUID."""
    begun, more = _GROUPS.search(cell), _GOES_ON.match(under.lstrip())
    if begun is None or more is None or len(begun.group()) >= sum(_UUID_PARTS) + 4:
        return ""
    # A group that came to its end may have left its hyphen behind.
    return more.group() if _UUID.fullmatch(begun.group() + more.group()) else _after_hyphen(begun.group(), more.group())


def _after_hyphen(begun: str, more: str) -> str:
    return f"-{more}" if _UUID.fullmatch(f"{begun}-{more}") else ""


def _clock_of(cell: str, under: str, line: Line, below: Line) -> str:
    """The time of day under a date, each alone in its cell and the only one of its line."""
    if not _CLOCK.fullmatch(under.strip()) or len(_CLOCK.findall(below.text)) != 1 or _CLOCK.search(line.text):
        return ""
    dates = times.find(line.text)
    found = times.find(cell.strip())
    alone = len(found) == 1 and (found[0].start, found[0].end) == (0, len(cell.strip()))
    return under.strip() if alone and len(dates) == 1 else ""


def _apart(line: Line, below: Line) -> bool:
    """Whether more than a blank line lies between them, or one is not below the other."""
    one, other = line.said.box, below.said.box
    if one is None or other is None:
        return False
    beside = other[0] >= one[2] or other[2] <= one[0]
    return beside or other[1] - one[3] > max(one[3] - one[1], 1) or other[3] <= one[1]


def _level(lines: Sequence[Line]) -> list[Line]:
    """Labels and values that a recogniser gives as two blocks of one height, in one line."""
    if not any(line.said.source == "ocr" for line in lines) or _is_askew(lines):
        return list(lines)
    asking = [line for line in lines if line.said.source == "ocr" and _ends_in_label(line)][:_MOST_LABELS]
    beside = {id(line): found for line in asking if (found := _beside(line, lines)) is not None}
    taken = {id(found) for found in beside.values()}
    if len(taken) < len(beside):  # two labels have one value: nothing tells whose it is
        return list(lines)
    return [_in_one(line, beside[id(line)]) if id(line) in beside else line for line in lines if id(line) not in taken]


def _is_askew(lines: Sequence[Line]) -> bool:
    """Whether boxes of wide lines are much taller than those of narrow ones: then a height says little of a row."""
    boxes = [line.said.box for line in lines if line.said.box is not None and line.said.source == "ocr"]
    wide = [box[3] - box[1] for box in boxes if box[2] - box[0] >= _WIDE]
    narrow = [box[3] - box[1] for box in boxes if box[2] - box[0] <= _NARROW]
    return not wide or not narrow or median(wide) > 1.5 * median(narrow)


def _ends_in_label(line: Line) -> bool:
    found = labels.find(line)
    return bool(found) and bool(found[-1].field) and found[-1].opens and not line.text[found[-1].end :].strip(" _:.")


def _beside(line: Line, lines: Sequence[Line]) -> Line | None:
    """The one line to the right of `line` that is of its height and has no labels."""
    found = [other for other in lines if other is not line and line.near(other) and _same_row(line, other)]
    return found[0] if len(found) == 1 and not labels.find(found[0]) else None


def _same_row(line: Line, other: Line) -> bool:
    one, two = line.said.box, other.said.box
    if one is None or two is None or two[0] < one[2]:
        return False
    common = min(one[3], two[3]) - max(one[1], two[1])
    return common >= _SAME_ROW * max(1, min(one[3] - one[1], two[3] - two[1]))


def _in_one(line: Line, other: Line) -> Line:
    one, two = line.said.box, other.said.box
    box: Box | None = None
    if one is not None and two is not None:
        box = min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3])
    sure = min(line.said.confidence, other.said.confidence)
    return line_of(replace(line.said, box=box, confidence=sure), f"{line.text.rstrip()}  {other.text.lstrip()}")
