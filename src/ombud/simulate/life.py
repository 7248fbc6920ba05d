"""The life of one simulated case by the clock of its book, through the same table of moves as every real one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ombud.domain.cases import EventKind, State, move
from ombud.domain.rulebook import Rulebook
from ombud.simulate.past import PastCase
from ombud.simulate.sellers import Answer, Sellers
from ombud.store.books import version

Step = tuple[EventKind, datetime]


@dataclass(frozen=True, slots=True)
class Life:
    """When a case was opened and closed, and how. `submitted_at`: the first answer that came in time."""

    case: PastCase
    opened_at: datetime
    due_at: datetime
    submitted_at: datetime | None
    closed_at: datetime
    state: State

    @property
    def held_for(self) -> timedelta:
        """How long its money was held."""
        return self.closed_at - self.opened_at


def live(case: PastCase, book: Rulebook, sellers: Sellers, *, rules_at: datetime | None) -> Life:
    """Plays `case` to its end. Raises OmbudError where the book has no response window then."""
    opened_at = sellers.sweep(case.fires_at)
    due_at = opened_at + book.value("windows.response", rules_at or opened_at)
    steps = _Steps(book, rules_at or opened_at, due_at).of(case, sellers, opened_at)
    if case.withdrawn_at is not None:
        steps = _cut_short(steps, max(case.withdrawn_at, opened_at))
    state = move(None, EventKind.OPENED)
    for kind, _at in steps:
        state = move(state, kind)
    submitted = next((at for kind, at in steps if kind is EventKind.EVIDENCE_SUBMITTED), None)
    return Life(case, opened_at, due_at, submitted, steps[-1][1], state)


def _cut_short(steps: list[Step], withdrawn_at: datetime) -> list[Step]:
    """The buyer took the complaint back: by the end of the case it still ends it."""
    if withdrawn_at > steps[-1][1]:
        return steps
    return [*(step for step in steps if step[1] < withdrawn_at), (EventKind.WITHDRAWN, withdrawn_at)]


class _Steps:
    """The rules that a case lives by, those in force at its opening."""

    def __init__(self, book: Rulebook, rules: datetime, due_at: datetime) -> None:
        self.due_at = due_at
        self.least: timedelta | None = _value(book, "windows.review_least", rules)
        self.most: timedelta | None = _value(book, "windows.review_most", rules)
        ruling = _value(book, "rulings", rules)
        self.at_most: str | None = ruling.at_most if ruling else None
        self.mendable: bool = ruling.mend_in_window if ruling else False

    def of(self, case: PastCase, sellers: Sellers, opened_at: datetime) -> list[Step]:
        shut = (EventKind.WINDOW_CLOSED, self.due_at)
        answer = sellers.answer(case, opened_at)
        if answer is None or opened_at + answer.after >= self.due_at:
            return [shut]
        submitted_at = opened_at + answer.after
        submitted = (EventKind.EVIDENCE_SUBMITTED, submitted_at)
        kind, at = self._ruling(answer, submitted_at)
        if kind is not EventKind.EVIDENCE_REJECTED:
            return [submitted, (kind, at)]
        again = sellers.mended(case, at)
        if again is None or at + again.after >= self.due_at:
            return [submitted, (kind, at), shut]
        mended_at = at + again.after
        second = self._ruling(again, mended_at)
        steps = [submitted, (kind, at), (EventKind.EVIDENCE_SUBMITTED, mended_at), second]
        return [*steps, shut] if second[0] is EventKind.EVIDENCE_REJECTED else steps

    def _ruling(self, answer: Answer, submitted_at: datetime) -> Step:
        """What the review comes to, and when it takes effect."""
        after, accepted = answer.ruled_after or timedelta(0), answer.accepted
        if self.least is not None:
            after = max(after, self.least)
        if self.most is not None and after > self.most:  # nobody ruled in time
            after = self.most
            accepted = {"seller_wins": True, "buyer_wins": False}.get(self.at_most or "", accepted)
        at = submitted_at + after
        if accepted:
            return EventKind.RULED_FOR_SELLER, at
        mendable = self.mendable and at < self.due_at
        return (EventKind.EVIDENCE_REJECTED if mendable else EventKind.RULED_FOR_BUYER), at


def _value(book: Rulebook, clause: str, at: datetime) -> Any:
    found = version(book, clause, at)
    return found.value if found else None
