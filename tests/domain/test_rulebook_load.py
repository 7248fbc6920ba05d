"""A book that does not hold together is refused: every fault of it at once, each with its line and the mend."""

from __future__ import annotations

import pytest

from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import load

BOOK = """\
name: small
title: {en: Small, ru: Малая, zh: 小}
sources:
  - {title: A paper, rows: {X1: one, X2: two, X2a: a part of two}}
covers:
  - {from: 2026-01-01, cite: X1, where: {store.platform: small}, since: order.paid_at, unless: order.cancelled_at}
lists:
  good: [{from: 2026-01-01, cite: X1, values: [cdek]}]
conditions:
  dear: [{from: 2026-01-01, cite: X1, where: {order.amount_minor: {at_least: {RUB: 100}}}}]
triggers:
  late:
    - {from: 2026-01-01, cite: X2a, over: order, where: {is: [dear]}, start: order.ship_by, opens: case}
  off:
    - {from: 2026-01-01, cite: X1, over: parcel, where: {parcel.carrier: {not_in: good}},
       start: parcel.registered_at, opens: case}
windows:
  response: [{from: 2026-01-01, cite: X1, value: 72h}]
  review_most: [{from: 2026-01-01, cite: X1, value: 96h}]
  whole_case: [{from: 2026-01-01, cite: X1, value: 7d}]
money:
  hold:
    - from: 2026-01-01
      cite: X1
      rounding: half_up
      lines: [{name: amount, base: order.amount_minor, debit: settlement, credit: held, title: {en: a, ru: a, zh: a}}]
"""


def refused(text: str) -> list[tuple[str, int | None]]:
    """(code, line) of every problem of the book."""
    with pytest.raises(OmbudError) as error:
        load(text, file="small.yaml")
    assert all(problem.place is not None and problem.place.file == "small.yaml" for problem in error.value.problems)
    assert all(problem.say() for problem in error.value.problems)  # every text has the values that it names
    return [(problem.code, problem.place.line if problem.place else None) for problem in error.value.problems]


def replaced(old: str, new: str) -> str:
    assert old in BOOK
    return BOOK.replace(old, new, 1)


