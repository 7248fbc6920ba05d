"""The life of a case: its states, the events that move it, and the one table of moves.

A case is the fold of its events. What moves one case (`move`) and what moves a hundred thousand in one statement
(`movable_by`) read the same table, so that neither can go round it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_, OmbudError, Problem


class State(StrEnum):
    """Where a case stands. The platform's own word for it comes from the clause `states` of its book."""

    OPENED = "opened"  # the response window runs
    LOST = "lost"  # the window shut and nothing that counts was handed in


class EventKind(StrEnum):
    """What happens to a case."""

    OPENED = "opened"
    WINDOW_CLOSED = "window_closed"


MOVES: Mapping[tuple[State | None, EventKind], State] = MappingProxyType(
    {
        (None, EventKind.OPENED): State.OPENED,
        (State.OPENED, EventKind.WINDOW_CLOSED): State.LOST,
    }
)
"""(state before, event) -> state after. What is not here cannot happen. None: there is no case yet."""

ENDS = frozenset({State.LOST})
"""States that nothing leaves: the case is closed."""


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the history. `data` of `opened`: `due_at` (ISO 8601), `held_minor`, and what fired."""

    seq: int
    kind: EventKind
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What the history says of a case: the columns of `cases` that change while it lives."""

    state: State
    opened_at: datetime
    due_at: datetime
    held_minor: int
    closed_at: datetime | None = None


def move(state: State | None, kind: EventKind) -> State:
    """The state after `kind`. Raises OmbudError where a case in `state` cannot take it."""
    after = MOVES.get((state, kind))
    if after is None:
        raise OmbudError(
            Problem(
                "no_such_move",
                N_("A case that is {state} cannot take the step {step}."),
                {"state": state or "not there", "step": kind},
            )
        )
    return after


def movable_by(kind: EventKind) -> Mapping[State, State]:
    """State before -> state after, for every state that `kind` moves: what a statement over many cases goes by."""
    return {before: after for (before, event), after in MOVES.items() if event is kind and before is not None}


def fold(events: Iterable[Event]) -> Standing:
    """The history of one case, in the order of `seq` -> where it stands.

    Raises OmbudError where the steps are not numbered from 1 without gaps or one of them is no move.
    """
    standing: Standing | None = None
    for seq, event in enumerate(events, start=1):
        if event.seq != seq:
            raise OmbudError(
                Problem(
                    "broken_history",
                    N_("The history of the case has step {found} where step {expected} belongs."),
                    {"found": event.seq, "expected": seq},
                )
            )
        state = move(standing.state if standing else None, event.kind)
        if standing is None:
            due_at, held_minor = parse_instant(event.data["due_at"]), int(event.data["held_minor"])
            standing = Standing(state, event.at, due_at, held_minor)
        else:
            closed_at = event.at if state in ENDS else None
            standing = Standing(state, standing.opened_at, standing.due_at, standing.held_minor, closed_at)
    if standing is None:
        raise OmbudError(Problem("broken_history", N_("The case has no history.")))
    return standing
