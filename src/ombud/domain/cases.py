"""The life of a case: its states, the events that move it, and the one table of moves.

A case is the fold of its events. What moves one case (`move`) and what moves a hundred thousand in one statement
(`movable_by`) read the same table, so that neither can go round it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_, OmbudError, Problem, Word


class State(StrEnum):
    """Where a case stands. The platform's own word for it comes from the clause `states` of its book."""

    OPENED = "opened"  # the response window runs and nothing was handed in
    EVIDENCE_REQUIRED = "evidence_required"  # the gate refused what was handed in; the window still runs
    UNDER_REVIEW = "under_review"  # handed in, a ruling is to come
    EVIDENCE_REJECTED = "evidence_rejected"  # did not convince, and may be mended while the window runs
    ROUTED = "routed"  # no dispute of this book: another process decides, by its own clock
    WON = "won"  # ruled for the seller
    REJECTED = "rejected"  # ruled for the buyer
    LOST = "lost"  # the window shut and nothing that counts was handed in
    WITHDRAWN = "withdrawn"  # by the buyer
    CONCEDED = "conceded"  # accepted by the merchant


class EventKind(StrEnum):
    """What happens to a case."""

    OPENED = "opened"
    ROUTED = "routed"
    EVIDENCE_REFUSED = "evidence_refused"  # by the gate: nothing is spent
    EVIDENCE_SUBMITTED = "evidence_submitted"
    EVIDENCE_REJECTED = "evidence_rejected"  # by the review, where the book lets it be mended
    REVIEWED = "reviewed"  # a person has ruled, and it takes effect when the review window lets it
    WINDOW_CLOSED = "window_closed"
    RULED_FOR_SELLER = "ruled_for_seller"
    RULED_FOR_BUYER = "ruled_for_buyer"
    WITHDRAWN = "withdrawn"
    CONCEDED = "conceded"
    SETTLED = "settled"  # the money has moved; nothing is held any more
    CORRECTED = "corrected"  # a posting of the settlement was reversed by hand; the case stays as it ended
    REOPENED = "reopened"  # only where the book knows an appeal


_ANSWERABLE = (State.OPENED, State.EVIDENCE_REQUIRED, State.EVIDENCE_REJECTED)
_RUNNING = (*_ANSWERABLE, State.UNDER_REVIEW, State.ROUTED)

ENDS = frozenset({State.WON, State.REJECTED, State.LOST, State.WITHDRAWN, State.CONCEDED})
"""States in which the case is closed. Only `settled` follows, and an appeal where the book knows one."""

