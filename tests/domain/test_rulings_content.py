"""Rulings over inspected evidence: the same code at the upload and at the ruling, and again whenever it is replayed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from ombud.domain import gate
from ombud.domain.cases import State
from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.findings import plain_findings
from ombud.domain.judging import all_findings
from ombud.domain.ruling_inputs import Inputs, plain_piece
from ombud.domain.rulings import Judgement, record, rule
from ombud.rulebooks import open_book
from tests.domain.judging_worlds import KNOWN, a_piece, judged, rules
from tests.domain.ruling_worlds import OPENED, inputs

MISMATCH = ("waybill", "outbound_record", "packing_video", "buyer_messages")


def world(*pieces: Piece, **more: Any) -> Inputs:
    """A submission of inspected pieces about an order that holds one cup, of a store in Shanghai."""
    made = inputs(pieces=[plain_piece(piece) for piece in pieces], **more)
    made["facts"] |= {"store.timezone": "Asia/Shanghai", "line": [{"line.sku": "CUP-0017", "line.kind": "physical"}]}
    return {**made, "known": KNOWN}


def ruled(*pieces: Piece, **more: Any) -> Judgement:
    return rule(world(*pieces, **more), open_book("ozon"))


def good(**changes: dict[str, Any]) -> list[Piece]:
    """A waybill and a record, as a case of not_shipped asks for."""
    return [a_piece(kind, changes.get(kind)) for kind in ("waybill", "outbound_record")]


def codes(found: Judgement) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_inspected_evidence_with_nothing_against_it_is_accepted_without_a_person() -> None:
    found = ruled(*good())
    assert (found.outcome, found.decided, found.reasons) == (State.WON, True, ())


def test_what_is_certain_rejects() -> None:
    found = ruled(*good(waybill={"language": "zh", "language_share": "zh 1.00"}))
    assert (found.outcome, found.decided, codes(found)) == (State.REJECTED, True, ["ERR_027"])
    assert found.reasons[0].rests_on == "waybill.pdf: language"


def test_a_doubt_calls_a_person() -> None:
    found = ruled(*good(waybill={"recipient": "Петрова Анна"}))
    assert (found.outcome, found.decided, codes(found)) == (State.WON, False, ["ERR_029"])
    assert found.reasons[0].confidence == 0.35


def test_a_doubt_that_every_fourth_honest_file_has_is_shown_and_calls_nobody() -> None:
    found = ruled(*good(waybill={"created_at": "2026-04-01T08:00:00Z", "modified_at": "2026-04-01T09:00:00Z"}))
    assert (found.decided, codes(found)) == (True, ["ERR_053"])
    assert found.reasons[0].severity == "weighs"


def test_the_goods_in_a_video_are_for_a_person() -> None:
    found = ruled(*(a_piece(kind) for kind in MISMATCH), violation="item_mismatch")
    assert (found.outcome, found.decided, codes(found)) == (State.WON, False, ["not_inspected"])
    assert found.reasons[0].value == "goods"


def test_a_person_who_saw_the_goods_settles_it() -> None:
    goods = Finding("label_not_visible", Outcome.PASSED, field="goods", source="a person")
    pieces = [a_piece(kind) for kind in MISMATCH]
    pieces[2] = replace(pieces[2], findings=(goods,))
    found = ruled(*pieces, violation="item_mismatch")
    assert (found.outcome, found.decided, codes(found)) == (State.WON, True, [])


def test_what_a_person_says_wins_over_what_was_judged() -> None:
    waybill, outbound = good(waybill={"recipient": "Петрова Анна"})
    same = Finding("recipient_differs", Outcome.PASSED, field="recipient", source="a person")
    assert ruled(replace(waybill, findings=(same,)), outbound).decided
    other = Finding("recipient_differs", Outcome.FAILED, source="a person")
    assert codes(ruled(replace(waybill, findings=(other,)), outbound)) == ["ERR_029"]
    assert ruled(replace(waybill, findings=(other,)), outbound).outcome is State.REJECTED


def test_a_name_that_says_chinese_is_not_held_against_a_russian_page() -> None:
    waybill, outbound = good()
    assert codes(ruled(replace(waybill, language="zh"), outbound)) == []
    unread = replace(waybill, language="zh", said=(), inspected="")
    assert "ERR_027" in codes(ruled(unread, outbound))


def test_a_foreign_page_is_faulted_once() -> None:
    waybill, outbound = good(waybill={"language": "zh", "language_share": "zh 1.00"})
    assert codes(ruled(replace(waybill, language="zh"), outbound)) == ["ERR_025"]


def test_with_its_translation_a_foreign_page_counts() -> None:
    waybill, outbound = good(waybill={"language": "zh", "language_share": "zh 1.00"})
    translation = a_piece("notarised_translation")
    found = ruled(replace(waybill, language="zh"), outbound, translation)
    assert (found.outcome, found.decided, codes(found)) == (State.WON, True, [])


def test_what_could_not_be_looked_at_is_for_a_person_and_no_fault() -> None:
    scan = a_piece("waybill", {"off": "ocr", "weight": None}, pixels=True)
    found = ruled(scan, good()[1])
    assert (found.outcome, found.decided, codes(found)) == (State.WON, False, ["not_inspected"])
    assert found.reasons[0].value == "weight"


@pytest.mark.parametrize(
    "says", [{}, {"recipient": "Петрова Анна"}, {"problem": "died"}, {"time": "2026-04-09T10:00:00"}]
)
def test_a_ruling_over_content_made_again_from_its_record_is_the_same_to_the_byte(says: dict[str, Any]) -> None:
    made = world(*good(waybill=says))
    text = record(made, rule(made, open_book("ozon")))
    again = json.loads(text)["inputs"]
    assert record(again, rule(again, open_book("ozon"))) == text


def test_a_record_of_a_time_without_inspection_has_nothing_of_it_and_rules_as_it_did() -> None:
    made = inputs()
    assert "known" not in made
    assert all("said" not in piece and "inspected" not in piece for piece in made["pieces"])
    assert set(plain_findings([Finding("altered", Outcome.UNSURE)])[0]) == {
        *("check", "outcome", "code", "field", "value", "confidence", "source")
    }


@pytest.mark.parametrize(
    ("says", "faults"),
    [
        ({"problem": "encrypted"}, {"unreadable"}),
        ({"tracking_number": "9990001112"}, {"other_order"}),
        ({"language": "zh", "language_share": "zh 1.00"}, set()),  # rejected, and not at the gate
        ({"recipient": "Петрова Анна"}, set()),
    ],
)
def test_what_is_certain_and_shuts_the_gate_refuses_the_upload(says: dict[str, Any], faults: set[str]) -> None:
    piece = replace(a_piece("waybill", says), name="o1_shipment_ru.pdf")
    (found,) = judged(piece)
    whole = replace(piece, findings=all_findings(piece, found))
    upload = gate.Upload((whole,), OPENED, "o1", State.EVIDENCE_REQUIRED, None)
    verdict = gate.look(upload, rules("waybill")[0])
    assert verdict.faults == faults
    assert verdict.refused is bool(faults)


def test_what_cannot_be_read_is_refused_also_by_a_book_without_a_code_for_it() -> None:
    piece = a_piece("waybill", {"problem": "encrypted"})
    (found,) = judged(piece)
    by = gate.Rules(None, None, rules("waybill")[0].kinds, {})
    upload = gate.Upload((replace(piece, findings=found.findings),), OPENED, "o1", State.OPENED, None)
    (problem,) = gate.look(upload, by).problems
    assert problem.code == "unreadable"
