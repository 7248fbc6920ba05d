"""A response or letter is looked over before anything is sent, and filled in whole or not at all (S9)."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ombud.domain import templates
from ombud.domain.problems import OmbudError, Problem
from ombud.domain.responses import FIELDS, TITLES
from ombud.domain.rulebook import load
from ombud.domain.templates import Value, fill, problems_of
from ombud.rulebooks import open_book

TEMPLATE = "Order {{order_number}} was signed for by {{ signed_by }}; {{order_number}} is done."
ITEMS: list[dict[str, str | int | None]] = [
    {"sku": "A-1", "quantity": 2, "price": "5.00 USD"},
    {"sku": "B-2", "quantity": 1, "price": "7.00 USD"},
]


def filled(template: str, **values: Value) -> str:
    return fill(template, values, FIELDS, "a.liquid")


def refused(template: str, **values: Value) -> tuple[Problem, ...]:
    with pytest.raises(OmbudError) as raised:
        filled(template, **values)
    return raised.value.problems


def wrong(template: str) -> list[tuple[str, str]]:
    """Place and code of every problem."""
    return [(str(problem.place), problem.code) for problem in problems_of(template, FIELDS, "a.liquid")]


def test_every_field_is_filled_in_wherever_it_stands() -> None:
    assert filled(TEMPLATE, order_number="o1", signed_by="Ann") == "Order o1 was signed for by Ann; o1 is done."


def test_rows_conditions_and_filters_are_liquid() -> None:
    template = (
        "{% for item in items %}{{ forloop.index }}. {{ item.sku | downcase }} x {{ item.quantity }}\n{% endfor %}"
        "{% if signed_by %}signed{% else %}{{ carrier | default: 'no carrier' }}{% endif %}, {{ items.size }}"
    )
    assert wrong(template) == []
    assert filled(template, items=ITEMS) == "1. a-1 x 2\n2. b-2 x 1\nno carrier, 2"


@pytest.mark.parametrize("signed_by", [None, ""])
def test_a_field_that_nobody_knows_is_named_with_its_place_and_nothing_goes_out(signed_by: str | None) -> None:
    [problem] = refused(TEMPLATE, order_number="o1", signed_by=signed_by)
    assert (problem.code, problem.values, str(problem.place)) == (
        "response_incomplete",
        {"fields": "signed_by"},
        "a.liquid:1:45",
    )


def test_all_places_that_want_what_nobody_knows_are_named_at_once() -> None:
    template = (
        "{{ carrier | upcase }}\n{% for p in parcels %}{{ p.signed_by }}{% endfor %}{% assign a = amount %}{{ a }}"
    )
    found = refused(template, parcels=[{"carrier": "ups", "signed_by": None}, {"signed_by": None}])
    assert [(problem.values["fields"], str(problem.place)) for problem in found] == [
        ("carrier", "a.liquid:1:4"),
        ("p.signed_by", "a.liquid:2:26"),
        ("amount", "a.liquid:2:66"),
    ]


@given(st.text(st.characters(exclude_characters="\r", codec="utf-8"), min_size=1))
def test_what_a_value_says_is_text_and_never_liquid(value: str) -> None:
    assert filled("{{signed_by}}", signed_by=value) == value
    assert filled("{{signed_by}}", signed_by="{{order_number}}", order_number="o1") == "{{order_number}}"


@pytest.mark.parametrize("value", ["<b>&amp;</b>", "{% include 'x' %}", "{# #}", "{{ 1 | nope }}"])
def test_a_value_goes_out_as_it_is(value: str) -> None:
    assert filled("{% if true %}{{ signed_by }}{% endif %}", signed_by=value) == value


@pytest.mark.parametrize(
    ("template", "places"),
    [
        ("Dear {{ buyer }}", [("a.liquid:1:9", "unknown_field")]),
        (
            "one\ntwo {{order_nmber}}\n{{tracking}}",
            [("a.liquid:2:7", "unknown_field"), ("a.liquid:3:3", "unknown_field")],
        ),
        ("{% if signd_by %}x{% endif %}", [("a.liquid:1:7", "unknown_field")]),
        ("{% for item in items %}{{ item.weight }}{% endfor %}", [("a.liquid:1:27", "unknown_field")]),
        ("{{ order_number.id }}", [("a.liquid:1:4", "unknown_field")]),
        ("{{ order_number | shout }}", [("a.liquid:1:19", "unknown_filter")]),
        ("{{ 'now' | date: '%Y' }}", [("a.liquid:1:12", "unknown_filter")]),
        ("{% if signed_by %}x", [("a.liquid", "template_syntax")]),
        ("{{ order number }}", [("a.liquid:1:10", "template_syntax")]),
        ("{{ order_number", [("a.liquid:1:1", "template_syntax")]),
        ("x {% shout %}", [("a.liquid:1:6", "template_syntax")]),
        ("order_number }} x", [("a.liquid:1:14", "template_syntax")]),
        ("{{ items }}", [("a.liquid:1:1", "template_fails")]),
        ("{{ order_number | divided_by: 0 }}", [("a.liquid:1:19", "template_fails")]),
        ("{% if items == empty %}{{ order_number | modulo: 0 }}{% endif %}", [("a.liquid:1:42", "template_fails")]),
    ],
)
def test_what_is_wrong_with_a_template_is_said_with_line_and_character(
    template: str, places: list[tuple[str, str]]
) -> None:
    assert wrong(template) == places
    assert all(problem.say() for problem in problems_of(template, FIELDS, "a.liquid"))


def test_an_unknown_field_is_answered_with_the_nearest_names() -> None:
    [problem] = problems_of("{{ order_nmber }}", FIELDS, "a.liquid")
    assert "order_number" in problem.say()
    [problem] = problems_of("{% for p in parcels %}{{ p.signed }}{% endfor %}", FIELDS, "a.liquid")
    assert "signed_by" in problem.say()


@pytest.mark.parametrize(
    "tag", ["{% include '/etc/passwd' %}", "{% render 'a.liquid' %}", "{% tablerow i in items %}{% endtablerow %}"]
)
def test_a_template_reads_no_other_file_and_writes_no_html(tag: str) -> None:
    assert wrong(tag) == [("a.liquid:1:4", "template_syntax")]


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in (1..1001) %}x{% endfor %}",
        "{% for i in (1..99999999999) %}x{% endfor %}",
        "{% for i in (1..40) %}{% for j in (1..40) %}x{% endfor %}{% endfor %}",
        "{% assign a = 'xxxxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}",
        "{% assign a = 9 %}{% for i in (1..900) %}{% assign a = a | times: a %}{% endfor %}",
        "{% for i in (1..900) %}" + "x" * 1000 + "{% endfor %}",
    ],
)
def test_a_template_that_makes_without_end_is_stopped(template: str) -> None:
    assert [code for _, code in wrong(template)] in (["template_too_much"], ["template_fails"])


def test_a_range_beyond_all_numbers_is_no_error_of_ours() -> None:
    assert wrong("{{ (1..99999999999999999999999) | size }}") == [("a.liquid", "template_fails")]


def test_a_template_longer_than_a_letter_is_not_read() -> None:
    assert wrong("x" * (templates.LONGEST + 1)) == [("a.liquid", "template_too_long")]


_BITS = [
    "{{",
    "}}",
    "{%",
    "%}",
    " ",
    "|",
    ".",
    "'",
    "(1..3)",
    "if",
    "endif",
    "for",
    "in",
    "order_number",
    "items",
    "\n",
]


@given(st.lists(st.sampled_from(_BITS), max_size=20).map("".join))
def test_no_text_is_an_error_but_problems_or_a_letter(template: str) -> None:
    """What passes can be filled in once everything is known."""
    if not problems_of(template, FIELDS, "a.liquid"):
        full: dict[str, Value] = {name: [dict.fromkeys(rows, "1")] if rows else "1" for name, rows in FIELDS.items()}
        assert isinstance(filled(template, **full), str)


def test_every_field_says_what_it_stands_for() -> None:
    assert set(TITLES) == set(FIELDS)
    assert all(TITLES.values())


def test_the_shipped_response_and_letter_can_be_filled_in() -> None:
    [version] = open_book("shopify").clauses["responses"]
    for language in ("en", "ru", "zh"):
        assert problems_of(version.value.template.speak(language), FIELDS, "shopify") == ()
    for letter in (files("ombud.documents") / "templates").iterdir():
        if letter.name.endswith(".liquid"):
            assert problems_of(letter.read_text("utf-8"), FIELDS, letter.name) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{{order_number}} was delivered", "{{order_nmber}} was delivered", "There is no field order_nmber."),
        ("{{order_number}} was delivered", "{{violation}} was delivered", "There is no field violation."),
        ("{{order_number}} was delivered", "{{order_number was delivered", "This is no Liquid"),
        ("fields: [order_number, ", "fields: [order_number, weather, ", "There is no field weather."),
    ],
)
def test_a_book_whose_response_names_what_it_may_not_is_refused_where_that_stands(
    old: str, new: str, words: str
) -> None:
    text = open_book("shopify").text
    assert text.count(old) == 1
    with pytest.raises(OmbudError) as raised:
        load(text.replace(old, new), file="shopify.yaml")
    [problem] = raised.value.problems
    place = problem.place
    assert place is not None
    assert place.line is not None
    assert "responses" in text[: text.index(old)]
    assert abs(place.line - text.count("\n", 0, text.index(old))) <= 2
    assert words in problem.say()
