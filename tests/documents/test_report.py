"""The dispute report: each dispute once in its period, with how it ended, what it cost and what it shares (S12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from ombud.documents.report import report
from ombud.documents.typeset import pdf
from ombud.domain.cases import State
from ombud.store.disputes import OPEN, Period, totals
from ombud.store.models import Case
from tests.actions.ending import SHOPIFY, disputed, end, opened
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_complaint, a_parcel, a_store, an_order, take
from tests.documents.reading import Paper

pytestmark = pytest.mark.django_db

OPENED = START + 3 * DAY
LATER = OPENED + 90 * HOUR


def three_unshipped() -> list[Case]:
    """Three Ozon cases: two of one buyer and warehouse, in roubles, and one in tenge."""
    line = {"line": 1, "quantity": 1, "price_minor": 1, "kind": "physical"}
    orders = [an_order("o1", buyer_id="b7"), an_order("o2", buyer_id="b7")]
    orders.append(an_order("o3", buyer_id="b8", currency="KZT", category="beauty"))
    take(
        {
            "stores": [a_store()],
            "orders": orders,
            "lines": [{**line, "order_id": f"o{n}", "sku": "77-B" if n < 3 else "12-A"} for n in (1, 2, 3)],
            "parcels": [
                a_parcel(f"o{n}", f"11594762{n}0", warehouse=f"w{1 if n < 3 else 2}", registered_at=START + 2 * DAY)
                for n in (1, 2, 3)
            ],
        }
    )
    opened(OPENED)
    return [Case.objects.get(order_id=f"o{n}", violation="not_shipped") for n in (1, 2, 3)]


def period(at: datetime = LATER, **more: Any) -> Period:
    return Period(at, **more)


def test_disputes_are_counted_by_violation_and_outcome_with_what_they_hold_and_cost() -> None:
    first, second, _ = three_unshipped()
    end(first, State.LOST, OPENED + 72 * HOUR)
    end(second, State.WON, OPENED + 73 * HOUR)
    found = {one.outcome: (one.cases, one.held_minor, one.cost_minor) for one in totals(period())}
    assert found == {
        "lost": (1, {}, {"RUB": 125_00}),
        "won": (1, {}, {}),
        OPEN: (1, {"KZT": 100_00}, {}),
    }


def test_as_of_an_earlier_instant_nothing_later_is_known() -> None:
    first, *_ = three_unshipped()
    end(first, State.LOST, OPENED + 72 * HOUR)
    [only] = totals(period(OPENED + 71 * HOUR))
    assert (only.outcome, only.cases, only.held_minor) == (OPEN, 3, {"RUB": 200_00, "KZT": 100_00})


def test_a_dispute_belongs_to_the_period_in_which_it_was_opened() -> None:
    three_unshipped()
    assert totals(period(since=OPENED)) == []
    assert sum(one.cases for one in totals(period(since=OPENED - timedelta(microseconds=1)))) == 3
    assert totals(period(OPENED - timedelta(microseconds=1))) == []


def test_of_one_store_only_its_own_are_counted() -> None:
    three_unshipped()
    assert totals(period(store_id="s2")) == []
    assert totals(period(store_id="s1")) == totals(period()) != []


def test_what_another_process_decides_is_no_dispute_of_the_report() -> None:
    order = an_order(gateway="paypal", shipped_at=START + HOUR, completed_at=START + 5 * DAY)
    take({"stores": [SHOPIFY], "orders": [order], "parcels": [a_parcel()], "complaints": [a_complaint()]})
    [case] = opened(START + 20 * DAY)
    assert case.route == "paypal"
    assert totals(period(START + 30 * DAY)) == []


def test_the_page_says_all_of_it() -> None:
    first, second, _ = three_unshipped()
    end(first, State.LOST, OPENED + 72 * HOUR)
    end(second, State.WON, OPENED + 73 * HOUR)
    opened(START + 4 * DAY)  # their numbers have no first scan either
    paper = Paper(report(period(store_id="s1"), language="en"))
    assert paper.lacking("Not shipped by the promised time", "2, of these won 1") == []
    assert paper.lacking("125.00 RUB", "100.00 KZT", "77-B", "w1", "b7", "cdek", "beauty", "By warehouse") == []


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_violations_are_named_in_its_language_by_the_book(language: str) -> None:
    disputed()
    title = BOOKS["shopify"].value("violations.buyer_dispute", START).title.speak(language)
    assert title in Paper(report(period(START + 30 * DAY), language=language))


def test_a_period_without_disputes_says_so_and_draws_the_same_bytes() -> None:
    document = report(period(START), language="en")
    assert "No dispute was opened" in Paper(document)
    assert pdf(document) == pdf(report(period(START), language="en"))
