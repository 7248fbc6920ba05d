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
    Share,
    Standing,
    closeness,
    headroom,
    percent,
    rolling,
    standing,
    window,
)
from ombud.domain.instants import start_of_day

ONE_PERCENT = Fraction(1, 100)
AT = datetime(2026, 6, 10, 13, 30, 0, 5, tzinfo=UTC)
SPAN = timedelta(days=90)


def test_a_store_without_completed_orders_has_no_rate_and_no_headroom() -> None:
    empty = Share(0, 0)
    assert empty.rate is None
    assert headroom(empty, ONE_PERCENT) is None
    assert standing(empty, ONE_PERCENT) is Standing.NO_BASE
    assert closeness(empty, ONE_PERCENT) == 0


def test_the_rate_is_exact() -> None:
    assert Share(1, 3).rate == Fraction(1, 3)


@pytest.mark.parametrize(
    ("lost", "completed", "stands"),
    [
        (9, 1_000, Standing.BELOW),
        (10, 1_000, Standing.REACHED),
        (10, 1_001, Standing.BELOW),
        (10, 999, Standing.OVER),
        (0, 1, Standing.BELOW),
    ],
)
def test_exactly_one_percent_has_reached_the_limit_but_is_not_over_it(
    lost: int, completed: int, stands: Standing
) -> None:
    assert standing(Share(lost, completed), ONE_PERCENT) is stands


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
    assert headroom(Share(lost, completed), ONE_PERCENT) == remaining


@given(
    st.integers(0, 10_000),
    st.integers(1, 1_000_000),
    st.fractions(min_value=0, max_value=1, max_denominator=1_000).filter(bool),
)
def test_headroom_is_the_largest_number_that_stays_below(lost: int, completed: int, limit: Fraction) -> None:
    n = headroom(Share(lost, completed), limit)
    assert n is not None
    if n:
        assert Fraction(lost + n, completed) < limit
    assert Fraction(lost + n + 1, completed) >= limit


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
