"""Names that the book wants, and names that nobody rules and every system can keep."""

from __future__ import annotations

import re

import pytest

from ombud.domain import gate
from ombud.domain.checked import rules_at
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError
from ombud.pack.naming import Naming, apart, safe
from ombud.rulebooks import open_book

AT = parse_instant("2026-04-05T00:00:00Z")
OZON = Naming("123456789", rules_at(open_book("ozon"), AT))
SHOPIFY = Naming("1001", rules_at(open_book("shopify"), AT))


@pytest.mark.parametrize(
    ("kind", "language", "form", "name"),
    [
        ("waybill", "ru", "pdf", "123456789_shipment_ru.pdf"),
        ("delivery_slip", "zh", "jpeg", "123456789_delivery_zh.jpg"),
        ("packing_video", "ru", "mp4", "123456789_packing_ru.mp4"),
    ],
)
def test_a_name_follows_the_example_of_the_book(kind: str, language: str, form: str, name: str) -> None:
    assert OZON.name(kind, language, form, "IMG_1.png") == name
    assert gate.kind_of(name, OZON.by) == (kind, language)


@pytest.mark.parametrize(("order_id", "language"), [("12 34", "ru"), ("12_34", "ru"), ("1", "Russian"), ("1", "")])
def test_a_name_that_the_pattern_does_not_take_is_never_made(order_id: str, language: str) -> None:
    with pytest.raises(OmbudError) as refused:
        Naming(order_id, OZON.by).name("waybill", language, "pdf", "w.pdf")
    assert refused.value.problems[0].code == "unnameable"


def test_the_language_of_the_example_is_known_only_where_the_book_rules_names() -> None:
    assert (OZON.ruled, OZON.language) == (True, "ru")
    assert (SHOPIFY.ruled, SHOPIFY.language) == (False, "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("proof.pdf", "proof.pdf"),
        ("Накладная 12.PDF", "Накладная 12.pdf"),
        ("a/b\\c:d.pdf", "a_b_c_d.pdf"),
        ("a\u202efdp.exe", "a_fdp.pdf"),
        ("nul.pdf", "_nul.pdf"),
        ("..", "file.pdf"),
        ("слип.png", "слип.pdf"),
        ("v1.2 final", "v1.2 final.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_that_nobody_rules_stays_as_far_as_every_system_can_keep_it(old: str, new: str) -> None:
    assert SHOPIFY.name("waybill", "", "pdf", old) == new  # (its kind plays no part)
    assert safe(new, ("pdf",)) == new


def test_two_names_that_differ_in_case_alone_are_told_apart() -> None:
    names = apart(["a.pdf", "A.pdf", "a.PDF", "b.pdf"])
    assert names == ["a.pdf", "A-2.pdf", "a-3.PDF", "b.pdf"]
    assert all(re.fullmatch(r"[^/]+", name) for name in names)
