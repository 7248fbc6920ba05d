"""What a buyer reports becomes facts at once, counts once, and is taken only for what the book opens a dispute for
(S1, S2, O2c, O2e)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ombud.actions import report_files, reports
from ombud.actions.cases import open_due
from ombud.actions.report_files import MOST_FILES, NewFile
from ombud.actions.reports import MOST_REPORTS, Filled
from ombud.domain.cases import State
from ombud.domain.problems import OmbudError
from ombud.domain.said import Said
from ombud.scan.prospects import Leads, prospects
from ombud.store import report_links
from ombud.store.models import Case, Complaint, ComplaintFile, Message, Order, StoredFile
from tests.actions.ending import SHOPIFY, end
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_complaint, a_parcel, a_scan, a_store, an_order, take

pytestmark = pytest.mark.django_db
AT = START + 10 * DAY
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(200)


def fine(path: Path, format_: str) -> Sequence[Said]:
    """Every file can be opened."""
    del path, format_
    return ()


def wrong(what: str) -> report_files.Look:
    """A look at a file in which that is wrong."""
    return lambda path, format_: [Said("problem", what, "container")]


def shopify(order_id: str = "o1", **more: Any) -> None:
    """An order that can be disputed, unless `more` says otherwise."""
    order = an_order(
        order_id, **{"gateway": "stripe", "shipped_at": START + HOUR, "completed_at": START + 5 * DAY} | more
    )
    line = {"order_id": order_id, "line": 1, "sku": "sku-1", "quantity": 1, "price_minor": 1, "kind": "physical"}
    take({"stores": [SHOPIFY], "orders": [order], "lines": [line], "parcels": [a_parcel(order_id, f"T-{order_id}")]})
    sweep(START + 6 * DAY)


def ozon(*, delivered: bool = True) -> None:
    """An order under way, or delivered on day 4."""
    scans = [a_scan()] + [a_scan(scanned_at=START + 4 * DAY, code="delivered", country="RU")] * delivered
    order = an_order(shipped_at=START + HOUR)
    take({"stores": [a_store()], "orders": [order], "parcels": [a_parcel()], "scans": scans})
    sweep(START + 6 * DAY)


def sweep(at: datetime) -> None:
    open_due(at, books=BOOKS, actor="test")


def file(content: bytes = JPEG, name: str = "photo.jpg") -> NewFile:
    return NewFile(name, io.BytesIO(content))


def send(
    kind: str = "not_received",
    *files: NewFile,
    words: str = "It never came.",
    once: str = "form 1",
    at: datetime = AT,
    look: report_files.Look = fine,
    order_id: str = "o1",
) -> Complaint:
    return reports.report(order_id, Filled(kind, words, once, files), look=look, at=at, books=BOOKS)


def refused(*args: Any, **more: Any) -> set[str]:
    """Why it is not taken; nothing of it is kept then."""
    before = Complaint.objects.count(), Message.objects.count(), ComplaintFile.objects.count()
    with pytest.raises(OmbudError) as caught:
        send(*args, **more)
    assert (Complaint.objects.count(), Message.objects.count(), ComplaintFile.objects.count()) == before
    return {problem.code for problem in caught.value.problems}


def test_a_report_is_a_complaint_with_its_words_and_the_next_sweep_opens_its_case() -> None:
    shopify()
    made = send()
    assert (made.kind, made.media, made.opened_at, made.withdrawn_at) == ("not_received", "none", AT, None)
    words = Message.objects.get(order="o1")
    assert (words.channel, words.sender, words.sent_at, words.text) == ("platform", "buyer", AT, "It never came.")
    sweep(AT)
    case = Case.objects.get(violation="buyer_dispute")
    assert (case.complaint_id, case.state, case.fires_at) == (made.complaint_id, State.OPENED, AT)


def test_a_form_sent_twice_is_one_report() -> None:
    shopify()
    assert send() == send(at=AT + HOUR, words="Really.")
    assert Message.objects.get().text == "It never came."


def test_a_second_report_waits_until_the_first_is_over() -> None:
    shopify()
    send()
    assert refused(once="form 2") == {"reported_already"}
    sweep(AT)
    assert refused(once="form 2", at=AT + HOUR) == {"reported_already"}
    end(Case.objects.get(), State.WON, AT + 2 * HOUR)
    assert send("not_as_described", once="form 2", at=AT + 3 * HOUR).kind == "not_as_described"


def test_what_an_import_brought_counts_as_a_report_too() -> None:
    shopify()
    take({"stores": [], "orders": [], "complaints": [a_complaint(opened_at=AT - HOUR)]}, known_at=AT)
    sweep(AT)
    assert refused() == {"reported_already"}


def test_a_complaint_that_leads_nowhere_stands_in_nobodys_way() -> None:
    ozon()
    take({"stores": [], "orders": [], "complaints": [a_complaint(kind="other", opened_at=AT - HOUR)]}, known_at=AT)
    assert send().kind == "not_received"


def test_an_order_has_so_many_reports_and_no_more() -> None:
    shopify()
    for number in range(MOST_REPORTS):
        send(once=f"form {number}", at=AT + number * HOUR)
        reports.withdraw("o1", at=AT + number * HOUR, books=BOOKS)
    assert refused(once="one more", at=AT + DAY) == {"too_many_reports"}


@pytest.mark.parametrize(
    ("gateway", "more", "place"),
    [
        ("paypal", {}, "paypal"),
        ("klarna", {}, "gateway"),
        ("stripe", {"shipped_at": None, "completed_at": None}, "chargeback"),
        ("stripe", {"paid_at": START - 300 * DAY, "completed_at": START - 200 * DAY}, "closed"),
    ],
)
def test_what_the_book_routes_elsewhere_is_not_taken_here(gateway: str, more: dict[str, Any], place: str) -> None:
    if place == "closed":
        more |= {"shipped_at": START - 290 * DAY, "ship_by": START - 280 * DAY}
    shopify(gateway=gateway, **more)
    if place == "closed":  # its number was put on it long ago too
        take(
            {
                "stores": [],
                "orders": [],
                "parcels": [a_parcel(tracking_number="T-o1", registered_at=START - 290 * DAY)],
            },
            known_at=AT,
        )
    ahead = prospects(Order.objects.get(), BOOKS["shopify"], AT)
    assert {(one.leads, one.place) for one in ahead.values()} == {(Leads.ROUTE, place)}
    assert refused() == {"no_dispute_here"}


def test_the_window_of_the_book_is_open_to_its_last_microsecond() -> None:
    shopify()
    until = START + 5 * DAY + 180 * DAY
    order = Order.objects.get()
    at_end = prospects(order, BOOKS["shopify"], until)[("other", "none")]
    assert (at_end.leads, at_end.until) == (Leads.CASE, until)
    after = prospects(order, BOOKS["shopify"], until + HOUR)[("other", "none")]
    assert (after.leads, after.place) == (Leads.ROUTE, "closed")


def test_without_a_book_nothing_is_taken() -> None:
    shopify()
    order = Order.objects.get()
    assert {one.leads for one in prospects(order, None, AT).values()} == {Leads.NOTHING}


def test_other_goods_take_a_video_of_the_unpacking() -> None:
    ozon()
    assert refused("item_mismatch") == {"video_wanted"}
    assert refused("item_mismatch", file()) == {"video_wanted"}
    made = send("item_mismatch", file(), file(MP4, "unboxing.mp4"))
    assert made.media == "unboxing_video"
    sweep(AT)
    assert Case.objects.get().violation == "item_mismatch"


@pytest.mark.parametrize("what", ["no_video", "no_frames", "no_length"])
def test_a_video_that_shows_nothing_is_kept_and_counts_as_none(what: str) -> None:
    ozon()
    assert refused("item_mismatch", file(MP4), look=wrong(what)) == {"video_wanted"}
    assert send("not_received", file(MP4), look=wrong(what)).media == "none"
    assert ComplaintFile.objects.count() == 1


@pytest.mark.parametrize("what", ["cannot_open", "empty", "died", "too_slow"])
def test_a_file_that_cannot_be_opened_is_said_at_once(what: str) -> None:
    shopify()
    assert refused("not_received", file(MP4), look=wrong(what)) == {"unreadable"}


def test_a_file_is_what_its_content_says() -> None:
    shopify()
    assert refused("other", file(b"MZ" + bytes(99), "photo.jpg")) == {"bad_format"}
    assert refused("other", file(JPEG + b"<script>", "photo.jpg")) == {"bad_format"}
    assert send("other", file(JPEG, "video.mp4")).media == "photo"
    assert StoredFile.objects.get().format == "jpeg"


def test_every_fault_of_the_form_is_said_at_once() -> None:
    shopify()
    assert refused("lost", words="x" * 2001) == {"no_kind", "too_long"}
    assert refused("other", words=" \r\n ") == {"no_words"}
    assert refused("other", *[file() for _ in range(MOST_FILES + 1)]) == {"too_many_files"}


def test_names_of_files_are_made_harmless() -> None:
    shopify()
    send("other", file(name="../a\u202egpj.\x00exe" + "n" * 300))
    name = ComplaintFile.objects.get().name
    assert len(name) == 120
    assert not set(name) & set("/\u202e\x00")


def test_the_same_file_twice_is_kept_once() -> None:
    shopify()
    send("other", file(), file(name="again.jpg"))
    assert ComplaintFile.objects.count() == 1


def test_before_the_delivery_a_report_waits_and_its_case_opens_by_itself() -> None:
    ozon(delivered=False)
    order = Order.objects.get()
    assert prospects(order, BOOKS["ozon"], AT)[("not_received", "none")].leads is Leads.DELIVERED
    send()
    sweep(AT)
    assert not Case.objects.exists()
    take({"stores": [], "orders": [], "scans": [a_scan(scanned_at=AT + DAY, code="delivered")]}, known_at=AT + DAY)
    sweep(AT + DAY)
    assert Case.objects.get().violation == "delivered_not_received"


def test_what_was_decided_once_for_the_order_is_not_opened_again() -> None:
    ozon()
    send()
    sweep(AT)
    end(Case.objects.get(), State.WON, AT + HOUR)
    ahead = prospects(Order.objects.get(), BOOKS["ozon"], AT + DAY)
    assert ahead[("not_received", "none")].leads is Leads.DECIDED
    assert refused(once="form 2", at=AT + DAY) == {"no_dispute_here"}


def test_a_video_added_later_makes_the_report_show_more() -> None:
    shopify()
    send("not_as_described", file())
    made = reports.add("o1", [file(), file(MP4, "v.mp4")], look=fine, at=AT + HOUR, books=BOOKS)
    assert (made.media, ComplaintFile.objects.count()) == ("unboxing_video", 2)
    many = [file(JPEG + bytes([number])) for number in range(MOST_FILES - 1)]
    with pytest.raises(OmbudError):
        reports.add("o1", many, look=fine, at=AT + HOUR, books=BOOKS)


def test_taking_it_back_ends_its_case_at_once() -> None:
    shopify()
    send()
    sweep(AT)
    reports.withdraw("o1", at=AT + HOUR, books=BOOKS)
    case = Case.objects.get()
    assert (case.state, case.closed_at) == (State.WITHDRAWN, AT + HOUR)
    with pytest.raises(OmbudError):
        reports.withdraw("o1", at=AT + 2 * HOUR, books=BOOKS)


def test_what_was_taken_back_before_the_sweep_leaves_no_open_case() -> None:
    shopify()
    send()
    reports.withdraw("o1", at=AT + HOUR, books=BOOKS)
    sweep(AT + 2 * HOUR)
    sweep(AT + 3 * HOUR)
    assert not Case.objects.filter(closed_at=None).exists()


def test_what_the_clock_has_decided_is_not_taken_back() -> None:
    shopify()
    send()
    sweep(AT)
    with pytest.raises(OmbudError) as caught:
        reports.withdraw("o1", at=AT + 4 * DAY, books=BOOKS)
    assert caught.value.problems[0].code == "decided_already"
    assert Complaint.objects.get().withdrawn_at is None


def test_a_link_opens_its_own_order_and_no_other() -> None:
    link = report_links.token("o1/ü")
    assert report_links.order_of(link) == "o1/ü"
    body, _, sign = link.rpartition(":")
    other = report_links.token("o2").rpartition(":")[0]
    for forged in (f"{other}:{sign}", f"{body}:", body, "", "o1", link + "x"):
        assert report_links.order_of(forged) is None