def test_the_small_book_itself_loads() -> None:
    assert load(BOOK, file="small.yaml").name == "small"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("windows:\n", "windows:\n  respons: []\n", "unknown_key", 18),
        ("windows:\n", "window: {}\nwindows:\n", "unknown_key", 17),
        ("over: order,", "over: order, frm: x,", "unknown_key", 13),
        ("values: [cdek]}", "values: [cdek], foo: 1}", "unknown_key", 8),
        ("cite: X2a, ", "", "key_missing", 13),
        ("cite: X2a", "cite: X3", "unknown_row", 13),
        ("cite: X2a", "cite: [X1, Y9]", "unknown_row", 13),
        ("cite: X2a", "cite: []", "no_citation", 13),
        ("value: 72h", "value: 72", "no_text", 18),
        ("value: 72h", "value: 3w", "no_span", 18),
        ("value: 72h", "value: -72h", "no_span", 18),
        ("from: 2026-01-01, cite: X2a", "from: 2026-02-30, cite: X2a", "no_instant", 13),
        ("from: 2026-01-01, cite: X2a", "from: 2026-01-01T08:00:00, cite: X2a", "no_zone", 13),
        ("start: order.ship_by", "start: order.amount_minor", "no_instant_field", 13),
        ("start: order.ship_by", "start: order.shipby", "unknown_field", 13),
        ("start: order.ship_by", "start: parcel.registered_at", "fact_not_at_hand", 13),
        ("start: order.ship_by", "start: {latest: []}", "too_short", 13),
        ("start: order.ship_by", "start: {earliest: [order.ship_by]}", "tuple_type", 13),
        ("where: {is: [dear]}", "where: {is: [cheap]}", "unknown_name", 13),
        ("where: {is: [dear]}", "where: {order.status: lost}", "unknown_choice", 13),
        ("where: {is: [dear]}", "where: {order.amount_minor: much}", "wrong_kind", 13),
        ("where: {is: [dear]}", "where: {order.currency: RUR}", "no_currency", 13),
        ("where: {is: [dear]}", "where: {order.paid_at: {at_least: {RUB: 1}}}", "no_money_field", 13),
        ("where: {is: [dear]}", "where: {order.paid_at: 5}", "no_equal", 13),
        ("where: {is: [dear]}", "where: {order.gateway: {like: x}}", "unknown_condition", 13),
        ("where: {is: [dear]}", "where: {some line: {line.colour: red}}", "unknown_field", 13),
        ("where: {is: [dear]}", "where: {line.kind: adult}", "fact_not_at_hand", 13),
        ("where: {is: [dear]}", "where: [dear]", "no_conditions", 13),
        ("{not_in: good}", "{not_in: bad}", "unknown_name", 15),
        ("opens: case}\n  off", "opens: trial}\n  off", "literal_error", 13),
        ("opens: case}\n  off", "opens: case, each: complaint}\n  off", "no_complaint", 13),
        ("opens: case}\n  off", "opens: route}\n  off", "no_route", 13),
        ("over: order,", "over: [order, parcel],", "wrong_over", 13),
        ("over: order,", "over: line,", "literal_error", 13),
        ("good: [{from: 2026-01-01", "good: [{from: 2026-01-02", "not_in_force", 15),
        ("good: [{from: 2026-01-01,", "good: [{from: 2026-01-01, until: 2027-01-01,", "not_in_force", 15),
        ("dear: [{from: 2026-01-01", "dear: [{from: 2026-01-01T00:00:01Z", "not_in_force", 13),
        ("value: 96h", "value: 97h", "windows_do_not_fit", 19),
        ("base: order.amount_minor", "base: order.paid_at", "no_money_field", 26),
        ("base: order.amount_minor", "base: line.price_minor", "no_money_field", 26),
        ("base: order.amount_minor", "base: order.amount_minor, rate: order.amount_minor", "no_money_field", 26),
        ("credit: held", "credit: settlement", "one_account", 26),
        ("rounding: half_up", "rounding: nearest", "literal_error", 25),
        ("hold:", "hodl:", "unknown_key", 22),
        ("ru: Малая, ", "", "key_missing", 2),
        ("name: small", "name: Small Book", "string_pattern_mismatch", 1),
        ("  late:", "  Late!:", "string_pattern_mismatch", 12),
        ("values: [cdek]", "values: []", "too_short", 8),
        ("  good: [{", "  good: {}\n  fine: [{", "no_versions", 8),
        ("triggers:\n", "triggers: {}\nviolations:\n", "section_missing", 11),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, code: str, line: int) -> None:
    assert (code, line) in refused(replaced(old, new))


def test_a_key_that_stands_twice_is_told_with_both_lines() -> None:
    with pytest.raises(OmbudError, match=r"small\.yaml:19: The key 'response' .* line 18\."):
        load(
            replaced("  review_most", "  response: [{from: 2026-01-01, cite: X1, value: 1h}]\n  review_most"),
            file="small.yaml",
        )


@pytest.mark.parametrize(
    ("versions", "code"),
    [
        ("{from: 2026-01-01, cite: X1, value: 72h}, {from: 2026-01-01, cite: X1, value: 71h}", "versions_unsorted"),
        ("{from: 2026-02-01, cite: X1, value: 72h}, {from: 2026-01-01, cite: X1, value: 71h}", "versions_unsorted"),
        (
            "{from: 2026-01-01, until: 2026-03-01, cite: X1, value: 72h}, {from: 2026-02-01, cite: X1, value: 71h}",
            "versions_overlap",
        ),
        ("{from: 2026-01-01, until: 2026-01-01, cite: X1, value: 72h}", "ends_before_start"),
    ],
)
def test_versions_follow_one_another_without_overlap(versions: str, code: str) -> None:
    assert code in dict(refused(replaced("{from: 2026-01-01, cite: X1, value: 72h}", versions)))


