"""Labels with what stands in the lines below them: heads of columns, and labels that have a line for themselves.

A recogniser may read a column of labels and then the column of their values, so several labels may wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ombud.inspect.reading import values
from ombud.inspect.reading.beside import TIMES, free, instant, is_alone
from ombud.inspect.reading.labels import Label
from ombud.inspect.reading.lines import Line
from ombud.inspect.reading.values import Value

MOST_ROWS, MOST_WAITING, MOST_MISSES = 200, 6, 2
IN_EVERY_ROW = TIMES | {"tracking_number", "order_id", "message_id", "sku", "operator_id", "photo_hash"}
"""Of the other fields a table says something in its first row only."""


@dataclass(frozen=True, slots=True)
class Told:
    """What stands in a line under `field`, which is empty where nobody asks for it."""

    field: str
    value: Value
    wraps: bool


class Table:
    """Labels that stand as heads of columns."""

    def __init__(self, head: Line, empty: Sequence[Label]) -> None:
        self._head = head
        self._columns = {head.cells.index(head.cell_at(label.start)): label for label in empty}
        self._rows = 0

    @staticmethod
    def is_head(line: Line, empty: Sequence[Label]) -> bool:
        """A title may be a label too; heads of columns are several."""
        cells = {line.cell_at(label.start) for label in empty if label.opens}
        asked = any(label.field for label in empty if label.opens)
        return asked and (len(cells) >= 2 or (len(line.cells) >= 3 and not any(c.isdigit() for c in line.text)))

    def ends_at(self, line: Line, meant: Sequence[Label]) -> bool:
        """Whether `line` is on another page, or has a label that is not a word in a cell."""
        if not line.near(self._head) or self._rows >= MOST_ROWS:
            return True
        return any(label.colon or (not label.shy and is_alone(line, label)) for label in meant)

    def is_row(self, line: Line) -> bool:
        """Whether it has a cell for each column."""
        return len(line.cells) == len(self._head.cells)

    def row(self, line: Line, day_first: bool | None) -> Iterator[Told]:
        """What the cells of `line` say."""
        self._rows += 1
        for place, label in self._columns.items():
            if self._rows == 1 or label.field in IN_EVERY_ROW or not label.field:
                found = _under(self._head, label, line, line.cells[place], day_first)
                if found is not None:
                    yield Told(label.field, found, wraps=False)


class Waiting:
    """Labels that have a line for themselves, until the line with their value."""

    def __init__(self) -> None:
        self._labels: list[tuple[Line, Label]] = []
        self._misses = 0
        self._taken = False

    def add(self, line: Line, label: Label) -> None:
        """`label` ends `line` and has no value there."""
        if self._taken or len(self._labels) == MOST_WAITING:
            self._labels.clear()
        self._labels.append((line, label))
        self._misses, self._taken = 0, False

    def clear(self) -> None:
        """Nothing below belongs to them."""
        self._labels.clear()

    def take(self, line: Line, day_first: bool | None) -> Told | None:
        """What `line`, which has no labels, says of the first of them that it can be the value of."""
        for place, (above, label) in enumerate(self._labels):
            if not line.near(above):
                continue
            found = _under(above, label, line, line.cells[0], day_first)
            if found is not None:
                del self._labels[: place + 1]
                self._taken = True
                return Told(label.field, found, wraps=not self._labels)
        self._misses += 1
        if self._misses >= MOST_MISSES:
            self._labels.clear()
        return None


def _under(above: Line, label: Label, line: Line, cell: tuple[int, int], day_first: bool | None) -> Value | None:
    """What `cell` of `line` says under its label in the line `above`."""
    start, end = cell
    if label.field == "signature_field":
        return None
    if label.field in TIMES:
        return instant(line.text, start, end, day_first)
    if shaped := values.taking(label.field):
        return shaped(line.text, start, end, above.text[label.start : label.end])
    return free(label.field, line.text, start, end)
