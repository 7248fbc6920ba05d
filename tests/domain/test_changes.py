"""From when on a new version of a book says something else: what need not be read again is not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ombud.domain.changes import first_difference
from ombud.domain.rulebook import load
from ombud.rulebooks import open_book

OZON = open_book("ozon")
SECTIONS = ("covers", "conditions", "lists", "triggers", "tracks")
LISTED = "      values: [cdek, boxberry, ozon-logistics]\n"
WAIT = "      wait: 48h\n"


def changed(old: str, new: str) -> datetime | None:
    assert old in OZON.text
    return first_difference(OZON, load(OZON.text.replace(old, new, 1), file="new.yaml"), SECTIONS)


@pytest.mark.parametrize(
    ("old", "new", "since"),
    [
        (LISTED, LISTED + "    - {from: 2026-06-01, cite: O4, values: [boxberry]}\n", datetime(2026, 6, 1, tzinfo=UTC)),
        (LISTED, "      values: [cdek, boxberry]\n", datetime(2026, 3, 12, tzinfo=UTC)),
        (LISTED, LISTED + "    - {from: 2026-06-01, cite: O4, values: [cdek, boxberry, ozon-logistics]}\n", None),
        (WAIT, "      wait: 2d\n", None),
        (WAIT, "      wait: 24h\n", datetime(2026, 3, 12, tzinfo=UTC)),
        ("name: ozon\n", "name: ozon # a remark\n", None),
        ("value: 72h", "value: 48h", None),
    ],
    ids=["later version", "other value", "the same again", "other words", "other wait", "remark", "other section"],
)
def test_a_book_differs_from_the_first_instant_at_which_it_says_something_else(
    old: str, new: str, since: datetime | None
) -> None:
    assert changed(old, new) == since


def test_without_a_book_before_everything_since_its_start_is_new() -> None:
    assert first_difference(None, OZON, SECTIONS) == OZON.starts_at
