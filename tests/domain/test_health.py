"""Rates, limits, headroom and windows (O17, S10)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.health import (
    MOMENT,
    Bound,
    Share,
    Standing,
    percent,
    rolling,
    window,
)
from ombud.domain.instants import start_of_day

ONE_PERCENT = Fraction(1, 100)
BELOW_ONE_PERCENT = Bound(limit=ONE_PERCENT)
NO_LESS_THAN_85 = Bound(least=Fraction(85, 100))
AT = datetime(2026, 6, 10, 13, 30, 0, 5, tzinfo=UTC)
SPAN = timedelta(days=90)


def test_a_store_without_completed_orders_has_no_rate_and_no_headroom() -> None:
    empty = Share(0, 0)
    assert empty.rate is None
    for bound in (BELOW_ONE_PERCENT, NO_LESS_THAN_85):
        assert bound.headroom(empty) is None
        assert bound.closeness(empty) is None
        assert bound.standing(empty) is Standing.NO_BASE


def test_lost_disputes_without_completed_orders_make_no_rate() -> None:
    assert Share(3, 0).rate is None
    assert BELOW_ONE_PERCENT.standing(Share(3, 0)) is Standing.NO_BASE


def test_a_figure_without_a_bound_stands_nowhere() -> None:
    assert Bound().standing(Share(1, 2)) is Standing.NO_BOUND
    assert Bound().headroom(Share(1, 2)) is None


def test_the_rate_is_exact() -> None:
    assert Share(1, 3).rate == Fraction(1, 3)


@pytest.mark.parametrize(
    ("lost", "completed", "stands"),
    [
        (9, 1_000, Standing.WITHIN),
        (10, 1_000, Standing.REACHED),
        (10, 1_001, Standing.WITHIN),
        (10, 999, Standing.BEYOND),
        (0, 1, Standing.WITHIN),
    ],
)
def test_exactly_one_percent_has_reached_the_limit_but_is_not_over_it(
    lost: int, completed: int, stands: Standing
) -> None:
    assert BELOW_ONE_PERCENT.standing(Share(lost, completed)) is stands


@pytest.mark.parametrize(
    ("lost", "completed", "remaining"),
    [
        (0, 1_000, 9),  # a tenth would make it exactly 1.0 %
        (0, 1_001, 10),
        (9, 1_000, 0),
        (10, 1_000, 0),
        (50, 1_000, 0),
        (0, 100, 0),  # one lost order is 1.0 % already
        (0, 101, 1),
        (7, 3_100, 23),  # the document's own "23 orders remaining"
    ],
)
def test_headroom_is_how_many_more_may_be_lost_with_the_rate_still_below_the_limit(
    lost: int, completed: int, remaining: int
) -> None:
    assert BELOW_ONE_PERCENT.headroom(Share(lost, completed)) == remaining


@given(
    st.integers(0, 10_000),
    st.integers(1, 1_000_000),
    st.fractions(min_value=0, max_value=1, max_denominator=1_000).filter(bool),
)
def test_headroom_is_the_largest_number_that_stays_below(lost: int, completed: int, limit: Fraction) -> None:
    n = Bound(limit=limit).headroom(Share(lost, completed))
    assert n is not None
    if n:
        assert Fraction(lost + n, completed) < limit
    assert Fraction(lost + n + 1, completed) >= limit


@pytest.mark.parametrize(
    ("won", "decided", "stands", "remaining"),
    [
        (17, 20, Standing.REACHED, 0),  # exactly 85 % is not below it
        (18, 20, Standing.WITHIN, 1),  # 18 of 21 is 85.7 %, 18 of 22 is 81.8 %
        (84, 100, Standing.BEYOND, 0),
        (0, 1, Standing.BEYOND, 0),
        (1, 1, Standing.WITHIN, 0),
    ],
)
def test_a_success_rate_may_fall_to_85_percent_and_no_lower(
    won: int, decided: int, stands: Standing, remaining: int
) -> None:
    assert NO_LESS_THAN_85.standing(Share(won, decided)) is stands
    assert NO_LESS_THAN_85.headroom(Share(won, decided)) == remaining


@given(st.integers(0, 5_000), st.integers(0, 5_000), st.fractions(0, 1, max_denominator=200).filter(bool))
def test_headroom_of_a_least_rate_is_the_largest_number_of_losses_that_keeps_it(
    won: int, lost: int, least: Fraction
) -> None:
    share = Share(won, won + lost)
    n = Bound(least=least).headroom(share)
    if share.base == 0:
        assert n is None
        return
    assert n is not None
    if n:
        assert Fraction(won, share.base + n) >= least
    assert Fraction(won, share.base + n + 1) < least


@given(st.integers(0, 100), st.integers(1, 100))
def test_closeness_passes_1_exactly_where_the_bound_does(part: int, base: int) -> None:
    share = Share(min(part, base), base)
    for bound in (BELOW_ONE_PERCENT, NO_LESS_THAN_85, Bound(limit=Fraction(0)), Bound(least=Fraction(1))):
        used = bound.closeness(share)
        assert used is not None
        assert (bound.standing(share) is Standing.BEYOND) == (used > 1)


def test_a_percentage_is_never_rounded_onto_a_limit_that_it_is_not_at() -> None:
    assert percent(Fraction(10, 1_000), ONE_PERCENT) == Decimal("1.00")
    assert percent(Fraction(99_996, 10_000_000), ONE_PERCENT) == Decimal("0.99996")
    assert percent(Fraction(10_001, 1_000_000), ONE_PERCENT) == Decimal("1.0001")
    assert str(percent(Fraction(83, 10_000))) == "0.83"


def test_a_window_at_midnight_holds_the_first_instant_of_the_day_and_loses_that_of_its_start() -> None:
    midnight = datetime(2026, 6, 10, tzinfo=UTC)
    cut = window(midnight, SPAN)
    assert cut.days == (date(2026, 3, 13), date(2026, 6, 10))
    assert cut.edges == (
        (midnight - SPAN + MOMENT, datetime(2026, 3, 13, tzinfo=UTC)),
        (midnight, midnight + MOMENT),
    )


def test_a_window_that_ends_with_the_last_microsecond_of_a_day_is_whole_days_alone() -> None:
    cut = window(datetime(2026, 6, 10, tzinfo=UTC) - MOMENT, SPAN)
    assert cut.days == (date(2026, 3, 12), date(2026, 6, 10))
    assert cut.edges == ()


@given(
    st.integers(0, 730 * 86_400_000_000).map(lambda moments: datetime(2025, 1, 1, tzinfo=UTC) + moments * MOMENT),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=100)),
    st.timedeltas(timedelta(days=-1), timedelta(days=101)),
)
def test_an_instant_is_in_exactly_one_part_of_a_window_or_outside_of_it(
    at: datetime, span: timedelta, ago: timedelta
) -> None:
    instant = at - ago
    cut = window(at, span)
    first, after = cut.days
    in_days = start_of_day(first) <= instant < start_of_day(after)
    in_edges = [start <= instant < until for start, until in cut.edges]
    assert in_days + sum(in_edges) == (1 if at - span < instant <= at else 0)


def test_the_rolling_share_is_that_of_the_days_behind_each_day() -> None:
    start = date(2026, 1, 1)
    days = [(start + timedelta(days=n), Share(n % 3, n + 1)) for n in range(0, 60, 2)]
    upto = start + timedelta(days=59)
    by_day = dict(days)
    got = list(rolling(days, upto, 20, 30))
    assert [day for day, _ in got] == [upto - timedelta(days=19 - n) for n in range(20)]
    for day, share in got:
        behind = [by_day.get(day - timedelta(days=n), Share(0, 0)) for n in range(30)]
        assert share == Share(sum(s.part for s in behind), sum(s.base for s in behind))
