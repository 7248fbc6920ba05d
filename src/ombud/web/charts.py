"""Figures that people look at rather than read, drawn as SVG on the server: curves with their limit, bars, spans.

Each function turns data into markup and knows nothing else. What is drawn is named by its title and description; the
numbers themselves stand beside it in words or in a table. Coordinates are whole tenths: nothing is ever a float.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ombud.domain.health import MOMENT

Points = Sequence[tuple[date, Fraction | None]]
"""A value for each day, None where nothing was measured."""

_WIDTH, _HEIGHT = 400, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 68, 396, 10, 124
_SPARK = (96, 24)


@dataclass(frozen=True, slots=True)
class Line:
    """The limit that is drawn: `least`: values below it are beyond it, else those at or above it. `said`: its words."""

    value: Fraction
    said: str
    least: bool = False

    def is_passed(self, value: Fraction) -> bool:
        """Whether a value is drawn as beyond the line."""
        return value < self.value if self.least else value >= self.value


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where days and values go."""

    left: int
    right: int
    top: int
    bottom: int
    low: Fraction
    high: Fraction
    days: int

    def x(self, index: int) -> Fraction:
        return Fraction(self.left) + Fraction((self.right - self.left) * index, max(self.days - 1, 1))

    def y(self, value: Fraction) -> Fraction:
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def at(self, index: int, value: Fraction) -> str:
        return f"{tenths(self.x(index))},{tenths(self.y(value))}"


def tenths(number: Fraction | int) -> str:
    """`12.3`: a coordinate."""
    whole = round(Fraction(number) * 10)
    sign, rest = ("-" if whole < 0 else ""), abs(whole)
    return f"{sign}{rest // 10}" + (f".{rest % 10}" if rest % 10 else "")


def curve(
    key: str,
    title: str,
    said: str,
    points: Points,
    *,
    line: Line | None = None,
    shown: Callable[[Fraction], str],
    from_zero: bool = True,
) -> SafeString:
    """A value over days with its limit. `key`: unlike any other of the page; `shown`: a value in words.

    What lies beyond the limit is drawn a second time, in another colour and thicker. Days without a value are gaps.
    """
    frame = _frame(points, line, (_LEFT, _RIGHT, _TOP, _BOTTOM), from_zero=from_zero)
    ends = [
        (tenths(frame.x(index)), tenths(frame.y(value)))
        for index, (_day, value) in enumerate(points)
        if value is not None
    ][-1:]
    first, last = (points[0][0].isoformat(), points[-1][0].isoformat()) if points else ("", "")
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{k}-t {k}-d">'
        '<title id="{k}-t">{}</title><desc id="{k}-d">{}</desc>'
        '<path class="axis" d="M{l} {t}H{r}M{l} {b}H{r}"/>{}{}{}{}'
        '<text x="{beside}" y="{upper}" text-anchor="end">{}</text>'
        '<text x="{beside}" y="{b}" text-anchor="end">{}</text><text x="{l}" y="{below}">{}</text>'
        '<text x="{r}" y="{below}" text-anchor="end">{}</text></svg>',
        _WIDTH,
        _HEIGHT,
        title,
        said,
        _limit(frame, line, written=True),
        _drawn("curve", frame, _pieces(points)),
        _drawn("curve over", frame, _beyond(points, line)),
        format_html_join("", '<circle class="end" cx="{}" cy="{}" r="3"/>', ends),
        shown(frame.high),
        shown(frame.low),
        first,
        last,
        k=key,
        l=_LEFT,
        r=_RIGHT,
        t=_TOP,
        b=_BOTTOM,
        beside=_LEFT - 6,
        upper=_TOP + 8,
        below=_HEIGHT - 5,
    )


def spark(title: str, points: Points, *, line: Line | None = None, from_zero: bool = True) -> SafeString:
    """The same curve as small as a word; its title says what it shows."""
    width, height = _SPARK
    frame = _frame(points, line, (1, width - 1, 2, height - 2), from_zero=from_zero)
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        width,
        height,
        title,
        _limit(frame, line, written=False),
        _drawn("curve", frame, _pieces(points)),
        _drawn("curve over", frame, _beyond(points, line)),
    )


def bar(part: int, whole: int, *, lost: int = 0) -> SafeString:
    """A bar of `part` of `whole`, with `lost` of the part in another colour. The numbers stand beside it."""
    return format_html(
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="8"/><rect class="bar" width="{}" height="8"/>'
        '<rect class="bar bad" width="{}" height="8"/></svg>',
        *(tenths(Fraction(100 * min(count, whole), whole) if whole else 0) for count in (part, lost)),
    )


def spans(
    title: str, stretches: Iterable[tuple[datetime, datetime | None]], since: datetime, until: datetime
) -> SafeString:
    """Stretches of the time from `since` to `until`, in one line; what has no end lasts to its end."""
    shown = [(max(begun, since), min(ended or until, until)) for begun, ended in stretches]
    drawn = [
        (tenths(_percent(begun - since, until - since)), tenths(max(_percent(end - begun, until - since), Fraction(1))))
        for begun, end in shown
        if begun < end
    ]
    return format_html(
        '<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" width="100" height="8"/>{}</svg>',
        title,
        format_html_join("", '<rect class="bar bad" x="{}" width="{}" height="8"/>', drawn),
    )


def _percent(part: timedelta, whole: timedelta) -> Fraction:
    return Fraction(100 * (part // MOMENT), whole // MOMENT)


def _frame(points: Points, line: Line | None, box: tuple[int, int, int, int], *, from_zero: bool) -> _Frame:
    values = [value for _day, value in points if value is not None] + ([line.value] if line else [])
    top, low = max(values, default=Fraction(0)), min(values, default=Fraction(0))
    if from_zero or low == top == 0:
        return _Frame(*box, Fraction(0), top or Fraction(1, 100), len(points))
    low = max(low - (top - low) / 5, Fraction(0)) if low < top else low - Fraction(1, 100)
    return _Frame(*box, low, top, len(points))


Piece = list[tuple[int, Fraction]]


def _pieces(points: Points) -> list[Piece]:
    """The stretches without a gap, as (number of the day, value)."""
    pieces: list[Piece] = [[]]
    for index, (_day, value) in enumerate(points):
        if value is not None:
            pieces[-1].append((index, value))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _beyond(points: Points, line: Line | None) -> list[Piece]:
    if line is None:
        return []
    return _pieces([(day, value if value is not None and line.is_passed(value) else None) for day, value in points])


def _drawn(name: str, frame: _Frame, pieces: list[Piece]) -> SafeString:
    """One path of all pieces; a day that stands alone is as wide as a day."""
    if not pieces:
        return SafeString("")
    steps = []
    for piece in pieces:
        steps.append("M" + "L".join(frame.at(index, value) for index, value in piece))
        if len(piece) == 1:
            steps.append("h2")
    return format_html('<path class="{}" d="{}"/>', name, "".join(steps))


def _limit(frame: _Frame, line: Line | None, *, written: bool) -> SafeString:
    if line is None:
        return SafeString("")
    y = frame.y(line.value)
    drawn = format_html('<path class="limit" d="M{} {}H{}"/>', frame.left, tenths(y), frame.right)
    if not written:
        return drawn
    over = y - 4 if y > frame.top + 14 else y + 12
    words = format_html('<text class="limit-word" x="{}" y="{}">{}</text>', frame.left + 4, tenths(over), line.said)
    return drawn + words
