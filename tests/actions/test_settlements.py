"""What an end costs: holds let go, losses charged line by line from the book, and never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ombud.actions.closings import close_windows
from ombud.domain.cases import State
from ombud.domain.ledger import Entry, balances
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import load
from ombud.store.ledger_audit import audit
from ombud.store.models import Case, CaseEvent, Order, Posting, Protection
from tests.actions.ending import SHOPIFY, disputed, end, left, opened, posted, unshipped
from tests.actions.taking import (
    BOOKS,
    DAY,
    HOUR,
    START,
    a_complaint,
    a_parcel,
    a_scan,
    a_store,
    an_order,
    rolled_back,
    take,
)

pytestmark = pytest.mark.django_db

DAY_4 = START + 4 * DAY
DAY_21 = START + 21 * DAY
HOLD = ("order_amount", "settlement", "held", 100_00)


def settled(case: Case) -> list[tuple[str, str, str, int]]:
    return posted(case=case, cause__kind="settled")


@pytest.mark.parametrize("state", [State.WON, State.WITHDRAWN])
def test_an_end_for_the_seller_gives_the_whole_hold_back(state: State) -> None:
    case = unshipped()
    end(case, state, DAY_4)
    assert posted() == [HOLD, ("held_amount", "held", "settlement", 100_00)]
    assert left() == {}


@pytest.mark.parametrize("state", [State.LOST, State.REJECTED, State.CONCEDED])
def test_an_end_against_the_seller_charges_amount_commission_shipping_and_compensation(state: State) -> None:
    case = unshipped(shipping_minor=7_77)
    end(case, state, DAY_4)
    assert settled(case) == [
        ("order_amount", "held", "buyer", 100_00),
        ("commission", "settlement", "platform", 15_00),
        ("shipping", "settlement", "buyer", 7_77),
        ("compensation", "settlement", "buyer", 10_00),
    ]
    assert left() == {"settlement": -132_77, "buyer": 117_77, "platform": 15_00}
    assert set(Posting.objects.filter(cause__kind="settled").values_list("clause", flat=True)) == {
        "money.charge@2026-03-12"
    }


def test_a_settlement_is_a_step_of_its_own_at_the_instant_of_the_end_and_causes_its_postings() -> None:
    case = unshipped()
    end(case, State.LOST, DAY_4)
    case.refresh_from_db()
    last = CaseEvent.objects.filter(case=case).latest("seq")
    assert (last.kind, last.at, case.settled_at) == ("settled", DAY_4, DAY_4)
    assert set(Posting.objects.exclude(line="order_amount").values_list("cause_id", "at")) == {(last.event_id, DAY_4)}


def test_a_lost_dispute_on_shopify_costs_the_amount_with_its_fees() -> None:
    (case,) = disputed(shipping_minor=5_00)
    end(case, State.REJECTED, DAY_21)
    assert settled(case) == [("order_amount", "held", "buyer", 100_00), ("fees", "settlement", "platform", 15_00)]
    assert left() == {"settlement": -115_00, "buyer": 100_00, "platform": 15_00}


@pytest.mark.parametrize(
    ("since", "until", "pays"),
    [
        (START, None, True),
        (START + 20 * DAY, None, True),  # the very instant of the opening
        (START + 20 * DAY + timedelta(microseconds=1), None, False),
        (START, START + 20 * DAY, False),  # over at the very instant
        (START, START + 20 * DAY + timedelta(microseconds=1), True),
    ],
)
def test_protection_that_held_when_the_case_opened_pays_instead_of_the_store(
    since: Any, until: Any, pays: bool
) -> None:
    (case,) = disputed()
    Protection.objects.create(store_id="s1", since=since, until=until)
    end(case, State.REJECTED, DAY_21)
    if pays:
        assert settled(case) == [
            ("held_amount", "held", "settlement", 100_00),
            ("order_amount", "protection", "buyer", 100_00),
            ("fees", "protection", "platform", 15_00),
        ]
        assert left() == {"protection": -115_00, "buyer": 100_00, "platform": 15_00}
    else:
        assert left()["settlement"] == -115_00


def test_a_book_without_protection_charges_a_protected_store_like_any_other() -> None:
    case = unshipped()
    Protection.objects.create(store_id="s1", since=START)
    end(case, State.LOST, DAY_4)
    assert left()["settlement"] == -125_00


def test_what_was_refunded_before_the_hold_is_neither_held_nor_charged() -> None:
    case = unshipped(refunded_minor=40_00)
    assert case.held_minor == 60_00
    end(case, State.LOST, DAY_4)
    assert left() == {"settlement": -(60_00 + 9_00 + 6_00), "buyer": 66_00, "platform": 9_00}


def test_what_was_refunded_after_the_hold_is_not_charged_and_that_part_of_the_hold_goes_back() -> None:
    case = unshipped()
    Order.objects.update(refunded_minor=40_00)
    end(case, State.LOST, DAY_4)
    assert settled(case) == [
        ("order_amount", "held", "buyer", 60_00),
        ("commission", "settlement", "platform", 9_00),
        ("compensation", "settlement", "buyer", 6_00),
        ("rest_of_hold", "held", "settlement", 40_00),
    ]


def test_an_order_refunded_whole_costs_nothing_more() -> None:
    case = unshipped()
    Order.objects.update(refunded_minor=150_00)
    end(case, State.LOST, DAY_4)
    assert settled(case) == [("rest_of_hold", "held", "settlement", 100_00)]
    assert left() == {}


def test_what_a_line_asks_of_the_hold_beyond_what_is_in_it_comes_from_the_settlement() -> None:
    case = unshipped(refunded_minor=40_00)
    Order.objects.update(refunded_minor=0)  # the refund was taken back while the case ran
    end(case, State.LOST, DAY_4)
    assert settled(case)[:2] == [
        ("order_amount", "held", "buyer", 60_00),
        ("order_amount_beyond_hold", "settlement", "buyer", 40_00),
    ]
    assert left() == {"settlement": -125_00, "buyer": 110_00, "platform": 15_00}


@pytest.mark.parametrize(
    ("currency", "amount", "commission", "compensation"),
    [("JPY", 1_005, 151, 101), ("KWD", 12_345, 1_852, 1_235), ("RUB", 3, 0, 0), ("RUB", 5, 1, 1)],
)
def test_a_charge_is_whole_minor_units_half_up_in_every_currency(
    currency: str, amount: int, commission: int, compensation: int
) -> None:
    case = unshipped(currency=currency, amount_minor=amount)
    end(case, State.LOST, DAY_4)
    wanted = {"settlement": -(amount + commission + compensation), "buyer": amount + compensation}
    assert left() == wanted | ({"platform": commission} if commission else {})
    assert set(Posting.objects.values_list("currency", flat=True)) == {currency}


@pytest.mark.parametrize(("rounding", "commission"), [("half_up", 3), ("half_even", 2), ("down", 2), ("up", 3)])
def test_the_book_says_how_a_line_is_rounded(rounding: str, commission: int) -> None:
    text = BOOKS["ozon"].text.replace("rounding: half_up", f"rounding: {rounding}")
    books = {"ozon": load(text, file="rounding.yaml")}
    take({"stores": [a_store(commission_rate=Decimal("0.025"))], "orders": [an_order(amount_minor=1_00)]}, books=books)
    (case,) = opened(books=books)
    end(case, State.LOST, DAY_4, books=books)
    assert left()["platform"] == commission


def test_an_order_that_is_told_in_another_currency_while_its_case_runs_is_charged_by_what_was_held() -> None:
    case = unshipped(shipping_minor=5_00)
    told = an_order(currency="JPY", amount_minor=15_000, shipping_minor=750)
    take({"stores": [], "orders": [told]}, known_at=START + DAY)
    end(case, State.LOST, DAY_4)
    assert set(Posting.objects.values_list("currency", flat=True)) == {"RUB"}
    assert left() == {"settlement": -125_00, "buyer": 110_00, "platform": 15_00}


def test_two_lost_cases_of_one_order_charge_it_once() -> None:
    first, second = disputed("c1", "c2")
    end(first, State.REJECTED, DAY_21)
    end(second, State.CONCEDED, DAY_21 + HOUR)
    assert settled(second) == [("held_amount", "held", "settlement", 100_00)]
    assert left() == {"settlement": -115_00, "buyer": 100_00, "platform": 15_00}


def test_two_lost_cases_of_one_order_that_close_in_one_batch_charge_it_once() -> None:
    first, second = disputed("c1", "c2")
    assert close_windows(START + 30 * DAY, books=BOOKS, actor="test") == 2
    assert len(settled(first)) == 2
    assert settled(second) == [("held_amount", "held", "settlement", 100_00)]
    assert left()["settlement"] == -115_00


def test_a_case_lost_after_one_that_was_won_is_charged() -> None:
    first, second = disputed("c1", "c2")
    end(first, State.WON, DAY_21)
    end(second, State.LOST, DAY_21 + HOUR)
    assert left()["settlement"] == -115_00


def test_what_another_process_decides_moves_no_money_of_the_book() -> None:
    order = an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY)
    take({"stores": [SHOPIFY], "orders": [order], "parcels": [a_parcel()], "complaints": [a_complaint()]})
    (case,) = opened(START + 20 * DAY)
    Case.objects.update(route="chargeback", held_minor=0)
    before = posted()
    end(case, State.LOST, DAY_21)
    case.refresh_from_db()
    assert (posted(), case.settled_at) == (before, DAY_21)


def test_a_charge_follows_the_version_that_was_in_force_when_the_case_opened() -> None:
    dearer = BOOKS["ozon"].text.replace(
        "  charge:\n    - from: 2026-03-12\n",
        "  charge:\n    - from: 2026-03-12\n      cite: O15\n      rounding: half_up\n      lines:\n"
        "        - {name: order_amount, base: order.amount_minor, debit: held, credit: buyer,"
        " title: {en: a, ru: a, zh: a}}\n    - from: 2026-04-04T00:00:01Z\n",
    )
    books = {"ozon": load(dearer, file="dearer.yaml")}
    take({"stores": [a_store()], "orders": [an_order()]}, books=books)
    (case,) = opened(books=books)  # one second before the second version
    end(case, State.LOST, DAY_4, books=books)
    assert left() == {"settlement": -100_00, "buyer": 100_00}


def test_a_book_that_holds_money_and_does_not_say_what_becomes_of_it_lets_no_case_end() -> None:
    text = BOOKS["ozon"].text
    start, stop = text.index("  release:\n"), text.index("  charge:\n")
    books = {"ozon": load(text[:start] + text[stop:], file="greedy.yaml")}
    take({"stores": [a_store()], "orders": [an_order()]}, books=books)
    (case,) = opened(books=books)
    with pytest.raises(OmbudError, match=r"money\.release"), rolled_back():
        end(case, State.WITHDRAWN, DAY_4, books=books)
    case.refresh_from_db()
    assert case.closed_at is None


ENDS = st.sampled_from([State.WON, State.LOST, State.REJECTED, State.WITHDRAWN, State.CONCEDED])


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    orders=st.lists(
        st.tuples(
            st.sampled_from(["RUB", "JPY", "KWD"]),
            st.integers(0, 10**12),
            st.integers(0, 10**6),
            st.integers(0, 10**12),
        ),
        min_size=1,
        max_size=4,
    ),
    later=st.integers(0, 10**12),
    rate=st.decimals(0, 1, places=6),
    ends=st.lists(st.lists(ENDS, min_size=1, max_size=2), min_size=4, max_size=4),
)
def test_after_any_ends_no_hold_outlives_its_case_and_every_currency_comes_to_nothing(
    orders: list[tuple[str, int, int, int]], later: int, rate: Decimal, ends: list[list[State]]
) -> None:
    with rolled_back():
        take(
            {
                "stores": [a_store(commission_rate=rate)],
                "orders": [
                    an_order(
                        f"o{number}",
                        currency=currency,
                        amount_minor=amount,
                        shipping_minor=shipping,
                        refunded_minor=refund,
                    )
                    for number, (currency, amount, shipping, refund) in enumerate(orders)
                ],
                "parcels": [a_parcel(f"o{number}", f"T{number}", carrier="yto") for number in range(len(orders))],
                "scans": [a_scan(f"T{number}", carrier="yto") for number in range(len(orders))],
            }
        )
        cases = opened()
        assert len(cases) == 2 * len(orders)  # not shipped, and a carrier that is not on the list
        Order.objects.update(refunded_minor=later)
        for case in cases:
            wanted = ends[int(case.order_id[1:])]
            end(case, wanted[case.case_id % len(wanted)], START + 4 * DAY)
        entries = [
            Entry(one.line, one.debit, one.credit, one.currency, one.amount_minor) for one in Posting.objects.all()
        ]
        totals = balances(entries)
        assert not {key: amount for key, amount in totals.items() if key[0] == "held" and amount}
        for currency in {order[0] for order in orders}:
            assert sum(amount for (_, of), amount in totals.items() if of == currency) == 0
        found = audit()
        assert (found.counts, found.held) == ({}, {})
