"""Carriers: what their tracking numbers look like, and which of their papers prove a delivery."""

from __future__ import annotations

from ombud.domain.rulebook.words import Country, Part, Pattern, Text, Version
from ombud.domain.tracking_numbers import CheckDigit, NumberFormat


class FormatText(Part):
    name: Text
    pattern: Pattern
    """What the whole number matches, without spaces, in capitals."""
    check_digit: CheckDigit | None = None
    """The scheme of its check digit: the pattern's group `check`, over its group `serial`."""


class CarrierVersion(Version):
    title: Text
    country: Country | None = None
    """Where it carries, if that is one country."""
    formats: tuple[FormatText, ...] = ()
    """Empty: any number may be its."""
    delivery_proof: tuple[Text, ...] = ()
    """Its papers that the platform takes as proof of delivery."""

    def numbers(self) -> tuple[NumberFormat, ...]:
        """Its formats, ready to be tried on a number."""
        return tuple(NumberFormat(each.name, each.pattern, each.check_digit) for each in self.formats)