MOVES: Mapping[tuple[State | None, EventKind], State] = MappingProxyType(
    {
        (None, EventKind.OPENED): State.OPENED,
        (None, EventKind.ROUTED): State.ROUTED,
        (State.OPENED, EventKind.EVIDENCE_REFUSED): State.EVIDENCE_REQUIRED,
        (State.EVIDENCE_REQUIRED, EventKind.EVIDENCE_REFUSED): State.EVIDENCE_REQUIRED,
        (State.EVIDENCE_REJECTED, EventKind.EVIDENCE_REFUSED): State.EVIDENCE_REJECTED,
        **{(state, EventKind.EVIDENCE_SUBMITTED): State.UNDER_REVIEW for state in _ANSWERABLE},
        (State.UNDER_REVIEW, EventKind.EVIDENCE_REJECTED): State.EVIDENCE_REJECTED,
        (State.UNDER_REVIEW, EventKind.REVIEWED): State.UNDER_REVIEW,
        (State.ROUTED, EventKind.EVIDENCE_SUBMITTED): State.ROUTED,
        **{(state, EventKind.WINDOW_CLOSED): State.LOST for state in (*_ANSWERABLE, State.ROUTED)},
        **{(state, EventKind.RULED_FOR_SELLER): State.WON for state in (State.UNDER_REVIEW, State.ROUTED)},
        **{(state, EventKind.RULED_FOR_BUYER): State.REJECTED for state in (State.UNDER_REVIEW, State.ROUTED)},
        **{(state, EventKind.WITHDRAWN): State.WITHDRAWN for state in _RUNNING},
        **{(state, EventKind.CONCEDED): State.CONCEDED for state in _RUNNING},
        **{(state, EventKind.SETTLED): state for state in ENDS},
        **{(state, EventKind.CORRECTED): state for state in ENDS},
        (State.REJECTED, EventKind.REOPENED): State.UNDER_REVIEW,
    }
)
"""(state before, event) -> state after. What is not here cannot happen. None: there is no case yet."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the history. `data` of `opened` and `routed`: `due_at` (ISO 8601, null where no clock runs) and
    `held_minor`, beside what fired; of `evidence_submitted` and `reviewed`: `rule_at`, when the ruling takes effect if
    nothing changes (null: when somebody rules)."""

    seq: int
    kind: EventKind
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history says of a case: the columns of `cases` that change while it lives."""

    state: State
    opened_at: datetime
    due_at: datetime | None
    held_minor: int
    submitted_at: datetime | None = None
    rule_at: datetime | None = None
    closed_at: datetime | None = None
    settled_at: datetime | None = None


def move(state: State | None, kind: EventKind) -> State:
    """The state after `kind`. Raises OmbudError where a case in `state` cannot take it."""
    found = MOVES.get((state, kind))
    if found is None:
        raise _no_move(state, kind)
    return found


def _no_move(state: State | None, kind: EventKind) -> OmbudError:
    from ombud.domain.case_texts import STATES, STEPS  # which name the states and steps of this module

    return OmbudError(
        Problem(
            "no_such_move",
            N_("A case that is {state} cannot take the step {step}."),
            {"state": Word(STATES[state] if state else N_("not there")), "step": Word(STEPS[kind])},
            mend=N_("`ombud case` shows where it stands."),
        )
    )


def movable_by(kind: EventKind) -> Mapping[State, State]:
    """State before -> state after, for every state that `kind` moves: what a statement over many cases goes by."""
    return {before: after for (before, event), after in MOVES.items() if event is kind and before is not None}


def fold(events: Iterable[Event]) -> Standing:
    """The history of one case, in the order of `seq` -> where it stands.

    Raises OmbudError where the steps are not numbered from 1 without gaps, go back in time, or one of them is no move.
    """
    standing: Standing | None = None
    latest: datetime | None = None
    for seq, event in enumerate(events, start=1):
        if event.seq != seq:
            raise OmbudError(
                Problem(
                    "broken_history",
                    N_("The history of the case has step {found} where step {expected} belongs."),
                    {"found": event.seq, "expected": seq},
                )
            )
        if latest is not None and event.at < latest:
            raise OmbudError(
                Problem("broken_history", N_("Step {found} of the case is older than the one before."), {"found": seq})
            )
        latest = event.at
        standing = after(standing, event)
    if standing is None:
        raise OmbudError(Problem("broken_history", N_("The case has no history.")))
    return standing


def after(standing: Standing | None, event: Event) -> Standing:
    """Where a case stands after one more event. Raises OmbudError where it is no move."""
    state = move(standing.state if standing else None, event.kind)
    if standing is None:
        return Standing(state, event.at, _instant(event.data["due_at"]), int(event.data["held_minor"]))
    match event.kind:
        case EventKind.EVIDENCE_SUBMITTED:
            return replace(standing, state=state, submitted_at=event.at, rule_at=_instant(event.data.get("rule_at")))
        case EventKind.REVIEWED:
            return replace(standing, state=state, rule_at=_instant(event.data.get("rule_at")))
        case EventKind.EVIDENCE_REJECTED:
            return replace(standing, state=state, rule_at=None)
        case EventKind.SETTLED:
            if standing.settled_at is not None:  # the state does not change, so the table alone would let it through
                raise _no_move(standing.state, event.kind)
            return replace(standing, settled_at=event.at)
        case EventKind.CORRECTED:
            if standing.settled_at is None:  # what is held while a case runs is what its first step says
                raise _no_move(standing.state, event.kind)
            return standing
        case EventKind.REOPENED:
            return replace(standing, state=state, rule_at=None, closed_at=None, settled_at=None)
    if state in ENDS:
        return replace(standing, state=state, rule_at=None, closed_at=event.at)
    return replace(standing, state=state)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text)