def test_a_gap_between_versions_is_no_fault_until_something_needs_it() -> None:
    gap = "{from: 2026-01-01, until: 2026-02-01, cite: X1, value: 72h}, {from: 2026-03-01, cite: X1, value: 71h}"
    assert load(replaced("{from: 2026-01-01, cite: X1, value: 72h}", gap), file="small.yaml")
    listed = "{from: 2026-01-01, until: 2026-02-01, cite: X1, values: [a]}, {from: 2026-03-01, cite: X1, values: [b]}"
    assert ("not_in_force", 15) in refused(replaced("{from: 2026-01-01, cite: X1, values: [cdek]}", listed))


def test_windows_must_add_up_at_every_instant_not_only_at_the_first() -> None:
    later = "value: 96h}, {from: 2026-05-01, cite: X1, value: 97h}"
    with pytest.raises(OmbudError, match="From 2026-05-01T00:00:00Z on"):
        load(replaced("value: 96h}", later), file="small.yaml")


def test_a_condition_that_asks_for_itself_is_refused() -> None:
    circle = "is: [cheap]}}]\n  cheap: [{from: 2026-01-01, cite: X1, where: {is_not: [dear]"
    text = replaced("order.amount_minor: {at_least: {RUB: 100}}", circle)
    assert ("circular", 14) in refused(text)


def test_a_named_condition_may_only_read_what_is_at_hand_where_it_is_named() -> None:
    text = replaced("{order.amount_minor: {at_least: {RUB: 100}}}", "{parcel.service: tracked}")
    assert refused(text) == [("fact_not_at_hand", 13)]


def test_all_faults_of_a_book_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = BOOK.replace("ru: Малая, ", "").replace("X2a, over", "X9, ovr: 1, over").replace("72h", "72 h")
    text = text.replace("start: order.ship_by", "start: order.shipby") + "nothing: 1\n"
    assert refused(text) == [
        ("key_missing", 2),
        ("unknown_key", 13),
        ("unknown_row", 13),
        ("unknown_field", 13),
        ("no_span", 18),
        ("unknown_key", 27),
    ]


def test_one_version_that_cannot_be_read_is_not_held_against_what_names_its_clause() -> None:
    broken = "good: [{from: 2026-99-01, cite: X1, values: [cdek]}, {from: 2026-06-01, cite: X1, values: [cdek]}]"
    assert refused(replaced("good: [{from: 2026-01-01, cite: X1, values: [cdek]}]", broken)) == [("no_instant", 8)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_book"),
        ("- a\n- b\n", "no_book"),
        ("name: [", "no_yaml"),
        ("a: 1\n--- \nb: 2\n", "no_yaml"),
        ("name: \x00", "no_yaml"),
        (BOOK + "\tx: 1\n", "no_yaml"),
        (BOOK.replace("{en: Small", "&t {en: Small") + "other: *t\n", "alias"),
        ("a: " + "[" * 60 + "]" * 60, "too_deep"),
        ("? [a]\n: b\n", "key_no_text"),
    ],
)
def test_what_is_no_book_is_refused_with_one_clear_word(text: str, code: str) -> None:
    with pytest.raises(OmbudError) as error:
        load(text, file="small.yaml")
    assert code in [problem.code for problem in error.value.problems]
    assert all(problem.say().startswith("small.yaml") for problem in error.value.problems)


def test_a_text_a_thousand_levels_deep_is_refused_and_not_run_into() -> None:
    with pytest.raises(OmbudError):
        load("a: " + "[" * 20_000, file="small.yaml")


def test_no_and_on_stay_texts_and_only_true_and_false_are_booleans() -> None:
    text = replaced("values: [cdek]", "values: [NO, on, no, yes]")
    book = load(text, file="small.yaml")
    assert book.value("lists.good", book.starts_at) == ("NO", "on", "no", "yes")
