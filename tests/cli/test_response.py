"""`ombud response`: filled in from the track, in the reader's language, or refused by name (S9)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ombud.documents.letter_fields import values
from ombud.domain.instants import parse_instant
from ombud.domain.responses import FIELDS
from ombud.store.case_file import case_file
from tests.actions.ending import unshipped
from tests.actions.evidence import a_file, ready
from tests.actions.ruled import delivered
from tests.actions.taking import DAY, START
from tests.cli.run import Run, runner

pytestmark = pytest.mark.django_db
LATER = ("--at", "2026-05-01T00:00:00Z")
AT = "2026-04-04T12:00:00Z"


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


def test_a_letter_of_ones_own_is_filled_in_with_everything_known_of_the_case(ombud: Run, tmp_path: Path) -> None:
    [case] = delivered(signed_by="Ann Lee")
    letter = tmp_path / "letter.ru.liquid"
    letter.write_text(
        "{{ order_number }} {{ case_number }} {{ store }} {{ platform }} {{ buyer_name }} {{ amount }} {{ today }}\n"
        "{{ violation }}\n{{ due_at | default: '-' }} / {{ due_at_store | default: '-' }}\n"
        "{% for p in parcels %}{{ p.tracking_number }} {{ p.signed_by }}{% endfor %}\n"
        "{% for item in items %}{{ item.sku }} {{ item.quantity }} {{ item.price }}{% endfor %}\n",
        "utf-8",
    )
    said = ombud("response", f"#{case.case_id}", *LATER, "--template", str(letter))
    assert said.code == 0, said.err
    first, violation, due, parcel, *_ = said.out.splitlines()
    assert first.startswith(f"o1 {case.case_id} s1 ")
    assert first.endswith("2026-05-01")
    assert any("а" <= letter <= "я" for letter in violation)  # the file's name says that it is Russian
    assert " UTC / " in due
    assert parcel == "AB123456785US Ann Lee"


def test_the_cover_letter_names_what_lies_ready_in_russian(ombud: Run) -> None:
    case = unshipped()
    refused = ombud("response", f"#{case.case_id}", "--at", AT, "--template", "cover_letter")
    assert (refused.code, refused.out) == (2, "")
    assert "cover_letter.ru.liquid:26" in refused.err
    assert "`ombud evidence add`" in refused.err

    ready(case, a_file("1_shipment_ru.pdf", kind="waybill", language="ru"), at=parse_instant(AT))
    said = ombud("--lang", "zh", "response", f"#{case.case_id}", "--at", AT, "--template", "cover_letter")
    assert said.code == 0, said.err
    assert "1. Транспортная накладная на русском языке: 1_shipment_ru.pdf" in said.out
    assert f"№ {case.case_id}" in said.out
    assert "\n\n\n" not in said.out


def test_an_unknown_field_of_a_letter_is_an_error_with_its_place_before_anything_is_sent(
    ombud: Run, tmp_path: Path
) -> None:
    case = unshipped()
    letter = tmp_path / "letter.liquid"
    letter.write_text("Dear reviewer,\norder {{ order_nmber }}\n", "utf-8")
    for words in (("response", f"#{case.case_id}", "--template", str(letter)), ("template", "check", str(letter))):
        said = ombud(*words)
        assert (said.code, said.out) == (2, "")
        assert "letter.liquid:2:10" in said.err
        assert "order_number" in said.err


def test_a_letter_that_can_be_filled_in_is_said_to_be_fine(ombud: Run, tmp_path: Path) -> None:
    letter = tmp_path / "letter.liquid"
    letter.write_text("\ufeffOrder {{ order_number }}\n", "utf-8")
    assert ombud("template", "check", str(letter)).code == 0
    assert ombud("template", "check", "cover_letter").code == 0


@pytest.mark.parametrize(
    ("content", "word"), [(b"\xff\xfe\x00", "UTF-8"), (b"x" * 100_000, "20000"), (None, "cover_letter")]
)
def test_a_file_that_is_no_template_is_refused(ombud: Run, tmp_path: Path, content: bytes | None, word: str) -> None:
    letter = tmp_path / "letter.liquid"
    if content is not None:
        letter.write_bytes(content)
    said = ombud("template", "check", str(letter))
    assert said.code == 2
    assert word in said.err


def test_the_fields_that_a_template_may_name_are_those_that_a_case_answers(ombud: Run) -> None:
    case = unshipped()
    known = values(case_file(case.case_id, parse_instant(AT)), parse_instant(AT), "en")
    listed = json.loads(ombud("template", "fields", "--json").out)
    assert {row["field"] for row in listed["fields"]} == set(known) == set(FIELDS)
    for name, rows in known.items():
        if isinstance(rows, list):
            assert all(set(row) == set(FIELDS[name]) for row in rows)
    shown = ombud("template", "fields").out
    assert all(name in shown for name in FIELDS)
