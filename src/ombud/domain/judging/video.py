"""Videos: how long they really are, whether the picture moves, whether the clock in it runs with them (O10, O12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.instants import format_span
from ombud.domain.judging.confidence import agreed
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.said import Said

DURATION, WATERMARK = "duration", "watermark"
_STILL = {"container": 0.6, "frames": 0.5}
_DRIFTS = {1: 0.3, 2: 0.6}
_DRIFTS_ALL_OVER = 0.8
_MISREAD_ONE_IN = 5
"""Of so many clocks one may be misread without anything being wrong with the video."""
_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (clocks in pictures have no zone)
_Clock: TypeAlias = tuple[Said, datetime, timedelta]
"""What was read, the time that it shows, and for how long a clock shows that."""


def of_duration(subject: Subject) -> Iterator[Finding]:
    """By its last frame, whatever its header says; at exactly the least length it is long enough."""
    least = subject.kind.least_duration
    lengths = subject.counts("duration_ms")
    if least is None or not lengths:
        return
    (said, length), least_ms = lengths[0], least // _MILLISECOND
    expected = format_span(least)
    outcome = Outcome.FAILED if length < least_ms else Outcome.PASSED
    yield found("video_short", outcome, said, field=DURATION, value=_seconds(length), expected=expected, confidence=1.0)
    if outcome is Outcome.FAILED:
        return
    longest, still = max(subject.counts("still_ms"), key=lambda one: one[1], default=(None, 0))
    if longest is not None and length - still < least_ms:
        moves = _seconds(length - still)
        yield found("video_short", Outcome.UNSURE, longest, field="still", value=moves, expected=expected,
                    confidence=_STILL.get(longest.source, 0.0))  # fmt: skip


def of_watermark(subject: Subject) -> Iterator[Finding]:
    """Whether a clock stands in the picture and, in a video, whether it runs as the video does."""
    clocks = subject.all("watermark_time")
    if not subject.kind.watermarked:
        return
    if clocks:
        yield found("no_watermark", Outcome.PASSED, best(clocks), field=WATERMARK)
    elif "watermark" not in subject.off:
        yield from subject.missing("no_watermark", WATERMARK)
    tolerance = subject.by.content.watermark_tolerance if subject.by.content else None
    if tolerance is not None:
        still = [(one, length) for one, length in subject.counts("still_ms") if length * _MILLISECOND > tolerance]
        yield from _running(list(_drift(clocks, tolerance)), still)


def _running(drift: list[Finding], still: list[tuple[Said, int]]) -> Iterator[Finding]:
    """A picture that does not change has no running clock in it; what the clocks themselves show agrees or is all."""
    doubts = [one for one in drift if one.outcome is Outcome.UNSURE]
    if not still:
        yield from drift
        return
    said, length = max(still, key=lambda one: one[1])
    confidence = agreed([_STILL.get(said.source, 0.0), *(one.confidence for one in doubts)])
    if doubts:
        yield replace(doubts[0], confidence=confidence)
    else:
        yield found("watermark_drifts", Outcome.UNSURE, said, field=WATERMARK, value=_seconds(length),
                    confidence=confidence)  # fmt: skip


def _drift(said: list[Said], tolerance: timedelta) -> Iterator[Finding]:
    """Frames whose clock lies apart from most others: held, slowed, joined from two recordings, or just misread."""
    clocks = [clock for one in said if (clock := _clock(one)) is not None]
    if len(clocks) < 2:
        return
    running = max((_running_with(clock, clocks, tolerance) for clock in clocks), key=len)
    apart = [clock for clock in clocks if clock not in running]
    first = min(running, key=lambda clock: clock[0].at_ms or 0)
    if not apart:
        yield found("watermark_drifts", Outcome.PASSED, first[0], field=WATERMARK)
        return
    if len(apart) * _MISREAD_ONE_IN <= len(clocks) and len(apart) == 1:
        return
    worst = max(apart, key=lambda clock: abs(_lag(clock) - _lag(first)))
    expected = first[1] + _since(first[0], worst[0])
    finding = found("watermark_drifts", Outcome.UNSURE, worst[0], field=WATERMARK, expected=expected.isoformat())
    yield replace(finding, confidence=_DRIFTS.get(len(apart), _DRIFTS_ALL_OVER))


def _running_with(one: _Clock, clocks: list[_Clock], tolerance: timedelta) -> list[_Clock]:
    """Those that show what they must if `one` is right. A clock of whole minutes is right for all of its minute."""
    return [other for other in clocks if abs(_lag(other) - _lag(one)) <= tolerance + max(one[2], other[2])]


def _lag(clock: _Clock) -> timedelta:
    """How far the clock is from the video's own time: all the same in an honest video."""
    return (clock[1] - _EPOCH) - timedelta(milliseconds=clock[0].at_ms or 0)


def _since(first: Said, later: Said) -> timedelta:
    return timedelta(milliseconds=(later.at_ms or 0) - (first.at_ms or 0))


def _clock(said: Said) -> _Clock | None:
    if said.at_ms is None:
        return None
    text = str(said.value)
    try:
        shown = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    if "T" not in text and " " not in text:
        return None
    whole_minutes = text.replace(" ", "T").partition("T")[2].count(":") == 1
    return said, shown, timedelta(minutes=1) if whole_minutes else timedelta()


def _seconds(milliseconds: int) -> str:
    """To the millisecond: what is too short by one is shown to be."""
    return f"{milliseconds // 1000}.{milliseconds % 1000:03} s"
