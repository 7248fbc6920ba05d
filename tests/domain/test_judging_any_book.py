"""A third platform is a book and no code (G1): its kinds, words, shares, zones and tolerances judge what files say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ombud.domain import gate
from ombud.domain.evidence import Outcome, Piece
from ombud.domain.judging import judge
from ombud.domain.rulebook import Rulebook, load
from ombud.domain.said import Said

THIRD = Path(__file__).parents[1] / "rulebooks" / "third.yaml"
AT = datetime(2025, 3, 1, tzinfo=UTC)
TEXTS = "{en: A, ru: А, zh: 甲}"
CONTENT = """
content:
  - from: 2025-01-01
    cite: L5
    language_share: 0.50
    language_least: 0.10
    clock_tolerance: 5m
    zones: [Asia/Tokyo]
marks:
  weight: [{from: 2025-01-01, cite: L5, title: {en: W, ru: В, zh: 重}}]
"""


def lagoon() -> Rulebook:
    """The third book, with what it says of contents and codes for it."""
    text = THIRD.read_text("utf-8")
    for number, fault in enumerate(("wrong_language", "wrong_kind", "clock_differs", "weight_missing"), start=2):
        clause = f"from: 2025-01-01, cite: L5, fault: {fault}, severity: rejects, title: {TEXTS}, mend: {TEXTS}"
        reason = f"  REEF-{number}:\n    - {{{clause}}}\n"
        text = text.replace("\nreasons:\n", f"\nreasons:\n{reason}")
    kind = "      file_word: letter\n      formats: [webp, gif]\n"
    text = text.replace(
        kind, f"{kind}      words: {{en: [letter], zh: [书信]}}\n      shows: [weight]\n      timestamped: true\n"
    )
    return load(text + CONTENT, file="third.yaml")


def said(*facts: Said) -> dict[str, str]:
    """What is wrong with a letter that says this, by the third book."""
    book = lagoon()
    by = gate.rules(book.clauses, lambda clause: book.version_at(clause, AT))
    told = (*facts, Said("recognised", 1, "container"))
    piece = Piece("a.webp", "letter", "ja", "a", 10, "webp", said=told, inspected="1")
    row = {
        "store.timezone": "Asia/Kuwait",
        "parcel": [{"parcel.tracking_number": "1", "parcel.carrier": "oar", "parcel.registered_at": AT}],
    }
    (found,) = judge([piece], row, {}, by, book, at=AT)
    return {one.check: str(one.outcome) for one in found.findings if one.outcome is not Outcome.PASSED}


GOOD = (
    Said("line", "书信", "ocr", 1),
    Said("weight", "1 kg", "ocr", 1),
    Said("language_share", "ja 0.50", "ocr"),
    Said("time", "2025-03-01T09:05:00", "ocr", 1),  # five minutes after, by the clock of Tokyo
)


def test_a_letter_as_the_third_book_wants_it_is_in_order() -> None:
    assert said(*GOOD) == {}


def test_each_rule_of_the_third_book_is_held_against_it() -> None:
    line, weight, share, time = GOOD
    assert said(line, share, time) == {"weight_missing": "unsure"}
    assert said(Said("line", "A" * 80, "ocr", 1), weight, share, time) == {"wrong_kind": "unsure"}
    assert said(line, weight, Said("language_share", "ja 0.49", "ocr"), time) == {"wrong_language": "unsure"}
    text = Said("language_share", "en 0.95", "text_layer")
    assert said(line, weight, text, time) == {"wrong_language": "failed"}
    late = Said("time", "2025-03-01T09:05:01", "ocr", 1)
    assert said(line, weight, share, late) == {"clock_differs": "unsure"}
