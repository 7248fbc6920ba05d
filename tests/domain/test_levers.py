"""What would change a figure: the fewest times that something must happen, found without trying."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.health import Bound, Share, Standing
from ombud.domain.levers import Counts, Goal, Lever, after, goal_of, times_until, touches

RATE: Counts = ("lost_cases", "completed_orders")
SUCCESS: Counts = ("won_cases", "closed_cases")
SHARES = st.integers(0, 60).flatmap(lambda base: st.integers(0, base).map(lambda part: Share(part, base)))


def test_further_completed_orders_bring_a_dispute_rate_below_its_limit() -> None:
    limit = goal_of(Bound(limit=Fraction(1, 100)))
    assert limit is not None
    assert times_until(Share(10, 1000), RATE, Lever.COMPLETE, limit) == 1  # exactly 1.0 % is not below it
    assert times_until(Share(12, 1000), RATE, Lever.COMPLETE, limit) == 201
    assert times_until(Share(9, 1000), RATE, Lever.COMPLETE, limit) == 0
    assert times_until(Share(12, 1000), RATE, Lever.WIN, limit) is None


def test_a_success_rate_rises_with_every_dispute_won() -> None:
    least = goal_of(Bound(least=Fraction(85, 100)))
    assert least is not None
    assert after(Share(3, 5), SUCCESS, Lever.WIN, 2) == Share(5, 7)
    assert after(Share(3, 5), SUCCESS, Lever.LOSE, 2) == Share(3, 7)
    assert times_until(Share(3, 5), SUCCESS, Lever.WIN, least) == 9  # 12 of 14; 11 of 13 is 84.6 %


def test_a_plain_count_has_no_goal_and_a_lever_moves_only_its_own_counts() -> None:
    assert goal_of(Bound()) is None
    assert times_until(Share(4, 0), ("opened_cases", None), Lever.WIN, Goal(Fraction(1), True, True)) is None
    assert (touches(Lever.SHIP, ("on_time_orders", "promised_orders")), touches(Lever.SHIP, RATE)) == (True, False)


@pytest.mark.parametrize("counts", [RATE, SUCCESS, ("on_time_orders", "promised_orders")])
@pytest.mark.parametrize("lever", list(Lever))
@given(share=SHARES, hundredths=st.integers(1, 99), upper=st.booleans(), touching=st.booleans())
def test_it_is_the_first_time_at_which_the_goal_is_reached(
    counts: Counts, lever: Lever, share: Share, hundredths: int, upper: bool, touching: bool
) -> None:
    goal = Goal(Fraction(hundredths, 100), upper, touching)

    def reached(times: int) -> bool:
        then = after(share, counts, lever, times)
        gap = then.part - goal.threshold * then.base
        return gap == 0 if touching and gap == 0 else (gap < 0 if upper else gap > 0)

    first = next((times for times in range(7_000) if reached(times)), None)
    assert times_until(share, counts, lever, goal) == first


@given(share=SHARES, hundredths=st.integers(1, 99))
def test_what_reaches_the_goal_of_a_bound_is_within_it(share: Share, hundredths: int) -> None:
    for bound, lever, counts in (
        (Bound(limit=Fraction(hundredths, 100)), Lever.COMPLETE, RATE),
        (Bound(least=Fraction(hundredths, 100)), Lever.WIN, SUCCESS),
    ):
        goal = goal_of(bound)
        assert goal is not None
        times = times_until(share, counts, lever, goal)
        assert times is not None
        then = after(share, counts, lever, times)
        assert bound.standing(then) in ({Standing.NO_BASE} if then.base == 0 else {Standing.WITHIN, Standing.REACHED})
