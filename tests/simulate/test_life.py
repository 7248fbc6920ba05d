"""What becomes of a simulated case: its clock is that of its book, and its steps are moves of the one table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ombud.domain.cases import State
from ombud.rulebooks import open_book
from tests.simulate.marketplace import SHORT, assumed, at, changed, given, only, tried, unshipped

NOT_RECEIVED = {"kind": "not_received", "opened_at": "2026-03-25T08:00:00Z"}


@pytest.mark.parametrize(
    ("ship_by", "opened_at"),
    [
        ("2026-03-20T12:00:00Z", "03-20 12:00"),  # on the very sweep
        ("2026-03-20T12:00:00.000001Z", "03-20 14:00"),
        ("2026-03-20T13:59:59.999999Z", "03-20 14:00"),
    ],
)
def test_a_case_is_opened_by_the_first_sweep_that_finds_it(ship_by: str, opened_at: str) -> None:
    life = only(tried(unshipped("o1", ship_by=ship_by)).old).life
    assert life.opened_at == at(opened_at)
    assert life.due_at == life.opened_at + timedelta(hours=72)


def test_a_ruling_takes_effect_no_sooner_than_the_book_allows() -> None:
    life = only(tried(unshipped("o1")).old).life
    assert (life.submitted_at, life.closed_at, life.state) == (at("03-20 22:00"), at("03-22 22:00"), State.WON)


def test_an_answer_that_does_not_convince_is_rejected_at_the_ruling() -> None:
    life = only(tried(unshipped("o1"), assumptions=assumed(accepted="0")).old).life
    assert (life.closed_at, life.state) == (at("03-22 22:00"), State.REJECTED)


@pytest.mark.parametrize("said", [{"answered": "0"}, {"after": "72h"}, {"after": "80h"}])
def test_without_an_answer_before_the_window_shuts_the_case_is_lost_by_the_clock(said: dict[str, str]) -> None:
    life = only(tried(unshipped("o1"), assumptions=assumed(**said)).old).life
    assert (life.submitted_at, life.closed_at, life.state) == (None, at("03-23 12:00"), State.LOST)


@pytest.mark.parametrize(
    ("ruled", "closed_at"), [("1h", "03-22 22:00"), ("60h", "03-23 10:00"), ("99h", "03-24 22:00")]
)
def test_a_person_rules_within_the_review_windows(ruled: str, closed_at: str) -> None:
    life = only(tried(unshipped("o1"), assumptions=assumed(person="1", ruled=ruled)).old).life
    assert (life.closed_at, life.state) == (at(closed_at), State.WON)


@pytest.mark.parametrize(
    ("at_most", "state"),
    [("recommendation_stands", State.WON), ("seller_wins", State.WON), ("buyer_wins", State.REJECTED)],
)
def test_where_nobody_ruled_in_time_the_book_says_who_wins(at_most: str, state: State) -> None:
    book = changed("at_most: recommendation_stands", f"at_most: {at_most}")
    found = tried(unshipped("o1"), book, assumptions=assumed(person="1", ruled="97h"))
    assert only(found.new).life.state is state


def test_a_complaint_withdrawn_while_its_case_runs_ends_it() -> None:
    facts = given(
        "shopify",
        complaints=[{**NOT_RECEIVED, "withdrawn_at": "2026-03-25T12:00:00Z"}],
    )
    life = only(tried(facts, old=open_book("shopify")).old).life
    assert (life.state, life.closed_at, life.submitted_at) == (State.WITHDRAWN, at("03-25 12:00"), None)


def test_a_complaint_withdrawn_after_the_end_changes_nothing() -> None:
    complaint = {**NOT_RECEIVED, "withdrawn_at": "2026-04-25T12:00:00Z"}
    life = only(tried(given("shopify", complaints=[complaint]), old=open_book("shopify")).old).life
    assert life.state is State.WON


@pytest.mark.parametrize(
    ("said", "state", "closed_at"),
    [
        ({"mended": "0"}, State.LOST, "03-28 08:00"),  # rejected, and the clock goes on
        ({"mended": "1"}, State.WON, "03-25 19:00"),  # an hour after the rejection
        ({"mended": "1", "mended_accepted": "0"}, State.LOST, "03-28 08:00"),
        ({"mended": "1", "mend_after": "62h"}, State.LOST, "03-28 08:00"),  # at the due instant: too late
        ({"person": "1", "ruled": "80h"}, State.REJECTED, "03-29 02:00"),  # the window has shut when the ruling comes
    ],
)
def test_rejected_evidence_is_mended_only_while_the_window_is_open(
    said: dict[str, str], state: State, closed_at: str
) -> None:
    facts = given("shopify", complaints=[NOT_RECEIVED])
    found = tried(facts, old=open_book("shopify"), assumptions=assumed("shopify", accepted="0", **said))
    life = only(found.old).life
    assert (life.state, life.closed_at) == (state, at(closed_at))


def test_a_shorter_window_changes_the_due_instant_and_loses_what_comes_after_it() -> None:
    found = tried(unshipped("o1"), changed(*SHORT), assumptions=assumed(after="30h"))
    old, new = only(found.old).life, only(found.new).life
    assert (old.case, old.opened_at) == (new.case, new.opened_at)
    assert (old.state, old.closed_at) == (State.WON, at("03-23 18:00"))
    assert (new.state, new.closed_at) == (State.LOST, at("03-21 12:00"))


def test_a_case_lives_by_the_versions_in_force_when_it_was_opened() -> None:
    later = "cite: O9, value: 72h}, {from: 2026-03-20T13:00:00Z, cite: O9, value: 24h"
    book = changed("cite: O9, value: 72h", later)
    facts = given(
        orders={
            "before": {"shipped_at": None},
            "after": {"shipped_at": None, "ship_by": "2026-03-20T12:30:00Z"},  # opened by the sweep at 14:00
        }
    )
    lives = {key[0]: each.life for key, each in tried(facts, book).new.cases.items()}
    assert lives["before"].due_at - lives["before"].opened_at == timedelta(hours=72)
    assert lives["after"].due_at - lives["after"].opened_at == timedelta(hours=24)
