"""The compiled books against a plain reading of facts.md, on drawn worlds at every boundary."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from tests import reference
from tests.reference import DAY, HOUR, Rules
from tests.worlds import SECOND, STARTS, Answers, Facts, changed_book, worlds

EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PLAIN = Rules()
CHANGED = Rules(
    first_scan_wait=lambda at: (24 if at >= SECOND else 48) * HOUR,
    accepted_carriers=lambda at: (
        frozenset({"boxberry", "yto"}) if at >= SECOND else frozenset({"cdek", "boxberry", "ozon-logistics"})
    ),
    dispute_span=lambda at: DAY if at >= SECOND else 180 * DAY,
)


@cache
def answers(book: Rulebook, rules_at: datetime | None = None, known_by: datetime | None = None) -> Answers:
    return Answers(book, rules_at=rules_at, known_by=known_by)


@EXAMPLES
@given(worlds())
def test_ozon_fires_as_the_facts_read(facts: Facts) -> None:
    assert answers(open_book("ozon")).firings(facts) == reference.ozon(facts, PLAIN)


@EXAMPLES
@given(worlds())
def test_shopify_answers_every_complaint_as_the_facts_read(facts: Facts) -> None:
    assert answers(open_book("shopify")).firings(facts) == reference.shopify(facts, PLAIN)


@EXAMPLES
@given(worlds())
def test_the_versions_in_force_at_start_hold(facts: Facts) -> None:
    assert answers(changed_book("ozon")).firings(facts) == reference.ozon(facts, CHANGED)
    assert answers(changed_book("shopify")).firings(facts) == reference.shopify(facts, CHANGED)


@EXAMPLES
@given(worlds((STARTS - timedelta(days=400), STARTS, SECOND)))
def test_rules_at_puts_the_rules_of_one_instant_to_all_facts(facts: Facts) -> None:
    later = SECOND + timedelta(days=1)
    everywhere = Rules(
        in_force=lambda _at: True,
        first_scan_wait=lambda _at: CHANGED.first_scan_wait(later),
        accepted_carriers=lambda _at: CHANGED.accepted_carriers(later),
        dispute_span=lambda _at: CHANGED.dispute_span(later),
    )
    assert answers(changed_book("ozon"), later).firings(facts) == reference.ozon(facts, everywhere)
    assert answers(changed_book("shopify"), later).firings(facts) == reference.shopify(facts, everywhere)


@EXAMPLES
@given(worlds(), st.randoms())
def test_the_order_of_rows_changes_nothing(facts: Facts, random: Any) -> None:
    shuffled = {name: random.sample(rows, len(rows)) for name, rows in facts.items()}
    for name in ("ozon", "shopify"):
        rows = sorted(map(str, answers(open_book(name)).rows(facts)))
        assert sorted(map(str, answers(open_book(name)).rows(shuffled))) == rows


KNOWN_BY = STARTS + timedelta(days=5)


@EXAMPLES
@given(worlds((STARTS, KNOWN_BY)))
def test_what_has_fired_needs_nothing_later(facts: Facts) -> None:
    """But for a number put on its order after its delivery: then the track is younger than the instant it fires at."""
    for parcel in facts["parcels"]:
        scans = [s["scanned_at"] for s in facts["scans"] if s["tracking_number"] == parcel["tracking_number"]]
        parcel["registered_at"] = min([parcel["registered_at"], *scans])
    for name in ("ozon", "shopify"):
        known = answers(open_book(name), known_by=KNOWN_BY).rows(facts)
        everything = answers(open_book(name)).rows(facts)
        assert _until(known, KNOWN_BY) == _until(everything, KNOWN_BY)


@EXAMPLES
@given(worlds((STARTS, KNOWN_BY)))
def test_what_is_foretold_is_what_the_facts_known_by_then_say(facts: Facts) -> None:
    for name in ("ozon", "shopify"):
        foretold = answers(open_book(name), known_by=KNOWN_BY).rows(facts)
        cut_off = answers(open_book(name)).rows(_known(facts, KNOWN_BY))
        assert sorted(map(str, foretold)) == sorted(map(str, cut_off))


def _until(rows: list[dict[str, Any]], at: datetime) -> list[str]:
    return sorted(str(row) for row in rows if row["fires_at"] <= at)


def _known(facts: Facts, at: datetime) -> Facts:
    """The facts as a folder exported at `at` would have held them."""
    born = {"parcels": "registered_at", "scans": "scanned_at", "complaints": "opened_at"}
    return {
        name: [
            {
                key: None if isinstance(value, datetime) and value > at and key != "ship_by" else value
                for key, value in row.items()
            }
            for row in rows
            if name not in born or row[born[name]] <= at
        ]
        for name, rows in facts.items()
    }


@EXAMPLES
@given(worlds())
def test_the_instant_of_a_row_is_in_force_and_named(facts: Facts) -> None:
    for row in answers(changed_book("ozon")).rows(facts):
        if row["violation"] == "no_first_scan":
            begins = row["fires_at"] - (48 if row["clause"].endswith("2026-03-12") else 24) * HOUR
            assert row["clause"].endswith("@2026-06-01") == (begins >= SECOND)
        assert row["fires_at"] >= STARTS


@pytest.mark.parametrize("name", ["ozon", "shopify"])
def test_a_book_that_is_not_in_force_yet_is_an_error(name: str) -> None:
    with pytest.raises(Exception, match="no triggers in force at 2020-01-01"):
        Answers(open_book(name), rules_at=STARTS.replace(year=2020, month=1, day=1))
