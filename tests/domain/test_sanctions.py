"""A clause and what was measured say whether a sanction is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from ombud.domain.sanctions import Measured, is_in_force, is_passed

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clause:
    """A threshold."""

    at_least: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    least_cases: int = 0
    lasting: timedelta | None = None


def rate(part: int, base: int) -> Measured:
    return Measured(Fraction(part, base) if base else None, base, base, is_rate=True)


@pytest.mark.parametrize(
    ("clause", "measured", "passed"),
    [
        (Clause(above=Decimal("0.010")), rate(1, 100), False),  # exactly 1.0 %
        (Clause(above=Decimal("0.010")), rate(1001, 100_000), True),
        (Clause(below=Decimal("0.85")), rate(17, 20), False),  # exactly 85 %
        (Clause(below=Decimal("0.85")), rate(84, 100), True),
        (Clause(at_least=Decimal(3)), Measured(Fraction(3), 9, 3), True),
        (Clause(at_least=Decimal(3)), Measured(Fraction(2), 9, 2), False),
        (Clause(below=Decimal("0.85")), rate(0, 0), False),  # nothing was measured
        (Clause(below=Decimal("0.85"), least_cases=5), rate(0, 4), False),
        (Clause(below=Decimal("0.85"), least_cases=5), rate(0, 5), True),
    ],
)
def test_a_threshold_is_passed_exactly_where_the_clause_says(clause: Clause, measured: Measured, passed: bool) -> None:
    assert is_passed(clause, measured) is passed
    assert is_in_force(clause, measured, None, AT) is passed


def test_a_lasting_threshold_must_have_been_passed_for_all_that_time() -> None:
    clause = Clause(above=Decimal("0.010"), lasting=30 * DAY)
    over = rate(2, 100)
    assert not is_in_force(clause, over, None, AT)
    assert not is_in_force(clause, over, AT - 30 * DAY + timedelta(microseconds=1), AT)
    assert is_in_force(clause, over, AT - 30 * DAY, AT)
    assert not is_in_force(clause, rate(1, 100), AT - 99 * DAY, AT)


def test_a_figure_is_told_as_a_decimal_number() -> None:
    assert [
        one.told() for one in (rate(1, 75), rate(0, 5), Measured(Fraction(3), 9, 3), rate(0, 0), rate(1, 1_000_000))
    ] == [
        "0.013333",
        "0.000000",
        "3",
        "",
        "0.000001",
    ]
