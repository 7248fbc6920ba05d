"""`ombud evidence` and `ombud submit`: put ready, looked at, handed in when asked; a refusal leaves the draft."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ombud.actions.drafts import NewPiece
from ombud.domain.cases import State
from ombud.domain.instants import format_instant
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.store.models import Case, CaseEvent, DraftPiece, FileSaid, Ruling, Submission
from tests.actions.ending import disputed, end, unshipped
from tests.actions.evidence import content, read_before, ready
from tests.actions.taking import DAY, HOUR, START
from tests.actions.test_routings import a_routed, sweep
from tests.cli.run import Run, runner
from tests.inspect.pdfs import typeset

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
MICROSECOND = timedelta(microseconds=1)
WAYBILL, RECORD = "o1_shipment_ru.pdf", "o1_outbound_ru.pdf"


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


class Terminal(io.StringIO):
    """Somebody who sits there and types this."""

    def isatty(self) -> bool:
        return True


def file(folder: Path, name: str, whole: bytes | None = None) -> str:
    """A file of that name, with content that fits it unless said otherwise, in which there is nothing to find."""
    path = folder / name
    path.write_bytes(content(name) if whole is None else whole)
    read_before(path.read_bytes())
    return str(path)


def at(instant: datetime = AT) -> tuple[str, str]:
    return ("--at", format_instant(instant))


def as_json(said: Any) -> Any:
    return json.loads(said.out)


def test_the_list_shows_what_is_asked_what_lies_ready_and_what_is_missing(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    said = ombud("evidence", "list", f"#{case.case_id}", *at(), width=80)
    assert said.code == 0
    assert "[ready]         Waybill in Russian" in said.out
    assert "[missing]       Outbound record" in said.out
    assert "[may be added]  Messages with the buyer" in said.out
    assert "Customs declaration" not in said.out  # the order is of low value
    assert "waybill · ru · pdf" in said.out
    assert "Nothing against it." in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines())


def test_a_file_of_the_name_that_the_list_shows_passes_the_gate(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    asked = as_json(ombud("evidence", "list", "o1", *at(), "--json"))["asked"]
    names = {one["kind"]: one["file_name"] for one in asked}
    assert names["waybill"] == WAYBILL
    assert names["outbound_record"] == RECORD
    assert names["waybill"] in ombud("evidence", "list", "o1", *at()).out
    for kind, name in names.items():
        added = as_json(ombud("evidence", "add", "o1", file(tmp_path, name), *at(), "--json"))
        assert kind in json.dumps(added), name
    assert "ERR_003" not in ombud("evidence", "list", "o1", *at()).out


def test_of_an_order_of_high_value_the_customs_declaration_is_asked_for(ombud: Run) -> None:
    unshipped(amount_minor=50_000_00)
    found = as_json(ombud("evidence", "list", "o1", *at(), "--json"))
    assert found["missing"] == ["waybill", "outbound_record", "customs_declaration"]


def test_a_program_reads_what_a_person_sees(ombud: Run, tmp_path: Path) -> None:
    case = unshipped(refunded_minor=10_00)
    stated, findings = "made_at=2026-04-01T02:00:00Z", [{"check": "altered", "outcome": "unsure", "confidence": 0.5}]
    (tmp_path / "findings.json").write_text(json.dumps(findings))
    words = ("--stated", stated, "--findings", str(tmp_path / "findings.json"), *at(), "--json")
    found = as_json(ombud("evidence", "add", "o1", file(tmp_path, "o1_shipment_ru.jpg"), *words))
    [piece] = found["ready"]
    assert (piece["name"], piece["kind"], piece["language"]) == ("o1_shipment_ru.jpg", "waybill", "ru")
    assert (piece["format"], piece["size"]) == ("jpeg", len(content("o1_shipment_ru.jpg")))
    assert piece["stated"] == {"made_at": "2026-04-01T02:00:00Z"}
    assert [(one["check"], one["outcome"], one["confidence"]) for one in piece["findings"]] == [
        ("altered", "unsure", 0.5)
    ]
    assert (found["case_id"], found["refunded_minor"], found["currency"]) == (case.case_id, 10_00, "RUB")
    assert [(one["kind"], one["required"], one["ready"]) for one in found["asked"]][:2] == [
        ("waybill", True, True),
        ("outbound_record", True, False),
    ]
    assert found["gate"] == {"refused": False, "reasons": [], "problems": []}


def test_what_the_gate_would_refuse_shows_before_it_is_handed_in_with_how_to_mend_it(
    ombud: Run, tmp_path: Path
) -> None:
    unshipped()
    said = ombud("evidence", "add", "o1", file(tmp_path, WAYBILL, b"\x89PNG\r\n\x1a\n"), *at())
    assert said.code == 0
    assert "ERR_004  The file is no PDF, JPEG or MP4" in said.out
    assert "Convert the file instead of renaming it." in said.out


def test_a_file_is_taken_off_again(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    assert ombud("evidence", "remove", "o1", WAYBILL).out == f"{WAYBILL} no longer lies ready.\n"
    assert not DraftPiece.objects.exists()
    assert ombud("evidence", "remove", "o1", WAYBILL).code == 2


def test_handing_in_asks_first_and_shows_what_is_missing_and_what_was_refunded(
    ombud: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unshipped(refunded_minor=10_00)
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    said = ombud("submit", "o1", *at())
    assert said.code == 1
    assert "10.00 RUB of 100.00 RUB were refunded to the buyer already." in said.err
    assert "Missing: Outbound record from the ERP or WMS." in said.err
    assert "Hand it in?" in said.err
    assert not Submission.objects.exists()
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert "Handed in at 2026-04-05 00:00 UTC: submission 1 of case" in ombud("submit", "o1", *at()).out
    assert Submission.objects.get().received_at == AT


def test_without_a_terminal_it_hands_in_only_where_yes_is_said(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    said = ombud("submit", "o1", *at())
    assert (said.code, "--yes" in said.err) == (2, True)
    assert not Submission.objects.exists()
    assert ombud("submit", "o1", "--yes", *at()).code == 0
    assert Submission.objects.count() == 1


def test_a_program_is_never_asked(ombud: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    unshipped()
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    assert ombud("submit", "o1", "--json", *at()).code == 2


def test_what_was_handed_in_is_answered_with_the_recommendation_and_its_reasons(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    found = as_json(ombud("submit", "o1", "--yes", "--json", *at()))
    assert (found["taken"], found["state"], found["missing"]) == (True, "under_review", ["outbound_record"])
    assert found["submission"]["received_at"] == "2026-04-05T00:00:00Z"
    assert found["recommendation"]["outcome"] == "rejected"
    assert "ERR_020" in {reason["code"] for reason in found["recommendation"]["reasons"]}
    listed = as_json(ombud("evidence", "list", "o1", *at(AT + HOUR), "--json"))
    [submission] = listed["submissions"]
    assert [piece["name"] for piece in submission["pieces"]] == [WAYBILL]
    assert "ERR_020" in {reason["code"] for ruling in submission["rulings"] for reason in ruling["reasons"]}
    said = ombud("evidence", "list", "o1", *at(AT + HOUR))
    assert "[handed in]" in said.out
    assert "ERR_020" in said.out
    assert "[ready]" not in said.out


def test_a_refusal_at_the_gate_names_every_reason_and_the_draft_stays(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    wrong = [file(tmp_path, "scan.png"), file(tmp_path, "o2_shipment_ru.pdf")]
    ombud("evidence", "add", "o1", *wrong, "--kind", "waybill", *at())
    said = ombud("submit", "o1", "--yes", *at())
    assert said.code == 2
    assert "Nothing is spent, and what lies ready stays." in said.err
    assert all(code in said.err for code in ("ERR_003", "ERR_004", "ERR_009"))
    assert DraftPiece.objects.count() == 2
    case.refresh_from_db()
    assert case.state == "evidence_required"
    found = as_json(ombud("submit", "o1", "--yes", "--json", *at()))
    assert (found["taken"], found["gate"]["refused"]) == (False, True)
    assert [reason["code"] for reason in found["gate"]["reasons"]] == ["ERR_003", "ERR_004", "ERR_009"]


def test_after_the_window_nothing_is_taken_and_nothing_written(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    assert case.due_at is not None
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    said = ombud("submit", "o1", "--yes", *at(case.due_at))
    assert (said.code, "ERR_001" in said.err) == (2, True)
    assert CaseEvent.objects.filter(case=case).count() == 1
    assert ombud("submit", "o1", "--yes", *at(case.due_at - MICROSECOND)).code == 0


def test_of_a_closed_case_the_list_says_that_nothing_is_taken_any_more(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    end(case, State.WITHDRAWN, AT)
    assert "The case is closed: nothing is taken for it any more." in ombud("evidence", "list", "o1", *at()).out
    assert as_json(ombud("evidence", "list", "o1", *at(), "--json"))["takes_no_more"] is True
    said = ombud("submit", "o1", "--yes", *at())
    assert (said.code, "withdrawn" in said.err) == (2, True)


def test_of_a_routed_case_it_shows_what_the_place_asks_for(ombud: Run, tmp_path: Path) -> None:
    a_routed("chargeback")
    sweep()
    case = Case.objects.get()
    found = as_json(ombud("evidence", "list", "o1", *at(case.opened_at), "--json"))
    assert found["missing"] == ["invoice", "delivery_proof", "product_page"]
    ombud("evidence", "add", "o1", file(tmp_path, "bill.pdf"), "--kind", "invoice", *at(case.opened_at))
    said = ombud("submit", "o1", "--yes", *at(case.opened_at))
    assert (said.code, "submission 1 of case" in said.out, "routed" in said.out) == (0, True, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("submit", "999", "--yes"), "There is no case 999"),
        (("evidence", "list", "999"), "There is no case 999"),
        (("submit", "o1", "--yes", "--store", "s2"), "The store s2 has no case o1."),
        (("evidence", "list", "o1", "--store", "s2"), "The store s2 has no case o1."),
        (("evidence", "remove", "o1", "a.pdf", "--store", "s2"), "The store s2 has no case o1."),
        (("submit", "o1", "--yes", "--at", "2026-04-05T00:00:00Z"), "Nothing lies ready"),
    ],
)
def test_a_case_that_cannot_be_meant_is_a_clear_error(ombud: Run, words: tuple[str, ...], said: str) -> None:
    unshipped()
    answer = ombud(*words)
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert "s1" not in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("{file}", "--kind", "selfie"), "There is no kind of evidence 'selfie'"),
        (("{file}", "--stated", "yesterday"), "no stated time"),
        (("{file}", "--stated", "made_at=2026-04-01T08:00:00"), "no time zone"),
        (("{file}", "{file}"), "Two of the files are called"),
        (("{file}", "--findings", "{file}"), "This is no JSON"),
        (("{file}", "--findings", "{deep}"), "This is no JSON"),
        (("{file}", "--findings", "{bad}"), "There is no check 'x'"),
        (("{bytes}", "--kind", "waybill"), "no name of a file"),
        (("{file}", "--findings", "{folder}/none.json"), "cannot be read"),
        (("{file}", "{other}", "--findings", "{bad}"), "Findings are those of one file"),
        (("{folder}/none.pdf",), "cannot be read"),
        (("{folder}",), "cannot be read"),
        (("{pipe}",), "it is a pipe"),
        (("{large}",), "ERR_007"),
    ],
)
def test_a_bad_input_is_refused_whole_with_its_place(
    ombud: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    unshipped()
    (tmp_path / "bad.json").write_text('[{"check": "x", "outcome": "failed"}]')
    (tmp_path / "deep.json").write_text("[" * 100_000)
    os.mkfifo(tmp_path / "pipe.pdf")
    places = {
        "pipe": str(tmp_path / "pipe.pdf"),
        "file": file(tmp_path, WAYBILL),
        "other": file(tmp_path, RECORD),
        "large": file(tmp_path, "o1_customs_ru.pdf", content("a.pdf", size=10_000_001)),
        "bad": str(tmp_path / "bad.json"),
        "deep": str(tmp_path / "deep.json"),
        "bytes": file(tmp_path, os.fsdecode(b"o1\xff_shipment_ru.pdf"), content("a.pdf")),
        "folder": str(tmp_path),
    }
    answer = ombud("evidence", "add", "o1", *(word.format(**places) for word in words), *at())
    assert (answer.code, said in answer.err) == (2, True), answer.err
    assert not DraftPiece.objects.exists()


def test_an_order_with_two_open_cases_is_asked_which(ombud: Run) -> None:
    first, second = disputed("c1", "c2")
    said = ombud("evidence", "list", "o1", *at(START + 21 * DAY))
    assert said.code == 2
    assert f"#{first.case_id}, #{second.case_id}" in said.err
    Case.objects.filter(pk=first.pk).update(closed_at=START + 20 * DAY, state="withdrawn", shuts_at=None)
    assert as_json(ombud("evidence", "list", "o1", *at(START + 21 * DAY), "--json"))["case_id"] == second.case_id


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_the_reasons_of_the_gate_are_told_in_the_readers_language(ombud: Run, tmp_path: Path, language: str) -> None:
    unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, "o2_shipment_ru.pdf"), *at())
    said = ombud("--lang", language, "submit", "o1", "--yes", *at())
    assert "ERR_009" in said.err
    assert {"en": "order", "ru": "заказ", "zh": "订单"}[language] in said.err


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_answer_to_what_was_handed_in_names_marks_and_priors_by_their_titles(
    ombud: Run, tmp_path: Path, language: str
) -> None:
    unshipped()
    ombud("evidence", "add", "o1", file(tmp_path, WAYBILL), *at())
    said = ombud("--lang", language, "submit", "o1", "--yes", *at())
    assert {"ru": "Логотип перевозчика", "zh": "承运商LOGO"}[language] in said.out
    assert not {"carrier_logo", "winning", "raises", "lowers"} & set(re.findall(r"\w+", said.out))


def test_the_mend_of_a_submission_of_nothing_can_be_typed_as_it_is(ombud: Run) -> None:
    case = unshipped()
    said = ombud("submit", "o1", "--yes", *at())
    assert f"`ombud evidence add {case.case_id} FILE`" in said.err


def test_what_nobody_has_read_is_read_before_it_is_handed_in_and_counts_by_the_instant_before(
    ombud: Run, tmp_path: Path
) -> None:
    case = unshipped()
    paper = typeset(tmp_path / WAYBILL, "Транспортная накладная\n\nОтправитель: ООО Ромашка").read_bytes()
    ready(case, NewPiece(WAYBILL, io.BytesIO(paper)), at=AT)
    found = as_json(ombud("submit", "o1", "--yes", "--json", *at()))
    assert found["submission"]["received_at"] == format_instant(AT)
    assert FileSaid.objects.get().version == VERSION
    [piece] = json.loads(Ruling.objects.get(case=case).record)["inputs"]["pieces"]
    assert piece["inspected"] == VERSION
    assert "Отправитель: ООО Ромашка" in {one["value"] for one in piece["said"]}


def test_in_the_last_minutes_of_a_window_nothing_is_waited_for(ombud: Run, tmp_path: Path) -> None:
    case = unshipped()
    assert case.due_at is not None
    (tmp_path / WAYBILL).write_bytes(content(WAYBILL))
    ombud("evidence", "add", "o1", str(tmp_path / WAYBILL), *at(case.due_at - timedelta(minutes=1)))
    said = ombud("submit", "o1", "--yes", *at(case.due_at - MICROSECOND))
    assert (said.code, "The window shuts in a moment" in said.err) == (0, True)
    assert not FileSaid.objects.exists()
    assert Submission.objects.get().received_at == case.due_at - MICROSECOND


def test_what_would_be_doubted_stands_with_each_file_and_in_the_question(
    ombud: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unshipped()
    path = tmp_path / WAYBILL
    path.write_bytes(content(WAYBILL))
    read_before(content(WAYBILL), Said("problem", "encrypted", "container"))
    added = ombud("evidence", "add", "o1", str(path), *at(), width=80)
    assert "refusals: 1" in added.out
    assert "it is locked with a password" in added.out
    assert all(len(line.rstrip()) <= 80 for line in added.out.splitlines())
    [piece] = as_json(ombud("evidence", "list", "o1", *at(), "--json"))["ready"]
    assert [(one["level"], one["code"]) for one in piece["remarks"]] == [("refuse", "ERR_008")]
    assert "ERR_008  The file cannot be read" in ombud("case", "o1", *at()).out
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    assert "Of what lies ready: refusals: 1." in ombud("submit", "o1", *at()).err
    assert ombud("submit", "o1", "--yes", *at()).code == 2
