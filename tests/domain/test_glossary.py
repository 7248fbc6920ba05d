"""The glossary knows the words of the model, each in three languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from ombud.domain.cases import State
from ombud.domain.facts import TABLES

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def rows() -> list[list[str]]:
    """The five cells of every row of every table."""
    lines = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in {"English", "---"}]


@pytest.mark.parametrize("word", [table.fact for table in TABLES.values()] + [str(state) for state in State])
def test_every_fact_and_every_state_is_a_word_of_the_glossary(word: str) -> None:
    assert word in {row[0] for row in rows()}


def test_every_word_stands_once_with_all_three_languages_and_its_source() -> None:
    found = rows()
    assert len({row[0] for row in found}) == len(found) > 80
    for row in found:
        assert len(row) == 5, row
        assert all(row), row
        assert any("\u4e00" <= letter <= "\u9fff" for letter in row[1]), row
        assert any("\u0400" <= letter <= "\u04ff" for letter in row[2]), row
