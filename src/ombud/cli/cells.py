"""What fills the cells of every table: clocks, instants in two zones, rates, curves. The same everywhere."""

from __future__ import annotations

from fractions import Fraction

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ombud.cli.grid import Line
from ombud.cli.say import _
from ombud.domain.countdown import Countdown, Urgency
from ombud.words.times import in_zone, iso_in_zone, minutes, rate, span

__all__ = ["COLOURS", "bar", "clock", "in_zone", "indented", "iso_in_zone", "minutes", "plain_table", "rate", "span"]

COLOURS = {
    Urgency.TOO_LATE: "bold red",
    Urgency.UNDER_AN_HOUR: "bold red",
    Urgency.DUE_TODAY: "yellow",
    Urgency.THIS_WEEK: "",
    Urgency.LATER: "",
}
_BARS = "▁▂▃▄▅▆▇█"


def clock(left: Countdown) -> Line:
    """What is left, coloured by what it means."""
    return Line(left.say(_), COLOURS[left.urgency])


def bar(share: Fraction | None, full: Fraction) -> str:
    """One cell of a curve: eight heights up to `full`; a gap where nothing was measured."""
    if share is None:
        return " "
    return _BARS[min(int(share / full * len(_BARS)), len(_BARS) - 1)] if full else _BARS[0]


def plain_table() -> Table:
    """Rows of names and values without lines around them; cells too long for their column go on below."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for _column in range(4):
        table.add_column(overflow="fold")
    return table


def indented(words: str) -> Padding:
    """A quiet line that says why there is nothing here."""
    return Padding(Text(words, style="dim"), (0, 0, 0, 2))
