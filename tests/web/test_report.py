"""The buyer's page: a signed link to one order, where to go, what is sent, where it stands, taking it back (S1, S2)."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from ombud.actions import report_files, reports
from ombud.actions.cases import open_due
from ombud.domain.cases import State
from ombud.store import report_links
from ombud.store.models import Case, Complaint, ComplaintFile, Message, Sanction
from tests.actions.ending import SHOPIFY, end
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_parcel, a_scan, a_store, an_order, take
from tests.inspect.clips import clip, sound
from tests.web.members import AT, browser

pytestmark = pytest.mark.django_db


def shopify(order_id: str = "o1", **more: Any) -> str:
    """The link of an order that can be disputed, unless `more` says otherwise."""
    more = {"gateway": "stripe", "shipped_at": START + HOUR, "completed_at": START + 5 * DAY} | more
    line = {"order_id": order_id, "line": 1, "sku": "sku-1", "quantity": 2, "price_minor": 1, "kind": "physical"}
    order = an_order(order_id, buyer_id="buyer-77", **more)
    take({"stores": [SHOPIFY], "orders": [order], "lines": [line], "parcels": [a_parcel(order_id, f"T-{order_id}")]})
    return report_links.address(order_id)


def ozon() -> str:
    """The link of an order that the carrier has delivered."""
    scans = [a_scan(), a_scan(scanned_at=START + 4 * DAY, code="delivered", country="RU")]
    take(
        {"stores": [a_store()], "orders": [an_order(shipped_at=START + HOUR)], "parcels": [a_parcel()], "scans": scans}
    )
    return report_links.address("o1")


def sweep(at: Any = AT) -> None:
    open_due(at, books=BOOKS, actor="test")


def shown(address: str, client: Client | None = None, language: str = "en") -> str:
    answer = (client or browser(language=language)).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def send(address: str, kind: str = "not_received", *files: SimpleUploadedFile, **more: str) -> Any:
    """Fills in the form and sends it."""
    values = {"kind": kind, "words": "It never came.", "once": "form 1", "file": list(files)} | more
    return browser().post(address, values)


def same(text: str) -> str:
    """Without what differs from answer to answer: tokens, and the address itself."""
    return re.sub(r'[\w-]{64}|name="(next|once)" value="[^"]*"', "", text)


def photo(name: str = "photo.jpg") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 10, 10)).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue())


def test_the_page_shows_the_order_and_nothing_of_its_seller_or_of_others() -> None:
    address = shopify()
    shopify("o2")
    text = shown(address)
    assert "a.example" in text
    assert "2 × sku-1" in text
    for hidden in ("o2", "s1", "buyer-77", "T-o1", "cdek", "Log in", "/accounts/", "Queue"):
        assert hidden not in text.replace(address, ""), hidden


def test_a_link_that_nobody_signed_says_no_more_than_one_that_is_not_there() -> None:
    address = shopify()
    nowhere = same(browser().get("/nowhere/").content.decode())
    for forged in (address[:-2] + "x/", "/report/o1/", report_links.address("o9")):
        for kind in ("", "file/", "withdraw/"):
            answer = browser().post(f"{forged}{kind}", {})
            assert (answer.status_code, same(answer.content.decode())) == (404, nowhere), forged


def test_the_link_is_the_address_of_the_page() -> None:
    assert report_links.address("o1") == reverse("report", args=[report_links.token("o1")])


def test_who_has_the_address_has_the_order_so_it_is_told_to_nobody() -> None:
    answer = browser().get(shopify())
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sessionid" not in answer.cookies


def test_a_report_is_sent_and_the_page_says_where_it_stands() -> None:
    address = shopify()
    answer = send(address, "not_received", photo())
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert Complaint.objects.get().media == "photo"
    text = shown(address)
    for said in ("Received", "A dispute is opened in a moment.", "It never came.", "photo.jpg", "It did not arrive"):
        assert said in text
    assert "<textarea" not in text
    sweep()
    text = shown(address)
    assert "The seller is to answer" in text
    assert "2026-04-23 12:00 UTC" in text


def test_sent_twice_it_is_one_report_and_both_say_so() -> None:
    address = shopify()
    assert [send(address).status_code for _ in range(2)] == [302, 302]
    assert Complaint.objects.count() == 1
    assert send(address, once="form 2").status_code == 422
    assert Complaint.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.WON, "Decided for the seller"),
        (State.REJECTED, "What the seller showed did not convince."),
        (State.LOST, "The seller showed nothing in time."),
        (State.CONCEDED, "The seller has accepted that you are right."),
    ],
)
def test_how_it_was_decided_is_said_and_another_problem_may_be_reported(state: State, said: str) -> None:
    address = shopify()
    send(address)
    sweep()
    end(Case.objects.get(), state, AT)
    text = shown(address)
    assert said in text
    assert "<textarea" in text


@pytest.mark.parametrize(
    ("gateway", "said"), [("paypal", "PayPal&#x27;s Resolution Center"), ("klarna", "The gateway&#x27;s own process")]
)
def test_what_is_not_eligible_is_told_where_to_go_in_the_words_of_the_book(gateway: str, said: str) -> None:
    address = shopify(gateway=gateway)
    text = shown(address)
    assert said in text
    assert "<textarea" not in text
    assert send(address).status_code == 422
    assert not Complaint.objects.exists()


def test_the_way_elsewhere_is_said_in_the_readers_language() -> None:
    address = shopify(gateway="paypal")
    assert "PayPal调解中心" in shown(address, language="zh")
    assert "Центр разрешения проблем PayPal" in shown(address, language="ru")


def test_where_the_book_wants_a_video_the_form_says_so_and_keeps_what_was_typed(tmp_path: Path) -> None:
    address = ozon()
    assert "Please add a video of the unpacking" in shown(address)
    answer = send(address, "item_mismatch", photo(), words="Blue, not red.")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "For this the platform wants a video of the unpacking." in text
    assert "Blue, not red.</textarea>" in text
    assert re.search(r'value="item_mismatch" required checked', text)
    assert 'name="once" value="form 1"' in text
    film = clip(tmp_path / "unboxing.mp4", range(0, 3000, 200))
    assert send(address, "item_mismatch", SimpleUploadedFile("u.mp4", film.read_bytes())).status_code == 302
    assert Complaint.objects.get().media == "unboxing_video"


def test_a_sound_without_a_picture_and_a_torn_video_are_no_videos(tmp_path: Path) -> None:
    address = ozon()
    silent = SimpleUploadedFile("s.mp4", sound(tmp_path / "s.mp4", 2).read_bytes())
    assert "wants a video of the unpacking" in send(address, "item_mismatch", silent).content.decode()
    torn = clip(tmp_path / "torn.mp4", range(0, 3000, 200)).read_bytes()
    answer = send(address, "not_received", SimpleUploadedFile("torn.mp4", torn[: len(torn) // 3]))
    assert "torn.mp4: This file cannot be opened" in answer.content.decode()
    assert not ComplaintFile.objects.exists()


def test_a_file_that_is_too_large_is_said_and_the_words_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_files, "MOST_BYTES", 5_000_000)
    address = shopify()
    large = SimpleUploadedFile("film.mp4", bytes(6_000_000))
    answer = send(address, "not_received", large, photo(), words="Kept.")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "film.mp4: This file is larger than 5 MB." in text
    assert "Kept.</textarea>" in text
    assert not Complaint.objects.exists()


def test_more_may_be_shown_later() -> None:
    address = shopify()
    send(address)
    assert browser().post(f"{address}file/", {"file": [photo("late.png")]}).status_code == 302
    assert "late.png" in shown(address)
    assert Complaint.objects.get().media == "photo"
    assert browser().post(f"{address}file/", {}).status_code == 422


def test_taking_it_back_asks_once_and_ends_the_case() -> None:
    address = shopify()
    send(address)
    sweep()
    text = shown(f"{address}withdraw/")
    assert "This cannot be undone" in text
    assert Case.objects.get().closed_at is None
    assert browser().post(f"{address}withdraw/").headers["Location"] == address
    assert (Case.objects.get().state, Case.objects.get().closed_at) == (State.WITHDRAWN, AT)
    assert "Taken back" in shown(address)
    assert browser().get(f"{address}withdraw/").status_code == 302


def test_a_flagged_buyer_sees_nothing_of_it() -> None:
    address = shopify()
    send(address)
    sweep()
    before = shown(address)
    Sanction.objects.create(
        platform="shopify",
        over="buyer",
        subject="buyer-77",
        measure="flag_high_risk",
        begun_at=AT - DAY,
        figure="4",
        base=4,
        clause="sanctions.weak_buyer@2026-03-12",
        rulebook_id=Case.objects.get().rulebook_id,
    )
    assert same(shown(address)) == same(before)


def test_forged_forms_are_refused() -> None:
    address = shopify()
    strict = Client(enforce_csrf_checks=True)
    for place in ("", "file/", "withdraw/"):
        assert strict.post(f"{address}{place}", {"kind": "other", "words": "x"}).status_code == 403
    assert not Message.objects.exists()


def test_the_page_costs_as_many_queries_whatever_was_reported_before() -> None:
    address = shopify()
    counts = []
    for number in range(3):
        send(address, once=f"form {number}")
        shown(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            shown(address)
        counts.append(len(asked))
        reports.withdraw("o1", at=AT, books=BOOKS)
    assert len(set(counts)) == 1
    assert counts[0] <= 12
