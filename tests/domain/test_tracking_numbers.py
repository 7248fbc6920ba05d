"""Numbers have the forms that their carriers give out, check digits included: tried on published examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ombud.domain.tracking_numbers import NumberFormat, fits
from ombud.rulebooks import open_book

S10 = NumberFormat("S10", "[A-Z]{2}(?P<serial>[0-9]{8})(?P<check>[0-9])[A-Z]{2}", "s10")


@pytest.mark.parametrize("number", ["RB123456785GB", "rb 123 456 785 gb"])
def test_spaces_and_small_letters_do_not_matter(number: str) -> None:
    assert S10.fits(number)


@pytest.mark.parametrize("number", ["RB123456786GB", "RB12345678GB", "", "RB１２３４５６７８５GB"])
def test_a_wrong_check_digit_or_another_form_does_not_fit(number: str) -> None:
    assert not S10.fits(number)


def test_where_a_carrier_has_no_forms_any_number_may_be_its() -> None:
    assert fits("anything", ())
    assert not fits("anything", (S10,))


@pytest.mark.parametrize("carrier", ["usps", "ups", "dhl", "yunexpress"])
@pytest.mark.real_data
def test_the_shopify_book_takes_the_published_examples_and_no_broken_one(carrier: str, real_data: Path) -> None:
    book = open_book("shopify")
    formats = book.value(f"carriers.{carrier}", book.starts_at).numbers()
    file = real_data / "tracking" / "tracking_number_formats_jkeen" / "couriers" / f"{carrier}.json"
    examples: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["tracking_numbers"]
    valid = [number for each in examples for number in each["test_numbers"]["valid"]]
    assert valid
    assert [number for number in valid if not fits(number, formats)] == []


@pytest.mark.real_data
def test_the_s10_scheme_agrees_with_the_published_examples(real_data: Path) -> None:
    file = real_data / "tracking" / "tracking_number_formats_jkeen" / "couriers" / "s10.json"
    examples = json.loads(file.read_text("utf-8"))["tracking_numbers"][0]["test_numbers"]
    assert all(S10.fits(number) for number in examples["valid"])
    assert not S10.fits("RB123456786US")


@pytest.mark.parametrize(
    ("carrier", "number", "expected"),
    [
        ("cdek", "1106361735", True),
        ("cdek", "SF1106361735123", False),
        ("boxberry", "AAP144569308", True),
        ("sf-express", "SF1234567890123", True),
        ("yto", "YT1234567890123", True),
        ("russian-post", "RB123456785RU", True),
        ("russian-post", "RB123456785CN", False),
    ],
)
def test_the_ozon_book_tells_the_forms_of_its_carriers_apart(carrier: str, number: str, expected: bool) -> None:
    book = open_book("ozon")
    assert fits(number, book.value(f"carriers.{carrier}", book.starts_at).numbers()) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("7196 9010 7560 0307 7385", True),
        ("7196 9010 7560 0307 7386", False),
        ("7112 3456 7891 2345 6787", True),
        ("0307 1790 0005 2348 3741", True),
    ],
)
def test_a_usps_number_of_1998_is_taken_with_and_without_the_91_of_its_barcode(number: str, expected: bool) -> None:
    book = open_book("shopify")
    formats = book.value("carriers.usps", book.starts_at).numbers()
    assert fits(number, formats) is expected
    assert fits("91" + number, formats) is (number == "7196 9010 7560 0307 7385")
