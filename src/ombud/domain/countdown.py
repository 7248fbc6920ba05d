"""How long is left, in the one form that queue, case, mail and export show: `2 d 03 h`, `17 h 42 min`, `41:07`.

What is left is rounded down to the last figure shown, so that nobody counts on time that is not there; `00:00` is the
last second of an open window. A window is shut at its due instant and not before: only from then on it is too late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ombud.domain.cases import ENDS, Standing, State
from ombud.domain.problems import N_

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Urgency(StrEnum):
    """What a countdown means, the most pressing first."""

    TOO_LATE = "too_late"  # the due instant has come
    UNDER_AN_HOUR = "under_an_hour"
    DUE_TODAY = "due_today"  # less than 24 hours are left: what a calendar calls today depends on its zone
    THIS_WEEK = "this_week"
    LATER = "later"


WORDS: dict[Urgency, str] = {
    Urgency.TOO_LATE: N_("too late"),
    Urgency.UNDER_AN_HOUR: N_("under an hour"),
    Urgency.DUE_TODAY: N_("due today"),
    Urgency.THIS_WEEK: N_("this week"),
    Urgency.LATER: N_("later"),
}
"""The words that carry the meaning; colour only repeats it."""


@dataclass(frozen=True, slots=True)
class Countdown:
    """The span from `at` to `due_at`, zero or less once the window is shut."""

    left: timedelta

    @property
    def urgency(self) -> Urgency:
        """Boundaries count towards the milder word: a whole hour left is *due today*, no time left is *too late*."""
        if self.left <= timedelta():
            return Urgency.TOO_LATE
        for span, urgency in (
            (HOUR, Urgency.UNDER_AN_HOUR),
            (DAY, Urgency.DUE_TODAY),
            (WEEK, Urgency.THIS_WEEK),
        ):
            if self.left < span:
                return urgency
        return Urgency.LATER

    def word(self, translate: Callable[[str], str] = str) -> str:
        """*due today*, *under an hour*, *too late*, in the reader's language."""
        return translate(WORDS[self.urgency])

    def say(self, translate: Callable[[str], str] = str) -> str:
        """`2 d 03 h`, under a day `17 h 42 min`, under an hour `41:07`; from the due instant on `too late`."""
        if self.left <= timedelta():
            return translate(WORDS[Urgency.TOO_LATE])
        seconds = self.left // timedelta(seconds=1)
        if self.left >= DAY:
            return translate(N_("{days} d {hours:02} h")).format(days=seconds // 86_400, hours=seconds // 3_600 % 24)
        if self.left >= HOUR:
            return translate(N_("{hours} h {minutes:02} min")).format(
                hours=seconds // 3_600, minutes=seconds // 60 % 60
            )
        return f"{seconds // 60:02}:{seconds % 60:02}"


def countdown(due_at: datetime, at: datetime) -> Countdown:
    """What is left at `at` of a window that shuts at `due_at`."""
    return Countdown(due_at - at)


class Awaits(StrEnum):
    """What a case waits for, and so what it means that its time runs out."""

    ANSWER = "answer"  # the seller's: when the window shuts the case is lost
    RULING = "ruling"  # handed in, and recommended: the ruling takes effect by itself
    REVIEWER = "reviewer"  # handed in: somebody has to rule, and no clock does it for them
    OTHERS = "others"  # a process elsewhere, whose clock is not ours
    NOTHING = "nothing"  # it is closed


@dataclass(frozen=True, slots=True)
class Clock:
    """What a case waits for, and until when; `until` is null where no clock runs."""

    awaits: Awaits
    until: datetime | None = None

    def countdown(self, at: datetime) -> Countdown | None:
        """What is left at `at`; None where no clock runs."""
        return None if self.until is None else countdown(self.until, at)

    def urgency(self, at: datetime) -> Urgency | None:
        """How pressing it is at `at`; None where the seller has nothing to lose by waiting: what was handed in in time
        is never too late."""
        return countdown(self.until, at).urgency if self.awaits is Awaits.ANSWER and self.until else None


def clock_of(standing: Standing) -> Clock:
    """The one clock of a case that stands so."""
    if standing.state in ENDS:
        return Clock(Awaits.NOTHING)
    if standing.state is State.UNDER_REVIEW:
        return Clock(Awaits.RULING, standing.rule_at) if standing.rule_at else Clock(Awaits.REVIEWER)
    if standing.state is State.ROUTED and (standing.due_at is None or standing.submitted_at is not None):
        return Clock(Awaits.OTHERS)
    return Clock(Awaits.ANSWER, standing.due_at)


def next_reminder(spans: Iterable[timedelta], due_at: datetime, after: datetime) -> datetime | None:
    """The first instant later than `after` that lies one of `spans` before `due_at`; None: the last was told."""
    return min((due_at - span for span in spans if due_at - span > after), default=None)
