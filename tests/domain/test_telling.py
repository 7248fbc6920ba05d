"""Quiet hours are kept, digests gather, and the last hours break both (S14)."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from ombud.domain.problems import OmbudError
from ombud.domain.telling import LAST_HOURS, Hours, time_of_day

HOUR = timedelta(hours=1)
SHANGHAI = Hours("Asia/Shanghai", (time(22), time(8)))
"""Quiet from 14:00 to 00:00 UTC."""


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 4, 20, hour, minute, tzinfo=UTC)


def test_outside_of_quiet_hours_it_is_told_at_once() -> None:
    assert SHANGHAI.told_at(at(13, 59), 40 * HOUR) == at(13, 59)
    assert SHANGHAI.told_at(at(0), 40 * HOUR) == at(0)  # the hour at which they end is not quiet


def test_in_quiet_hours_it_waits_for_their_end() -> None:
    assert SHANGHAI.told_at(at(14), 40 * HOUR) == at(0) + timedelta(days=1)
    assert SHANGHAI.told_at(at(15, 30), None) == at(0) + timedelta(days=1)


def test_the_last_hours_break_quiet_hours_and_digests() -> None:
    assert SHANGHAI.told_at(at(15), LAST_HOURS) == at(15)
    assert Hours("UTC", digest=time(9)).told_at(at(15), LAST_HOURS) == at(15)


def test_who_would_wake_up_in_the_last_hours_is_woken_before() -> None:
    until_the_end = at(0) + timedelta(days=1) - at(15)
    assert SHANGHAI.told_at(at(15), until_the_end + LAST_HOURS) == at(0) + timedelta(days=1)
    assert SHANGHAI.told_at(at(15), until_the_end + LAST_HOURS - timedelta(microseconds=1)) == at(15)


def test_a_digest_comes_at_its_hour_of_the_zone() -> None:
    hours = Hours("Europe/Moscow", digest=time(9))
    assert hours.told_at(at(5, 59), 40 * HOUR) == at(6)
    assert hours.told_at(at(6), 40 * HOUR) == at(6) + timedelta(days=1)


def test_quiet_hours_within_a_day() -> None:
    siesta = Hours("UTC", (time(13), time(15)))
    assert [siesta.told_at(at(hour), None).hour for hour in (12, 13, 14, 15)] == [12, 15, 15, 15]


@pytest.mark.parametrize("text", ["24:00", "9:00", "09:60", "nine", "09:00:00", " 09:00"])
def test_a_time_of_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(OmbudError, match="no time of day"):
        time_of_day(text)
