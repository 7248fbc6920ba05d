"""What a month may cost: counts from facts, the rest from assumptions and priors, and nothing guessed silently."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from ombud.domain.health import Share
from ombud.domain.instants import parse_instant
from ombud.rulebooks import open_book
from ombud.simulate.assumptions import Assumptions, load, open_assumptions
from ombud.simulate.assumptions.clauses import Language
from ombud.simulate.estimate import Estimate, estimate
from ombud.simulate.month import Folder, Month, prefix, read_month
from ombud.simulate.past import Reader
from ombud.simulate.sellers import Sellers
from tests.simulate.marketplace import assumed, given, past, unshipped
from tests.worlds import Facts

AT = parse_instant("2026-04-01")


def month_of(facts: Facts, platform: str = "ozon", days: int = 30, **said: Any) -> Month:
    book = open_book(platform)
    with past(facts) as source:
        found = Reader(source, rules_at=None).read(book, since=AT - timedelta(days=days), until=AT)
        asked = Folder(source.connection)
        words: dict[str, Any] = {"store_id": None, "cases": found.cases, "ruled": False, **said}
        return read_month(asked, book, at=AT, days=days, **words)


def estimated(month: Month, assumptions: Assumptions | None = None, language: Language | None = None) -> Estimate:
    book = open_book(month.platform)
    sellers = Sellers(assumptions or assumed(month.platform), book, seed=0)
    return estimate(month, book, sellers, language=language)


def test_losses_and_charges_are_the_counts_times_what_is_assumed() -> None:
    found = estimated(
        month_of(unshipped("o1", "o2", paid_at="2026-03-12T01:00:00Z")), assumed(answered="0.5", accepted="0.5")
    )
    (violation,) = found.violations
    assert violation.violation == "not_shipped"
    assert violation.cases == 2
    assert violation.lost["expected"] == Fraction(3, 2)  # three of four are lost
    whole = 10_000 + 1_500 + 500 + 1_000
    assert found.total("expected") == {"RUB": Fraction(3, 2) * whole}
    assert found.lines == {
        "order_amount": {"RUB": 15_000},
        "commission": {"RUB": 2_250},
        "shipping": {"RUB": 750},
        "compensation": {"RUB": 1_500},
    }


def test_a_month_is_thirty_days_whatever_it_is_drawn_from() -> None:
    found = estimated(month_of(unshipped("o1"), days=15), assumed(answered="0"))
    assert found.violations[0].cases == 2


def test_what_comes_after_the_window_is_lost() -> None:
    text_of_spans = "spans: [10h, 10h]"
    late = load(_text(assumed()).replace(text_of_spans, "spans: [0h, 144h]", 1), file="late.yaml")
    assert estimated(month_of(unshipped("o1")), late).violations[0].lost["expected"] == Fraction(1, 2)


def _text(assumptions: Assumptions) -> str:
    from tests.simulate.marketplace import ASSUMED

    assert assumptions.name == "tried"
    return ASSUMED.format(
        platform="ozon", sweep="2h", answered="1", after="10h", accepted="1", person="0", ruled="1h",
        mended="0", mend_after="1h", mended_accepted="1",
    )  # fmt: skip


def test_an_order_with_two_cases_is_charged_for_the_first_that_is_lost() -> None:
    facts = given(
        order={"shipped_at": None, "amount_minor": 10_000},
        parcels=[{"carrier": "yto", "registered_at": "2026-03-18T08:00:00Z"}],
        scans=[{"carrier": "yto", "scanned_at": "2026-03-18T09:00:00Z", "code": "picked_up"}],
    )
    found = estimated(month_of(facts), assumed(accepted="0.5"))
    charged = {each.violation: each.charged["expected"]["RUB"] for each in found.violations}
    assert charged == {"carrier_not_accepted": Fraction(12_500, 2), "not_shipped": Fraction(12_500, 4)}


def test_low_and_high_take_each_prior_as_true_or_as_without_effect() -> None:
    facts = given(
        order={"shipped_at": None, "amount_minor": 10_000},
        parcels=[{"registered_at": "2026-03-18T08:00:00Z", "source": "api"}],
        scans=[{"scanned_at": "2026-03-18T09:00:00Z", "code": "picked_up"}],
    )
    sellers = open_assumptions()
    (one,) = estimated(month_of(facts), sellers, "certified").violations
    answered, api = Fraction(9, 10), Fraction(142, 100)
    assert one.lost == {
        "low": 1 - answered * Fraction(6, 10) * api,
        "expected": 1 - answered * Fraction(6, 10) * api,
        "high": 1 - answered * Fraction(6, 10),
    }
    (unknown,) = estimated(month_of(facts), sellers).violations
    assert unknown.lost["low"] == one.lost["low"] < unknown.lost["expected"] < unknown.lost["high"]
    (contractor,) = estimated(month_of(facts), sellers, "contractor").violations
    assert contractor.lost["expected"] == 1 - answered * Fraction(6, 10) * api * Fraction(33, 100)


def test_a_prior_is_marked_with_its_citation_and_how_many_cases_it_is_about() -> None:
    facts = given(order={"shipped_at": None, "category": "beauty"})
    found = {each.name: each for each in estimated(month_of(facts), open_assumptions()).priors}
    assert (found["risky_category"].prior.cite, found["risky_category"].cases) == ("O18", Share(1, 1))
    assert found["risky_category"].saves == {}  # it weighs on opening: nothing is assumed to go by it
    assert found["uncertified_translation"].cases is None  # the facts do not tell
    assert found["uncertified_translation"].saves["RUB"] > 0


def test_what_costs_most_is_mended_first() -> None:
    facts = given(
        orders={
            "cheap": {"shipped_at": None, "amount_minor": 100},
            "dear": {"amount_minor": 90_000, "shipped_at": "2026-03-19T12:00:00Z"},
        },
        parcels=[{"order": "dear", "registered_at": "2026-03-18T08:00:00Z"}],
    )
    found = estimated(month_of(facts), assumed(answered="0"))
    names = [getattr(step, "violation", None) for step in found.steps]
    assert names == ["no_first_scan", "not_shipped"]


def test_needs_that_nothing_answers_are_missing_and_not_guessed() -> None:
    assert [need.name for need in estimated(month_of(unshipped("o1"))).missing] == [
        "carriers",
        "erp_link",
        "language_capability",
        "rating",
        "metrics",
    ]
    facts = given(stores={"s1": {"tier": "basic"}}, parcels=[{"registered_at": "2026-03-18T08:00:00Z"}])
    assert estimated(month_of(facts), language="own").missing == ()


def test_what_shopify_needs_and_facts_do_not_tell_is_its_rate() -> None:
    assert [need.name for need in estimated(month_of(given("shopify"), "shopify")).missing] == [
        "orders",  # none was paid in these days
        "category",
        "payments",
        "dispute_rate",
    ]


def test_unknown_cases_give_no_cost_at_all() -> None:
    found = estimated(month_of(unshipped("o1"), cases=None))
    assert (found.violations, found.total("expected")) == ((), {})
    assert "cases" in [need.name for need in found.missing]


def test_numbers_are_told_by_carrier_with_their_beginnings_and_forms() -> None:
    facts = given(
        parcels=[
            {"number": "1234567890", "registered_at": "2026-03-18T08:00:00Z"},
            {"number": "12 bad", "registered_at": "2026-03-18T08:00:00Z", "source": "manual"},
            {"number": "YT1", "carrier": "yto", "registered_at": "2026-03-18T08:00:00Z"},
            {"number": "X", "carrier": "nobody", "registered_at": "2026-03-18T08:00:00Z"},
        ]
    )
    month = month_of(facts)
    cdek, nobody, yto = month.carriers
    assert (cdek.carrier, cdek.parcels, cdek.by_api, cdek.well_formed, cdek.prefixes) == ("cdek", 2, 1, 1, ("12",))
    assert (nobody.well_formed, nobody.accepted) == (None, False)
    assert (yto.well_formed, yto.accepted, cdek.accepted) == (0, False, True)
    assert month.by_api == Share(3, 4)


@pytest.mark.parametrize(
    ("number", "beginning"), [("BXB123", "BXB"), ("9400111", "94"), ("lz12CN", "LZ"), ("5", "5"), ("-1", "-1")]
)
def test_the_beginning_of_a_number_tells_its_kind(number: str, beginning: str) -> None:
    assert prefix(number) == beginning


def test_figures_look_back_ninety_days() -> None:
    facts = given(
        orders={
            "in_time": {},
            "late": {"shipped_at": "2026-03-21T00:00:00Z"},
            "older": {"ship_by": "2025-12-30T00:00:00Z", "paid_at": "2025-12-20T00:00:00Z"},
        },
        parcels=[{"order": "in_time", "registered_at": "2026-03-18T08:00:00Z"}],
        scans=[{"scanned_at": "2026-03-25T09:00:00Z", "code": "returned"}],
    )
    month = month_of(facts)
    assert (month.on_time, month.returned) == (Share(1, 2), Share(1, 3))
