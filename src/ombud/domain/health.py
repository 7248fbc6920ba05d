"""Where a store stands (O17, S10): shares with their base, a limit, and how far off it is. Exact, in fractions.

Every figure is a part of a base over a window (at - span, at]. The dispute rate counts the disputes lost in the window,
by the instant each was lost, against the orders completed in it, by the instant each was completed: the two need not be
the same orders. Where the base is empty there is no rate, neither a good nor a bad one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

MOMENT = timedelta(microseconds=1)
"""The step of every instant: (a, b] is the same window as [a + MOMENT, b + MOMENT)."""
DAY = timedelta(days=1)


WON_STATES = ("won",)
LOST_STATES = ("lost", "rejected")
"""How a case ends that was decided for or against the seller: by a ruling, or by a window that shut. One that the buyer
withdrew or the merchant accepted of his own accord was not decided (S4)."""


class Standing(StrEnum):
    """A figure against its bound."""

    NO_BOUND = "no_bound"  # the book sets none
    NO_BASE = "no_base"  # nothing to measure by: neither good nor bad
    WITHIN = "within"
    REACHED = "reached"  # exactly at it: no longer "below 1.0 %", not yet over it
    BEYOND = "beyond"  # what the document threatens begins


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `base`, both counts."""

    part: int
    base: int

    @property
    def rate(self) -> Fraction | None:
        """part / base, exact; None where the base is empty."""
        return Fraction(self.part, self.base) if self.base else None


@dataclass(frozen=True, slots=True)
class Bound:
    """A rate must stay below `limit`, or no lower than `least`: one of the two is set, as a share of 1."""

    limit: Fraction | None = None
    least: Fraction | None = None

    def standing(self, share: Share) -> Standing:
        """Where `share` stands."""
        if self.limit is None and self.least is None:
            return Standing.NO_BOUND
        used = self.closeness(share)
        if used is None:
            return Standing.NO_BASE
        return Standing.WITHIN if used < 1 else Standing.REACHED if used == 1 else Standing.BEYOND

    def closeness(self, share: Share) -> Fraction | None:
        """How much of what is allowed is used up: 1 at the bound, more beyond it. None: no bound, or no base.

        Where nothing at all is allowed, each loss uses it up once.
        """
        if share.rate is None:
            return None
        if self.limit is not None:
            return share.rate / self.limit if self.limit else Fraction(1 + share.part)
        if self.least is not None:
            return (1 - share.rate) / (1 - self.least) if self.least < 1 else Fraction(1 + share.base - share.part)
        return None

    def headroom(self, share: Share) -> int | None:
        """How many more losses there may be before the bound is reached (limit) or broken (least); never below 0.

        *N orders remaining before rate limit is reached* (S10): the largest N such that (part + N) / base < limit.
        The document's limit is "< 1.0 %", so a rate of exactly 1.0 % has reached it: of 1,000 completed orders 9 may be
        lost, and a store with none lost so far has 9 remaining. A further loss adds to the lost disputes alone, for its
        order was completed and counted before.

        Of a share that must be no lower than `least` (O16: "below 85 %"): the largest N such that
        part / (base + N) >= least, for each lost case is one more decided.

        None where there is no bound or no base.
        """
        if not share.base:
            return None
        if self.limit is not None:
            most = -(-(self.limit.numerator * share.base) // self.limit.denominator) - 1  # strictly below limit * base
            return max(0, most - share.part)
        if self.least:
            return max(0, share.part * self.least.denominator // self.least.numerator - share.base)
        return None


def percent(share: Fraction, limit: Fraction | None = None) -> Decimal:
    """A share of 1 in percent, to two places, or to more where two would show the limit and the share is not at it."""
    shown = Decimal(0)
    for places in range(2, 9):
        scale = 10**places
        shown = Decimal(round(share * 100 * scale)).scaleb(-places)
        if limit is None or share == limit or Fraction(shown) != limit * 100:
            break
    return shown


@dataclass(frozen=True, slots=True)
class Window:
    """(at - span, at] cut at midnights UTC: whole days, which have buckets, and up to two edges, which have not.

    `days` is [first, after) and may be empty; an edge is [from, until), to the microsecond.
    """

    days: tuple[date, date]
    edges: tuple[tuple[datetime, datetime], ...]


def window(at: datetime, span: timedelta) -> Window:
    """The window of `span` that ends with `at`: what happened at `at - span` is out of it, what happens at `at` in."""
    start, end = at - span + MOMENT, at + MOMENT
    first, after = start if start == _midnight(start) else _midnight(start) + DAY, _midnight(end)
    if first > after:
        return Window((after.date(), after.date()), ((start, end),))
    edges = tuple((a, b) for a, b in ((start, first), (after, end)) if a < b)
    return Window((first.date(), after.date()), edges)


def rolling(days: Sequence[tuple[date, Share]], upto: date, count: int, span_days: int) -> Iterator[tuple[date, Share]]:
    """The share over the `span_days` whole days up to and with each of the `count` days that end with `upto`.

    `days` are the buckets that are not empty, ascending, of at least the days from `upto - count - span_days` on.
    """
    by_day = dict(days)
    empty = Share(0, 0)
    part = base = 0
    for ago in range(count + span_days - 2, -1, -1):
        day = upto - timedelta(days=ago)
        fresh = by_day.get(day, empty)
        part, base = part + fresh.part, base + fresh.base
        if ago < count:
            yield day, Share(part, base)
            gone = by_day.get(day - timedelta(days=span_days - 1), empty)
            part, base = part - gone.part, base - gone.base


def _midnight(instant: datetime) -> datetime:
    return datetime.combine(instant.astimezone(UTC).date(), time(), UTC)
