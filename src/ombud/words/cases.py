"""What is said of a case, the same in the queue, on its page, in a mail and in an export: its state, its title, its
accounts, and what its clock means."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from ombud.domain.case_texts import ACCOUNTS, STATES
from ombud.domain.countdown import Awaits, Clock, Urgency
from ombud.domain.ledger import BEYOND_HOLD, REST_OF_HOLD, REVERSAL, ROUTE_COST, ROUTES
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.languages import _, language
from ombud.store import books

AWAITED = {
    Awaits.RULING: N_("ruling to come"),
    Awaits.REVIEWER: N_("to be reviewed"),
    Awaits.OTHERS: N_("elsewhere"),
    Awaits.NOTHING: N_("closed"),
}
"""What a case waits for where the seller can lose nothing by waiting."""


class Told(Protocol):
    """A case, or its row in the queue."""

    @property
    def violation(self) -> str: ...
    @property
    def route(self) -> str: ...
    @property
    def rulebook_id(self) -> str: ...
    @property
    def fires_at(self) -> datetime: ...
    @property
    def opened_at(self) -> datetime: ...


def state(name: str) -> str:
    """Our word for a state, in the reader's language."""
    return _(STATES.get(name, name))


def title(case: Told) -> str:
    """What happened, as the book of the case says it: its violation, or the place that decides what is no dispute."""
    book = books.kept(case.rulebook_id)
    if case.route:
        return place(book, case.route, case.opened_at)
    found = books.version(book, f"violations.{case.violation}", case.fires_at)
    return found.value.title.speak(language()) if found else case.violation


def place(book: Rulebook, route: str, at: datetime) -> str:
    """The name of a place under `routes`."""
    found = books.version(book, f"routes.{route}", at)
    return found.value.title.speak(language()) if found else route


def handled_by(book: Rulebook, route: str, at: datetime) -> str:
    """Who decides there."""
    found = books.version(book, f"routes.{route}", at)
    return found.value.handled_by.speak(language()) if found else route


def status(case: Told, name: str, platform_status: str = "") -> str:
    """The platform's own word for the state `name`; ours where it has none, or another process decides."""
    if case.route:
        return state(name)
    if platform_status:
        return platform_status
    word = books.word_for(books.kept(case.rulebook_id), name, case.opened_at)
    return state(name) if word == name else word


def account(name: str, book: Rulebook | None = None, at: datetime | None = None) -> str:
    """An account of the ledger; that of another process is called as the book calls the place."""
    if name.startswith(ROUTES):
        route = name.removeprefix(ROUTES)
        return place(book, route, at) if book and at else route
    return _(ACCOUNTS.get(name, name))


def clock(running: Clock, at: datetime) -> tuple[str, Urgency | None]:
    """What is left in one line, and how pressing it is: `17 h 42 min`, `ruling 1 d 03 h`, `to be reviewed`."""
    left = running.countdown(at)
    if running.awaits is Awaits.ANSWER and left is not None:
        return left.say(_), left.urgency
    if running.awaits is Awaits.RULING and left is not None:
        said = _("ruling {left}").format(left=left.say(_)) if left.left > timedelta() else _("ruling due")
        return said, None
    return _(AWAITED[running.awaits]), None


def money_line(name: str, clause: str, book: Rulebook) -> str:
    """The title of a line of the ledger, as the clause that ordered it has it; ours where no book does."""
    if name in _LINES:
        return _(_LINES[name])
    if name.startswith(REVERSAL):
        return _("Reversal of № {posting}").format(posting=name.removeprefix(REVERSAL))
    own = name.removesuffix(BEYOND_HOLD)
    version = books.cited(book, clause)
    lines = version.written.get("lines", ()) if version else ()
    said: str = next((line.get("title", {}).get(language(), own) for line in lines if line["name"] == own), own)
    return said if own == name else _("{line}, beyond the hold").format(line=said)


_LINES = {REST_OF_HOLD: N_("Rest of the hold given back"), ROUTE_COST: N_("Cost of the process")}
