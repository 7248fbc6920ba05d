"""The rules of judging as `tests/rules/evidence` states them: given, expect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ombud.domain.instants import parse_instant
from ombud.domain.rulebook.source import read_source
from ombud.rulebooks import open_book
from tests.domain.judging_worlds import a_piece, a_row, faults, judged

RULES = Path(__file__).parents[1] / "rules" / "evidence"


def _cases() -> list[Any]:
    found = []
    for file in sorted(RULES.glob("*.yaml")):
        for place, case in enumerate(read_source(file.read_text("utf-8"), file=file.name).plain):
            found.append(pytest.param(file.stem, case, id=f"{file.stem}-{place}-{case['says'].replace(' ', '_')}"))
    return found


def _typed(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: parse_instant(value) if name.endswith(("_at", "ship_by")) else value for name, value in fields.items()
    }


@pytest.mark.parametrize(("book", "case"), _cases())
def test_rule(book: str, case: dict[str, Any]) -> None:
    given = case["given"]
    more = {"language": given["language"]} if "language" in given else {}
    piece = a_piece(given["piece"], given.get("says"), pixels=given.get("pixels", False), **more)
    beside = [a_piece(kind) for kind in given.get("beside", ())]
    row = a_row(book, **_typed(given.get("parcel", {}))) | _typed(given.get("row", {}))
    found = judged(piece, *beside, row=row, known=given.get("known"))[0]
    assert faults(found) == case["expect"]
    assert list(found.unseen) == case.get("unseen", [])


@pytest.mark.parametrize(("book", "case"), _cases())
def test_a_rule_cites_a_row_of_its_book(book: str, case: dict[str, Any]) -> None:
    assert case["cite"] in open_book(book).rows


def test_that_the_ids_of_a_file_differ_is_no_doubt_by_itself_but_adds_to_another_sign() -> None:
    assert faults(judged(a_piece("waybill", {"ids_differ": 1}))[0]) == {}
    alone, together = (
        faults(judged(a_piece("waybill", says))[0]) for says in ({"revisions": 2}, {"revisions": 2, "ids_differ": 1})
    )
    assert (alone, together) == ({"edited": "unsure 0.20"}, {"edited": "unsure 0.24"})
