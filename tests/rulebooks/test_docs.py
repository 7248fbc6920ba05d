"""What the documentation of rulebooks says is what rulebooks are."""

from __future__ import annotations

from pathlib import Path

from ombud.domain.facts import FOLDED
from ombud.domain.rulebook.book import BookText
from ombud.domain.rulebook.schema import schema

DOCS = (Path(__file__).parents[2] / "docs" / "rulebook.md").read_text("utf-8")


def test_every_section_of_a_book_is_documented_and_no_other() -> None:
    table = DOCS.split("## The sections")[1].split("## A trigger")[0]
    named = {
        word
        for row in table.splitlines()
        if row.startswith("| `")
        for word in row.split("|")[1].replace("`", "").replace(",", " ").split()
    }
    assert named == set(BookText.model_fields)


def test_every_word_of_conditions_and_every_folded_field_is_documented() -> None:
    words = {name.split(" ")[0] for name in schema()["$defs"]["Where"]["properties"] if "." not in name}
    assert all(f"`{word}" in DOCS for word in words)
    assert all(f"`{column.name}`" in DOCS for column in FOLDED)
