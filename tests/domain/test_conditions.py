"""The words of `where`, each at its boundary and with nulls: what `holds` says of one row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ombud.domain.conditions import By, Condition, Equals, Is, Some, holds, parse_where
from ombud.domain.problems import OmbudError

START = datetime(2026, 4, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


class Book:
    """Lists and conditions that change at START."""

    def value(self, clause: str, at: datetime) -> Any:
        changed = at >= START
        return {
            "lists.carriers": ("cdek", "boxberry") if changed else ("cdek",),
            "conditions.paypal": parse_where({"order.gateway": "paypal"}),
            "conditions.not_paypal": parse_where({"is_not": ["paypal"]}),
        }[clause]


def ask(
    where: dict[str, object], row: dict[str, Any], start: datetime = START, rules_at: datetime | None = None
) -> bool:
    return holds(parse_where(where), row, start=start, book=Book(), rules_at=rules_at)


def test_no_condition_holds_for_every_row() -> None:
    assert ask({}, {})


@pytest.mark.parametrize(("value", "expected"), [("paypal", True), ("stripe", False), (None, False)])
def test_a_field_equals_a_value_and_null_equals_nothing(value: str | None, expected: bool) -> None:
    assert ask({"order.gateway": "paypal"}, {"order.gateway": value}) is expected


@pytest.mark.parametrize(("value", "expected"), [("stripe", True), ("paypal", False), (None, False)])
def test_a_field_is_one_of_several_and_null_is_in_no_list(value: str | None, expected: bool) -> None:
    assert ask({"order.gateway": ["stripe", "ozon"]}, {"order.gateway": value}) is expected
    assert ask({"order.gateway": {"in": ["stripe", "ozon"]}}, {"order.gateway": value}) is expected
    assert ask({"order.gateway": {"not_in": ["stripe", "ozon"]}}, {"order.gateway": value}) is not expected


def test_a_dated_list_is_the_one_in_force_at_start() -> None:
    row = {"parcel.carrier": "boxberry"}
    assert ask({"parcel.carrier": {"in": "carriers"}}, row, START)
    assert not ask({"parcel.carrier": {"in": "carriers"}}, row, START - MOMENT)
    assert ask({"parcel.carrier": {"not_in": "carriers"}}, row, START - MOMENT)


def test_rules_at_takes_the_list_of_that_instant_whatever_the_start() -> None:
    assert ask({"parcel.carrier": {"in": "carriers"}}, {"parcel.carrier": "boxberry"}, START - MOMENT, rules_at=START)


@pytest.mark.parametrize(("at", "expected"), [(START, True), (START + MOMENT, False), (None, False)])
def test_an_instant_at_start_is_by_start(at: datetime | None, expected: bool) -> None:
    assert ask({"order.shipped_at": {"by": "start"}}, {"order.shipped_at": at}) is expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [(100, "RUB", True), (99, "RUB", False), (20, "KWD", True), (10**9, "USD", False), (None, "RUB", False)],
)
def test_money_is_compared_in_its_own_currency_and_a_currency_not_named_never_is(
    amount: int | None, currency: str, expected: bool
) -> None:
    where: dict[str, object] = {"order.amount_minor": {"at_least": {"RUB": 100, "KWD": 20}}}
    assert ask(where, {"order.amount_minor": amount, "order.currency": currency}) is expected


def test_some_needs_one_row_for_which_all_conditions_hold() -> None:
    where: dict[str, object] = {"some parcel": {"parcel.service": "tracked", "parcel.registered_at": {"by": "start"}}}
    tracked_late = {"parcel.service": "tracked", "parcel.registered_at": START + MOMENT}
    untracked = {"parcel.service": "untracked", "parcel.registered_at": START}
    tracked = {"parcel.service": "tracked", "parcel.registered_at": START}
    assert not ask(where, {"parcel": [tracked_late, untracked]})
    assert ask(where, {"parcel": [tracked_late, untracked, tracked]})
    assert not ask(where, {"parcel": []})


def test_no_is_the_opposite_of_some_and_holds_for_an_order_without_lines() -> None:
    where: dict[str, object] = {"no line": {"line.kind": ["virtual", "adult"]}}
    assert ask(where, {"line": [{"line.kind": "physical"}]})
    assert not ask(where, {"line": [{"line.kind": "physical"}, {"line.kind": "adult"}]})
    assert ask(where, {})


def test_within_counts_from_the_first_field_that_is_past_in_the_order_they_are_named() -> None:
    where: dict[str, object] = {"within": {"span": "180d", "of_first": ["order.completed_at", "order.delivered_at"]}}
    edge = START - timedelta(days=180)
    assert ask(where, {"order.completed_at": edge})
    assert not ask(where, {"order.completed_at": edge - MOMENT})
    assert ask(where, {"order.completed_at": START + MOMENT, "order.delivered_at": edge})
    assert not ask(where, {"order.completed_at": edge - MOMENT, "order.delivered_at": START})
    assert not ask(where, {"order.completed_at": None, "order.delivered_at": START + MOMENT})


def test_named_conditions_hold_all_or_none() -> None:
    assert ask({"is": ["paypal"]}, {"order.gateway": "paypal"})
    assert not ask({"is": ["paypal", "not_paypal"]}, {"order.gateway": "paypal"})
    assert ask({"is_not": ["paypal"]}, {"order.gateway": None})


def test_every_condition_must_hold() -> None:
    where: dict[str, object] = {"order.gateway": "paypal", "order.status": "paid"}
    assert ask(where, {"order.gateway": "paypal", "order.status": "paid"})
    assert not ask(where, {"order.gateway": "paypal", "order.status": "shipped"})


def test_where_is_read_in_its_order() -> None:
    conditions: tuple[Condition, ...] = parse_where(
        {"order.gateway": "x", "is": ["a", "b"], "no line": {"line.kind": "adult"}, "order.paid_at": {"by": "start"}}
    )
    assert conditions == (
        Equals("order.gateway", "x"),
        Is("a"),
        Is("b"),
        Some("line", (Equals("line.kind", "adult"),), negated=True),
        By("order.paid_at"),
    )


@pytest.mark.parametrize(
    "where",
    [
        {"gateway": "paypal"},
        {"order.gateway": None},
        {"order.gateway": []},
        {"order.gateway": {"like": "pay%"}},
        {"order.gateway": {"in": "a", "not_in": "b"}},
        {"order.paid_at": {"by": "now"}},
        {"order.amount_minor": {"at_least": {}}},
        {"order.amount_minor": {"at_least": {"RUB": "100"}}},
        {"order.amount_minor": {"at_least": {"RUB": True}}},
        {"some parcel": {}},
        {"some parcel": {"order.gateway": "paypal"}},
        {"some parcel": {"parcel.registered_at": {"by": "start"}, "parcel.last_scan_at": {"by": "start"}}},
        {"some complaint": {"complaint.kind": "other"}},
        {"every parcel": {"parcel.service": "tracked"}},
        {"within": {"span": "180d"}},
        {"within": {"span": "180d", "of_first": ["completed_at"]}},
        {"within": {"span": "6 months", "of_first": ["order.completed_at"]}},
        {"is": "paypal"},
        {"is": []},
    ],
)
def test_what_is_no_condition_is_refused(where: dict[str, object]) -> None:
    with pytest.raises(OmbudError) as refused:
        parse_where(where)
    assert refused.value.problems[0].code in {"unknown_condition", "no_span"}
    assert refused.value.problems[0].say()
