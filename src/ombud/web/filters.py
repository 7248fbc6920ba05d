"""What the pages of health and money are narrowed by, as it stands in their address: a store, and a stretch of time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ombud.domain.instants import start_of_day
from ombud.domain.problems import N_
from ombud.domain.roles import Side
from ombud.languages import _
from ombud.store.disputes import FIRST
from ombud.web.middleware import Seen

DAYS = (30, 90, 365)
USUAL = "90d"
ALL = "all"
MONTHS = 12
"""Months that are offered by name, the present one among them; an address may name any."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """(since, until], as an address names it."""

    key: str
    since: datetime
    until: datetime
    title: str

    @property
    def is_whole(self) -> bool:
        """Whether it reaches back to the beginning."""
        return self.since == FIRST


def stretch(text: str, at: datetime, *, usual: str = USUAL) -> Stretch:
    """`30d`, `2026-05` or `all`, up to `at` at most; what names no time is `usual`."""
    if text == ALL:
        return Stretch(ALL, FIRST, at, _(N_("all time")))
    if text.endswith("d") and text[:-1] in {str(days) for days in DAYS}:
        days = int(text[:-1])
        return Stretch(text, at - timedelta(days=days), at, _(N_("last {count} days")).format(count=days))
    month = _month(text)
    if month is not None and start_of_day(month) < at:
        after = start_of_day(_next(month))
        return Stretch(text, start_of_day(month), min(after, at), text)
    return stretch(usual, at)


def stretches(at: datetime) -> list[Stretch]:
    """What a page offers."""
    months = [at.astimezone(UTC).date().replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    keys = [*(f"{days}d" for days in DAYS), *(f"{month:%Y-%m}" for month in months if start_of_day(month) < at), ALL]
    return [stretch(key, at) for key in keys]


def months(at: datetime) -> list[str]:
    """The months that are offered, the present one first."""
    return [one.key for one in stretches(at) if "-" in one.key]


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == len("2026-05") else None
    except ValueError:
        return None


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


@dataclass(frozen=True, slots=True)
class Stores:
    """Whose figures: `chosen`, or all that somebody sees. `asked`: None means every store there is, for an operator."""

    own: list[str]
    chosen: str
    asked: Collection[str] | None


def stores(request: Seen) -> Stores:
    """Raises OmbudError where the address names a store that is not theirs: it is as unknown as one that is not."""
    own = list(request.scope.stores().order_by("store_id").values_list("store_id", flat=True))
    chosen = request.GET.get("store", "").strip()
    if chosen:
        return Stores(own, chosen, [request.scope.store(chosen).store_id])
    return Stores(own, "", None if request.scope.side is Side.OPERATOR else own)


def page_number(text: str) -> int:
    """The page that an address names, from 1 on; 1 where it names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) else 1
