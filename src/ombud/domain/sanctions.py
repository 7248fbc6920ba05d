"""When what a book threatens is in force: a clause and what was measured, nothing else (O16, O17, S10, S11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol


class Over(StrEnum):
    """Whom a sanction is over."""

    STORE = "store"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    BUYER = "buyer"


class Threshold(Protocol):
    """What a clause of `sanctions` says of its threshold; exactly one of the three is set."""

    @property
    def at_least(self) -> Decimal | None: ...
    @property
    def above(self) -> Decimal | None: ...
    @property
    def below(self) -> Decimal | None: ...
    @property
    def least_cases(self) -> int: ...
    @property
    def lasting(self) -> timedelta | None: ...


@dataclass(frozen=True, slots=True)
class Measured:
    """A count, or a rate, of `base`. `figure`: None where there was nothing to measure by."""

    figure: Fraction | None
    base: int
    cases: int  # how many cases it speaks of, for a clause that asks for enough of them
    is_rate: bool = False

    def told(self) -> str:
        """The figure as a decimal number: a count whole, a rate to six places; empty where there is none."""
        if self.figure is None:
            return ""
        return f"{Decimal(round(self.figure * 10**6)).scaleb(-6):f}" if self.is_rate else str(int(self.figure))


def is_passed(clause: Threshold, measured: Measured) -> bool:
    """Whether the threshold is passed by what was measured at one instant, however long it has been.

    Where nothing was measured, or on fewer than the clause's least cases, it is not: too few to tell.
    """
    if measured.figure is None or measured.cases < clause.least_cases:
        return False
    if clause.at_least is not None:
        return measured.figure >= Fraction(clause.at_least)
    if clause.above is not None:
        return measured.figure > Fraction(clause.above)
    return clause.below is not None and measured.figure < Fraction(clause.below)


def is_in_force(clause: Threshold, measured: Measured, passed_since: datetime | None, at: datetime) -> bool:
    """Whether the sanction is in force at `at`: passed, and for as long as the clause asks.

    `passed_since`: since when without a break, None where that is not known; a clause that is not `lasting` does not
    ask. What has lasted for exactly that long has lasted.
    """
    if not is_passed(clause, measured):
        return False
    return clause.lasting is None or (passed_since is not None and at - passed_since >= clause.lasting)
