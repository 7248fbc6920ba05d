"""Whether a tracking number has a form that its carrier gives out, its check digit included.

The forms themselves stand in the rulebooks. The schemes of check digits are those of the carriers' own documents, as
gathered in jkeen/tracking_number_data (MIT).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

CheckDigit: TypeAlias = Literal["s10", "mod7", "mod10_31", "mod10_31_after_91", "mod10_31_from_end", "mod10_12"]
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True)
class NumberFormat:
    """One form of numbers: what the whole number matches, and the scheme of its group `check` over `serial`."""

    name: str
    pattern: str
    check_digit: CheckDigit | None = None

    def fits(self, number: str) -> bool:
        """Whether `number` has this form. Spaces and the case of letters do not matter."""
        return (match := self._match(number)) is not None and self._checks(match)

    def fails_check(self, number: str) -> bool:
        """Whether `number` has this form but for its check digit."""
        return (match := self._match(number)) is not None and not self._checks(match)

    def _match(self, number: str) -> re.Match[str] | None:
        return re.fullmatch(self.pattern, re.sub(r"\s", "", number).upper(), re.ASCII)

    def _checks(self, match: re.Match[str]) -> bool:
        return self.check_digit is None or int(match["check"]) == _check_digit(self.check_digit, match["serial"])


def fits(number: str, formats: Sequence[NumberFormat]) -> bool:
    """Whether `number` has one of `formats`; with none given, any number does."""
    return not formats or any(each.fits(number) for each in formats)


def _check_digit(scheme: CheckDigit, serial: str) -> int:
    # Letters count as UPS counts them: A is 2, B is 3, ..., round and round in tens.
    digits = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in serial]
    match scheme:
        case "s10":
            rest = 11 - sum(d * w for d, w in zip(digits, _S10_WEIGHTS, strict=True)) % 11
            return {10: 0, 11: 5}.get(rest, rest)
        case "mod7":
            return int(serial) % 7
        case "mod10_12":
            return _mod10(digits, odd=1, even=2)
        case "mod10_31":
            return _mod10(digits, odd=3, even=1)
        case "mod10_31_after_91":
            # The barcode of a USPS form of 1998 begins with 91, which is not printed but counts.
            return _mod10([9, 1, *digits], odd=3, even=1)
        case "mod10_31_from_end":
            return _mod10(digits[::-1], odd=3, even=1)


def _mod10(digits: Sequence[int], *, odd: int, even: int) -> int:
    """The digit that brings the weighted sum to a multiple of ten; the first of `digits` counts as odd."""
    total = sum(digit * (even if place % 2 else odd) for place, digit in enumerate(digits))
    return -total % 10
