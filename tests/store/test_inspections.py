"""What files say is kept by hash and version, the best reading counts, and what others have is found by index."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ombud.domain.evidence import Piece
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.store.inspections import Asker, Reading, known, marks_of, readings, version_of, writable
from ombud.store.models import Case, FileMark, FileSaid, Message, Recipient, StoredFile, Submission
from ombud.store.models import Piece as KeptPiece
from tests.store.rows import a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 5, tzinfo=UTC)
DAY = timedelta(days=1)
PHOTO = "0123456789abcdef"


def sha(number: int) -> str:
    return f"{number:064x}"


def a_piece(number: int, *said: Said) -> Piece:
    return Piece(f"{number}.pdf", "waybill", "ru", sha(number), 1, "pdf", said=said, inspected=VERSION)


def kept(number: int, *said: Said) -> StoredFile:
    """A file with the marks of what it says."""
    file = StoredFile.objects.create(sha256=sha(number), size=1, format="pdf", stored_at=AT)
    FileMark.objects.bulk_create(FileMark(kind=kind, value=value, file=file) for kind, value in marks_of(said))
    return file


def handed_in(case: Case, *files: StoredFile, at: datetime = AT) -> None:
    submission = Submission.objects.create(
        case=case, seq=Submission.objects.filter(case=case).count() + 1, received_at=at, actor="seller"
    )
    for position, file in enumerate(files):
        KeptPiece.objects.create(submission=submission, position=position, name="a.pdf", kind="waybill", file=file)


def read(file: StoredFile, version: str, *said: Said, at: datetime = AT) -> None:
    FileSaid.objects.create(file=file, version=version, said=[one.plain() for one in said], inspected_at=at)


def said(field: str, value: str | int, **more: Any) -> Said:
    return Said(field, value, more.pop("source", "text_layer"), **more)


def picture(value: str) -> Said:
    return said("picture_sha256", value, source="picture")


def photo(value: str) -> Said:
    return said("picture_dhash", value, source="picture")


def test_what_a_file_says_comes_back_as_it_was_kept() -> None:
    file = kept(1)
    line = said("line", "Иванов", page=2, box=(1, 2, 3, 4), confidence=0.5, tool="t", version="1")
    frame = said("duration_ms", 42, at_ms=7)
    read(file, VERSION, line, frame)
    assert readings([sha(1), sha(2)]) == {sha(1): Reading(VERSION, (line, frame))}


def test_the_present_version_counts_before_an_older_and_an_older_that_got_through_before_a_vain_attempt() -> None:
    file = kept(1)
    read(file, f"{VERSION} !1", said("problem", "too_slow"), at=AT + DAY)
    assert readings([sha(1)])[sha(1)].said == (said("problem", "too_slow"),)
    read(file, "0", said("line", "old"))
    assert readings([sha(1)])[sha(1)].said == (said("line", "old"),)
    read(file, VERSION, said("line", "new"))
    assert readings([sha(1)])[sha(1)].said == (said("line", "new"),)


@pytest.mark.parametrize(
    ("found", "tried", "version"),
    [
        ((said("line", "x"),), 0, VERSION),
        ((said("problem", "encrypted"),), 0, VERSION),
        ((said("problem", "too_slow"),), 0, f"{VERSION} !1"),
        ((said("problem", "died"),), 1, f"{VERSION} !2"),
        ((said("line", "x"), said("off", "ocr")), 0, f"{VERSION} !1"),
    ],
)
def test_what_may_be_the_fault_of_the_machine_is_kept_as_an_attempt(
    found: tuple[Said, ...], tried: int, version: str
) -> None:
    assert version_of(found, tried) == version


@pytest.mark.parametrize(
    ("reading", "off", "again"),
    [
        (Reading(VERSION, ()), (), False),
        (Reading("0", ()), (), True),
        (Reading(f"{VERSION} !1", (said("problem", "died"),), 1), (), True),
        (Reading(f"{VERSION} !3", (said("problem", "died"),), 3), (), False),
        (Reading(f"{VERSION} !1", (said("off", "ocr"),), 1), ("ocr",), False),
        (Reading(f"{VERSION} !1", (said("off", "ocr"),), 1), (), True),
        (Reading("0", (), 3), (), False),
    ],
)
def test_a_file_is_read_again_where_that_may_tell_more_and_three_times_at_most(
    reading: Reading, off: tuple[str, ...], again: bool
) -> None:
    assert reading.worth_another(off) is again


@pytest.mark.parametrize("table", ["file_said", "file_marks"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET sha256 = sha256"])
def test_what_was_read_is_never_changed(table: str, statement: str) -> None:
    read(kept(1, picture("p")), VERSION)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_what_no_database_takes_as_text_is_replaced() -> None:
    assert writable([said("line", "a\0b\ud800c"), said("pages", 3)]) == (said("line", "a�b�c"), said("pages", 3))


def asker(case: Case, at: datetime = AT) -> Asker:
    return Asker(case.order_id, case.store_id, case.case_id, at)


def test_the_recipient_of_the_order_is_known_where_somebody_said_it() -> None:
    case = a_case(an_order(a_store()), AT)
    assert known(asker(case), [])["recipient"] is None
    Recipient.objects.create(order_id=case.order_id, name="Иванов", address="Москва", known_at=AT)
    assert known(asker(case), [])["recipient"] == {"name": "Иванов", "address": "Москва"}


def a_message(name: str, order_id: str, at: datetime = AT, channel: str = "platform") -> None:
    Message.objects.create(
        message_id=name, order_id=order_id, channel=channel, sender="buyer", sent_at=at, text="", known_at=AT
    )


def test_messages_are_known_where_the_store_has_any_and_never_later_ones() -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), an_order(store)
    assert known(asker(case), [])["messages_known"] is False
    a_message("m0", other.order_id, channel="external")
    assert known(asker(case), [])["messages_known"] is False
    a_message("m1", case.order_id)
    a_message("m2", case.order_id, AT + timedelta(microseconds=1))
    a_message("m3", other.order_id)
    found = known(asker(case), [a_piece(1, said("message_id", "m4"))])
    assert found["messages_known"] is True
    assert found["messages"] == {"m1": {"channel": "platform", "sent_at": "2026-04-05T00:00:00Z"}}


def test_a_message_of_another_order_of_the_store_is_no_unknown_one_and_of_another_store_it_is() -> None:
    case, elsewhere = a_case(an_order(a_store()), AT), an_order(a_store("s2"))
    other = an_order(case.store)
    a_message("m1", other.order_id)
    a_message("m2", elsewhere.order_id)
    found = known(asker(case), [a_piece(1, said("message_id", "m1"), said("message_id", "m2"))])
    assert list(found["messages"]) == ["m1"]


def test_a_number_of_another_orders_parcel_is_found_however_it_is_written_and_whatever_the_carrier() -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), an_order(store, "other")
    a_parcel(case.order, AT, carrier="cdek", tracking_number="OWN12345")
    a_parcel(other, AT, carrier="yto", tracking_number="ABC123456")
    a_parcel(other, AT, carrier="boxberry", tracking_number="12345678-1")
    a_parcel(other, AT + DAY, carrier="boxberry", tracking_number="LATER123")
    numbers = [said("number", one) for one in ("OWN12345", "ABC123456", "12345678-1", "LATER123", "NOBODYS1")]
    assert known(asker(case), [a_piece(1, *numbers)])["numbers"] == {"ABC123456": "other", "12345678-1": "other"}
    spaced = a_piece(1, said("tracking_number", "abc 123 456"))
    assert known(asker(case), [spaced])["numbers"] == {"ABC123456": "other"}


def test_a_number_that_serves_two_orders_is_found_too() -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), an_order(store, "other")
    for order in (case.order, other):
        a_parcel(order, AT, carrier="cdek", tracking_number="OWN12345")
    assert known(asker(case), [a_piece(1, said("number", "OWN12345"))])["numbers"] == {"OWN12345": "other"}


def test_a_picture_in_the_evidence_of_another_case_is_found_one_about_another_order_first() -> None:
    store = a_store()
    case = a_case(an_order(store, "o1"), AT)
    same = a_case(case.order, AT, violation="no_first_scan")
    other = a_case(an_order(store, "o2"), AT)
    handed_in(same, kept(2, picture("p")))
    handed_in(other, kept(3, picture("p")))
    handed_in(case, kept(4, picture("own")))
    found = known(asker(case), [a_piece(1, picture("p"), picture("own"), picture("new"))])["pictures"]
    assert found == {"p": {"case_id": other.case_id, "same_order": False, "exact": True}}


def test_what_was_put_ready_but_never_handed_in_or_only_later_is_nobodys() -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), a_case(an_order(store), AT)
    file = kept(2, picture("p"))
    piece = a_piece(1, picture("p"))
    assert known(asker(case), [piece])["pictures"] == {}
    handed_in(other, file, at=AT + DAY)
    assert known(asker(case), [piece])["pictures"] == {}
    assert list(known(asker(case, AT + DAY), [piece])["pictures"]) == ["p"]


def test_the_same_file_is_not_the_same_picture_for_that_is_asked_elsewhere() -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), a_case(an_order(store), AT)
    handed_in(other, kept(1, picture("p")))
    assert known(asker(case), [a_piece(1, picture("p"))])["pictures"] == {}


@pytest.mark.parametrize("bits", [(), (0,), (0, 17), (3, 20, 63), (60, 61, 62)])
def test_photos_whose_hashes_differ_in_three_bits_look_alike(bits: tuple[int, ...]) -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), a_case(an_order(store), AT)
    turned = int(PHOTO, 16)
    for bit in bits:
        turned ^= 1 << bit
    handed_in(other, kept(2, photo(f"{turned:016x}")))
    found = known(asker(case), [a_piece(1, photo(PHOTO))])["pictures"]
    assert found == {PHOTO: {"case_id": other.case_id, "same_order": False, "exact": False}}


@pytest.mark.parametrize("bits", [(0, 1, 2, 3), (0, 17, 34, 51)])
def test_photos_whose_hashes_differ_in_four_bits_do_not(bits: tuple[int, ...]) -> None:
    store = a_store()
    case, other = a_case(an_order(store), AT), a_case(an_order(store), AT)
    turned = int(PHOTO, 16)
    for bit in bits:
        turned ^= 1 << bit
    handed_in(other, kept(2, photo(f"{turned:016x}")))
    assert known(asker(case), [a_piece(1, photo(PHOTO))])["pictures"] == {}


def test_what_others_have_costs_the_same_queries_however_many_there_are(
    django_assert_num_queries: Any,
) -> None:
    store = a_store()
    case = a_case(an_order(store), AT)
    piece = a_piece(1, picture("p"), photo(PHOTO), said("number", "ABC123456"), said("message_id", "m"))
    for number in range(2, 12):
        handed_in(a_case(an_order(store), AT), kept(number, picture("p"), photo(PHOTO)))
    with django_assert_num_queries(8):
        assert len(known(asker(case), [piece])["pictures"]) == 2
