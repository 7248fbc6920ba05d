"""What a settlement did wrong is put right by reversal, never by a change, and leaves nothing held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ombud.actions.corrections import reverse, take_back
from ombud.domain.cases import Event, EventKind, State, fold
from ombud.domain.problems import OmbudError
from ombud.store.ledger_audit import audit
from ombud.store.models import Case, CaseEvent, OutboxMessage, Posting
from tests.actions.ending import end, left, posted, unshipped
from tests.actions.taking import DAY, START

pytestmark = pytest.mark.django_db

AT = START + 5 * DAY


def lost() -> Case:
    case = unshipped()
    end(case, State.LOST, START + 4 * DAY)
    case.refresh_from_db()
    return case


def undo(line: str, **more: Any) -> list[Posting]:
    one = Posting.objects.get(line=line, cause__kind="settled")
    return reverse(one.pk, **{"reason": "billed twice", "at": AT, "actor": "operator", **more})


def refused(posting_id: int, **more: Any) -> str:
    before = posted()
    with pytest.raises(OmbudError) as error:
        reverse(posting_id, **{"reason": "billed twice", "at": AT, "actor": "operator", **more})
    assert posted() == before
    return error.value.problems[0].code


def test_a_reversal_undoes_one_posting_and_the_case_stays_as_it_ended() -> None:
    case = lost()
    wrong = Posting.objects.get(line="compensation")
    (one,) = undo("compensation")
    assert (one.debit, one.credit, one.amount_minor) == ("buyer", "settlement", 10_00)
    assert (one.clause, one.at) == (wrong.clause, AT)
    assert left() == {"settlement": -115_00, "buyer": 100_00, "platform": 15_00}
    case.refresh_from_db()
    assert (case.state, case.settled_at) == ("lost", START + 4 * DAY)
    assert audit().counts == {}


def test_a_reversal_is_a_step_with_a_reason_and_the_history_is_still_a_fold() -> None:
    case = lost()
    undo("commission", reason="  not due ")
    step = CaseEvent.objects.filter(case=case).latest("seq")
    wrong = Posting.objects.get(line="commission")
    assert (step.kind, step.actor, step.data) == (
        "corrected",
        "operator",
        {"posting_id": wrong.pk, "reason": "not due"},
    )
    events = [
        Event(one.seq, EventKind(one.kind), one.at, one.data)
        for one in CaseEvent.objects.filter(case=case).order_by("seq")
    ]
    standing = fold(events)
    assert (standing.state, standing.settled_at) == (State.LOST, case.settled_at)
    assert OutboxMessage.objects.filter(topic="case.corrected", key=f"case.corrected:{case.pk}:{step.seq}").exists()


def test_what_a_posting_took_from_the_hold_goes_back_to_the_store_through_it() -> None:
    lost()
    first, second = undo("order_amount")
    assert [(one.debit, one.credit) for one in (first, second)] == [("buyer", "held"), ("held", "settlement")]
    assert left() == {"settlement": -25_00, "buyer": 10_00, "platform": 15_00}
    assert audit().counts == {}


def test_a_posting_is_reversed_once_and_a_reversal_can_be_reversed() -> None:
    lost()
    (one,) = undo("compensation")
    assert refused(Posting.objects.get(line="compensation").pk) == "reversed_already"
    (again,) = reverse(one.pk, reason="it was due after all", at=AT, actor="operator")
    assert (again.debit, again.credit) == ("settlement", "buyer")
    assert left()["settlement"] == -125_00


def test_what_is_no_correction_is_refused_and_nothing_is_posted() -> None:
    open_case = unshipped("o2")
    case = lost()
    hold = Posting.objects.get(case=case, credit="held").pk
    assert refused(Posting.objects.get(case=open_case).pk) == "not_settled"
    assert refused(hold) == "beyond_hold"
    assert refused(10**9) == "unknown_posting"
    assert refused(Posting.objects.get(line="commission").pk, reason=" ") == "no_reason"
    end(open_case, State.WITHDRAWN, AT)
    assert refused(Posting.objects.get(line="held_amount").pk) == "given_back"


def test_a_clock_that_was_set_back_does_not_make_history_run_backwards() -> None:
    case = lost()
    undo("commission", at=START)
    step = CaseEvent.objects.filter(case=case).latest("seq")
    assert (step.at, step.data["clock"]) == (START + 4 * DAY, "2026-04-01T00:00:00Z")


def test_a_case_that_runs_takes_no_correction() -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    opened = Event(1, EventKind.OPENED, at, {"due_at": "2026-04-04T00:00:00Z", "held_minor": 5})
    closed = Event(2, EventKind.WINDOW_CLOSED, at + timedelta(days=3), {})
    for steps in ([opened], [opened, closed]):
        with pytest.raises(OmbudError):
            fold([*steps, Event(len(steps) + 1, EventKind.CORRECTED, at + timedelta(days=3), {})])


def test_an_appeal_after_a_correction_holds_again_exactly_what_was_held() -> None:
    case = lost()
    undo("order_amount")
    undo("commission")
    last = CaseEvent.objects.filter(case=case).latest("seq")
    reopened = CaseEvent.objects.create(
        case=case, seq=last.seq + 1, kind="reopened", at=AT, actor="test", data={"reason": "appeal"}
    )
    take_back(case.pk, reopened)
    assert left() == {"settlement": -100_00, "held": 100_00}
