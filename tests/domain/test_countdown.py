"""What is left, in words and figures, at and around every boundary."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ombud.domain.cases import ENDS, Standing, State
from ombud.domain.countdown import Awaits, Clock, Urgency, clock_of, countdown

DUE = datetime(2026, 3, 12, 8, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def left(**span: float) -> str:
    return countdown(DUE, DUE - timedelta(**span)).say()


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ({"days": 2, "hours": 3}, "2 d 03 h"),
        ({"days": 2, "hours": 3, "minutes": 59, "seconds": 59}, "2 d 03 h"),
        ({"days": 12}, "12 d 00 h"),
        ({"days": 1}, "1 d 00 h"),
        ({"hours": 17, "minutes": 42}, "17 h 42 min"),
        ({"hours": 17, "minutes": 42, "seconds": 59}, "17 h 42 min"),
        ({"hours": 1}, "1 h 00 min"),
        ({"minutes": 41, "seconds": 7}, "41:07"),
        ({"seconds": 1}, "00:01"),
    ],
)
def test_what_is_left_is_rounded_down_to_the_last_figure_shown(span: dict[str, float], said: str) -> None:
    assert left(**span) == said


def test_a_microsecond_less_than_a_day_counts_in_hours_and_less_than_an_hour_in_minutes() -> None:
    assert countdown(DUE, DUE - timedelta(days=1) + MOMENT).say() == "23 h 59 min"
    assert countdown(DUE, DUE - timedelta(hours=1) + MOMENT).say() == "59:59"


def test_the_last_second_of_an_open_window_shows_00_00_and_is_not_too_late() -> None:
    last = countdown(DUE, DUE - MOMENT)
    assert (last.say(), last.word(), last.urgency) == ("00:00", "under an hour", Urgency.UNDER_AN_HOUR)


def test_from_the_due_instant_on_it_is_too_late() -> None:
    for at in (DUE, DUE + MOMENT, DUE + timedelta(days=400)):
        shut = countdown(DUE, at)
        assert (shut.say(), shut.word(), shut.urgency) == ("too late", "too late", Urgency.TOO_LATE)


@pytest.mark.parametrize(
    ("span", "urgency"),
    [
        (timedelta(hours=1) - MOMENT, Urgency.UNDER_AN_HOUR),
        (timedelta(hours=1), Urgency.DUE_TODAY),
        (timedelta(days=1) - MOMENT, Urgency.DUE_TODAY),
        (timedelta(days=1), Urgency.THIS_WEEK),
        (timedelta(days=7) - MOMENT, Urgency.THIS_WEEK),
        (timedelta(days=7), Urgency.LATER),
    ],
)
def test_words_change_at_a_whole_hour_day_and_week(span: timedelta, urgency: Urgency) -> None:
    assert countdown(DUE, DUE - span).urgency is urgency


def test_words_and_units_are_said_in_the_reader_s_language() -> None:
    texts = {"{days} d {hours:02} h": "{days} 天 {hours:02} 小时", "this week": "本周"}
    count = countdown(DUE, DUE - timedelta(days=2, hours=3))
    assert count.say(lambda text: texts[text]) == "2 天 03 小时"
    assert count.word(lambda text: texts[text]) == "本周"


OPENED = Standing(State.OPENED, DUE - timedelta(hours=72), DUE, 100)


@pytest.mark.parametrize("state", [State.OPENED, State.EVIDENCE_REQUIRED, State.EVIDENCE_REJECTED, State.ROUTED])
def test_a_case_that_can_be_answered_waits_for_the_seller_until_its_window_shuts(state: State) -> None:
    clock = clock_of(replace(OPENED, state=state))
    assert clock == Clock(Awaits.ANSWER, DUE)
    assert clock.urgency(DUE - MOMENT) is Urgency.UNDER_AN_HOUR
    assert clock.urgency(DUE) is Urgency.TOO_LATE


def test_what_was_handed_in_in_time_is_never_too_late() -> None:
    handed_in = replace(OPENED, state=State.UNDER_REVIEW, submitted_at=DUE - MOMENT, rule_at=DUE + timedelta(hours=48))
    assert clock_of(handed_in) == Clock(Awaits.RULING, DUE + timedelta(hours=48))
    assert clock_of(handed_in).urgency(DUE + timedelta(days=400)) is None
    waiting = clock_of(replace(handed_in, rule_at=None))
    assert (waiting, waiting.countdown(DUE), waiting.urgency(DUE)) == (Clock(Awaits.REVIEWER), None, None)
    routed = replace(OPENED, state=State.ROUTED, submitted_at=DUE - MOMENT)
    assert clock_of(routed) == Clock(Awaits.OTHERS)


def test_no_clock_of_ours_runs_for_a_process_without_a_time_limit_nor_for_what_is_closed() -> None:
    assert clock_of(replace(OPENED, state=State.ROUTED, due_at=None)) == Clock(Awaits.OTHERS)
    for state in ENDS:
        assert clock_of(replace(OPENED, state=state, closed_at=DUE)) == Clock(Awaits.NOTHING)
