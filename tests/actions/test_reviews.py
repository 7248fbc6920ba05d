"""Where much is held two people must say the same: the first word is a proposal, and no door leads round that."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from ombud.actions.reviews import Known, Reviewed, confirm, overrule
from ombud.actions.rulings_due import rule_due
from ombud.domain.cases import State
from ombud.domain.problems import OmbudError
from ombud.store.models import Case, CaseEvent, OutboxMessage, Proposal, Ruling
from ombud.store.rulings import prove
from tests.actions.ruled import book_with, hand_in, scanned
from tests.actions.taking import DAY, HOUR, START

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
TWO = book_with(("second_review_above: {RUB: 5000000,", "second_review_above: {RUB: 9999,"))
EXACTLY = book_with(("second_review_above: {RUB: 5000000,", "second_review_above: {RUB: 10000,"))
ELSEWHERE = book_with(("second_review_above: {RUB: 5000000, ", "second_review_above: {"))


def doubtful() -> Case:
    """A case of 100.00 RUB that a person must look at; won is recommended."""
    return hand_in(scanned(books=TWO), "logo_missing", at=AT, unsure=True, books=TWO)


def says(case: Case, actor: str, outcome: State, why: str = "", *, at: datetime = AT + HOUR) -> Reviewed:
    return overrule(case.case_id, outcome, why, at=at, actor=actor, books=TWO)


def refused(case: Case, actor: str, outcome: State, why: str = "", **more: Known) -> str:
    with pytest.raises(OmbudError) as error, transaction.atomic():
        overrule(case.case_id, outcome, why, at=AT + 2 * HOUR, actor=actor, books=TWO, **more)
    return error.value.problems[0].code


def test_the_first_word_is_a_proposal_and_changes_nothing_of_the_case() -> None:
    case = doubtful()
    before = (CaseEvent.objects.count(), OutboxMessage.objects.count(), Ruling.objects.count(), vars_of(case))
    said = says(case, "anna", State.REJECTED, " The photo is another parcel's. ")
    assert (said.ruling, said.in_effect, said.takes_effect_at) == (None, False, None)
    [proposal] = Proposal.objects.all()
    assert (proposal.actor, proposal.at, proposal.outcome) == ("anna", AT + HOUR, State.REJECTED)
    assert proposal.reason == "The photo is another parcel's."
    case.refresh_from_db()
    assert (CaseEvent.objects.count(), OutboxMessage.objects.count(), Ruling.objects.count(), vars_of(case)) == before


def vars_of(case: Case) -> tuple[object, ...]:
    return case.state, case.recommended, case.rule_at, case.held_minor


def test_somebody_else_who_says_the_same_makes_it_the_ruling_and_its_record_has_both() -> None:
    case = doubtful()
    says(case, "anna", State.REJECTED, "Another parcel.")
    said = says(case, "boris", State.REJECTED, at=AT + 2 * HOUR)
    assert said.ruling
    assert (said.ruling.actor, said.ruling.decision, said.ruling.reason) == ("boris", "overruled", "Another parcel.")
    review = json.loads(said.ruling.record)["review"]
    assert (review["actor"], [one["actor"] for one in review["proposals"]]) == ("boris", ["anna"])
    assert review["proposals"][0] == {
        "actor": "anna", "at": "2026-04-05T01:00:00Z", "outcome": "rejected", "reason": "Another parcel.",
    }  # fmt: skip
    assert prove(said.ruling).proved
    case.refresh_from_db()
    assert case.recommended == State.REJECTED


@pytest.mark.parametrize("again", ["anna", "Anna", "ANNA"])
def test_nobody_is_their_own_second_pair_of_eyes(again: str) -> None:
    case = doubtful()
    says(case, "anna", State.REJECTED, "Another parcel.")
    assert refused(case, again, State.REJECTED, "I am sure.") == "takes_another"
    with pytest.raises(OmbudError), transaction.atomic():
        confirm(case.case_id, at=AT + 2 * HOUR, actor=again, books=TWO)  # otherwise than before, and no word why
    assert Proposal.objects.count() == 1


def test_who_says_otherwise_says_why_and_it_goes_back_to_the_first() -> None:
    case = doubtful()
    says(case, "anna", State.REJECTED, "Another parcel.")
    assert refused(case, "boris", State.WON) == "no_reason"
    with pytest.raises(OmbudError) as error, transaction.atomic():
        confirm(case.case_id, at=AT + 2 * HOUR, actor="boris", books=TWO)
    assert error.value.problems[0].code == "no_reason"
    confirm(case.case_id, at=AT + 2 * HOUR, actor="boris", books=TWO, reason="The seal is the same.")
    assert list(Proposal.objects.order_by("seq").values_list("actor", "outcome")) == [
        ("anna", "rejected"),
        ("boris", "won"),
    ]
    assert refused(case, "boris", State.WON) == "takes_another"
    said = says(case, "anna", State.WON, at=AT + 3 * HOUR)
    assert said.ruling
    assert (said.ruling.actor, said.ruling.decision, said.ruling.reason) == (
        "anna",
        "confirmed",
        "The seal is the same.",
    )


def test_a_confirmation_takes_two_as_well() -> None:
    case = doubtful()
    assert confirm(case.case_id, at=AT + HOUR, actor="anna", books=TWO).proposal
    said = confirm(case.case_id, at=AT + HOUR, actor="boris", books=TWO)
    assert said.ruling
    assert said.ruling.decision == "confirmed"


def test_the_amount_itself_is_not_above_it_and_a_currency_that_is_not_named_always_is() -> None:
    case = hand_in(scanned(books=EXACTLY), "logo_missing", at=AT, unsure=True, books=EXACTLY)
    assert confirm(case.case_id, at=AT + HOUR, actor="anna", books=EXACTLY).ruling
    other = hand_in(scanned("o2", books=ELSEWHERE), "logo_missing", at=AT, unsure=True, books=ELSEWHERE)
    assert confirm(other.case_id, at=AT + HOUR, actor="anna", books=ELSEWHERE).proposal


def test_who_has_not_seen_what_was_proposed_is_shown_it_first() -> None:
    case = doubtful()
    says(case, "anna", State.REJECTED, "Another parcel.")
    ruling = Ruling.objects.get()
    unseen = {"seen": Known(ruling.ruling_id, 0)}
    assert refused(case, "boris", State.REJECTED, "Mine too.", **unseen) == "proposed_meanwhile"
    assert refused(case, "boris", State.REJECTED, "Mine too.", seen=Known(None, 1)) == "ruled_meanwhile"
    known = Known(ruling.ruling_id, 1)
    assert overrule(case.case_id, State.REJECTED, "", at=AT + HOUR, actor="boris", books=TWO, seen=known).ruling


def test_a_recommendation_stands_when_its_time_comes_whatever_one_person_proposed() -> None:
    case = doubtful()
    says(case, "anna", State.REJECTED, "Another parcel.")
    assert case.rule_at
    assert rule_due(case.rule_at, books=TWO, actor="clock") == 1
    case.refresh_from_db()
    assert case.state == State.WON
    assert refused(case, "boris", State.REJECTED) == "not_under_review"


@pytest.mark.parametrize("statement", ["UPDATE review_proposals SET actor = 'x'", "DELETE FROM review_proposals"])
def test_what_somebody_proposed_is_kept_as_it_was_said(statement: str) -> None:
    says(doubtful(), "anna", State.REJECTED, "Another parcel.")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
