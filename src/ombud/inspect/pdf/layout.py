"""Runs of letters on a page -> the lines that a reader sees, from top to bottom.

Coordinates are a reader's: points from the top left of the page as it is shown, downwards. Text that is turned is laid
out in its own direction, after what stands upright.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ombud.domain.said import Box
from ombud.inspect.pdf.limits import LINE_LENGTH

_SAME_ROW = 0.4
"""Two runs stand on one row where their baselines are nearer than this share of their mean size."""
_WORD, _CELL = 0.12, 1.0
"""Gaps, in sizes of the letters: from here on a space, from here on another cell."""
_COLUMN_ROWS, _COLUMN_LETTERS = 8, 22
"""Two columns of running text: so many rows have both sides, and the typical side has so many letters. The labels of a
form are shorter, and its rows must stay whole."""

Edges = tuple[float, float, float, float]
"""left, top, right, bottom in points."""


@dataclass(slots=True)
class Run:
    """Letters drawn one after the other.

    edges: of all letters. begin, end, baseline: along and across its own direction. size: of the letters.
    turned: 0, 90, 180 or 270 degrees to the right; -1 where it lies aslant and is a line of its own.
    layer: recognised by a scanner's software and laid beneath or above its picture, not drawn.
    """

    text: str
    edges: Edges
    begin: float
    end: float
    baseline: float
    size: float
    turned: int = 0
    layer: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it is read, its cells with two spaces between them; its edges in points. layer: as of its runs."""

    text: str
    edges: Edges
    layer: bool = False

    def box(self, width: float, height: float) -> Box:
        """The box in thousandths of a page of this width and height."""
        return thousandths(self.edges, width, height)


def thousandths(edges: Edges, width: float, height: float) -> Box:
    """The edges in thousandths of a page of this width and height; what hangs over is cut off."""
    left, top, right, bottom = edges
    return _share(left, width), _share(top, height), _share(right, width), _share(bottom, height)


def around(boxes: Sequence[Edges]) -> Edges:
    """The smallest box around all of them."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def lines(runs: Sequence[Run]) -> list[Line]:
    """The lines of a page in reading order, each at most 300 characters long."""
    laid: list[Line] = []
    for layer in (False, True):
        for turned in (0, 90, 270, 180):
            rows = _rows([run for run in runs if run.layer == layer and run.turned == turned])
            for row in _by_columns(rows):
                laid += _line(row)
        for run in runs:
            if run.layer == layer and run.turned == -1:
                laid += _line([run])
    return laid


def _share(at: float, of: float) -> int:
    return max(0, min(1000, round(1000 * at / of))) if of > 0 else 0


def _rows(runs: list[Run]) -> list[list[Run]]:
    """Runs of one direction, row by row from the top, each row in reading order."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: run.baseline):
        # The rows that it can stand on are the last ones: baselines come in order.
        for row in rows[-1:-4:-1]:
            first = row[0]
            if abs(first.baseline - run.baseline) < _SAME_ROW * (first.size + run.size) / 2:
                row.append(run)
                break
        else:
            rows.append([run])
    for row in rows:
        row.sort(key=lambda run: run.begin)
    return rows


def _by_columns(rows: list[list[Run]]) -> list[list[Run]]:
    """The rows, those that two columns of running text share taken apart: the left column first."""
    found = _gutter(rows)
    if found is None:
        return rows
    first, last, middle = found
    left = [[run for run in row if run.end <= middle] for row in rows[first : last + 1]]
    right = [[run for run in row if run.end > middle] for row in rows[first : last + 1]]
    return [
        *rows[:first],
        *_by_columns([row for row in left if row]),
        *_by_columns([row for row in right if row]),
        *_by_columns(rows[last + 1 :]),
    ]


def _gutter(rows: list[list[Run]]) -> tuple[int, int, float] | None:
    """Between which rows two columns stand side by side, and where the empty strip between them has its middle."""
    gaps: list[tuple[int, float, float]] = []
    for number, row in enumerate(rows):
        end = row[0].end
        for run in row[1:]:
            if run.begin - end > _CELL * run.size:
                gaps.append((number, end, run.begin))
            end = max(end, run.end)
    if len(gaps) < _COLUMN_ROWS:
        return None
    for _, begin, end in gaps[:: max(1, len(gaps) // 25)]:
        middle = (begin + end) / 2
        parted = [number for number, left, right in gaps if left < middle < right]
        if len(parted) < _COLUMN_ROWS:
            continue
        first, last = parted[0], parted[-1]
        between = rows[first : last + 1]
        crossing = sum(any(run.begin < middle < run.end for run in row) for row in between)
        if crossing or len(parted) < 0.6 * len(between):
            continue
        sides = [[0, 0] for _ in parted]
        for side, number in zip(sides, parted, strict=True):
            for run in rows[number]:
                side[run.end > middle] += len(run.text)
        if all(median(side[right] for side in sides) >= _COLUMN_LETTERS for right in (0, 1)):
            return first, last, middle
    return None


def _line(row: list[Run]) -> list[Line]:
    parts: list[tuple[str, Run]] = []
    end = row[0].end
    for run in row:
        gap = (run.begin - end) / max(run.size, 0.01) if parts else 0.0
        between = "  " if gap >= _CELL else " " if gap >= _WORD else ""
        if run.text.startswith(" ") and parts:
            between = between or " "
        parts.append((between + run.text.strip(), run))
        end = max(end, run.end)
    laid: list[Line] = []
    text, boxes = "", list[Edges]()
    for part, run in parts:
        if text and len(text) + len(part) > LINE_LENGTH:
            laid.append(Line(text.strip(), around(boxes), run.layer))
            text, boxes = "", []
        text += part
        boxes.append(run.edges)
        while len(text) > LINE_LENGTH:
            cut = text.rfind(" ", 1, LINE_LENGTH) + 1 or LINE_LENGTH
            laid.append(Line(text[:cut].strip(), around(boxes), run.layer))
            text, boxes = text[cut:], [run.edges]
    if text.strip():
        laid.append(Line(text.strip(), around(boxes), row[0].layer))
    return [line for line in laid if line.text]
