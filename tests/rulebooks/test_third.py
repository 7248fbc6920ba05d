"""A third platform is a book and no code (G1): an invented marketplace loads, with other values throughout."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest

from ombud.domain.conditions import AtLeast, By, Condition, Equals, In, Is, Some, Within, holds
from ombud.domain.money import amounts
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import Rulebook, load
from ombud.domain.rulebook.schema import schema
from ombud.domain.rulebook.source import read_source
from ombud.rulebooks import open_book
from tests.rulebooks.test_shipped import plain

THIRD = Path(__file__).with_name("third.yaml")
JUNE, JULY, SEPTEMBER = (datetime(2025, month, 1, tzinfo=UTC) for month in (6, 7, 9))
MOMENT = timedelta(microseconds=1)


def third() -> Rulebook:
    return open_book(str(THIRD))


def test_the_third_book_loads_and_fits_the_schema() -> None:
    assert third().name == "lagoon"
    jsonschema.validate(
        plain(read_source(third().text, file="third.yaml").plain), schema(), cls=jsonschema.Draft202012Validator
    )


def test_its_triggers_use_every_word_of_the_language() -> None:
    book = third()
    words: set[str] = set()

    def read(conditions: tuple[Condition, ...]) -> None:
        for condition in conditions:
            match condition:
                case In(_, values, negated):
                    words.add(f"{'not_in' if negated else 'in'} {'list' if isinstance(values, str) else 'values'}")
                case Some(_, inner, negated):
                    words.add("no" if negated else "some")
                    read(inner)
                case Is(name, negated):
                    words.add("is_not" if negated else "is")
                    for version in book.conditions[name]:
                        read(version.value)
                case Equals() | By() | AtLeast() | Within():
                    words.add(type(condition).__name__)

    triggers = [version.value for versions in book.triggers.values() for version in versions]
    for cover in book.covers:
        read(cover.value.where)
    for trigger in triggers:
        read(trigger.where)
        for _, conditions in trigger.routed_to:
            read(conditions)
    assert words == {
        *("Equals", "By", "AtLeast", "Within", "is", "is_not", "some", "no"),
        *("in list", "in values", "not_in values"),
    }
    assert {trigger.over for trigger in triggers} == {("order",), ("parcel",), ("complaint",), ("parcel", "complaint")}
    assert {trigger.opens for trigger in triggers} == {"case", "review", "route"}
    assert {trigger.each for trigger in triggers} == {"order", "complaint"}
    assert any(len(trigger.start) > 1 for trigger in triggers)
    assert any(len(trigger.unless) > 1 for trigger in triggers)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("kind: letter, required", "kind: poem, required", "unknown_name"),
        ("evidence:\n  damaged:", "evidence:\n  dented:", "unknown_name"),
        ("asks: [letter]", "asks: [poem]", "unknown_name"),
        ("to: insurer", "to: nobody", "unknown_name"),
        ("{to: help_desk}", "{to: help_desk, where: {order.gateway: x}}", "route_order"),
        ("formats: [webp]\n", "formats: [pdf]\n", "format_refused"),
        ("formats: [webp]\n", "formats: [bmp]\n", "literal_error"),
        ("512KiB", "512 kilobytes", "no_size"),
        ("fault: bad_format", "fault: bad_colour", "literal_error"),
        ("figure: dispute_rate", "figure: sinking", "unknown_name"),
        ("above: 0.025", "above: 0.025\n      below: 0.5", "no_threshold"),
        ("figure: dispute_rate", "figure: dispute_rate\n      counts: cases", "no_measure"),
        ("above: 0.025", "above: many", "no_number"),
        ("limit: 0.025", "limit: 1.5", "less_than_equal"),
        ("198.51.100.0/24", "198.51.100.0/33", "no_network"),
        ("between: [JP, KW]", "between: [JP, JP]", "wrong_pair"),
        ("lagoon.jp: JP", "lagoon.jp: XX", "no_country"),
        ("[label_created, exception]", "[label_created, vanished]", "unknown_choice"),
        ("in_transit: 2", "teleported: 2", "unknown_choice"),
        ("value: 6h", "value: 6d", "review_reversed"),
        ("signed: true", "signed: yes", "bool_type"),
        ("opened: Surfaced", "afloat: Surfaced", "literal_error"),
    ],
)
def test_a_spoiled_clause_is_refused_with_its_line(old: str, new: str, code: str) -> None:
    text = THIRD.read_text("utf-8")
    assert old in text
    with pytest.raises(OmbudError) as error:
        load(text.replace(old, new, 1), file="third.yaml")
    assert code in [problem.code for problem in error.value.problems]
    assert all(problem.place and problem.place.line and problem.say() for problem in error.value.problems)


def test_its_rules_change_with_their_dates() -> None:
    book = third()
    assert book.value("triggers.slow_to_ship", JUNE - MOMENT).wait == timedelta(hours=36)
    assert book.value("triggers.slow_to_ship", JUNE).wait == timedelta(hours=24)
    assert book.value("covers", JULY - MOMENT).unless == ("order.cancelled_at",)
    assert book.value("covers", JULY).unless == ("order.cancelled_at", "order.completed_at")


def test_what_is_asked_for_changes_with_the_kind_asked_for() -> None:
    book = third()
    before, after = book.under("evidence")["damaged"]
    assert (before.value[0].title.en, after.value[0].title.en) == ("Letter", "Sealed letter")
    assert (before.valid_until, after.valid_from, after.valid_until) == (SEPTEMBER, SEPTEMBER, None)


def test_its_money_is_rounded_its_own_way() -> None:
    book = third()
    assert dict(amounts(book.value("money.hold", JUNE), {"order.amount_minor": 4999})) == {"half": 2500}
    charged = {"order.amount_minor": 5002, "order.shipping_minor": 350, "store.commission_rate": Decimal("0.01")}
    # 6252.5 and 10.5: halves go to the even neighbour
    assert amounts(book.value("money.charge", JUNE), charged) == (("loss", 6252), ("fee", 10))


def test_its_thresholds_know_currencies_without_and_with_three_decimals() -> None:
    book = third()
    dear = book.value("conditions.worth_it", JUNE)
    for currency, amount, expected in (
        ("JPY", 5000, True),
        ("JPY", 4999, False),
        ("KWD", 10000, True),
        ("EUR", 10**6, False),
    ):
        row = {"order.currency": currency, "order.amount_minor": amount}
        assert holds(dear, row, start=JUNE, book=book) is expected
