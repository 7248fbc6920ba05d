"""Rulings on the store: recommended, confirmed, overruled, in effect at their instant, reopened where the book can."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from pytest_django import DjangoAssertNumQueries, Settings

from ombud.actions import rulebooks
from ombud.actions.appeals import reopen
from ombud.actions.reviews import confirm, overrule
from ombud.actions.rulings import rule_due
from ombud.actions.rulings_due import ruling_query
from ombud.domain.cases import EventKind, State
from ombud.domain.health import DAY as ONE_DAY
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import Rulebook
from ombud.domain.ruling_inputs import Inputs
from ombud.domain.rulings import record, rule
from ombud.store import books as store_books
from ombud.store.case_file import case_file
from ombud.store.models import Case, CaseEvent, HealthDay, Piece, Ruling, Sanction
from ombud.store.ruling_inputs import gather
from ombud.store.rulings import prove, replay, under_review
from ombud.work.loop import tick
from tests.actions import taking
from tests.actions.ending import left, opened, posted
from tests.actions.ruled import book_with, delivered, hand_in, scanned
from tests.actions.taking import BOOKS, DAY, HOUR, START
from tests.domain.test_rulings import worlds

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
LEAST, MOST = AT + 48 * HOUR, AT + 96 * HOUR
MICROSECOND = timedelta(microseconds=1)


def due(at: datetime, books: Mapping[str, Rulebook] = BOOKS) -> int:
    return rule_due(at, books=books, actor="loop")


def code_of(refused: pytest.ExceptionInfo[OmbudError]) -> str:
    return refused.value.problems[0].code


def stands_as_its_history_says(case: Case) -> bool:
    case.refresh_from_db()
    standing = case_file(case.case_id, START + 400 * DAY).standing
    kept = (case.state, case.submitted_at, case.rule_at, case.closed_at, case.settled_at)
    return kept == (
        standing.state,
        standing.submitted_at,
        standing.rule_at,
        standing.closed_at,
        standing.settled_at,
    )


def test_a_clean_submission_is_recommended_and_won_at_the_least_of_the_review_window() -> None:
    case = hand_in(scanned(), at=AT)
    assert (case.state, case.recommended, case.rule_at) == (State.UNDER_REVIEW, State.WON, LEAST)
    assert Ruling.objects.get().decision == "decided"
    assert due(LEAST - MICROSECOND) == 0
    assert due(LEAST + DAY) == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.settled_at, case.rule_at) == (State.WON, LEAST, LEAST, None)
    assert left() == {}
    assert CaseEvent.objects.get(kind=EventKind.RULED_FOR_SELLER).data == {"ruling_id": Ruling.objects.get().ruling_id}
    assert stands_as_its_history_says(case)
    assert due(LEAST + DAY) == 0


def test_a_hard_reason_is_ruled_for_the_buyer_and_charged_as_of_that_instant() -> None:
    case = hand_in(scanned(), "logo_missing", at=AT)
    assert (case.recommended, case.rule_at) == (State.REJECTED, LEAST)
    assert due(LEAST) == 1
    case.refresh_from_db()
    assert (case.state, case.platform_status, case.closed_at) == (State.REJECTED, "Resolved", LEAST)
    assert left() == {"settlement": -125_00, "buyer": 110_00, "platform": 15_00}
    assert HealthDay.objects.get(store="s1", day=LEAST.date()).lost_cases == 1


def test_what_is_for_a_person_stands_as_recommended_at_the_most_of_the_review_window() -> None:
    case = hand_in(scanned(), "logo_missing", at=AT, unsure=True)
    assert (case.recommended, case.rule_at) == (State.WON, MOST)
    assert Ruling.objects.get().decision == "for_person"
    assert due(MOST - MICROSECOND) == 0
    assert due(MOST) == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (State.WON, MOST)


@pytest.mark.parametrize(("word", "end"), [("seller_wins", State.WON), ("buyer_wins", State.REJECTED)])
def test_a_book_may_say_who_wins_where_nobody_ruled(word: str, end: State) -> None:
    books = book_with(("at_most: recommendation_stands", f"at_most: {word}"))
    case = hand_in(scanned(books=books), "logo_missing", at=AT, unsure=True, books=books)
    assert Ruling.objects.get().outcome == State.WON
    assert (case.recommended, case.rule_at) == (end, MOST)
    assert due(MOST, books) == 1
    case.refresh_from_db()
    assert case.state == end


def test_of_many_due_at_once_each_gets_its_own_end_in_statements_that_do_not_grow(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        hand_in(scanned(f"o{number}"), *(["logo_missing"] if number % 3 == 0 else []), at=AT, salt="")
    with django_assert_max_num_queries(200):
        assert due(LEAST) == 12
    states = list(Case.objects.order_by("order_id").values_list("order_id", "state"))
    assert {state for order, state in states if int(order[1:]) % 3 == 0} == {State.REJECTED}
    assert {state for order, state in states if int(order[1:]) % 3} == {State.WON}


def test_the_loop_lets_rulings_take_effect_and_wakes_for_them() -> None:
    hand_in(scanned(), at=AT)
    assert tick(LEAST, books=BOOKS).ruled == 1
    assert tick(LEAST, books=BOOKS).ruled == 0


def test_on_shopify_a_clean_submission_wins_at_once() -> None:
    [case] = delivered()
    hand_in(case, at=case.opened_at + HOUR)
    assert (case.state, case.platform_status, case.closed_at) == (State.WON, "Won", case.opened_at + HOUR)


def test_on_shopify_rejected_evidence_may_be_mended_and_the_history_says_why_it_was() -> None:
    [case] = delivered()
    hand_in(case, "signature_missing", at=case.opened_at + HOUR)
    assert (case.state, case.shuts_at, case.recommended) == (State.EVIDENCE_REJECTED, case.due_at, None)
    event = CaseEvent.objects.get(kind=EventKind.EVIDENCE_REJECTED)
    assert event.data == {"ruling_id": Ruling.objects.get().ruling_id, "reasons": ["ERR-204"]}
    hand_in(case, at=case.opened_at + 2 * HOUR, salt="mended")
    assert case.state == State.WON


def test_on_shopify_what_is_for_a_person_waits_for_one_without_a_clock() -> None:
    [case] = delivered()
    hand_in(case, "screenshot", at=case.opened_at + HOUR, unsure=True)
    assert (case.state, case.recommended, case.rule_at) == (State.UNDER_REVIEW, State.WON, None)
    assert due(case.opened_at + 300 * DAY) == 0
    confirm(case.case_id, at=case.opened_at + 300 * DAY, actor="anna", books=BOOKS)
    case.refresh_from_db()
    assert case.state == State.WON


def test_a_reviewer_for_the_buyer_rejects_evidence_while_it_can_be_mended_and_the_case_after() -> None:
    first, second = delivered("c1", "c2")
    for case in (first, second):
        hand_in(case, "screenshot", at=case.opened_at + HOUR, unsure=True, salt=case.complaint_id)
    for case, at in ((first, first.opened_at + 2 * HOUR), (second, second.opened_at + 73 * HOUR)):
        overrule(case.case_id, State.REJECTED, "A capture.", at=at, actor="anna", books=BOOKS)
        case.refresh_from_db()
    assert (first.state, second.state) == (State.EVIDENCE_REJECTED, State.REJECTED)


def test_a_book_with_a_review_window_and_mending_rejects_evidence_when_the_recommendation_takes_effect() -> None:
    books = book_with(
        ("    appeal: false\n", "    appeal: false\n    mend_in_window: true\n"),
        ("    submissions: 1\n", ""),
        ("cite: O14, value: 48h", "cite: O14, value: 1h"),
        ("      under_review: Under Review\n", "      under_review: Under Review\n      evidence_rejected: Again\n"),
    )  # fmt: skip
    case = hand_in(scanned(books=books), "logo_missing", at=AT, books=books)
    assert case.rule_at == AT + HOUR
    assert due(AT + HOUR, books) == 1
    case.refresh_from_db()
    assert (case.state, case.platform_status, case.shuts_at) == (State.EVIDENCE_REJECTED, "Again", case.due_at)
    assert CaseEvent.objects.get(kind=EventKind.EVIDENCE_REJECTED).data["reasons"] == ["ERR_021"]


def test_a_ruling_before_the_least_is_recorded_at_once_and_takes_effect_with_it() -> None:
    case = hand_in(scanned(), at=AT)
    why = "The photo is another parcel's."
    reviewed = overrule(case.case_id, State.REJECTED, f" {why} ", at=AT + HOUR, actor="anna", books=BOOKS)
    assert (reviewed.in_effect, reviewed.takes_effect_at) == (False, LEAST)
    case.refresh_from_db()
    assert (case.state, case.recommended, case.rule_at) == (State.UNDER_REVIEW, State.REJECTED, LEAST)
    assert stands_as_its_history_says(case)
    ruling = Ruling.objects.get(seq=2)
    assert (ruling.decision, ruling.actor, ruling.reason) == ("overruled", "anna", why)
    assert json.loads(ruling.record)["review"]["reason"] == why
    assert due(LEAST) == 1
    case.refresh_from_db()
    assert case.state == State.REJECTED
    assert CaseEvent.objects.get(kind=EventKind.RULED_FOR_BUYER).data == {"ruling_id": ruling.ruling_id}


def test_a_ruling_after_the_least_takes_effect_at_once() -> None:
    case = hand_in(scanned(), "logo_missing", at=AT, unsure=True)
    reviewed = confirm(case.case_id, at=LEAST + HOUR, actor="anna", books=BOOKS)
    assert reviewed.ruling
    assert (reviewed.in_effect, reviewed.takes_effect_at, reviewed.ruling.decision) == (True, LEAST + HOUR, "confirmed")
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (State.WON, LEAST + HOUR)
    assert stands_as_its_history_says(case)


def test_a_reviewer_who_comes_after_the_recommendation_stood_is_told_before_anybody_looked_as_after() -> None:
    case = hand_in(scanned(), "logo_missing", at=AT)
    with pytest.raises(OmbudError) as refused, transaction.atomic():
        overrule(case.case_id, State.WON, "Too late.", at=LEAST + MICROSECOND, actor="anna", books=BOOKS)
    assert code_of(refused) == "no_such_move"
    assert due(LEAST + MICROSECOND) == 1
    case.refresh_from_db()
    assert (case.state, case.closed_at) == (State.REJECTED, LEAST)
    assert Ruling.objects.filter(case=case).count() == 1


def test_ruling_as_recommended_is_a_confirmation_whatever_it_is_called() -> None:
    case = hand_in(scanned(), at=AT)
    reviewed = overrule(case.case_id, State.WON, "Looks right.", at=AT + HOUR, actor="anna", books=BOOKS)
    assert reviewed.ruling
    assert reviewed.ruling.decision == "confirmed"


def test_of_two_reviewers_the_second_is_told_what_the_first_did() -> None:
    case = hand_in(scanned(), at=AT)
    confirm(case.case_id, at=AT + HOUR, actor="anna", books=BOOKS)
    with pytest.raises(OmbudError) as refused:
        overrule(case.case_id, State.REJECTED, "No.", at=AT + HOUR, actor="boris", books=BOOKS)
    assert code_of(refused) == "already_ruled"
    assert "anna" in str(refused.value)
    late = hand_in(scanned("o2"), at=AT)
    confirm(late.case_id, at=LEAST, actor="anna", books=BOOKS)
    with pytest.raises(OmbudError) as refused:
        confirm(late.case_id, at=LEAST, actor="boris", books=BOOKS)
    assert code_of(refused) == "not_under_review"
    assert Ruling.objects.filter(case=late).count() == 2


def test_overruling_without_a_reason_changes_nothing() -> None:
    case = hand_in(scanned(), at=AT)
    for empty in ("", "  \n"):
        with pytest.raises(OmbudError) as refused:
            overrule(case.case_id, State.REJECTED, empty, at=AT + HOUR, actor="anna", books=BOOKS)
        assert code_of(refused) == "no_reason"
    assert Ruling.objects.count() == 1


def test_only_reviewers_rule_where_the_installation_names_them(settings: Settings) -> None:
    settings.REVIEWERS = ("anna",)
    case = hand_in(scanned(), at=AT)
    with pytest.raises(OmbudError) as refused:
        confirm(case.case_id, at=AT + HOUR, actor="boris", books=BOOKS)
    assert code_of(refused) == "no_authority"
    confirm(case.case_id, at=AT + HOUR, actor="anna", books=BOOKS)


def test_what_is_not_under_review_cannot_be_ruled_on() -> None:
    case = scanned()
    with pytest.raises(OmbudError) as refused:
        confirm(case.case_id, at=AT, actor="anna", books=BOOKS)
    assert code_of(refused) == "not_under_review"
    with pytest.raises(OmbudError) as refused:
        confirm(case.case_id + 1, at=AT, actor="anna", books=BOOKS)
    assert code_of(refused) == "unknown_case"


def test_an_appeal_is_refused_where_the_book_knows_none() -> None:
    case = hand_in(scanned(), "logo_missing", at=AT)
    due(LEAST)
    with pytest.raises(OmbudError) as refused:
        reopen(case.case_id, "A new document.", at=LEAST + DAY, actor="anna", books=BOOKS)
    assert code_of(refused) == "no_appeal"
    case.refresh_from_db()
    assert case.state == State.REJECTED


APPEAL = book_with(("    appeal: false\n", "    appeal: true\n"))


def test_an_appeal_reverses_the_settlement_by_postings_of_its_own_and_the_case_is_ruled_anew() -> None:
    case = hand_in(scanned(books=APPEAL), "logo_missing", at=AT, books=APPEAL)
    due(LEAST, APPEAL)
    before = posted()
    reopen(case.case_id, "A new document.", at=LEAST + DAY, actor="anna", books=APPEAL)
    case.refresh_from_db()
    assert (case.state, case.recommended, case.rule_at) == (State.UNDER_REVIEW, None, None)
    assert (case.closed_at, case.settled_at) == (None, None)
    assert stands_as_its_history_says(case)
    assert posted()[: len(before)] == before
    undone = posted()[len(before) :]
    assert [row[1:] for row in undone] == [(credit, debit, amount) for _, debit, credit, amount in before[1:]]
    assert left() == {"settlement": -100_00, "held": 100_00}
    assert HealthDay.objects.get(store="s1", day=LEAST.date()).lost_cases == 0
    assert due(LEAST + 30 * ONE_DAY, APPEAL) == 0

    with pytest.raises(OmbudError) as refused:
        confirm(case.case_id, at=LEAST + 2 * DAY, actor="boris", books=APPEAL)
    assert code_of(refused) == "nothing_recommended"
    overrule(case.case_id, State.WON, "It convinces.", at=LEAST + 2 * DAY, actor="boris", books=APPEAL)
    case.refresh_from_db()
    assert (case.state, case.settled_at) == (State.WON, LEAST + 2 * DAY)
    assert left() == {}
    assert stands_as_its_history_says(case)


def test_a_case_that_was_won_is_not_reopened() -> None:
    case = hand_in(scanned(books=APPEAL), at=AT, books=APPEAL)
    due(LEAST, APPEAL)
    with pytest.raises(OmbudError) as refused:
        reopen(case.case_id, "Why not.", at=LEAST + DAY, actor="anna", books=APPEAL)
    assert code_of(refused) == "no_such_move"


def test_history_around_a_submission_is_what_the_ruling_knew() -> None:
    [case] = delivered()
    Sanction.objects.create(
        platform="shopify", over="buyer", subject="b", measure="flag_high_risk", begun_at=START, figure="3", base=3,
        clause="sanctions.weak_buyer@2026-03-12", rulebook_id=BOOKS["shopify"].digest,
    )  # fmt: skip
    Sanction.objects.create(
        platform="shopify", over="store", subject="s1", measure="raised_review", begun_at=START, figure="3", base=3,
        ended_at=START + DAY, clause="sanctions.raised_review@2026-03-12", rulebook_id=BOOKS["shopify"].digest,
    )  # fmt: skip
    hand_in(case, "signature_missing", at=case.opened_at + HOUR)
    known = json.loads(Ruling.objects.get().record)["inputs"]
    assert [one["factor"] for one in known["buyer"]] == ["0.5"]
    assert known["store"] == {"figures": {"dispute_rate": [0, 1]}, "losses_in_a_row": 0, "sanctions": []}
    assert known["facts"]["complaint.kind"] == "not_received"
    hand_in(case, at=case.opened_at + 2 * HOUR, salt="mended")
    again = json.loads(Ruling.objects.get(seq=2).record)["inputs"]
    assert again["rejected"] == []
    assert again["pieces"][0]["sha256"] != known["pieces"][0]["sha256"]


def test_a_file_that_was_handed_in_for_another_order_is_known_to_have_served_it() -> None:
    first, second = scanned("o1"), scanned("o2")
    hand_in(first, at=AT)
    hand_in(second, at=AT + HOUR)
    served = json.loads(Ruling.objects.get(case=second).record)["inputs"]["served"]
    assert served == {}  # files named for their orders are other files
    Piece.objects.create(
        submission=first.submission_set.get(),
        position=9,
        name="x",
        kind="waybill",
        file=Piece.objects.filter(submission__case=second).order_by("position")[0].file,
    )
    again = gather(second.submission_set.get(), AT + HOUR)["served"]
    assert list(again.values()) == [{"case_id": first.case_id, "same_order": False}]


def test_a_stored_ruling_proves_itself_and_a_changed_one_is_found() -> None:
    case = hand_in(scanned(), "logo_missing", at=AT)
    confirm(case.case_id, at=AT + HOUR, actor="anna", books=BOOKS)
    for ruling in Ruling.objects.all():
        assert prove(ruling).proved
    ruling = Ruling.objects.get(seq=1)
    said = json.loads(ruling.record)
    said["judgement"]["outcome"] = "won"
    ruling.record = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    found = prove(ruling)
    assert found.difference == ("judgement.outcome", '"won"', '"rejected"')
    assert not found.digest_fits


@examples(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds())
def test_replay_loads_the_book_that_the_record_names_and_gives_the_same_bytes(world: Inputs) -> None:
    with transaction.atomic():
        rulebooks.register(BOOKS, at=START, actor="test")
        text = record(world, rule(world, store_books.kept(world["book"])))
        assert replay(text) == text.encode()
        transaction.set_rollback(True)


def test_the_reviewer_s_queue_has_what_takes_effect_first_on_top() -> None:
    for_person = hand_in(scanned("o1"), "logo_missing", at=AT, unsure=True)
    decided = hand_in(scanned("o2"), at=AT + HOUR)
    [dispute] = [case for case in delivered_beside() if case.platform == "shopify"]
    hand_in(dispute, "screenshot", at=dispute.opened_at + HOUR, unsure=True)
    waiting = under_review(START + 30 * DAY)
    assert [one.case.case_id for one in waiting] == [decided.case_id, for_person.case_id, dispute.case_id]
    assert [one.case.case_id for one in under_review(START + 30 * DAY, platform="shopify")] == [dispute.case_id]
    assert under_review(START) == []


def delivered_beside() -> list[Case]:
    """The Shopify case, in a store of another name."""
    number = "AB123456785US"
    scan: dict[str, Any] = {"carrier": "usps", "country": "US"}
    order = taking.an_order("p1", store_id="s2", gateway="stripe", shipped_at=START + HOUR)
    taking.take(
        {
            "stores": [taking.a_store("s2", "shopify", site="a.example")],
            "orders": [order],
            "parcels": [taking.a_parcel("p1", number, carrier="usps")],
            "scans": [taking.a_scan(number, **scan), taking.a_scan(number, START + 4 * DAY, code="delivered", **scan)],
            "complaints": [taking.a_complaint("c1", "p1", opened_at=START + 5 * DAY)],
        }
    )
    return opened(START + 5 * DAY)


def test_the_query_of_what_is_due_goes_by_its_index() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {ruling_query(LEAST, State.WON, limit=10)}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {ruling_query(LEAST, State.WON, limit=10)}")
        plan = "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())
    assert "cases_to_rule" in plan
