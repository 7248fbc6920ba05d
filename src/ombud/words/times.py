"""Instants, spans and rates as every door shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from ombud.domain.health import percent
from ombud.domain.instants import format_span
from ombud.domain.problems import N_
from ombud.languages import _

_SPANS = {"d": N_("{count}d"), "h": N_("{count}h"), "m": N_("{count}m"), "s": N_("{count}s")}
_PLACES = {
    "Almaty": N_("Almaty"),
    "Berlin": N_("Berlin"),
    "Chicago": N_("Chicago"),
    "Hong_Kong": N_("Hong Kong"),
    "Istanbul": N_("Istanbul"),
    "Kaliningrad": N_("Kaliningrad"),
    "Krasnoyarsk": N_("Krasnoyarsk"),
    "London": N_("London"),
    "Los_Angeles": N_("Los Angeles"),
    "Minsk": N_("Minsk"),
    "Moscow": N_("Moscow"),
    "New_York": N_("New York"),
    "Novosibirsk": N_("Novosibirsk"),
    "Omsk": N_("Omsk"),
    "Samara": N_("Samara"),
    "Shanghai": N_("Shanghai"),
    "Singapore": N_("Singapore"),
    "Tashkent": N_("Tashkent"),
    "Urumqi": N_("Urumqi"),
    "Vladivostok": N_("Vladivostok"),
    "Yekaterinburg": N_("Yekaterinburg"),
}
"""Where most stores are; a zone of another name is told by its own."""


def minutes(instant: datetime) -> str:
    """`2026-03-12 08:00`, in UTC; what is past the minute is left out, never rounded up."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"


def in_zone(instant: datetime, zone: str) -> str:
    """The wall clock of a store beside the UTC day above it: `11:00 Moscow`, or with the day where it is another."""
    local = instant.astimezone(ZoneInfo(zone))
    city = zone.rsplit("/", 1)[-1]
    place = _(_PLACES.get(city, city.replace("_", " ")))
    same = local.date() == instant.astimezone(UTC).date()
    return f"{local:%H:%M} {place}" if same else f"{local:%m-%d %H:%M} {place}"


def iso_in_zone(instant: datetime, zone: str) -> str:
    """ISO 8601 with the offset of the store's zone, for programs."""
    return instant.astimezone(ZoneInfo(zone)).isoformat()


def span(length: timedelta) -> str:
    """`48h`, `90d`: as a book writes it, with the unit in the reader's language."""
    text = format_span(length)
    return _(_SPANS[text[-1]]).format(count=text[:-1])


def rate(share: Fraction | None, bound: Fraction | None = None) -> str:
    """`0.83 %`, or a dash where nothing was measured."""
    return "–" if share is None else f"{percent(share, bound)} %"
