"""What is said of a case on a terminal: the words that every door shares, and its clock in the colours of one."""

from __future__ import annotations

from datetime import datetime, timedelta

from ombud.cli import cells
from ombud.cli.grid import Line
from ombud.cli.say import _
from ombud.domain.countdown import Awaits, Clock
from ombud.words import cases as words
from ombud.words.cases import AWAITED, account, handled_by, money_line, place, state, status, title

__all__ = [
    "AWAITED",
    "account",
    "clock",
    "clock_lines",
    "handled_by",
    "money_line",
    "place",
    "state",
    "status",
    "title",
]


def clock(running: Clock, at: datetime) -> Line:
    """What is left in one line: `17 h 42 min`, `ruling 1 d 03 h`, `to be reviewed`, `too late`."""
    said, urgency = words.clock(running, at)
    if urgency is not None:
        return Line(said, cells.COLOURS[urgency])
    return Line(said, "" if running.awaits is Awaits.RULING else "dim")


def clock_lines(running: Clock, at: datetime) -> tuple[Line, Line]:
    """The same in two lines: what is left, and what it means where that does not say so itself."""
    left = running.countdown(at)
    if left is None or left.left <= timedelta():
        return clock(running, at), Line("")
    if running.awaits is Awaits.RULING:
        return Line(left.say(_)), Line(_("to the ruling"), "dim")
    return cells.clock(left), Line(left.word(_), "dim")
