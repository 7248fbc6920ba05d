"""What fills the cells of every table: clocks, instants in two zones, rates, curves. The same everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ombud.cli.grid import Line
from ombud.cli.say import _
from ombud.domain.countdown import Countdown, Urgency
from ombud.domain.health import percent
from ombud.domain.instants import format_span
from ombud.domain.problems import N_

COLOURS = {
    Urgency.TOO_LATE: "bold red",
    Urgency.UNDER_AN_HOUR: "bold red",
    Urgency.DUE_TODAY: "yellow",
    Urgency.THIS_WEEK: "",
    Urgency.LATER: "",
}
_BARS = "▁▂▃▄▅▆▇█"
_SPANS = {"d": N_("{count}d"), "h": N_("{count}h"), "m": N_("{count}m"), "s": N_("{count}s")}
_PLACES = {
    "Almaty": N_("Almaty"),
    "Berlin": N_("Berlin"),
    "Chicago": N_("Chicago"),
    "Hong_Kong": N_("Hong Kong"),
    "Istanbul": N_("Istanbul"),
    "Kaliningrad": N_("Kaliningrad"),
    "Krasnoyarsk": N_("Krasnoyarsk"),
    "London": N_("London"),
    "Los_Angeles": N_("Los Angeles"),
    "Minsk": N_("Minsk"),
    "Moscow": N_("Moscow"),
    "New_York": N_("New York"),
    "Novosibirsk": N_("Novosibirsk"),
    "Omsk": N_("Omsk"),
    "Samara": N_("Samara"),
    "Shanghai": N_("Shanghai"),
    "Singapore": N_("Singapore"),
    "Tashkent": N_("Tashkent"),
    "Urumqi": N_("Urumqi"),
    "Vladivostok": N_("Vladivostok"),
    "Yekaterinburg": N_("Yekaterinburg"),
}
"""Where most stores are; a zone of another name is told by its own."""


def minutes(instant: datetime) -> str:
    """`2026-03-12 08:00`, in UTC; what is past the minute is left out, never rounded up."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"


def in_zone(instant: datetime, zone: str) -> str:
    """The wall clock of a store beside the UTC day above it: `11:00 Moscow`, or with the day where it is another."""
    local = instant.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", 1)[-1]
    place = _(_PLACES.get(city, city.replace("_", " ")))
    same = local.date() == instant.astimezone(UTC).date()
    return f"{local:%H:%M} {place}" if same else f"{local:%m-%d %H:%M} {place}"


def iso_in_zone(instant: datetime, zone: str) -> str:
    """ISO 8601 with the offset of the store's zone, for programs."""
    return instant.astimezone(ZoneInfo(zone)).isoformat()


def span(length: timedelta) -> str:
    """`48h`, `90d`: as a book writes it, with the unit in the reader's language."""
    text = format_span(length)
    return _(_SPANS[text[-1]]).format(count=text[:-1])


def clock(left: Countdown) -> Line:
    """What is left, coloured by what it means."""
    return Line(left.say(_), COLOURS[left.urgency])


def rate(share: Fraction | None, bound: Fraction | None = None) -> str:
    """`0.83 %`, or a dash where nothing was measured."""
    return "–" if share is None else f"{percent(share, bound)} %"


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
