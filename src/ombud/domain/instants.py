"""Instants and spans of time. Every instant in Ombud is an aware `datetime` in UTC, exact to the microsecond."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from ombud.domain.problems import N_, OmbudError, Problem

_SPAN = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_instant(text: str) -> datetime:
    """`2026-03-12T08:00:00Z` or with an offset -> UTC. A bare date is its first instant in UTC.

    Raises OmbudError where there is no zone, no such day, or anything else than an ISO 8601 instant.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return start_of_day(date.fromisoformat(text))
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    else:
        raise OmbudError(
            Problem(
                "no_zone",
                N_("The instant {text!r} has no time zone."),
                {"text": text},
                mend=N_("Write it in UTC with Z at its end: 2026-03-12T08:00:00Z."),
            )
        )
    raise OmbudError(
        Problem(
            "no_instant",
            N_("{text!r} is no instant."),
            {"text": text},
            mend=N_("Write it in UTC with Z at its end: 2026-03-12T08:00:00Z."),
        )
    )


def format_instant(instant: datetime) -> str:
    """ISO 8601 in UTC with `Z`; microseconds only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def start_of_day(day: date) -> datetime:
    """The first instant of `day` in UTC."""
    return datetime.combine(day, time(), UTC)


def parse_span(text: str) -> timedelta:
    """`90s`, `15m`, `48h`, `180d` -> a span. Raises OmbudError for anything else."""
    match = _SPAN.fullmatch(text)
    if not match:
        raise OmbudError(
            Problem(
                "no_span",
                N_("{text!r} is no span of time."),
                {"text": text},
                mend=N_("Write a whole number and s, m, h or d: 48h."),
            )
        )
    return timedelta(**{_UNITS[match["unit"]]: int(match["count"])})


def format_span(span: timedelta) -> str:
    """The shortest text that `parse_span` reads back: `48h`, `180d`."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0 and not (unit == "d" and seconds < 5 * size):
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def refuse_no_time(since: datetime, until: datetime) -> None:
    """Raises OmbudError where a period ends before it begins, or with its beginning."""
    if since >= until:
        raise OmbudError(
            Problem(
                "empty_time",
                N_("From {since} until {until} is no time at all."),
                {"since": format_instant(since), "until": format_instant(until)},
                mend=N_("The end must be later than the beginning."),
            )
        )
