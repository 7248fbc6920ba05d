"""A complaint that the buyer took back ends its case, whenever the world gets to know of it (S4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ombud.actions.cases import open_due
from ombud.actions.moving import concede, withdraw
from ombud.domain.cases import EventKind, State
from ombud.domain.problems import OmbudError
from ombud.store.models import Case, CaseEvent
from ombud.work.loop import tick
from tests.actions.ending import SHOPIFY, disputed, left
from tests.actions.ruled import delivered, hand_in
from tests.actions.taking import (
    BOOKS,
    DAY,
    HOUR,
    START,
    a_complaint,
    a_parcel,
    a_scan,
    a_store,
    an_order,
    rolled_back,
    take,
)

pytestmark = pytest.mark.django_db
OPENED = START + 20 * DAY
MICROSECOND = timedelta(microseconds=1)


def take_back(*complaints: str, at: datetime, known_at: datetime | None = None, **more: Any) -> None:
    """An export says that these complaints were withdrawn."""
    rows = [a_complaint(one, withdrawn_at=at, **more) for one in complaints]
    take({"stores": [], "orders": [], "complaints": rows}, known_at=known_at or at)


def sweep(at: datetime) -> int:
    return open_due(at, books=BOOKS, actor="test").withdrawn


def states() -> dict[str, str]:
    return dict(Case.objects.values_list("complaint_id", "state"))


def test_a_dispute_ends_with_its_complaint_at_the_instant_it_was_taken_back_and_its_money_is_free() -> None:
    disputed()
    take_back("c1", at=OPENED + HOUR)
    assert sweep(OPENED + 2 * HOUR) == 1
    case = Case.objects.get()
    assert (case.state, case.platform_status, case.closed_at) == (State.WITHDRAWN, "Withdrawn", OPENED + HOUR)
    assert (case.settled_at, left()) == (OPENED + HOUR, {})
    data = CaseEvent.objects.get(kind=EventKind.WITHDRAWN).data
    assert data["complaint_id"] == "c1"
    assert sweep(OPENED + 3 * HOUR) == 0


def test_the_other_dispute_of_the_order_goes_on() -> None:
    disputed("c1", "c2")
    take_back("c1", at=OPENED + HOUR)
    assert sweep(OPENED + 2 * HOUR) == 1
    assert states() == {"c1": State.WITHDRAWN, "c2": State.OPENED}


def test_a_complaint_taken_back_before_its_case_was_opened_and_known_only_after_ends_it_right_away() -> None:
    disputed()
    take_back("c1", at=OPENED - HOUR, known_at=OPENED + HOUR)
    assert sweep(OPENED + 2 * HOUR) == 1
    assert Case.objects.get().closed_at == OPENED


def test_a_withdrawal_that_is_still_ahead_waits_for_its_instant() -> None:
    disputed()
    take_back("c1", at=OPENED + 5 * HOUR, known_at=OPENED + HOUR)
    assert sweep(OPENED + HOUR) == 0
    assert states() == {"c1": State.OPENED}
    assert sweep(OPENED + 5 * HOUR) == 1


@pytest.mark.parametrize(("late", "state"), [(timedelta(), State.WITHDRAWN), (MICROSECOND, State.LOST)])
def test_what_the_clock_had_ended_before_stays_lost_whenever_somebody_looks(late: timedelta, state: State) -> None:
    [case] = disputed()
    assert case.due_at is not None
    take_back("c1", at=case.due_at + late)
    tick(case.due_at + DAY, books=BOOKS)
    assert states() == {"c1": state}


@pytest.mark.parametrize("how", [withdraw, concede])
def test_who_gives_in_after_the_clock_had_ended_it_is_refused_before_anybody_looked_as_after(how: Any) -> None:
    [case] = disputed()
    assert case.due_at is not None
    late = case.due_at + MICROSECOND
    with pytest.raises(OmbudError) as before, rolled_back():
        how(case.case_id, at=late, actor="party", books=BOOKS)
    tick(late, books=BOOKS)
    with pytest.raises(OmbudError) as after, rolled_back():
        how(case.case_id, at=late, actor="party", books=BOOKS)
    assert str(before.value) == str(after.value)
    assert states() == {"c1": State.LOST}


def test_under_review_too_a_dispute_ends_with_its_complaint() -> None:
    [case] = delivered()
    hand_in(case, "screenshot", at=case.opened_at + HOUR, unsure=True)
    take_back("c1", at=OPENED + 2 * HOUR)
    assert sweep(OPENED + 3 * HOUR) == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.rule_at) == (State.WITHDRAWN, OPENED + 2 * HOUR, None)


def not_received(*complaints: dict[str, Any]) -> Case:
    """An Ozon order that the track says was delivered, with these complaints; its one case."""
    scans = [a_scan(), a_scan(scanned_at=START + DAY, code="delivered", country="RU")]
    order = {"stores": [a_store()], "orders": [an_order(ship_by=None)], "parcels": [a_parcel()]}
    take({**order, "scans": scans, "complaints": list(complaints)})
    open_due(OPENED, books=BOOKS, actor="test")
    return Case.objects.get(violation="delivered_not_received")


def test_a_case_of_the_order_ends_when_no_complaint_of_its_kind_is_left() -> None:
    case = not_received(a_complaint("c1"), a_complaint("c2"), a_complaint("c3", kind="other"))
    take_back("c1", at=OPENED + HOUR)
    assert sweep(OPENED + HOUR) == 0
    take_back("c2", at=OPENED + 2 * HOUR)
    assert sweep(OPENED + 3 * HOUR) == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (State.WITHDRAWN, OPENED + 2 * HOUR)
    assert CaseEvent.objects.get(kind=EventKind.WITHDRAWN).data["complaint_id"] == "c2"


def test_a_complaint_of_another_kind_taken_back_changes_nothing() -> None:
    case = not_received(a_complaint("c1"), a_complaint("c3", kind="other"))
    take_back("c3", at=OPENED + HOUR, kind="other")
    assert sweep(OPENED + HOUR) == 0
    case.refresh_from_db()
    assert case.state == State.OPENED


def test_a_case_that_no_complaint_opens_is_not_ended_by_one() -> None:
    take({"stores": [a_store()], "orders": [an_order()], "complaints": [a_complaint("c1", opened_at=START + 3 * DAY)]})
    open_due(START + 3 * DAY, books=BOOKS, actor="test")
    take_back("c1", at=START + 3 * DAY + HOUR, opened_at=START + 3 * DAY)
    assert sweep(START + 3 * DAY + HOUR) == 0
    assert states() == {"": State.OPENED}


def test_a_complaint_made_and_taken_back_between_two_sweeps_leaves_no_open_case() -> None:
    take(
        {
            "stores": [SHOPIFY],
            "orders": [an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY)],
            "parcels": [a_parcel()],
            "complaints": [a_complaint()],
        }
    )
    take_back("c1", at=OPENED + HOUR)
    open_due(OPENED + 2 * HOUR, books=BOOKS, actor="test")
    case = Case.objects.get()
    assert (case.state, case.closed_at, left()) == (State.WITHDRAWN, OPENED + 2 * HOUR, {})
    assert sweep(OPENED + 3 * HOUR) == 0
