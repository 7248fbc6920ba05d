"""A book of a platform that the code never heard of compiles and scans (G1): every word of the language is in it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings

from ombud.domain.rulebook import Rulebook, load
from ombud.rulebooks import open_book
from tests.interpreter import firings
from tests.worlds import Answers, Facts, changed_book, worlds

THIRD = Path(__file__).parents[1] / "rulebooks" / "third.yaml"
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DATES = tuple(datetime(2025, month, 1, tzinfo=UTC) for month in (1, 3, 6, 7))
ISLANDS = worlds(
    bases=tuple(date - timedelta(days=2) for date in DATES[:1]) + DATES,
    sites=(
        ("lagoon", "lagoon.jp", "JP"),
        ("lagoon", "lagoon.kw", "KW"),
        ("lagoon", "lagoon.kr", "KR"),
        ("ozon", "ozon.ru", "CN"),
    ),
    carriers=("sail", "oar", "kite"),
    steps=tuple(timedelta(minutes=minutes) for minutes in (0, 30, 90, 540, 1440, 2160, 14400, 43200)),
)


@cache
def third() -> Rulebook:
    return load(THIRD.read_text(), file="third.yaml")


@cache
def answers(book: Rulebook, rules_at: datetime | None = None) -> Answers:
    return Answers(book, rules_at=rules_at)


def read(book: Rulebook, facts: Facts, rules_at: datetime | None = None) -> Any:
    return firings(book, {**facts, "parcels": answers(book, rules_at).folded(facts)}, rules_at=rules_at)


@EXAMPLES
@given(ISLANDS)
def test_an_invented_platform_scans_by_its_book_alone(facts: Facts) -> None:
    assert answers(third()).firings(facts) == read(third(), facts)


@EXAMPLES
@given(ISLANDS)
def test_its_rules_of_one_instant_hold_for_all_facts(facts: Facts) -> None:
    for at in (DATES[0], DATES[3]):
        assert answers(third(), at).firings(facts) == read(third(), facts, at)


@EXAMPLES
@given(worlds())
def test_the_shipped_books_read_row_by_row_give_the_same(facts: Facts) -> None:
    for book in (open_book("ozon"), open_book("shopify"), changed_book("ozon"), changed_book("shopify")):
        assert answers(book).firings(facts) == read(book, facts)


def test_the_drawn_worlds_fire_every_trigger_of_the_invented_book() -> None:
    fired: Counter[str] = Counter()

    @settings(
        max_examples=150, database=None, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
    )
    @given(ISLANDS)
    def draw(facts: Facts) -> None:
        fired.update(row["violation"] + (row["routed_to"] or "") for row in answers(third()).rows(facts))

    draw()
    assert set(third().triggers) - set(fired) <= {"elsewhere"}
    assert {"elsewherewallet", "elsewhereinsurer", "elsewherehelp_desk"} <= set(fired)
