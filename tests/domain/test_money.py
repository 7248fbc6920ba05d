"""Money lines are exact until they are rounded as the book says, and every currency has its own minor unit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.money import MoneyLine, Rounding, amounts, exponent, format_amount, parse_amount
from ombud.domain.problems import OmbudError


def line(factor: str = "1", rate: str | None = None, rounding: Rounding = "half_up") -> MoneyLine:
    return MoneyLine("line", "order.amount_minor", Decimal(factor), rate, rounding, "settlement", "held")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1_234_567, "RUB", "12\u202f345.67 RUB"),
        (5, "USD", "0.05 USD"),
        (1_234_567, "JPY", "1\u202f234\u202f567 JPY"),
        (500, "KRW", "500 KRW"),
        (1_234_567, "KWD", "1\u202f234.567 KWD"),
        (12_345, "CLF", "1.2345 CLF"),
        (-150, "CNY", "−1.50 CNY"),
        (0, "EUR", "0.00 EUR"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(amount: int, currency: str, text: str) -> None:
    assert format_amount(amount, currency) == text


def test_minor_units_follow_iso_4217() -> None:
    assert [exponent(currency) for currency in ("RUB", "KZT", "CNY", "JPY", "KWD", "UYW")] == [2, 2, 2, 0, 3, 4]


@pytest.mark.parametrize(
    ("rounding", "of_15", "of_25"), [("half_up", 2, 3), ("half_even", 2, 2), ("down", 1, 2), ("up", 2, 3)]
)
def test_a_half_is_rounded_as_the_book_names_it(rounding: Rounding, of_15: int, of_25: int) -> None:
    tenth = line("0.1", rounding=rounding)
    assert tenth.amount({"order.amount_minor": 15}) == of_15
    assert tenth.amount({"order.amount_minor": 25}) == of_25


def test_lines_come_in_the_order_of_the_book_with_their_names() -> None:
    lines = (
        MoneyLine("amount", "order.amount_minor", Decimal(1), None, "half_up", "held", "buyer"),
        MoneyLine("fee", "order.amount_minor", Decimal(1), "store.commission_rate", "half_up", "a", "b"),
    )
    values = {"order.amount_minor": 1001, "store.commission_rate": Decimal("0.15")}
    assert amounts(lines, values) == (("amount", 1001), ("fee", 150))


@given(st.integers(0, 10**18), st.integers(0, 10**6), st.sampled_from(["0.1", "0.5", "1", "1.25", "3"]))
def test_a_line_is_never_off_by_more_than_half_a_minor_unit(amount: int, millionths: int, factor: str) -> None:
    rate = Decimal(millionths) / 10**6
    found = line(factor, "store.commission_rate").amount({"order.amount_minor": amount, "store.commission_rate": rate})
    assert abs(found - amount * Fraction(rate) * Fraction(factor)) <= Fraction(1, 2)


def test_a_field_that_is_not_there_is_an_error_and_no_zero() -> None:
    with pytest.raises(OmbudError, match=r"order\.amount_minor"):
        line().amount({"order.shipping_minor": 5})


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("15.00", "USD", 15_00),
        ("15", "USD", 15_00),
        ("15.5", "USD", 15_50),
        ("0.01", "RUB", 1),
        ("0", "RUB", 0),
        ("1500", "JPY", 1_500),
        ("1.234", "KWD", 1_234),
        ("99999999999999.99", "EUR", 99_999_999_999_999_99),
    ],
)
def test_an_amount_is_read_to_the_minor_unit_of_its_currency(text: str, currency: str, amount: int) -> None:
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("15.001", "USD"),
        ("15.0", "JPY"),
        ("-1", "USD"),
        ("1e3", "USD"),
        ("15,00", "USD"),
        ("1 000", "USD"),
        ("", "USD"),
        ("１５", "USD"),
        ("15.", "USD"),
        ("NaN", "USD"),
        ("9" * 15, "USD"),
    ],
)
def test_what_is_no_exact_amount_is_refused_and_never_rounded(text: str, currency: str) -> None:
    with pytest.raises(OmbudError, match="is no amount in"):
        parse_amount(text, currency)


@given(st.integers(0, 10**13), st.sampled_from(["USD", "JPY", "KWD", "UYW"]))
def test_every_amount_written_out_reads_back(amount: int, currency: str) -> None:
    whole, part = divmod(amount, 10 ** exponent(currency))
    text = f"{whole}.{part:0{exponent(currency)}d}" if exponent(currency) else str(whole)
    assert parse_amount(text, currency) == amount
