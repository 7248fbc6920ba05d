"""Times on paper: to the second, in the order's favour, and by a clock that the finding names."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ombud.domain.evidence import Outcome
from ombud.domain.judging.words import tellings
from tests.domain.judging_worlds import a_piece, a_row, about, judged
from tests.domain.ruling_worlds import HOUR, SHIP_BY


def told(check: str, kind: str, **says: str) -> tuple[Outcome, str | None, str | None, list[str]]:
    """Outcome, what stands there, what should, and the sentences of the one finding of `check`."""
    (found,) = judged(a_piece(kind, says))
    (one,) = about(found, check)
    return one.outcome, one.value, one.expected, [text.format(**values) for text, values in tellings(one)]


def test_how_far_a_clock_is_off_is_said_in_minutes_with_the_zone_that_was_assumed() -> None:
    assert told("clock_differs", "outbound_record", record_time="2026-04-10T05:22:00") == (
        Outcome.UNSURE,
        "2026-04-10T05:22:00+08:00[Asia/Shanghai]",
        "2026-04-10T05:00:00+08:00",
        [
            "2026-04-10 05:22 stands there, 2026-04-10 05:00 in the platform's log: 22 min apart.",
            "No time zone is written there: it was read as Asia/Shanghai.",
        ],
    )


def test_a_zone_that_is_written_is_not_said_to_be_assumed() -> None:
    _, value, _, sentences = told("clock_differs", "outbound_record", record_time="2026-04-10T05:22:30+08:00")
    assert value == "2026-04-10T05:22:30+08:00"
    assert sentences == ["2026-04-10 05:22:30 stands there, 2026-04-10 05:00 in the platform's log: 23 min apart."]


@pytest.mark.parametrize(
    ("time", "outcome"),
    [
        ("2026-04-10T05:15:00+08:00", "passed"),
        ("2026-04-10T05:15:01+08:00", "unsure"),
        ("2026-04-10T01:45:00+08:00", "passed"),  # a quarter of an hour before the number was registered
        ("2026-04-10T01:44:59+08:00", "unsure"),
        ("2026-04-09T21:00:00Z", "passed"),
        ("2026-04-10T00:00:00", "passed"),  # by the clock of Moscow
    ],
)
def test_a_quarter_of_an_hour_is_to_the_second(time: str, outcome: str) -> None:
    assert told("clock_differs", "outbound_record", record_time=time)[0] == outcome


@pytest.mark.parametrize(
    ("time", "outcome"), [("2026-04-10T01:45+08:00", "passed"), ("2026-04-10T01:45:00+08:00", "unsure")]
)
def test_a_time_without_seconds_is_any_second_of_its_minute(time: str, outcome: str) -> None:
    row = a_row(registered_at=SHIP_BY - 5 * HOUR + timedelta(seconds=20))
    (found,) = judged(a_piece("outbound_record", {"record_time": time}), row=row)
    assert about(found, "clock_differs")[0].outcome == outcome


def test_what_comes_after_the_promise_is_told_by_the_same_clock() -> None:
    outcome, _, _, sentences = told("after_promise", "outbound_record", record_time="2026-04-10T09:00:00")
    assert outcome is Outcome.UNSURE
    assert sentences == [
        "2026-04-10 09:00 stands there; promised was 2026-04-10 07:00.",
        "No time zone is written there: it was read as Asia/Shanghai.",
    ]


def test_of_several_times_on_a_sheet_the_one_nearest_to_the_log_speaks_for_it() -> None:
    times = ["2026-04-01T00:00:00Z", "2026-04-09T21:05:00Z", "2026-05-01T00:00:00Z"]
    (found,) = judged(a_piece("waybill", {"time": times}))
    (one,) = about(found, "clock_differs")
    assert (one.outcome, one.value) == (Outcome.PASSED, "2026-04-09T21:05:00+00:00")


def test_of_several_times_the_earliest_says_when_it_was_made() -> None:
    (found,) = judged(a_piece("outbound_record", {"record_time": ["2026-05-01T00:00:00Z", "2026-04-09T21:00:00Z"]}))
    assert about(found, "after_promise")[0].outcome is Outcome.PASSED


def test_a_message_is_held_against_the_platforms_own_time_of_it() -> None:
    (found,) = judged(a_piece("buyer_messages", {"time": "2026-04-09T09:15:01Z"}))
    (one,) = about(found, "clock_differs")
    assert (one.outcome, one.field, one.expected) == (Outcome.UNSURE, "message_id", "2026-04-09T09:00:00+00:00")


@pytest.mark.parametrize("time", ["2026-04-10T25:00:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "T"])
def test_what_is_no_instant_is_no_timestamp(time: str) -> None:
    (found,) = judged(a_piece("outbound_record", {"record_time": time}))
    assert about(found, "after_promise") == []
