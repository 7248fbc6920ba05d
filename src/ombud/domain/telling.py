"""When somebody may be told: quiet hours, the hour of a digest, and alarms of the last hours that break both (S14)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ombud.domain.problems import N_, OmbudError, Problem

LAST_HOURS = timedelta(hours=6)
"""Where less than this is left to answer, nobody's night is worth the case."""
RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
)
"""How long after each failure it is tried again; after the last of them it is given up, and the log says so."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Times of day in `zone`. quiet: (from, to), over midnight where it ends before it begins. digest: when everything
    comes in one message; None: at once."""

    zone: str
    quiet: tuple[time, time] | None = None
    digest: time | None = None

    def told_at(self, at: datetime, left: timedelta | None) -> datetime:
        """When what is to be told at `at` may be told. left: what is left to answer; None where nobody has to."""
        if left is not None and left <= LAST_HOURS:
            return at
        if self.digest is not None:
            return self._next(self.digest, at)
        if self.quiet is None or not self._is_quiet(at):
            return at
        ends = self._next(self.quiet[1], at)
        # who would wake up to less than the last hours is woken before
        return at if left is not None and at + left - LAST_HOURS < ends else ends

    def _is_quiet(self, at: datetime) -> bool:
        begins, to = self.quiet or (time(), time())
        now = at.astimezone(ZoneInfo(self.zone)).time()
        if begins <= to:
            return begins <= now < to
        return now >= begins or now < to

    def _next(self, of_day: time, at: datetime) -> datetime:
        local = at.astimezone(ZoneInfo(self.zone))
        today = local.replace(hour=of_day.hour, minute=of_day.minute, second=0, microsecond=0)
        found = today if today > local else today + timedelta(days=1)
        return found.astimezone(at.tzinfo)


def time_of_day(text: str) -> time | None:
    """`22:00` -> that time; None of an empty text. Raises OmbudError where it is none."""
    if not text:
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise OmbudError(
            Problem("no_time_of_day", N_("{text!r} is no time of day."), {"text": text}, mend=N_("Write 22:00."))
        )
    return time.fromisoformat(text)
