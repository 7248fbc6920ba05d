"""An automatic response is filled in whole, or not at all (S9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain.problems import OmbudError
from ombud.domain.responses import fields_of, fill
from ombud.rulebooks import open_book

TEMPLATE = "Order {{order_number}} was signed for by {{signed_by}}; {{order_number}} is done."


def test_every_field_is_filled_in_wherever_it_stands() -> None:
    assert fill(TEMPLATE, {"order_number": "o1", "signed_by": "Ann"}) == "Order o1 was signed for by Ann; o1 is done."


@pytest.mark.parametrize("signed_by", [None, ""])
def test_a_field_that_nobody_knows_is_named_and_nothing_goes_out(signed_by: str | None) -> None:
    with pytest.raises(OmbudError) as refused:
        fill(TEMPLATE, {"order_number": "o1", "signed_by": signed_by})
    assert refused.value.problems[0].values == {"fields": "signed_by"}


@given(st.text(min_size=1))
def test_what_a_value_says_is_text_and_never_a_field(value: str) -> None:
    assert fill("{{signed_by}}", {"signed_by": value}) == value
    assert fill("{{signed_by}}", {"signed_by": "{{order_number}}", "order_number": "o1"}) == "{{order_number}}"


def test_the_shipped_template_names_only_fields_that_the_command_knows() -> None:
    [version] = open_book("shopify").clauses["responses"]
    for language in ("en", "ru", "zh"):
        names = set(fields_of(version.value.template.speak(language)))
        assert names <= set(version.value.fields)
        assert names <= {"order_number", "buyer_name", "carrier", "tracking_number", "delivered_at", "signed_by"}
