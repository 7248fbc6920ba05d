"""Tables that fit the terminal: clocks, instants and amounts stay whole, names and ids give way.

Rich cuts whatever column it likes and always at the end, which makes `1 284 300.00 RUB` another amount and two long ids
the same one. So each line says how it may be cut, and the widths are settled before the table is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rich import box
from rich.cells import cell_len, chop_cells
from rich.table import Table
from rich.text import Text

_GAP = 2
_LEAST = 8
_WIDE = "\u2e80-\u9fff\uff00-\uffef"
_PARTS = re.compile(rf"((?:[\d−][\d.\u202f]* [A-Z]{{3}}\b|[{_WIDE}]| |[^ {_WIDE}]+)[，。：；、）”！？]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a cell. `cut`: words lose their end, ids their middle, and what may never be cut stays whole."""

    text: str
    style: str = ""
    cut: Literal["never", "end", "middle"] = "never"

    def fitted(self, width: int) -> Text:
        """In at most `width` cells, where it may be cut."""
        if self.cut == "middle":
            return Text(shortened(self.text, width), style=self.style)
        if self.cut == "end" and cell_len(self.text) > width:
            return Text(chop_cells(self.text, max(1, width - 1))[0].rstrip() + "…", style=self.style)
        return Text(self.text, style=self.style)


Cell: TypeAlias = Sequence[Line]


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column. It is never cut."""

    text: str
    right: bool = False


def grid(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]], width: int) -> Table:
    """A table of at most `width` cells where that can be; `rows` has a cell for each heading."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, _GAP, 0, 0), collapse_padding=True)
    for heading, size in zip(headings, _widths(headings, rows, width), strict=True):
        justify: Literal["left", "right"] = "right" if heading.right else "left"
        table.add_column(heading.text, justify=justify, no_wrap=True, width=size)
    sizes = [column.width or 0 for column in table.columns]
    for row in rows:
        table.add_row(
            *(Text("\n").join(line.fitted(size) for line in cell) for cell, size in zip(row, sizes, strict=True))
        )
    return table


def _widths(headings: Sequence[Heading], rows: Sequence[Sequence[Cell]], width: int) -> list[int]:
    """The natural width of each column; where together they are too wide, the widest gives way first."""
    natural, least = [], []
    for index, heading in enumerate(headings):
        lines = [line for row in rows for line in row[index]]
        whole = max((cell_len(line.text) for line in lines if line.cut == "never"), default=0)
        natural.append(max([cell_len(heading.text), *(cell_len(line.text) for line in lines)]))
        cuttable = any(line.cut != "never" for line in lines)
        least.append(max(whole, min(_LEAST, natural[-1])) if cuttable else natural[-1])
    room = width - (_GAP + 1) * (len(headings) - 1)
    while sum(natural) > room:
        widest = max(range(len(natural)), key=lambda index: (natural[index] > least[index], natural[index]))
        if natural[widest] <= least[widest]:
            break
        natural[widest] -= 1
    return natural


def shortened(text: str, width: int) -> str:
    """`text` in at most `width` cells, its middle left out: both ends tell ids apart, a cut end does not."""
    if cell_len(text) <= width:
        return text
    head = chop_cells(text, max(1, width // 2))[0]
    tail = chop_cells(text[::-1], max(1, width - 1 - cell_len(head)))[0][::-1]
    return f"{head}…{tail}"


def sentence(text: str, width: int, style: str = "") -> Text:
    """`text` in lines broken at plain spaces alone: Rich also breaks at those that hold an amount together."""
    return Text("\n", style=style).join(Text(line) for line in _lines(text, width))


def _lines(text: str, width: int) -> Iterator[str]:
    """Chinese has no spaces between words: a line may end after each sign but before no closing one. Amounts stay."""
    line = ""
    for part in _PARTS.findall(text):
        if line.strip() and cell_len(line) + cell_len(part) > width and part != " ":
            yield line.rstrip(" ")
            line = ""
        line += part if line or part != " " else ""
    yield line


def flow(parts: Sequence[Text], width: int, *, between: str = " · ") -> Text:
    """`parts` one after the other, none of them broken; what no longer fits goes on in the next line."""
    text, used = Text(), 0
    for part in parts:
        if used and used + len(between) + part.cell_len > width:
            text.append("\n")
            used = 0
        elif used:
            text.append(between)
            used += len(between)
        text.append_text(part)
        used += part.cell_len
    return text
