"""The rules of rulings as `tests/rules/rulings` states them: given, expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ombud.domain.rulebook.source import read_source
from ombud.domain.ruling_inputs import PieceInput
from ombud.domain.rulings import rule
from ombud.rulebooks import open_book
from tests.domain.ruling_worlds import OPENED, a_parcel, a_piece, finding, inputs, passed

RULES = Path(__file__).parents[1] / "rules" / "rulings"


def _cases() -> list[Any]:
    found = []
    for file in sorted(RULES.glob("*.yaml")):
        for place, case in enumerate(read_source(file.read_text("utf-8"), file=file.name).plain):
            found.append(pytest.param(file.stem, case, id=f"{file.stem}-{place}-{case['says'].replace(' ', '_')}"))
    return found


def _piece(book: str, place: int, said: str | dict[str, Any]) -> tuple[PieceInput, str | None]:
    """The piece, and whose case it served before."""
    words: dict[str, Any] = {"kind": said} if isinstance(said, str) else dict(said)
    kind = words.pop("kind")
    findings: list[dict[str, Any]] = words.pop("findings", passed(book, kind))
    confidence = float(words.pop("confidence", 1))
    for outcome in ("failed", "unsure"):
        if check := words.pop(outcome, None):
            findings = [one for one in findings if one["check"] != check]
            findings.append(finding(check, outcome, confidence=confidence))
    if number := words.pop("reads_number", None):
        findings = [one for one in findings if one["check"] != "number_not_on_order"]
        findings.append(finding("number_malformed", "passed", field="tracking_number", value=number))
    served = words.pop("served", None)
    return a_piece(kind, book, sha256=f"{place:064}", name=f"{place}_{kind}.pdf", findings=findings, **words), served


def _given(book: str, given: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        name: given[name] for name in ("violation", "complaint", "order", "figures", "losses") if name in given
    }
    if "parcels" in given:
        made["parcels"] = [a_parcel(book, **said) for said in given["parcels"]]
    if "pieces" in given:
        pieces = [_piece(book, place, said) for place, said in enumerate(given["pieces"])]
        made["pieces"] = [piece for piece, _ in pieces]
        made["served"] = {
            piece["sha256"]: {"case_id": 7, "same_order": served == "same_order"} for piece, served in pieces if served
        }
    for over in ("store", "buyer"):
        made[over] = [_sanction(book, name) for name in given.get(over, ())]
    return made


def _sanction(book: str, name: str) -> tuple[str, str, str | None]:
    version = open_book(book).in_force(f"sanctions.{name}", OPENED)
    factor = version.value.factor
    return version.value.measure, f"sanctions.{name}@2026-03-12", None if factor is None else str(factor)


@pytest.mark.parametrize(("book", "case"), _cases())
def test_rule(book: str, case: dict[str, Any]) -> None:
    found = rule(inputs(book, **_given(book, case.get("given", {}))), open_book(book))
    expect = case["expect"]
    assert [reason.code for reason in found.reasons] == expect["reasons"]
    assert (str(found.outcome), found.decided) == (expect["outcome"], expect["decided"])


@pytest.mark.parametrize(("book", "case"), _cases())
def test_a_rule_cites_a_row_of_its_book(book: str, case: dict[str, Any]) -> None:
    assert case["cite"] in open_book(book).rows
