"""Judging is a pure function of what files say: it names the place, never raises, and never refuses for a doubt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.findings import CHECKS, plain_findings, read_findings
from ombud.domain.judging import all_findings
from ombud.domain.judging.confidence import MOST, agreed, by_source
from ombud.domain.judging.marks import FAULTS
from ombud.domain.said import Said, read_said
from ombud.rulebooks import open_book
from tests.domain.judging_worlds import HONEST, SHEET, SOURCES, a_piece, a_row, about, faults, judged
from tests.domain.ruling_worlds import OPENED

KINDS = sorted(HONEST)
DOUBTFUL = frozenset({"ocr", "exif", "metadata", "picture", "frames"})
FIELDS = sorted(
    {*SOURCES, *(field for told in HONEST.values() for field in told), "number", "order_id", "outside_chat"}
)
VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.integers(-5, 10**9),
    st.sampled_from(
        ["0001-01-01T00:00:00", "9999-12-31T23:59:59+14:00", "2026-13-40T99:99", "ru nan", "ru", "1234567890", "T", "+"]
    ),
)
SAID = st.builds(
    Said,
    st.sampled_from(FIELDS),
    VALUES,
    st.sampled_from(
        ["container", "text_layer", "ocr", "frames", "barcode", "exif", "metadata", "picture", "signature"]
    ),
    page=st.one_of(st.none(), st.integers(1, 60)),
    at_ms=st.one_of(st.none(), st.integers(0, 10**7)),
    confidence=st.floats(0, 1).map(lambda sure: round(sure, 2)),
)


@given(st.sampled_from(KINDS), st.lists(SAID, max_size=12))
def test_whatever_a_file_says_is_judged_and_can_be_kept(kind: str, more: list[Said]) -> None:
    piece = a_piece(kind)
    (found,) = judged(replace(piece, said=(*more, *piece.said)))
    assert read_findings(plain_findings(found.findings)) == found.findings
    assert {one.check for one in found.findings} <= set(CHECKS)
    for one in found.findings:
        assert 0 <= one.confidence <= 1
        if one.outcome is Outcome.FAILED:
            assert one.confidence == 1


@given(st.sampled_from(KINDS), st.lists(SAID.filter(lambda one: one.source in DOUBTFUL), max_size=12))
def test_what_only_pixels_or_the_file_itself_say_never_refuses(kind: str, more: list[Said]) -> None:
    piece = a_piece(kind)
    told = [one for one in more if one.field not in ("problem", "digital_signature", "duration_ms", "language_share")]
    (found,) = judged(replace(piece, said=(*told, *piece.said)))
    assert "failed" not in faults(found).values()


@given(st.sampled_from(KINDS), st.lists(SAID, max_size=8))
def test_a_kept_reading_is_judged_as_it_was_judged_fresh(kind: str, more: list[Said]) -> None:
    piece = a_piece(kind)
    fresh = replace(piece, said=(*more, *piece.said))
    kept = replace(fresh, said=tuple(read_said(one.plain()) for one in fresh.said), inspected="of another version")
    assert judged(fresh) == judged(kept)


def test_a_finding_names_the_place_and_both_what_stands_there_and_what_should() -> None:
    (found,) = judged(a_piece("waybill", {"tracking_number": {"value": "9990001112", "page": 2}}))
    (one,) = [each for each in about(found, "other_order") if each.outcome is Outcome.FAILED]
    assert (one.page, one.box, one.at_ms) == (2, SHEET, None)
    assert (one.code, one.field, one.value) == ("ERR_009", "tracking_number", "9990001112")  # and not whose it is
    assert one.expected == "1234567890"


def test_a_finding_in_a_video_names_the_instant() -> None:
    still = {"value": 20_000, "source": "container", "at_ms": 9_000}
    (found,) = judged(a_piece("packing_video", {"still_ms": still}))
    one = about(found, "video_short")[0]
    assert (one.outcome, one.at_ms, one.value, one.expected) == (Outcome.UNSURE, 9_000, "22.000 s", "30s")


def test_faults_come_first_then_doubts_the_surest_first() -> None:
    (found,) = judged(a_piece("waybill", {"weight": None, "ids_differ": 1, "tracking_number": "9990001112"}))
    order = [(str(one.outcome), -one.confidence) for one in found.findings]
    assert [outcome for outcome, _ in order] == sorted(
        (outcome for outcome, _ in order), key=["failed", "unsure", "passed"].index
    )
    doubts = [confidence for outcome, confidence in order if outcome == "unsure"]
    assert doubts == sorted(doubts)


def test_a_piece_that_nobody_inspected_is_not_judged() -> None:
    (found,) = judged(replace(a_piece("waybill", {"problem": "encrypted"}), inspected=""))
    assert (found.findings, found.unseen) == ((), ())


def test_a_fault_without_a_code_in_the_book_is_none_but_what_cannot_be_read() -> None:
    late = {"delivery_time": "2020-01-01T00:00:00Z", "message_id": "x"}
    assert faults(judged(a_piece("delivery_proof", late))[0]) == {}
    assert faults(judged(a_piece("delivery_proof", {"problem": "empty"}))[0]) == {"unreadable": "failed"}


def test_every_mark_of_the_books_is_either_found_or_said_to_be_unseen() -> None:
    for kind in KINDS:
        piece = a_piece(kind)
        (empty,) = judged(replace(piece, said=()))
        book = open_book("shopify" if kind in ("delivery_proof", "product_page", "messages") else "ozon")
        shows = book.value(f"kinds.{kind}", OPENED).shows
        assert set(shows) <= FAULTS.keys()
        assert set(shows) <= {*empty.unseen, *(one.field for one in empty.findings)}


def test_whoever_handed_a_finding_in_has_the_last_word_on_its_field() -> None:
    piece = a_piece("waybill", {"weight": None, "volume": None})
    (found,) = judged(piece)
    seen = Finding("weight_missing", Outcome.PASSED, field="weight", source="a person")
    merged = all_findings(replace(piece, findings=(seen,)), found)
    assert merged[0] is seen
    assert [(one.field, one.outcome) for one in merged if one.check == "weight_missing"] == [
        ("weight", Outcome.PASSED),
        ("volume", Outcome.UNSURE),
    ]
    all_of_it = Finding("weight_missing", Outcome.PASSED, source="a person")
    merged = all_findings(replace(piece, findings=(all_of_it,)), found)
    assert [one for one in merged if one.check == "weight_missing"] == [all_of_it]


def test_two_signs_that_agree_are_surer_than_either_and_never_certain() -> None:
    assert agreed([0.5, 0.5]) == 0.75
    assert agreed([0.3]) == 0.3
    assert agreed([]) == 0
    assert agreed([0.9] * 20) == MOST < 1


def test_two_readings_by_one_source_are_no_two_witnesses() -> None:
    said = [Said("number", "1", "ocr", confidence=sure) for sure in (0.5, 0.8)]
    assert by_source(said, {"ocr": 0.5}) == 0.4
    assert by_source([*said, Said("number", "1", "barcode")], {"ocr": 0.5, "barcode": 0.5}) == 0.7


def test_an_order_without_a_number_has_its_paper_read_and_not_refused() -> None:
    row: dict[str, Any] = {**a_row(), "parcel": []}
    (found,) = judged(a_piece("waybill"), row=row)
    assert faults(found) == {}
    (mark,) = about(found, "number_not_on_order")
    assert (mark.outcome, mark.value) == (Outcome.PASSED, "1234567890")


def test_a_page_whose_hidden_text_lies_is_only_doubted() -> None:
    lies = {"text_layer_lies": {"value": 1, "source": "text_layer"}, "tracking_number": "9990001112"}
    assert faults(judged(a_piece("waybill", lies))[0]) == {"other_order": "unsure 0.80", "edited": "unsure 0.10"}


@pytest.mark.parametrize(
    ("sent", "outcome"), [("2026-04-09T09:00:00Z", Outcome.FAILED), ("2026-04-09T10:00:00Z", Outcome.UNSURE)]
)
def test_an_id_beside_a_time_after_the_newest_message_at_hand_is_only_doubted(sent: str, outcome: Outcome) -> None:
    piece = a_piece("buyer_messages", {"message_id": None, "time": None})
    of_line = [
        Said("message_id", "msg-999999", "text_layer", 1, (600, 300, 800, 315)),
        Said("time", sent, "text_layer", 1, (100, 302, 300, 316)),
    ]
    elsewhere = Said("time", "2026-04-12T12:00:00Z", "text_layer", 1, (100, 900, 300, 915))
    (found,) = judged(replace(piece, said=(*piece.said, *of_line, elsewhere)))
    assert [one.outcome for one in found.findings if one.check == "message_id_unknown"] == [outcome]
