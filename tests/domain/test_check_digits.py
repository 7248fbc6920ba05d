"""No number with a wrong check digit has a form of its carrier: tried on the published counterexamples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ombud.domain.tracking_numbers import NumberFormat, fits
from ombud.rulebooks import open_book

pytestmark = pytest.mark.real_data
S10 = NumberFormat("S10", "[A-Z]{2}(?P<serial>[0-9]{8})(?P<check>[0-9])[A-Z]{2}", "s10")


def _examples(real_data: Path, carrier: str, which: str) -> list[str]:
    file = real_data / "tracking" / "tracking_number_formats_jkeen" / "couriers" / f"{carrier}.json"
    forms: list[dict[str, Any]] = json.loads(file.read_text("utf-8"))["tracking_numbers"]
    return [number for form in forms for number in form["test_numbers"][which]]


@pytest.mark.parametrize("carrier", ["usps", "ups", "dhl", "yunexpress"])
def test_the_shopify_book_takes_no_published_counterexample(carrier: str, real_data: Path) -> None:
    book = open_book("shopify")
    formats = book.value(f"carriers.{carrier}", book.starts_at).numbers()
    wrong = _examples(real_data, carrier, "invalid")
    assert wrong
    assert [number for number in wrong if fits(number, formats)] == []


@pytest.mark.parametrize("carrier", ["usps", "ups", "dhl"])
def test_changing_the_last_digit_of_a_checked_number_is_noticed(carrier: str, real_data: Path) -> None:
    book = open_book("shopify")
    checked = [
        form for form in book.value(f"carriers.{carrier}", book.starts_at).numbers() if form.check_digit is not None
    ]
    tried = 0
    for number in _examples(real_data, carrier, "valid"):
        bare = number.replace(" ", "").strip()
        for form in (form for form in checked if form.fits(bare)):
            others = [bare[:-1] + str(figure) for figure in range(10) if bare[-1] != str(figure)]
            if form.check_digit != "s10":  # of S10 the last letters are the country's
                assert not any(form.fits(other) for other in others), (form.name, bare)
                tried += 1
    assert tried >= 5


def test_every_other_digit_in_the_place_of_the_check_digit_of_s10_is_noticed(real_data: Path) -> None:
    for number in _examples(real_data, "s10", "valid"):
        bare = number.replace(" ", "")
        assert S10.fits(bare)
        assert not any(S10.fits(f"{bare[:10]}{figure}{bare[11:]}") for figure in "0123456789" if figure != bare[10])
