"""What is in force at an instant, and what is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import load
from tests.domain.test_rulebook_load import BOOK, replaced

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
TWO = "{from: 2026-01-01, cite: X1, value: 72h}, {from: 2026-06-01T12:00:00+03:00, cite: X2, value: 48h}"


def test_a_version_is_in_force_from_its_first_instant_until_before_the_next_one() -> None:
    book = load(replaced("{from: 2026-01-01, cite: X1, value: 72h}", TWO), file="small.yaml")
    assert book.value("windows.response", FIRST) == timedelta(hours=72)
    assert book.value("windows.response", LATER - MOMENT) == timedelta(hours=72)
    found = book.in_force("windows.response", LATER)
    assert (found.value, found.valid_from, found.valid_until, found.cite) == (timedelta(hours=48), LATER, None, "X2")


def test_none_in_force_is_an_error_with_clause_and_instant() -> None:
    book = load(BOOK, file="small.yaml")
    with pytest.raises(OmbudError, match=r"small has no windows\.response in force at 2025-12-31T23:59:59\.999999Z"):
        book.value("windows.response", FIRST - MOMENT)


def test_a_version_that_ends_leaves_nothing_in_force() -> None:
    ended = "{from: 2026-01-01, until: 2026-02-01, cite: X1, value: 72h}"
    book = load(replaced("{from: 2026-01-01, cite: X1, value: 72h}", ended), file="small.yaml")
    with pytest.raises(OmbudError, match="in force at 2026-02-01T00:00:00Z"):
        book.value("windows.response", datetime(2026, 2, 1, tzinfo=UTC))


def test_a_clause_that_the_book_does_not_have_is_an_error_and_no_default() -> None:
    with pytest.raises(OmbudError, match=r"no clause windows\.reminders, asked for as of 2026-01-01T00:00:00Z"):
        load(BOOK, file="small.yaml").value("windows.reminders", FIRST)


def test_the_book_starts_with_its_first_trigger() -> None:
    book = load(replaced("from: 2026-01-01, cite: X2a", "from: 2026-02-01, cite: X2a"), file="small.yaml")
    assert book.starts_at == FIRST


def test_the_digest_changes_with_every_letter_of_the_text() -> None:
    assert load(BOOK, file="a").digest == load(BOOK, file="b").digest != load(BOOK + "# \n", file="a").digest


def test_a_version_knows_its_line_and_citations() -> None:
    version = load(BOOK, file="small.yaml").triggers["late"][0]
    assert (version.line, version.cite) == (13, "X2a")
