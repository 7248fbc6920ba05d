"""The page of a case says what leads, asks before what is final, and does it once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.cases import State
from ombud.domain.evidence import Reason
from ombud.domain.roles import Role
from ombud.domain.ruling_weights import WARNS
from ombud.domain.rulings import DOUBTS
from ombud.languages import speaking
from ombud.rulebooks import open_book
from ombud.store.models import Case, CaseEvent, DraftPiece, Submission
from ombud.words.reasons import rests_on
from tests.actions.ending import disputed, unshipped
from tests.actions.evidence import a_file, names, ready
from tests.actions.ruled import delivered, hand_in, scanned
from tests.actions.taking import DAY, HOUR, START, a_parcel, a_scan, a_store, an_order, take
from tests.web.cases import look_at, operator, seller

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
WAYBILL, RECORD = "o1_shipment_ru.pdf", "o1_outbound_ru.pdf"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    look_at(monkeypatch, AT)


def said(client: Client, name: str, case: Case, **query: str) -> str:
    answer = client.get(reverse(name, args=[case.case_id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def pressed(client: Client, name: str, case: Case) -> dict[str, str]:
    """What the form of a question sends."""
    page = said(client, name, case)
    return dict(re.findall(r'<input type="hidden" name="(submissions|ready)" value="([^"]*)"', page))


def test_the_clock_leads_then_the_money_then_what_to_do_next() -> None:
    case = unshipped()
    page = said(seller(case), "case", case)
    order = [page.index(words) for words in ('class="clock', "100.00 RUB", "Next: hand in", "What happened")]
    assert order == sorted(order)
    assert "2026-04-07 00:00 UTC" in page
    assert "08:00 Shanghai" in page


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_page_opens_in_every_language_in_every_state(language: str) -> None:
    open_, ruled = scanned("o1"), hand_in(scanned("o2"), "wrong_language", at=AT)
    client = seller(open_, language=language)
    for case in (open_, ruled):
        said(client, "case", case)
    said(client, "case_submit", open_)


def test_what_was_refunded_already_is_said_before_evidence_goes() -> None:
    case = unshipped(refunded_minor=20_00)
    client = seller(case)
    ready(case, a_file(WAYBILL), at=AT)
    for name in ("case", "case_submit"):
        assert "20.00 RUB of 100.00 RUB were refunded to the buyer already." in said(client, name, case)


def test_money_at_stake_stands_line_by_line_with_its_sum() -> None:
    case = unshipped(shipping_minor=5_00)
    page = said(seller(case), "case", case)
    for words in ("Order amount", "Commission", "15.00 RUB", "Compensation of 10 %", "130.00 RUB"):
        assert words in page


def test_a_silence_in_the_track_is_a_gap_in_the_line_and_in_the_list() -> None:
    take(
        {
            "stores": [a_store()],
            "orders": [an_order()],
            "parcels": [a_parcel()],
            "scans": [a_scan(city="Shenzhen"), a_scan(scanned_at=START + 62 * HOUR, country="RU")],
        }
    )
    case = unshipped()
    page = said(seller(case), "case", case)
    assert 'class="silence"' in page
    assert "60h without a scan" in page
    assert "Shenzhen, CN" in page


def test_who_only_reads_sees_the_case_and_nothing_to_press() -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), at=AT)
    page = said(seller(case, Role.READER), "case", case)
    assert WAYBILL in page
    for name in ("case_submit", "case_accept", "evidence_add"):
        assert reverse(name, args=[case.case_id]) not in page


def test_an_operator_sees_nothing_of_what_was_not_handed_in_yet() -> None:
    case = scanned()
    [row] = ready(case, a_file("not-for-you.pdf", kind="waybill"), at=AT)
    client = operator()
    assert "not-for-you" not in said(client, "case", case)
    for name in ("evidence_look", "evidence_image", "evidence_file"):
        assert client.get(reverse(name, args=[case.case_id, "ready", row.draft_piece_id])).status_code == 404


def test_a_case_of_another_store_is_as_unknown_as_one_that_is_not_there() -> None:
    mine, theirs = scanned("o1"), scanned("o2")
    take({"stores": [a_store("s2")], "orders": [an_order("o3", store_id="s2")]})
    client = seller(mine)
    Case.objects.filter(pk=theirs.pk).update(store="s2")
    for name in ("case", "case_submit", "case_accept", "evidence"):
        foreign, none = (client.get(reverse(name, args=[number])) for number in (theirs.case_id, 999_999))
        assert foreign.status_code == none.status_code == 404


@pytest.mark.parametrize("many", [1, 120])
def test_the_page_takes_as_many_queries_however_long_the_track_and_the_talk(many: int) -> None:
    take(
        {
            "stores": [a_store()],
            "orders": [an_order()],
            "parcels": [a_parcel(tracking_number=f"T{number}") for number in range(1 + many // 40)],
            "scans": [a_scan("T0", START + number * timedelta(minutes=20)) for number in range(many)],
            "messages": [
                {
                    "message_id": f"m{number}",
                    "order_id": "o1",
                    "channel": "platform",
                    "sender": "buyer",
                    "sent_at": START + number * timedelta(minutes=7),
                    "text": "Where is it?",
                }
                for number in range(many)
            ],
        }
    )
    case = unshipped()
    ready(
        case, *(a_file(f"o1_shipment_ru{'x' * number}.pdf", kind="waybill") for number in range(1 + many // 40)), at=AT
    )
    client = seller(case)
    said(client, "case", case)
    with CaptureQueriesContext(connection) as queries:
        said(client, "case", case)
    assert len(queries) <= 36


def test_handing_in_says_what_is_final_where_the_book_takes_one_submission() -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), at=AT)
    page = said(seller(case), "case_submit", case)
    assert "This is final: the case takes one submission." in page
    assert "What the gate refuses spends nothing." in page
    assert "Missing:</strong> Outbound record" in page
    assert Submission.objects.count() == 0


def test_handing_in_says_that_it_may_be_mended_where_the_book_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    [case] = delivered()
    look_at(monkeypatch, START + 20 * DAY + HOUR)
    ready(case, a_file("proof.pdf", kind="delivery_proof"), at=START + 20 * DAY)
    page = said(seller(case), "case_submit", case)
    assert "may be mended and handed in again while the window runs" in page
    assert "This is final" not in page


def test_what_is_handed_in_counts_from_the_instant_of_the_request_and_names_who_did_it() -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), a_file(RECORD), at=AT - HOUR)
    client = seller(case, Role.AGENT)
    answer = client.post(reverse("case_submit", args=[case.case_id]), pressed(client, "case_submit", case))
    assert answer.headers["Location"] == reverse("case", args=[case.case_id])
    submission = Submission.objects.get()
    assert (submission.received_at, submission.actor) == (AT, "agent@lumen.example")
    assert names(case) == []
    assert "under review" in said(client, "case", case)


def test_a_button_pressed_twice_hands_in_once() -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), a_file(RECORD), at=AT)
    client = seller(case)
    form = pressed(client, "case_submit", case)
    for _time in range(2):
        answer = client.post(reverse("case_submit", args=[case.case_id]), form)
        assert answer.headers["Location"] == reverse("case", args=[case.case_id])
    assert Submission.objects.count() == 1
    assert "It was handed in already." in said(client, "case", case)


def test_a_draft_that_changed_since_somebody_looked_is_shown_again() -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), a_file(RECORD), at=AT)
    client = seller(case)
    form = pressed(client, "case_submit", case)
    ready(case, a_file(RECORD, salt="of a colleague"), at=AT, instead=True)
    answer = client.post(reverse("case_submit", args=[case.case_id]), form)
    assert answer.headers["Location"] == reverse("case_submit", args=[case.case_id])
    assert Submission.objects.count() == 0
    assert "What lies ready has changed" in said(client, "case_submit", case)


def test_what_the_gate_refuses_stays_ready_and_spends_nothing() -> None:
    case = scanned()
    ready(case, a_file("scan.pdf", kind="waybill"), at=AT)
    client = seller(case)
    assert "As it lies here the gate refuses it." in said(client, "case_submit", case)
    answer = client.post(reverse("case_submit", args=[case.case_id]), pressed(client, "case_submit", case))
    assert answer.status_code == 422
    assert "ERR_003" in answer.content.decode()
    assert (Submission.objects.count(), names(case)) == (0, ["scan.pdf"])
    assert "mend what was refused" in said(client, "case", case)


def test_after_the_window_nothing_is_taken_and_nothing_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    case = scanned()
    ready(case, a_file(WAYBILL), a_file(RECORD), at=AT)
    client = seller(case)
    form = pressed(client, "case_submit", case)
    look_at(monkeypatch, case.due_at or AT)
    client.post(reverse("case_submit", args=[case.case_id]), form)
    assert Submission.objects.count() == 0
    page = said(client, "case", case)
    assert "too late" in page
    assert reverse("case_submit", args=[case.case_id]) not in page


def test_accepting_asks_once_naming_the_amount_and_is_for_the_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    [case] = disputed()
    look_at(monkeypatch, START + 20 * DAY + HOUR)
    owner, agent = seller(case), seller(case, Role.AGENT)
    address = reverse("case_accept", args=[case.case_id])
    page = said(owner, "case_accept", case)
    assert "It ends the case for good and cannot be taken back." in page
    assert "Accept, and pay 115.00 RUB" in page
    assert (agent.get(address).status_code, address in said(agent, "case", case)) == (404, False)
    assert owner.post(address).status_code == 200  # not sure: asked again
    assert Case.objects.get().state == State.OPENED
    owner.post(address, {"sure": "yes"})
    owner.post(address, {"sure": "yes"})
    assert Case.objects.get().state == State.CONCEDED
    assert CaseEvent.objects.get(kind="conceded").actor == "owner@lumen.example"


def test_a_book_that_lets_no_merchant_accept_offers_nothing_of_the_kind() -> None:
    case = scanned()
    client = seller(case)
    assert reverse("case_accept", args=[case.case_id]) not in said(client, "case", case)
    assert client.post(reverse("case_accept", args=[case.case_id]), {"sure": "yes"}).status_code == 422
    assert Case.objects.get().state == State.OPENED


def test_a_ruling_stands_there_with_its_reasons_and_how_to_mend_them() -> None:
    case = hand_in(scanned(), "wrong_language", at=AT)
    page = said(seller(case), "case", case)
    for words in ("rejected, by hard reasons", "Decides", "ERR_027 Wrong language", "Hand in the Russian document."):
        assert words in page
    assert "reasons.ERR_027@2026-03-12" in page


def test_what_did_not_convince_and_may_be_mended_says_so_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    [case] = delivered()
    look_at(monkeypatch, START + 20 * DAY + HOUR)
    case = hand_in(case, "signature_missing", at=START + 20 * DAY)
    assert case.state == State.EVIDENCE_REJECTED
    page = said(seller(case), "case", case)
    assert "Next: mend what did not convince and hand it in by" in page
    assert 'id="files"' in page


def test_the_answer_of_the_book_is_there_to_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    [case] = delivered(signed_by="J. Doe")
    look_at(monkeypatch, START + 20 * DAY + HOUR)
    page = said(seller(case), "case", case)
    assert "and signed for by J. Doe." in page
    assert "It says that a file goes with it" in page


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_documents_are_taken_along_in_any_language(language: str) -> None:
    case = hand_in(scanned(), at=AT)
    client = seller(case, Role.READER)
    for name in ("notice", "ruling"):
        answer = client.get(reverse("case_document", args=[case.case_id, name]), {"lang": language})
        assert answer.content.startswith(b"%PDF")
        assert f"{name}-{case.case_id}-{language}.pdf" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("asked", ["ruling", "notice/?lang=xx", "anything"])
def test_a_document_that_there_is_not_is_no_page(asked: str) -> None:
    case = scanned()
    address = reverse("case_document", args=[case.case_id, "notice"]).replace("notice/", asked)
    assert seller(case).get(address, follow=True).status_code == 404


def test_what_the_seller_says_is_text_and_never_markup() -> None:
    case = unshipped()
    DraftPiece.objects.all().delete()
    ready(case, a_file("<b>o1_shipment.pdf", kind="waybill"), at=AT)
    page = said(seller(case), "case", case)
    assert "&lt;b&gt;o1_shipment.pdf" in page
    assert "<b>o1" not in page


def test_what_a_reason_rests_on_is_named_in_the_readers_language() -> None:
    book = open_book("shopify")
    missing = Reason("ERR-204", "signature_missing", DOUBTS, "", "slip.pdf", "signer_or_recipient", 0.3)
    flagged = Reason("raised_review", "", WARNS, "", "store", "2", 1)
    with speaking("zh"):
        assert rests_on(missing, book) == "slip.pdf · 签收人或收件人姓名 · 置信度0.30"
        assert rests_on(replace(missing, rests_on="slip.pdf: signature", value="张三"), book).startswith(
            "slip.pdf: 签名 · 张三 · "
        )
        assert rests_on(flagged, book) == "店铺 · 2"
