"""The record of a ruling tells a court all of it: evidence with hashes, reasons with clauses, history, money, proof."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from ombud.actions.reviews import confirm, overrule
from ombud.actions.rulings import rule_due
from ombud.documents.ruling import ruling_record
from ombud.documents.typeset import pdf
from ombud.domain.cases import State
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.problems import OmbudError
from ombud.store.case_file import case_file
from ombud.store.models import Case, Piece, Ruling
from tests.actions.ending import disputed, unshipped
from tests.actions.evidence import a_file, hand_in
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_parcel, a_scan, a_store, an_order, take
from tests.documents.reading import Paper

pytestmark = pytest.mark.django_db

HANDED_IN = START + 3 * DAY + HOUR
REASON = "The carrier's own log shows the parcel: #panic() 12"


@pytest.fixture(autouse=True)
def _evidence_lies_here(tmp_path: Path, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**settings.STORAGES["evidence"], "OPTIONS": {"location": str(tmp_path)}},
    }


def a_finding(check: str, outcome: str = "failed", **more: Any) -> Finding:
    return Finding(check, Outcome(outcome), **more)


def handed_in(*findings: Finding, files: tuple[str, ...] = ("shipment", "outbound")) -> Case:
    """An Ozon case with evidence and a track; the findings are those of its first piece."""
    case = unshipped("123456789")
    parcel, scan = a_parcel("123456789", "1159476242"), a_scan("1159476242", country="RU")
    rows = {"stores": [a_store()], "orders": [an_order("123456789")], "parcels": [parcel], "scans": [scan]}
    take(rows, known_at=START + HOUR)
    pieces = [
        a_file(f"123456789_{word}_ru.pdf", findings=() if index else findings, stated={"made_at": START + HOUR})
        for index, word in enumerate(files)
    ]
    hand_in(case, *pieces, at=HANDED_IN)
    return case


def drawn(case: Case, at: Any = HANDED_IN + 5 * DAY, language: str = "en") -> Paper:
    return Paper(ruling_record(case_file(case.case_id, at), at, language=language))


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_it_names_every_reason_with_code_title_mend_clause_and_what_it_rests_on(language: str) -> None:
    case = handed_in(a_finding("wrong_language", value="de", confidence=0.97), files=("shipment",))
    rule_due(HANDED_IN + 5 * DAY, books=BOOKS, actor="ombud work")
    reasons = json.loads(Ruling.objects.get().record)["judgement"]["reasons"]
    assert {reason["code"] for reason in reasons} >= {"ERR_027"}
    paper = drawn(case, language=language)
    book = BOOKS["ozon"]
    for reason in reasons:
        assert paper.lacking(reason["code"], reason["rests_on"] if "_" in reason["rests_on"] else "") == []
        if reason["clause"].startswith("reasons."):
            version = book.value(reason["clause"].partition("@")[0], START)
            said = (reason["clause"], version.title.speak(language), version.mend.speak(language))
            assert paper.lacking(*said) == []
    assert paper.lacking("97 %", "de") == []


def test_the_evidence_stands_in_it_with_the_hash_of_every_file_and_when_it_was_received() -> None:
    case = handed_in(a_finding("wrong_language"))
    paper = drawn(case, HANDED_IN + HOUR)
    assert Piece.objects.count() == 2
    for piece in Piece.objects.all():
        assert paper.lacking(piece.name, piece.file_id) == []
    assert "2026-04-04 01:00 UTC" in paper


def test_the_whole_history_stands_in_it_in_order() -> None:
    case = handed_in(a_finding("wrong_language"))
    rule_due(HANDED_IN + 5 * DAY, books=BOOKS, actor="ombud work")
    text = drawn(case).text
    steps = ("case opened", "evidence handed in", "ruled for the buyer", "settled")
    places = [text.rindex(step) for step in steps]
    assert all(one < other for one, other in pairwise(places))


def test_a_ruling_in_force_says_since_when_and_by_whom_and_what_it_cost() -> None:
    case = handed_in(a_finding("wrong_language"))
    rule_due(HANDED_IN + 5 * DAY, books=BOOKS, actor="ombud work")
    said = ("rejected (Rejected)", "in force since 2026-04-06 01:00 UTC", "15.00 RUB")
    assert drawn(case).lacking(*said, "Compensation of 10 %", "money.charge@2026-03-12") == []


def test_before_it_takes_effect_it_says_when_it_will() -> None:
    case = handed_in(a_finding("wrong_language"))
    assert drawn(case, HANDED_IN + HOUR).lacking("not in force yet", "2026-04-06 01:00 UTC") == []


def test_a_reviewers_word_stands_in_it_with_both_records() -> None:
    case = handed_in(a_finding("wrong_language", "unsure", confidence=0.6))
    first = Ruling.objects.get()
    overrule(case.case_id, State.REJECTED, REASON, at=HANDED_IN + 60 * HOUR, actor="lena", books=BOOKS)
    second = Ruling.objects.get(seq=2)
    paper = drawn(case)
    assert paper.lacking("rejected (Rejected)", "lena", REASON, "overruled", first.digest, second.digest) == []


def test_a_confirmed_recommendation_says_so() -> None:
    case = handed_in(a_finding("wrong_language", "unsure", confidence=0.6))
    confirm(case.case_id, at=HANDED_IN + 60 * HOUR, actor="lena", books=BOOKS)
    assert drawn(case).lacking("a reviewer confirmed", "lena") == []


def test_a_recommendation_on_which_nobody_ruled_says_that_it_stood() -> None:
    case = handed_in(a_finding("wrong_language", "unsure", confidence=0.6))
    rule_due(HANDED_IN + 5 * DAY, books=BOOKS, actor="ombud work")
    assert drawn(case).lacking("the recommendation stood", "in force since 2026-04-08 01:00 UTC") == []


def test_evidence_that_may_be_mended_is_not_called_a_lost_case() -> None:
    [case] = disputed()
    at = START + 20 * DAY + HOUR
    finding = a_finding("signature_missing", confidence=1.0)
    hand_in(case, a_file("proof.pdf", kind="delivery_proof", language="en", findings=(finding,)), at=at)
    paper = drawn(case, at)
    assert paper.lacking("evidence rejected (Evidence Rejected)", "ERR-204") == []
    assert "(Lost)" not in paper.text.partition("The case")[0]


def test_the_record_stands_in_it_whole_with_its_digest() -> None:
    case = handed_in(a_finding("wrong_language", value="naïve Ж 轨"))
    ruling = Ruling.objects.get()
    paper = drawn(case, HANDED_IN + HOUR)
    annex = json.dumps(json.loads(ruling.record), ensure_ascii=False, sort_keys=True, indent=1)
    assert paper.lacking(ruling.digest, *(line for line in annex.splitlines() if len(line) < 90)) == []
    assert all(ruling.digest in page.extract_text() for page in paper.reader.pages)


def test_it_tells_only_what_was_known_at_its_instant_and_the_same_each_time() -> None:
    case = handed_in(a_finding("wrong_language"))
    at = HANDED_IN + HOUR
    before = pdf(ruling_record(case_file(case.case_id, at), at, language="ru"))
    rule_due(HANDED_IN + 5 * DAY, books=BOOKS, actor="ombud work")
    assert pdf(ruling_record(case_file(case.case_id, at), at, language="ru")) == before


def test_a_case_without_a_ruling_has_no_record() -> None:
    case = unshipped()
    with pytest.raises(OmbudError) as refused:
        drawn(case)
    assert refused.value.problems[0].code == "no_ruling"


def test_no_document_is_drawn_from_a_record_that_its_digest_does_not_fit() -> None:
    case = handed_in(a_finding("wrong_language"))
    at = HANDED_IN + timedelta(hours=1)
    file = case_file(case.case_id, at)
    file.rulings[-1].record = file.rulings[-1].record.replace("ERR_027", "ERR_012")
    with pytest.raises(OmbudError) as refused:
        ruling_record(file, at, language="en")
    assert refused.value.problems[0].code == "record_altered"
