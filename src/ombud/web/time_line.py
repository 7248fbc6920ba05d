"""What happened to an order as a line in time, placed in shares of its length, to be drawn as SVG at any width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from ombud.domain.countdown import Awaits, Clock
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.languages import _
from ombud.store import books
from ombud.store.case_file import CaseFile, Track
from ombud.words import tracks
from ombud.words.times import minutes, span

MOST_TRACKS = 3
_LANES = (14, 28, 66, 80)
"""Where labels stand, in pixels from the top; the line of the order is between the second and the third."""
_LINE = 44
_FIRST_TRACK, _TRACK = 108, 30
_LETTER = 2.0
"""Per cent of the width that a letter of a label takes on a phone; a Han character takes two."""
_HAN = 0x2E80
_ORDER = (
    ("paid_at", N_("paid")),
    ("ship_by", N_("ship by")),
    ("shipped_at", N_("marked shipped")),
    ("delivered_at", N_("marked delivered")),
    ("cancelled_at", N_("cancelled")),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """x: per cent of the width; tone: a class; label: empty where there is no room, and `said` says it on a touch."""

    x: str
    y: int
    tone: str
    said: str
    label: str = ""
    label_y: int = 0
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one mark to the next; gap: nothing was heard for long."""

    x1: str
    x2: str
    y: int
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The wait of the book that ran out; or the window to answer."""

    x: str
    width: str
    said: str


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Everything that is drawn."""

    height: int
    marks: tuple[Mark, ...]
    stretches: tuple[Stretch, ...]
    window: Window | None
    now: str
    first: str
    last: str
    tracks: tuple[tuple[int, str], ...] = field(default=())


def time_line(file: CaseFile, book: Rulebook, clock: Clock, at: datetime) -> TimeLine | None:
    """None where nothing has an instant."""
    order = sorted(_of_order(file, clock), key=lambda one: one[0])
    shown = file.tracks[:MOST_TRACKS]
    every = [instant for instant, _tone, _said in order] + [at for one in shown for at in _instants(one)]
    if not every:
        return None
    wait = _wait(file, book)
    if wait is not None:
        every.append(file.case.fires_at - wait)
    scale = _Scale(min(every), max(every))
    taken: list[list[tuple[float, float]]] = [[] for _lane in _LANES]
    marks = [_mark(scale, instant, tone, said, taken) for instant, tone, said in order]
    stretches = [Stretch(scale.x(order[0][0]), scale.x(order[-1][0]), _LINE)] if order else []
    rows = []
    below = any(mark.label_y > _LINE for mark in marks)
    top = _FIRST_TRACK if below else _FIRST_TRACK - _TRACK
    for number, track in enumerate(shown):
        y = top + number * _TRACK
        rows.append((y - 9, f"{track.parcel.carrier} {track.parcel.tracking_number}"))
        found, dashes = _of_track(track, scale, y)
        marks += found
        stretches += dashes
    return TimeLine(
        top + len(shown) * _TRACK - 12 if shown else (92 if below else 62),
        tuple(marks),
        tuple(stretches),
        _window(file, scale, wait),
        scale.x(at) if scale.first <= at <= scale.last else "",
        minutes(scale.first),
        minutes(scale.last),
        tuple(rows),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime

    def share(self, instant: datetime) -> float:
        """2 to 98: a mark at either end is drawn whole."""
        whole = (self.last - self.first) or timedelta(seconds=1)
        return 2 + 96 * ((instant - self.first) / whole)

    def x(self, instant: datetime) -> str:
        return f"{self.share(instant):.2f}%"


def _of_order(file: CaseFile, clock: Clock) -> Iterator[tuple[datetime, str, str]]:
    for column, words in _ORDER:
        instant = getattr(file.order, column)
        if instant is not None:
            yield instant, "ahead" if column == "ship_by" else "happened", _(words)
    for one in file.complaints:
        yield one.opened_at, "bad", _("complaint")
    for track in file.tracks:
        if track.parcel.delivered_at:
            yield track.parcel.delivered_at, "good", _("delivered")
    yield file.case.opened_at, "bad", _("case opened")
    if file.standing.submitted_at is not None:
        yield file.standing.submitted_at, "happened", _("handed in")
    if file.standing.closed_at is not None:
        yield file.standing.closed_at, "happened", _("closed")
    elif clock.until is not None:
        yield clock.until, "ahead", _("due") if clock.awaits is Awaits.ANSWER else _("ruling")


def _wait(file: CaseFile, book: Rulebook) -> timedelta | None:
    version = None if file.case.route else books.cited(book, file.case.clause)
    wait = getattr(version.value, "wait", None) if version else None
    return wait if isinstance(wait, timedelta) and wait else None


def _window(file: CaseFile, scale: _Scale, wait: timedelta | None) -> Window | None:
    if wait is None:
        return None
    start, end = scale.share(file.case.fires_at - wait), scale.share(file.case.fires_at)
    return Window(f"{start:.2f}%", f"{end - start:.2f}%", span(wait))


def _mark(scale: _Scale, instant: datetime, tone: str, said: str, taken: Sequence[list[tuple[float, float]]]) -> Mark:
    """With its label in the first lane that has room for it."""
    share, width = scale.share(instant), _LETTER * sum(2 if ord(letter) >= _HAN else 1 for letter in said)
    anchor = "start" if share < width / 2 else "end" if share > 100 - width / 2 else "middle"
    left = share - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    whole = f"{said} · {minutes(instant)} UTC"
    for lane, others in enumerate(taken):
        if all(left >= end or left + width <= start for start, end in others):
            others.append((left - _LETTER, left + width + _LETTER))
            return Mark(f"{share:.2f}%", _LINE, tone, whole, said, _LANES[lane], anchor)
    return Mark(f"{share:.2f}%", _LINE, tone, whole)


def _instants(track: Track) -> list[datetime]:
    return [track.parcel.registered_at, *(scan.scanned_at for scan in track.scans)]


def _of_track(track: Track, scale: _Scale, y: int) -> tuple[list[Mark], list[Stretch]]:
    number = Mark(scale.x(track.parcel.registered_at), y, "number", _("number put on the order"))
    marks = {_dot(scale, track.parcel.registered_at): number}
    for scan in track.scans:
        tone = "label" if scan.code == "label_created" else "scan"
        said = f"{tracks.scan(scan)} · {tracks.place(scan)} · {minutes(scan.scanned_at)} UTC"
        marks.setdefault(_dot(scale, scan.scanned_at), Mark(scale.x(scan.scanned_at), y, tone, said))
    instants = sorted(_instants(track))
    ahead = [(start, end) for start, end in pairwise(instants) if end > start]
    long = [pair for pair in ahead if pair[1] - pair[0] >= tracks.GAP]
    lines = [Stretch(scale.x(start), scale.x(end), y, gap=True) for start, end in long]
    return list(marks.values()), [*_between(instants, long, scale, y), *lines]


def _dot(scale: _Scale, instant: datetime) -> int:
    """Marks nearer than this to each other are one dot: a track may have thousands."""
    return round(scale.share(instant) * 4)


def _between(
    instants: Sequence[datetime], gaps: Sequence[tuple[datetime, datetime]], scale: _Scale, y: int
) -> Iterator[Stretch]:
    """What is no gap, in as few lines as there are gaps: a track has thousands of scans."""
    start = instants[0]
    for left, right in gaps:
        if left > start:
            yield Stretch(scale.x(start), scale.x(left), y)
        start = right
    if instants[-1] > start:
        yield Stretch(scale.x(start), scale.x(instants[-1]), y)
