"""What the gate refuses, each with the code of the book, or in words where it has none (O11, O13, S6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from ombud.domain.cases import State
from ombud.domain.evidence import Piece
from ombud.domain.gate import _WORDS, Rules, Upload, kind_of, look, missing, rules
from ombud.domain.rulebook.clauses.reasons import Fault
from ombud.rulebooks import open_book

DUE = datetime(2026, 4, 4, tzinfo=UTC)
AT = DUE - timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)


def the_rules(name: str) -> Rules:
    """Those of a shipped book, in their first versions."""
    book = open_book(name)
    return rules(book.clauses, lambda clause: book.clauses[clause][0] if clause in book.clauses else None)


OZON, SHOPIFY = the_rules("ozon"), the_rules("shopify")
WAYBILL = Piece("123_shipment_ru.pdf", "waybill", "ru", "a" * 64, 1000, "pdf")
RECORD = Piece("123_outbound_ru.pdf", "outbound_record", "ru", "b" * 64, 1000, "pdf")
PROOF = Piece("proof.pdf", "delivery_proof", "en", "a" * 64, 1000, "pdf")


def upload(*pieces: Piece, **more: Any) -> Upload:
    """Of the order 123, an hour before its window shuts."""
    return Upload(pieces, **{"at": AT, "order_id": "123", "state": State.OPENED, "shuts_at": DUE, **more})


def codes(found: Upload, by: Rules = OZON) -> list[str]:
    """Those of the gate's reasons; problems without a code stand as their names."""
    verdict = look(found, by)
    assert verdict.refused == bool(verdict.codes or verdict.problems)
    return [*verdict.codes, *(problem.code for problem in verdict.problems)]


def test_what_fits_passes() -> None:
    assert codes(upload(WAYBILL, RECORD)) == []
    assert codes(upload(PROOF), SHOPIFY) == []


def test_a_submission_counts_to_the_microsecond_before_the_window_shuts_and_not_at_that_instant() -> None:
    assert codes(upload(WAYBILL, at=DUE - MICROSECOND)) == []
    assert codes(upload(WAYBILL, at=DUE)) == ["ERR_001"]
    assert codes(upload(PROOF, at=DUE), SHOPIFY) == ["ERR-209"]
    assert look(upload(WAYBILL, at=DUE), OZON).takes_no_more


def test_a_case_that_the_clock_has_lost_takes_nothing_whatever_the_clock_of_the_sender_says() -> None:
    assert codes(upload(WAYBILL, state=State.LOST)) == ["ERR_001"]


def test_a_case_without_a_clock_takes_evidence_at_any_time() -> None:
    assert codes(upload(PROOF, state=State.ROUTED, shuts_at=None), SHOPIFY) == []


def test_a_second_submission_is_refused_where_the_book_takes_one() -> None:
    assert codes(upload(WAYBILL, spent=1)) == ["ERR_002"]
    assert codes(upload(PROOF, spent=1, state=State.EVIDENCE_REJECTED), SHOPIFY) == []


def test_while_a_review_runs_nothing_more_is_taken() -> None:
    assert codes(upload(PROOF, spent=1, state=State.UNDER_REVIEW), SHOPIFY) == ["already_submitted"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name": "waybill.pdf"}, ["ERR_003"]),
        ({"name": "123_shipment_RU.pdf"}, ["ERR_003"]),
        ({"name": "123_shipment_ru.pdf.exe"}, ["ERR_003"]),
        ({"name": "123_outbound_ru.pdf"}, ["ERR_003"]),  # of another kind than its piece
        ({"language": "zh"}, ["ERR_003"]),  # of another language than its piece
        ({"name": "124_shipment_ru.pdf"}, ["ERR_009"]),
        ({"name": "123_shipment_ru.jpg"}, ["ERR_005"]),
        ({"format": "png"}, ["ERR_004", "ERR_005"]),
        ({"format": "mp4"}, ["ERR_004", "ERR_005"]),  # a format of the book, but not of this kind
        ({"format": ""}, ["ERR_004"]),
        ({"size": 0, "format": ""}, ["ERR_008"]),
        ({"size": 10_000_000}, []),
        ({"size": 10_000_001}, ["ERR_007"]),
        ({"kind": "selfie"}, ["unknown_kind"]),
    ],
)
def test_each_fault_of_one_file_has_its_code(change: dict[str, Any], expected: list[str]) -> None:
    assert codes(upload(replace(WAYBILL, **change))) == expected


