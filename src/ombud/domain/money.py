"""Money is a whole number of minor units with a currency beside it; what a book charges is exact until rounded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal, TypeAlias

from ombud.domain.problems import N_, OmbudError, Problem

Rounding: TypeAlias = Literal["half_up", "half_even", "down", "up"]
_ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_FLOOR, "up": ROUND_CEILING}

# ISO 4217: the currencies whose minor unit is no hundredth.
_WITHOUT_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_TEN_THOUSANDTHS = "CLF UYW"
_EXPONENTS = {
    currency: digits
    for digits, currencies in ((0, _WITHOUT_MINOR), (3, _THOUSANDTHS), (4, _TEN_THOUSANDTHS))
    for currency in currencies.split()
}

_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,14})(?:\.(?P<part>[0-9]+))?")


@dataclass(frozen=True)
class MoneyLine:
    """One posting that a book orders: (`base` less `less`) × `factor` × the fraction in the field `rate`.

    It moves from the account `debit` to the account `credit`. `base`, `less` and `rate` name fields,
    `order.amount_minor`, `store.commission_rate`; without `less` nothing is taken off.
    `rounding` says how the amount comes to whole minor units.
    """

    name: str
    base: str
    factor: Decimal
    rate: str | None
    rounding: Rounding
    debit: str
    credit: str
    less: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields whose values `amount` needs."""
        return tuple(name for name in (self.base, self.less, self.rate) if name is not None)

    def amount(self, values: Mapping[str, Any]) -> int:
        """In minor units, not negative where the fields are not. Raises OmbudError where `values` lacks a field."""
        with localcontext(prec=60):
            base = Decimal(_field(values, self.base))
            if self.less is not None:
                base = max(base - Decimal(_field(values, self.less)), Decimal(0))
            exact = base * self.factor
            if self.rate is not None:
                exact *= Decimal(_field(values, self.rate))
            return int(exact.to_integral_value(_ROUNDINGS[self.rounding]))


def amounts(lines: Sequence[MoneyLine], values: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """(line name, amount in minor units) for each line, in the order of the book.

    `values` holds the fields of the order, its store and its case: `{"order.amount_minor": 12_900, ...}`.
    """
    return tuple((line.name, line.amount(values)) for line in lines)


def exponent(currency: str) -> int:
    """How many decimal digits the minor unit of an ISO 4217 currency has: 2 for RUB, 0 for JPY, 3 for KWD.

    2 for a code that is none: what it stands for is for the reader of the facts to refuse.
    """
    return _EXPONENTS.get(currency, 2)


def format_amount(amount_minor: int, currency: str) -> str:
    """`1234567, "RUB"` -> `12 345.67 RUB`: grouped by thin no-break spaces, decimals as the currency has them."""
    digits = exponent(currency)
    whole, part = divmod(abs(amount_minor), 10**digits)
    text = f"{whole:,}".replace(",", "\u202f")
    if digits:
        text += f".{part:0{digits}d}"
    return f"{'−' if amount_minor < 0 else ''}{text} {currency}"


def parse_amount(text: str, currency: str) -> int:
    """`15.00`, "USD" -> 1500 minor units: digits, and after a point no more of them than the currency has.

    Raises OmbudError for anything else, so that nothing is ever rounded on its way in.
    """
    digits = exponent(currency)
    found = _AMOUNT.fullmatch(text)
    if not found or len(found["part"] or "") > digits:
        raise OmbudError(
            Problem(
                "bad_amount",
                N_("{text!r} is no amount in {currency}."),
                {"text": text, "currency": currency, "example": f"15.{'0' * digits}" if digits else "15"},
                mend=N_("Write digits alone, with a point before the decimals of the currency: {example}."),
            )
        )
    return int(found["whole"] + (found["part"] or "").ljust(digits, "0"))


def _field(values: Mapping[str, Any], name: str) -> Any:
    value = values.get(name)
    if value is None:
        raise OmbudError(
            Problem("money_field_missing", N_("The money line needs {field}, and it is not there."), {"field": name})
        )
    return value
