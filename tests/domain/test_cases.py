"""One table moves every case, and a case is the fold of its history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from ombud.domain.cases import ENDS, MOVES, Event, EventKind, Standing, State, fold, movable_by, move
from ombud.domain.problems import OmbudError

AT = datetime(2026, 4, 1, tzinfo=UTC)
DUE = AT + timedelta(hours=72)
OPENED = Event(1, EventKind.OPENED, AT, {"due_at": "2026-04-04T00:00:00Z", "held_minor": 5})


def test_a_move_is_in_the_table_or_refused() -> None:
    for state, kind in product([None, *State], EventKind):
        if (state, kind) in MOVES:
            assert move(state, kind) is MOVES[state, kind]
        else:
            with pytest.raises(OmbudError) as refused:
                move(state, kind)
            assert refused.value.problems[0].code == "no_such_move"


def test_a_step_that_cannot_be_taken_is_named_with_its_state_in_the_language_of_the_reader() -> None:
    with pytest.raises(OmbudError) as refused:
        move(State.LOST, EventKind.CONCEDED)
    [problem] = refused.value.problems
    assert problem.say().startswith("A case that is lost cannot take the step accepted by the merchant.")
    said = problem.say(lambda text: {"lost": "LOST", "accepted by the merchant": "CONCEDED"}.get(text, text))
    assert said.startswith("A case that is LOST cannot take the step CONCEDED.")


def test_the_bulk_path_has_exactly_the_moves_of_the_table() -> None:
    for kind in EventKind:
        assert movable_by(kind) == {before: move(before, kind) for before in State if (before, kind) in MOVES}


def test_nothing_leaves_an_end_but_an_appeal() -> None:
    assert {
        (before, kind, after) for (before, kind), after in MOVES.items() if before in ENDS and before is not after
    } == {(State.REJECTED, EventKind.REOPENED, State.UNDER_REVIEW)}


def test_a_case_is_settled_once() -> None:
    closed = Event(2, EventKind.WINDOW_CLOSED, DUE, {})
    settled = Event(3, EventKind.SETTLED, DUE, {})
    assert fold([OPENED, closed, settled]) == Standing(State.LOST, AT, DUE, 5, closed_at=DUE, settled_at=DUE)
    with pytest.raises(OmbudError):
        fold([OPENED, closed, settled, Event(4, EventKind.SETTLED, DUE, {})])


def test_a_submission_sets_the_instant_of_the_ruling_and_a_rejection_takes_it_back() -> None:
    submitted = Event(2, EventKind.EVIDENCE_SUBMITTED, AT, {"rule_at": "2026-04-03T00:00:00Z"})
    standing = fold([OPENED, submitted])
    assert (standing.submitted_at, standing.rule_at) == (AT, AT + timedelta(hours=48))
    mendable = fold([OPENED, submitted, Event(3, EventKind.EVIDENCE_REJECTED, AT, {})])
    assert (mendable.state, mendable.rule_at, mendable.due_at) == (State.EVIDENCE_REJECTED, None, DUE)


def test_no_step_is_older_than_the_one_before() -> None:
    with pytest.raises(OmbudError):
        fold([OPENED, Event(2, EventKind.EVIDENCE_SUBMITTED, AT - timedelta(microseconds=1), {})])


def test_every_state_can_be_reached() -> None:
    assert set(MOVES.values()) == set(State)


def test_the_history_says_where_a_case_stands() -> None:
    assert fold([OPENED]) == Standing(State.OPENED, AT, DUE, 5)
    closed = Event(2, EventKind.WINDOW_CLOSED, DUE, {})
    assert fold([OPENED, closed]) == Standing(State.LOST, AT, DUE, 5, closed_at=DUE)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [Event(2, EventKind.OPENED, AT, OPENED.data)],
        [Event(1, EventKind.WINDOW_CLOSED, AT, {})],
        [OPENED, Event(2, EventKind.OPENED, AT, OPENED.data)],
        [OPENED, Event(3, EventKind.WINDOW_CLOSED, DUE, {})],
    ],
    ids=["nothing", "begins late", "not opened", "opened twice", "a gap"],
)
def test_a_history_that_cannot_be_is_refused(events: list[Event]) -> None:
    with pytest.raises(OmbudError):
        fold(events)
