"""The one loop that runs everything: what is due by now?

`tick` does it once, for a given instant: the demo, the tests and a back-test live on it. `run` does it again and again
by the clock; this and the command line are the only places that look at one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from ombud.actions import retention
from ombud.actions.cases import Books, Progress, open_due
from ombud.actions.closings import close_windows, settle_left
from ombud.actions.reminders import remind
from ombud.actions.rulings_due import rule_due
from ombud.actions.sanctions import review
from ombud.actions.seals import Sealing, keep_sealed
from ombud.domain.problems import OmbudError
from ombud.store import database, due

ACTOR = "ombud work"
LEAST_WAIT = timedelta(seconds=1)
"""Between two looks, also where something is due that another worker has in hand."""
LONGEST_WAIT = timedelta(minutes=1)
"""Between two tries while the store is away."""


@dataclass(frozen=True)
class TickReport:
    """What a tick did. `opened`: disputes; `routed`: cases that other processes decide; `withdrawn`: cases that ended
    because the buyer took the complaint back; `ruled`: rulings that took effect; `closed`: cases lost by the clock;
    `settled`: cases closed before settling was known; `reminded`: reminders put; `let_go`: files whose time was over;
    `held`: minor units by currency; `without_book`: due orders by platform that has no book.
    """

    at: datetime
    checked: int = 0
    opened: int = 0
    closed: int = 0
    reminded: int = 0
    held: Counter[str] = field(default_factory=Counter)
    without_book: Counter[str] = field(default_factory=Counter)
    sealing: Sealing = field(default=Sealing(), compare=False)
    ruled: int = 0
    routed: int = 0
    withdrawn: int = 0
    settled: int = 0
    let_go: int = 0

    @property
    def did_anything(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.checked or self.ruled or self.closed or self.settled or self.reminded or self.let_go)


def tick(
    at: datetime,
    *,
    books: Books,
    actor: str = ACTOR,
    rules_at: datetime | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> TickReport:
    """Does everything that is due at `at`: opens the cases that have fired, lets rulings take effect, closes those
    whose window has shut and settles them, tells again of those that run out, begins and ends sanctions.

    Doing it twice does nothing the second time. rules_at: the books as in force then, whatever the instants of the
    facts. Raises OmbudError where the store cannot be used; what was done in the batches before stays done.
    """
    swept = open_due(at, books=books, actor=actor, rules_at=rules_at, progress=progress, stop=stop)
    ruled = rule_due(at, books=books, actor=actor, rules_at=rules_at, progress=progress)
    closed = close_windows(at, books=books, actor=actor, rules_at=rules_at, progress=progress)
    settled = settle_left(books=books, actor=actor)
    reminded = remind(at, books=books)
    review(at, books=books, actor=actor, rules_at=rules_at)
    sealing = keep_sealed(at, every=settings.SEAL_EVERY)
    return TickReport(
        at,
        checked=swept.checked,
        opened=swept.opened,
        routed=swept.routed,
        withdrawn=swept.withdrawn,
        ruled=ruled,
        closed=closed,
        settled=settled,
        reminded=reminded,
        held=swept.held,
        without_book=swept.without_book,
        sealing=sealing,
        let_go=retention.let_go(at),
    )


def run(
    *,
    books: Books | Callable[[], Books],
    clock: Callable[[], datetime],
    wait: Callable[[timedelta], bool],
    every: timedelta,
    tell: Callable[[TickReport | OmbudError], None],
) -> None:
    """Ticks by `clock` until `wait` gives True; it is told how long to wait at most, and gives True to stop.

    It looks again when the next thing is due, at the latest after `every`: new facts may have come. While the store is
    away it tries again, ever less often. A clock that is set back does not make it go back: it stays at the latest
    instant it has seen. `tell` hears of every tick that did something and of every failure. books: or what gives them,
    asked anew for each tick, so that a book that somebody puts in force holds from the next one on. Raises OmbudError
    where waiting does not mend it.
    """
    latest = clock()
    failures = 0
    stopped = False
    while not stopped:
        latest = max(latest, clock())
        try:
            report = tick(latest, books=_at_hand(books), stop=lambda: wait(timedelta()))
            pause = _until_next(latest, every, report.sealing.next_at)
            failures = 0
        except OmbudError as error:
            if not {problem.code for problem in error.problems} <= database.PASSING:
                raise
            tell(error)
            connection.close()  # what is left of it; the next try opens a new one
            pause = min(LEAST_WAIT * 2**failures, LONGEST_WAIT)
            failures += 1
        else:
            if report.did_anything:
                tell(report)
        stopped = wait(pause)


def _at_hand(books: Books | Callable[[], Books]) -> Books:
    if not callable(books):
        return books
    with database.spoken():
        return books()


def _until_next(at: datetime, every: timedelta, seal_at: datetime | None) -> timedelta:
    with database.spoken():
        following = min(filter(None, (due.next_due(), seal_at)), default=None)
    return every if following is None else min(max(following - at, LEAST_WAIT), max(every, LEAST_WAIT))
