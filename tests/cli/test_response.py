"""`ombud response`: filled in from the track, in the reader's language, or refused by name (S9)."""

from __future__ import annotations

import json

import pytest

from tests.actions.ending import unshipped
from tests.actions.evidence import a_file, ready
from tests.actions.ruled import delivered
from tests.actions.taking import DAY, START
from tests.cli.run import Run, runner

pytestmark = pytest.mark.django_db
LATER = ("--at", "2026-05-01T00:00:00Z")


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.mark.parametrize(("language", "word"), [("en", "was delivered by USPS"), ("ru", "доставлен"), ("zh", "送达")])
def test_the_response_says_who_signed_when_under_which_number(ombud: Run, language: str, word: str) -> None:
    [case] = delivered(signed_by="Ann Lee")
    said = ombud("--lang", language, "response", f"#{case.case_id}", *LATER)
    assert said.code == 0
    for part in (word, "o1", "AB123456785US", "Ann Lee", "2026-04-05 00:00 UTC"):
        assert part in said.out
    assert "ombud evidence add" in said.err


def test_it_tells_programs_whether_the_proof_lies_ready(ombud: Run) -> None:
    [case] = delivered(signed_by="Ann Lee")
    assert json.loads(ombud("response", f"#{case.case_id}", *LATER, "--json").out)["ready"] is False
    ready(case, a_file("proof.pdf", kind="delivery_proof", language="en"), at=START + 20 * DAY)
    said = json.loads(ombud("response", f"#{case.case_id}", *LATER, "--json").out)
    assert (said["ready"], said["attach"]) == (True, "delivery_proof")


def test_a_parcel_that_nobody_signed_for_gives_no_response_but_the_reason(ombud: Run) -> None:
    [case] = delivered()
    said = ombud("response", f"#{case.case_id}", *LATER)
    assert (said.code, said.out) == (2, "")
    assert "signed_by" in said.err


def test_a_book_without_responses_says_so(ombud: Run) -> None:
    case = unshipped()
    assert "no automatic response" in ombud("response", f"#{case.case_id}").err
