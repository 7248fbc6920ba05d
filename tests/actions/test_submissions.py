"""Handing in: what the gate refuses spends nothing, what passes is one submission, and the window shuts to the
microsecond (O9, O11, S3, S6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from ombud.actions import drafts, moving
from ombud.actions.closings import close_windows
from ombud.actions.submissions import submit
from ombud.domain.cases import EventKind, State
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.gate import missing
from ombud.domain.problems import OmbudError
from ombud.store.asked import asked_of
from ombud.store.case_file import case_file
from ombud.store.drafts import drafted
from ombud.store.models import Case, CaseEvent, OutboxMessage, Piece, Ruling, Submission
from tests.actions.ending import disputed, end, unshipped
from tests.actions.evidence import a_file, hand_in, names, ready
from tests.actions.taking import BOOKS, DAY, HOUR, START
from tests.actions.test_routings import a_routed, sweep

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
MICROSECOND = timedelta(microseconds=1)


def good() -> list[Any]:
    """All that an unshipped order of low value asks for, with nothing against it."""
    return [
        a_file("o1_shipment_ru.pdf", stated={"made_at": START + HOUR}),
        a_file("o1_outbound_ru.pdf", stated={"made_at": START + HOUR}),
    ]


def rows() -> tuple[int, ...]:
    """How many there are of everything that a submission writes."""
    return tuple(model.objects.count() for model in (CaseEvent, Submission, Piece, Ruling, OutboxMessage))


def stands_as_its_history_says(case: Case) -> bool:
    """The columns that change are the fold of the events."""
    case.refresh_from_db()
    standing = case_file(case.case_id, START + 400 * DAY).standing
    kept = (case.state, case.submitted_at, case.rule_at, case.closed_at)
    return kept == (standing.state, standing.submitted_at, standing.rule_at, standing.closed_at)


def test_what_passes_the_gate_is_a_submission_with_its_pieces_and_the_draft_is_gone() -> None:
    case = unshipped()
    answer = hand_in(case, *good(), at=AT)
    assert answer.submission is not None
    assert not answer.verdict.refused
    assert (answer.submission.seq, answer.submission.received_at, answer.submission.actor) == (1, AT, "seller")
    pieces = Piece.objects.filter(submission=answer.submission).order_by("position")
    assert list(pieces.values_list("position", "name", "kind", "language", "stated")) == [
        (1, "o1_shipment_ru.pdf", "waybill", "ru", {"made_at": "2026-04-01T01:00:00Z"}),
        (2, "o1_outbound_ru.pdf", "outbound_record", "ru", {"made_at": "2026-04-01T01:00:00Z"}),
    ]
    assert names(case) == []
    assert answer.case.state == State.UNDER_REVIEW
    assert (answer.case.submitted_at, answer.case.shuts_at) == (AT, None)
    assert stands_as_its_history_says(case)


def test_the_event_of_a_submission_says_what_was_recommended_and_when_it_takes_effect() -> None:
    case = unshipped()
    answer = hand_in(case, *good(), at=AT)
    assert answer.recommendation is not None
    assert answer.submission is not None
    event = CaseEvent.objects.get(case=case, kind=EventKind.EVIDENCE_SUBMITTED)
    told = answer.recommendation
    assert event.at == AT
    assert event.data["submission_id"] == answer.submission.submission_id
    assert event.data["ruling_id"] == told.ruling_id
    assert event.data["decided"] is told.decided
    assert event.data["recommended"] == answer.case.recommended == told.outcome
    assert answer.case.rule_at == told.rule_at
    assert told.rule_at in {AT + timedelta(hours=48), AT + timedelta(hours=96)}


def test_a_microsecond_before_the_window_shuts_counts_and_the_instant_itself_is_too_late() -> None:
    case = unshipped()
    assert case.shuts_at is not None
    ready(case, *good(), at=AT)
    before = rows()
    late = submit(case.case_id, at=case.shuts_at, actor="seller", books=BOOKS)
    assert (late.submission, late.verdict.codes, rows()) == (None, ["ERR_001"], before)
    assert names(case) == ["o1_shipment_ru.pdf", "o1_outbound_ru.pdf"]
    in_time = submit(case.case_id, at=case.shuts_at - MICROSECOND, actor="seller", books=BOOKS)
    assert in_time.submission is not None
    assert in_time.submission.received_at == case.shuts_at - MICROSECOND


def test_the_seller_and_the_clock_at_one_instant_one_wins_and_the_seller_is_told() -> None:
    case = unshipped()
    assert case.shuts_at is not None
    ready(case, *good(), at=AT)
    close_windows(case.shuts_at, books=BOOKS, actor="loop")
    before = rows()
    answer = submit(case.case_id, at=case.shuts_at - MICROSECOND, actor="seller", books=BOOKS)
    assert (answer.submission, answer.verdict.codes, rows()) == (None, ["ERR_001"], before)
    assert answer.case.state == State.LOST


def test_what_was_handed_in_is_not_lost_by_the_clock() -> None:
    case = unshipped()
    assert case.shuts_at is not None
    hand_in(case, *good(), at=case.shuts_at - MICROSECOND)
    assert close_windows(case.shuts_at, books=BOOKS, actor="loop") == 0


def test_a_refusal_at_the_gate_is_kept_with_its_codes_and_spends_nothing() -> None:
    case = unshipped()
    files = [a_file(f"o1_shipment_ru.{ending}", salt=str(i), kind="waybill") for i, ending in enumerate(["pdf", "png"])]
    answer = hand_in(case, *files, at=AT)
    assert (answer.submission, answer.case.state) == (None, State.EVIDENCE_REQUIRED)
    assert answer.verdict.codes == ["ERR_003", "ERR_004"]
    event = CaseEvent.objects.get(case=case, kind=EventKind.EVIDENCE_REFUSED)
    assert event.data == {"reasons": ["ERR_003", "ERR_004"], "problems": []}
    assert names(case) == ["o1_shipment_ru.pdf", "o1_shipment_ru.png"]
    assert not Submission.objects.exists()
    assert answer.case.shuts_at == case.due_at  # the clock does not stop
    again = hand_in(case, at=AT + HOUR)
    assert again.case.state == State.EVIDENCE_REQUIRED
    assert stands_as_its_history_says(case)


def test_a_fault_that_the_book_has_no_code_for_is_refused_in_words_and_kept_too() -> None:
    case = unshipped()
    one = a_file("o1_shipment_ru.pdf")
    ready(case, one, at=AT)
    ready(case, a_file("o1_outbound_ru.pdf"), at=AT)
    pieces = case.draftpiece_set.order_by("pk")
    pieces.filter(name="o1_outbound_ru.pdf").update(file=pieces[0].file)
    answer = hand_in(case, at=AT)
    assert [problem.code for problem in answer.verdict.problems] == ["duplicate_file"]
    event = CaseEvent.objects.get(case=case, kind=EventKind.EVIDENCE_REFUSED)
    assert event.data == {"reasons": [], "problems": ["duplicate_file"]}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([a_file(f"o1_shipment_ru.{'jpg' if i else 'pdf'}", salt="x") for i in range(2)], None),
        ([a_file("o1_shipment_ru.pdf", size=5_000_001), a_file("o1_outbound_ru.pdf", size=5_000_000)], "ERR_007"),
        ([a_file("o2_shipment_ru.pdf")], "ERR_009"),
    ],
)
def test_bad_uploads_have_the_code_of_the_book_and_the_draft_stays(files: list[Any], code: str | None) -> None:
    case = unshipped()
    answer = hand_in(case, *files, at=AT)
    assert answer.verdict.codes == ([code] if code else [])
    assert bool(names(case)) is (answer.submission is None) is (code is not None)


def test_a_sixth_file_is_refused_with_its_code() -> None:
    case = unshipped()
    words = ["shipment", "outbound", "packing", "messages", "customs", "translation"]
    ready(case, *(a_file(f"o1_{word}_ru.{'mp4' if word == 'packing' else 'pdf'}") for word in words), at=AT)
    assert hand_in(case, at=AT).verdict.codes == ["ERR_006"]
    assert len(names(case)) == 6


def test_an_empty_file_is_refused_with_its_code() -> None:
    case = unshipped()
    empty = a_file("o1_shipment_ru.pdf")
    empty.content.seek(0, 2)
    assert hand_in(case, empty, at=AT).verdict.codes == ["ERR_008"]


def test_nothing_ready_is_an_error_and_no_step() -> None:
    case = unshipped()
    before = rows()
    with pytest.raises(OmbudError) as error:
        hand_in(case, at=AT)
    assert error.value.problems[0].code == "nothing_ready"
    assert rows() == before


def test_a_second_submission_is_answered_with_its_code_and_writes_nothing() -> None:
    case = unshipped()
    hand_in(case, *good(), at=AT)
    ready(case, a_file("o1_shipment_ru.jpg"), at=AT)
    before = rows()
    answer = hand_in(case, at=AT + HOUR)
    assert (answer.submission, answer.verdict.codes, rows()) == (None, ["ERR_002"], before)
    assert names(case) == ["o1_shipment_ru.jpg"]


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.CONCEDED])
def test_after_its_end_a_case_takes_nothing_and_says_in_which_state_it_is(state: State) -> None:
    case = unshipped()
    ready(case, *good(), at=AT)
    end(case, state, AT)
    before = rows()
    with pytest.raises(OmbudError, match=str(state)) as error:
        hand_in(case, at=AT)
    assert error.value.problems[0].code == "no_such_move"
    assert rows() == before
    assert len(names(case)) == 2


def test_another_stores_case_is_as_unknown_as_one_that_is_not_there() -> None:
    case = unshipped()
    ready(case, *good(), at=AT)
    for case_id in (case.case_id, case.case_id + 1):
        with pytest.raises(OmbudError) as error:
            submit(case_id, at=AT, actor="x", books=BOOKS, store_id="s2")
        assert str(error.value) == f"The store s2 has no case #{case_id}. `ombud cases` lists them."
    assert hand_in(case, at=AT, store_id="s1").submission is not None


def test_an_error_on_the_way_leaves_the_draft_and_nothing_else() -> None:
    case = unshipped()
    ready(case, *good(), at=AT)
    before = rows()
    book = BOOKS["ozon"]
    wordless = replace(book, clauses={name: clause for name, clause in book.clauses.items() if name != "states"})
    with pytest.raises(OmbudError) as error:
        submit(case.case_id, at=AT, actor="seller", books={"ozon": wordless})
    assert error.value.problems[0].code == "no_states"  # the last thing that a step writes before it is told
    assert rows() == before
    assert len(names(case)) == 2
    assert hand_in(case, at=AT).submission is not None


def test_a_clock_that_was_set_back_does_not_open_a_window_that_history_has_passed() -> None:
    case = unshipped()
    assert case.shuts_at is not None
    ready(case, a_file("o1_shipment_ru.png", kind="waybill"), at=AT)
    last = case.shuts_at - MICROSECOND
    hand_in(case, at=last)
    ready(case, *good(), at=AT)
    with transaction.atomic():
        moving.step(case.case_id, EventKind.EVIDENCE_REFUSED, at=last, actor="test", books=BOOKS)
    drafts.remove(case.case_id, "o1_shipment_ru.png", at=AT, actor="test", books=BOOKS)
    answer = hand_in(case, at=last - HOUR)
    assert answer.submission is not None
    assert answer.submission.received_at == last  # no older than the step before it
    event = CaseEvent.objects.get(case=case, kind=EventKind.EVIDENCE_SUBMITTED)
    assert (event.at, event.data["clock"]) == (last, (last - HOUR).isoformat().replace("+00:00", "Z"))


# Shopify: no review window, mending inside the window


def proof(salt: str = "", *faults: str) -> Any:
    """A proof of delivery in which these faults were found."""
    findings = tuple(Finding(fault, Outcome.FAILED) for fault in faults)
    return a_file("proof.pdf", salt=salt, kind="delivery_proof", findings=findings, stated={"made_at": START + DAY})


def test_rejected_evidence_is_mended_and_sent_again_inside_the_same_window_never_the_same_file() -> None:
    [case] = disputed()
    opened_at = case.opened_at
    rejected = hand_in(case, proof("1", "signature_missing"), at=opened_at + HOUR)
    assert rejected.recommendation is not None
    assert rejected.recommendation.decided
    assert rejected.case.state == State.EVIDENCE_REJECTED
    assert rejected.case.shuts_at == case.due_at
    same = hand_in(case, proof("1"), at=opened_at + 2 * HOUR)
    assert (same.submission, same.verdict.codes) == (None, ["ERR-207"])
    assert same.case.state == State.EVIDENCE_REJECTED
    mended = hand_in(case, at=opened_at + 2 * HOUR)
    assert mended.submission is None
    ready(case, proof("2"), at=opened_at + 3 * HOUR, instead=True)
    again = hand_in(case, at=opened_at + 3 * HOUR)
    assert again.submission is not None
    assert again.submission.seq == 2
    assert stands_as_its_history_says(case)


def test_a_mended_submission_at_the_instant_of_the_first_window_is_too_late() -> None:
    [case] = disputed()
    assert case.due_at is not None
    hand_in(case, proof("1", "signature_missing"), at=case.opened_at + HOUR)
    ready(case, proof("2"), at=case.opened_at + HOUR)
    assert hand_in(case, at=case.due_at).verdict.codes == ["ERR-209"]
    assert close_windows(case.due_at, books=BOOKS, actor="loop") == 1


def test_a_format_that_the_kind_does_not_take_has_the_code_of_that_book() -> None:
    [case] = disputed()
    answer = hand_in(case, a_file("proof.jpg", kind="delivery_proof"), at=case.opened_at + HOUR)
    assert answer.verdict.codes == ["ERR-202"]


def routed(place: str) -> Case:
    """A complaint that another process decides, with no window or one of its own."""
    a_routed(place)
    sweep()
    return Case.objects.get()


def test_a_routed_case_takes_evidence_into_its_own_record_and_stays_routed() -> None:
    case = routed("chargeback")
    ready(case, a_file("invoice.pdf", kind="invoice"), at=case.opened_at)
    asked = asked_of(case_file(case.case_id, case.opened_at), BOOKS["shopify"])
    assert missing([one.kind for one in asked], drafted(case.case_id)) == ["delivery_proof", "product_page"]
    answer = hand_in(case, at=case.opened_at + HOUR)
    assert answer.submission is not None
    assert (answer.case.state, answer.case.submitted_at) == (State.ROUTED, case.opened_at + HOUR)
    assert answer.recommendation is None
    assert not Ruling.objects.exists()
    assert stands_as_its_history_says(case)
    second = hand_in(case, a_file("proof.pdf", kind="delivery_proof"), at=case.opened_at + 2 * HOUR)
    assert second.submission is not None
    assert second.submission.seq == 2
    refused = hand_in(case, a_file("late.mp4", kind="invoice"), at=case.opened_at + 3 * HOUR)
    assert (refused.submission, refused.verdict.codes, refused.case.state) == (None, ["ERR-202"], State.ROUTED)


def test_a_chargeback_has_the_longer_window_of_the_bank_to_the_microsecond() -> None:
    case = routed("chargeback")
    ready(case, a_file("invoice.pdf", kind="invoice"), at=case.opened_at)
    due = case.opened_at + 10 * DAY
    assert hand_in(case, at=due).verdict.codes == ["ERR-209"]
    assert hand_in(case, at=due - MICROSECOND).submission is not None


def test_a_routed_case_without_a_clock_takes_evidence_at_any_time() -> None:
    case = routed("paypal")
    answer = hand_in(case, a_file("invoice.pdf", kind="invoice"), at=case.opened_at + 300 * DAY)
    assert answer.submission is not None
