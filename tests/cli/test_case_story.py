"""What was handed in, why it did not count and how to mend it, on the page of the case: by the real submissions."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from rich.cells import cell_len

from ombud.actions.moving import concede, withdraw
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.instants import format_instant
from ombud.store.models import Case, DraftPiece
from ombud.work.loop import tick
from tests.actions.ending import disputed, unshipped
from tests.actions.evidence import a_file, hand_in
from tests.actions.taking import BOOKS, HOUR
from tests.cli.run import Run, runner

pytestmark = pytest.mark.django_db


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def at(case: Case, hours: int) -> tuple[str, str]:
    """The option that asks for that many hours after the opening."""
    return "--at", format_instant(case.opened_at + hours * HOUR)


def test_what_the_gate_refused_is_named_with_the_mend_and_is_not_spent(ombud: Run) -> None:
    case = unshipped()
    hand_in(case, a_file("holiday.pdf", kind="waybill"), at=case.opened_at + HOUR)
    out = ombud("case", "o1", *at(case, 2), width=140).out
    assert "Evidence Required" in out
    assert "Next: mend what was refused and hand it in by" in out
    lines = [line.rstrip() for line in out.splitlines()]
    refused = lines.index("  ERR_003  The name of the file has another form")
    assert lines[refused + 1] == "    Name it OrderID_EvidenceType_Language.ext: 123456789_shipment_ru.pdf."
    assert "evidence refused: ERR_003" in out
    before = ombud("case", "o1", *at(case, 0), width=140).out
    assert "ERR_003" not in before


def test_rejected_evidence_is_shown_with_its_reasons_while_it_can_be_mended_and_not_after(ombud: Run) -> None:
    (case,) = disputed()
    unsigned = Finding("signature_missing", Outcome.FAILED)
    proof = a_file("proof.pdf", kind="delivery_proof", findings=(unsigned,))
    hand_in(case, proof, at=case.opened_at + HOUR)
    out = ombud("case", "o1", *at(case, 2), width=140).out
    assert "#" in out.splitlines()[1]
    for part in (
        "Evidence Rejected",
        "Next: mend what did not convince and hand it in by",
        "  ERR-204  Signature details incomplete",
        "Proof of delivery from the carrier  proof.pdf  failed 1",
        "rejected, by hard reasons",
        "evidence rejected: Tracking not valid, ERR-204",
        "reminder (ahead)",
    ):
        assert part in out, part
    tick(case.opened_at + 72 * HOUR, books=BOOKS)
    lost = ombud("case", "o1", *at(case, 73), width=140).out
    assert "Closed as lost at" in lost
    assert "Next:" not in lost


def test_what_is_under_review_says_what_is_recommended_and_when_it_takes_effect(ombud: Run) -> None:
    case = unshipped()
    files = ("o1_shipment_ru.pdf", "o1_outbound_ru.pdf")
    stated = {"made_at": case.opened_at - timedelta(days=5)}
    hand_in(case, *(a_file(name, stated=stated) for name in files), at=case.opened_at + HOUR)
    case.refresh_from_db()
    assert case.recommended is not None
    assert case.rule_at is not None
    out = ombud("case", "o1", *at(case, 2), width=140).out
    for part in (f"Recommended: {case.recommended}.", *files, "the ruling takes effect (ahead)", "seller"):
        assert part in out
    (found,) = json.loads(ombud("case", "o1", *at(case, 2), "--json").out)
    assert (found["awaits"], found["until"]) == ("ruling", format_instant(case.rule_at))
    assert [piece["name"] for piece in found["submissions"][0]["pieces"]] == list(files)
    assert found["rulings"][0]["outcome"] == case.recommended
    (before,) = json.loads(ombud("case", "o1", *at(case, 0), "--json").out)
    assert (before["state"], before["awaits"], before["submissions"], before["rulings"]) == ("opened", "answer", [], [])


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("width", [60, 80, 140])
def test_pages_with_submissions_fit_their_terminal(ombud: Run, width: int, language: str) -> None:
    case = unshipped()
    hand_in(case, a_file("holiday.pdf", kind="waybill"), at=case.opened_at + HOUR)
    DraftPiece.objects.all().delete()
    hand_in(case, a_file("o1_shipment_ru.pdf"), at=case.opened_at + 2 * HOUR)
    for hours in (1, 2):
        out = ombud("--lang", language, "case", "o1", *at(case, hours), width=width).out
        assert max(cell_len(line) for line in out.splitlines()) <= width, out


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (withdraw, "Closed as withdrawn at 2026-04-04 01:00 UTC, and settled: nothing is held any more."),
        (concede, "Closed as conceded at 2026-04-04 01:00 UTC, and settled: nothing is held any more."),
    ],
)
def test_an_end_is_said_with_the_money_lines_and_their_cause(ombud: Run, end: object, said: str) -> None:
    case = unshipped()
    assert callable(end)
    end(case.case_id, at=case.opened_at + HOUR, actor="somebody", books=BOOKS)
    out = ombud("case", "o1", *at(case, 2), width=140).out
    assert said in out
    assert "held → " in out
    assert "· settled" in out
    assert "· case opened" in out
