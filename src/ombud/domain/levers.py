"""What would change a figure (O17, S10): what can still happen to orders, parcels and cases, and how often it must.

Exact, by the counts of the book and nothing else: no lever knows which figure it moves. Time moves figures too, by what
leaves their window; that is no lever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType

from ombud.domain.health import Bound, Share


class Lever(StrEnum):
    """Something that happens once to an order, a parcel or a case."""

    WIN = "win"
    LOSE = "lose"
    COMPLETE = "complete"
    SHIP = "ship"
    SHIP_LATE = "ship_late"
    SCAN = "scan"
    SCAN_LATE = "scan_late"


ADDS: Mapping[Lever, Mapping[str, int]] = MappingProxyType(
    {
        Lever.WIN: {"won_cases": 1, "closed_cases": 1},
        Lever.LOSE: {"lost_cases": 1, "closed_cases": 1},
        Lever.COMPLETE: {"completed_orders": 1},
        Lever.SHIP: {"promised_orders": 1, "on_time_orders": 1},
        Lever.SHIP_LATE: {"promised_orders": 1},
        Lever.SCAN: {"due_parcels": 1, "tracked_parcels": 1},
        Lever.SCAN_LATE: {"due_parcels": 1},
    }
)
"""What each adds to the counts of a book (`domain.rulebook.clauses.health.Count`)."""

Counts = tuple[str, str | None]
"""What a figure counts, and of what."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A rate no higher than `threshold` (`upper`), or no lower; `touching`: exactly at it is enough."""

    threshold: Fraction
    upper: bool
    touching: bool


def goal_of(bound: Bound) -> Goal | None:
    """To be within a bound: below its limit, or at its least or above."""
    if bound.limit is not None:
        return Goal(bound.limit, upper=True, touching=False)
    return None if bound.least is None else Goal(bound.least, upper=False, touching=True)


def touches(lever: Lever, counts: Counts) -> bool:
    """Whether the lever moves the figure."""
    return any(name in ADDS[lever] for name in counts)


def after(share: Share, counts: Counts, lever: Lever, times: int) -> Share:
    """The share when that has happened so many times more, and nothing else."""
    part, base = counts
    adds = ADDS[lever]
    return Share(share.part + times * adds.get(part, 0), share.base + (times * adds.get(base, 0) if base else 0))


def times_until(share: Share, counts: Counts, lever: Lever, goal: Goal) -> int | None:
    """How many times it must happen, and nothing else, until the goal is reached: the fewest. 0: it is.

    None where it never is that way, or where the figure is no rate.
    """
    part, base = counts
    if base is None:
        return None
    sign = 1 if goal.upper else -1
    adds = ADDS[lever]
    gap = sign * (share.part - goal.threshold * share.base)
    step = sign * (adds.get(part, 0) - goal.threshold * adds.get(base, 0))
    if gap < 0 or (goal.touching and gap == 0):
        return 0
    if step >= 0:
        return None
    needed = gap / -step
    return -(-needed.numerator // needed.denominator) if goal.touching else needed.numerator // needed.denominator + 1
