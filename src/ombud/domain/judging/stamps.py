"""Times that stand on a piece, as instants: where no zone is written one is assumed, and that is said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias
from zoneinfo import ZoneInfo

from ombud.domain.judging.subject import Subject
from ombud.domain.said import Said

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_YEARS = range(1990, 2200)
"""Of marketplaces; a clock that shows another year was misread or never set."""
_HOURS = range(-12, 15)
"""Hours that clocks of the world lie from UTC."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """One time that was read. `instant` is its first one, `lasts` how long it is that time: a minute where no seconds
    stand there. `zone` is the one that was assumed, or empty where one is written."""

    said: Said
    instant: datetime
    lasts: timedelta
    zone: str

    def off(self, logged: datetime) -> timedelta:
        """How far it lies from `logged`, in favour of what it may have been."""
        if logged < self.instant:
            return self.instant - logged
        return max(logged - self.instant - self.lasts, timedelta())

    def off_by_zone(self, logged: datetime, tolerance: timedelta) -> bool:
        """Whether it is that time by the clock of another zone."""
        if not self.zone:
            return False
        here = self.instant.astimezone(UTC)
        own = self.instant.utcoffset() or timedelta()
        return any(
            Stamp(self.said, here + own - hours * HOUR, self.lasts, "").off(logged) <= tolerance for hours in _HOURS
        )

    @property
    def text(self) -> str:
        """ISO 8601 by the clock that it was read by, with the name of an assumed zone after it: RFC 9557."""
        written = self.instant.isoformat(timespec="minutes" if self.lasts else "seconds")
        return f"{written}[{self.zone}]" if self.zone else written

    def by_same_clock(self, instant: datetime) -> str:
        """Another instant as this clock would show it."""
        return instant.astimezone(self.instant.tzinfo).isoformat(timespec="seconds")


Zone: TypeAlias = tuple[str, tzinfo]
"""A zone by its name."""


def stamps(said: Iterable[Said], zones: Sequence[Zone]) -> list[Stamp]:
    """Those among `said` that have a time of day, once for each of `zones` where none is written. A mere date is no
    timestamp."""
    return [stamp for one in said for stamp in _stamps(one, zones)]


def zones_of(subject: Subject) -> tuple[Zone, ...]:
    """The zone of the store, by which its people set their clocks (UTC where nobody knows it), then those of the book,
    by which carriers do."""
    own = _zone(str(subject.row.get("store.timezone") or "UTC")) or ("UTC", UTC)
    named = subject.by.content.zones if subject.by.content else ()
    others = [zone for name in named if name != own[0] and (zone := _zone(name)) is not None]
    return (own, *others)


def _zone(name: str) -> Zone | None:
    try:
        return name, ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _stamps(said: Said, zones: Sequence[Zone]) -> Iterator[Stamp]:
    text = str(said.value).replace(" ", "T")
    _, has_time, clock = text.partition("T")
    if not has_time:
        return
    lasts = timedelta() if clock.count(":") - _colons_of_offset(clock) >= 2 else MINUTE - timedelta(microseconds=1)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return
    if read.year not in _YEARS:
        return
    if read.tzinfo is not None:
        yield Stamp(said, read, lasts, "")
        return
    yield from (Stamp(said, read.replace(tzinfo=zone), lasts, name) for name, zone in zones)


def _colons_of_offset(clock: str) -> int:
    offset = max(clock.rfind("+"), clock.rfind("-"))
    return clock.count(":", offset) if offset >= 0 else 0
