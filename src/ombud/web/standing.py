"""Where a case stands, for its page and for the questions asked from it: its words, the money, what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ombud.actions.acceptances import refuse_unknown
from ombud.domain.cases import ENDS, State
from ombud.domain.countdown import Clock
from ombud.domain.problems import OmbudError
from ombud.store import books
from ombud.store.models import Case
from ombud.words import cases, costs, next_steps
from ombud.words.ready import Ready


def standing_of(found: Ready, clock: Clock, at: datetime) -> dict[str, Any]:
    """What the head of the page shows."""
    file, book = found.file, found.book
    state = file.standing.state
    charged = costs.lines(file.case, file.standing.held_minor)
    said = cases.status(file.case, state, file.case.platform_status if file.case.state == state else "")
    ours = cases.state(state)
    return {
        "status": said,
        "ours": "" if said.casefold() == ours.casefold() or state is State.OPENED else ours,
        "held": 0 if file.standing.settled_at else file.standing.held_minor,
        "is_late": next_steps.is_late(clock, at),
        "next": next_steps.sentence(file, book, clock, at),
        "handed_in_before": next_steps.handed_in(file, clock),
        "to_mend": list(next_steps.to_mend(file, book)) if not found.takes_no_more else [],
        "charged": charged,
        "charged_in_all": sum(amount for _title, amount in charged),
        "is_open": state not in ENDS,
    }


def acceptable(case: Case, state: str) -> bool:
    """Whether the merchant may accept this dispute."""
    if state in ENDS:
        return False
    try:
        refuse_unknown(case, books.in_use())
    except OmbudError:
        return False
    return True