def test_five_files_pass_and_a_sixth_does_not() -> None:
    pieces = [replace(WAYBILL, sha256=f"{index:064}") for index in range(6)]
    assert codes(upload(*pieces[:5])) == []
    assert codes(upload(*pieces)) == ["ERR_006"]


def test_the_size_is_that_of_all_files_together() -> None:
    assert codes(upload(replace(WAYBILL, size=5_000_000), replace(RECORD, size=5_000_000))) == []
    assert codes(upload(replace(WAYBILL, size=5_000_000), replace(RECORD, size=5_000_001))) == ["ERR_007"]


def test_one_file_twice_in_one_upload_is_said_in_words_that_name_both() -> None:
    verdict = look(upload(WAYBILL, replace(RECORD, sha256=WAYBILL.sha256)), OZON)
    assert [problem.say() for problem in verdict.problems] == [
        "123_outbound_ru.pdf is the same file as 123_shipment_ru.pdf. Leave one of the two out."
    ]


def test_the_same_file_is_not_handed_in_again_where_the_book_forbids_it() -> None:
    again = {"spent": 1, "state": State.EVIDENCE_REJECTED, "rejected": frozenset([PROOF.sha256])}
    assert codes(upload(PROOF, **again), SHOPIFY) == ["ERR-207"]
    assert codes(upload(replace(PROOF, sha256="c" * 64), **again), SHOPIFY) == []


def test_a_proof_that_served_another_case_weighs_in_the_ruling_and_does_not_shut_the_gate() -> None:
    verdict = look(upload(PROOF, served=frozenset([PROOF.sha256])), SHOPIFY)
    assert [(reason.code, reason.severity) for reason in verdict.reasons] == [("Evidence reused", "rejects")]
    assert not verdict.refused


def test_every_reason_is_told_at_once_with_its_clause_and_what_it_rests_on() -> None:
    bad = replace(WAYBILL, name="scan.png", format="png", size=20_000_000)
    found = [(reason.code, reason.rests_on, reason.value) for reason in look(upload(bad, at=DUE), OZON).reasons]
    assert found == [
        ("ERR_001", "", "2026-04-04T00:00:00Z"),
        ("ERR_007", "", "20000000"),
        ("ERR_003", "scan.png", "123456789_shipment_ru.pdf"),
        ("ERR_004", "scan.png", "png"),
    ]
    assert look(upload(bad), OZON).reasons[0].clause == "reasons.ERR_007@2026-03-12"


def test_a_book_without_codes_is_answered_in_words() -> None:
    bare = replace(OZON, codes={})
    bad = replace(WAYBILL, name="124_shipment_ru.jpg", size=10_000_001)
    verdict = look(upload(bad, at=DUE, spent=1), bare)
    assert verdict.refused
    assert verdict.codes == []
    said = ["window_shut", "already_submitted", "too_large", "other_order", "format_hidden"]
    assert [problem.code for problem in verdict.problems] == said
    assert all(problem.say() for problem in verdict.problems)


def test_every_fault_of_the_gate_has_words_of_its_own() -> None:
    gate = get_args(Fault)[: get_args(Fault).index("carrier_not_accepted")]
    assert set(gate) <= set(_WORDS)
    for text, mend in _WORDS.values():
        assert text.format(piece="a.pdf", value="b")
        assert mend


def test_the_name_of_a_file_says_its_kind_and_language_where_the_book_has_a_pattern() -> None:
    assert kind_of("123_shipment_ru.pdf", OZON) == ("waybill", "ru")
    assert kind_of("123_selfie_ru.pdf", OZON) == ("", "ru")
    assert kind_of("shipment.pdf", OZON) == kind_of("123_delivery_en.pdf", SHOPIFY) == ("", "")


def test_what_is_missing_is_told_in_the_order_in_which_it_is_asked_for() -> None:
    assert missing(["waybill", "outbound_record", "packing_video"], [RECORD]) == ["waybill", "packing_video"]
    assert missing(["waybill"], [WAYBILL]) == []
