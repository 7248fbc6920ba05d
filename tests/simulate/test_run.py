"""Two books over one past: the same sellers, exact money, stores' health, and nothing that differs without a reason."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import settings

from ombud.domain.cases import State
from ombud.domain.health import Share, Standing
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError
from ombud.generate import generate
from ombud.rulebooks import open_book
from ombud.scan import sources
from ombud.scan.find import FOUND, find
from ombud.simulate import report
from ombud.simulate.assumptions import open_assumptions
from ombud.simulate.run import Simulation, simulate
from tests.simulate.marketplace import SHORT, assumed, at, changed, given, only, past, tried, unshipped
from tests.worlds import Facts, worlds

UNTIL = parse_instant("2026-12-31")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated marketplace of both platforms."""
    folder = tmp_path_factory.mktemp("simulated") / "facts"
    generate(folder, orders=4_000, seed=7)
    return folder


def run(world: Path, platform: str, **said: Any) -> Simulation:
    book = open_book(platform)
    words: dict[str, Any] = {"old": book, "new": book, "assumptions": open_assumptions(), **said}
    with sources.folder(world) as source:
        return simulate(source, **words)


@pytest.mark.parametrize("platform", ["ozon", "shopify"])
def test_a_book_against_itself_differs_in_nothing(world: Path, platform: str) -> None:
    found = run(world, platform)
    assert len(found.old.cases) > 10
    assert {change for _, change in found.changes()} == {"same"}
    said = report.as_json(found)
    assert said["old"] == said["new"]


@pytest.mark.parametrize("platform", ["ozon", "shopify"])
def test_the_cases_are_those_of_a_scan_of_the_same_facts(world: Path, platform: str) -> None:
    found = run(world, platform, until=UNTIL)
    with sources.folder(world) as source:
        find(source, open_book(platform), as_of=UNTIL)
        rows = source.connection.execute(
            f"SELECT violation, order_id, epoch_us(fires_at) FROM {FOUND} WHERE opens = 'case'"
        ).fetchall()
    cases = [each.life.case for each in found.old.cases.values()]
    epoch = parse_instant("1970-01-01")
    mine = [(c.violation, c.order_id, (c.fires_at - epoch) // timedelta(microseconds=1)) for c in cases]
    assert sorted(mine) == sorted(rows)
    assert len(mine) > 10


@pytest.mark.parametrize("platform", ["ozon", "shopify"])
@settings(deadline=None, max_examples=5)
@drawn(facts=worlds())
def test_any_world_gives_the_cases_of_its_scan(platform: str, facts: Facts) -> None:
    for store in facts["stores"]:
        store["commission_rate"] = store["commission_rate"] or 0
    until = datetime.fromisoformat("2027-06-01T00:00:00+00:00")
    found = tried(facts, old=open_book(platform), until=until)
    with past(facts) as source:
        find(source, open_book(platform), as_of=until)
        rows = source.connection.execute(f"SELECT violation, order_id FROM {FOUND} WHERE opens = 'case'").fetchall()
    assert sorted((each.life.case.violation, each.life.case.order_id) for each in found.old.cases.values()) == sorted(
        rows
    )


def test_a_shorter_window_changes_exactly_what_it_must(world: Path) -> None:
    found = run(world, "ozon", new=changed(*SHORT))
    assert found.old.cases.keys() == found.new.cases.keys()
    for key, old in found.old.cases.items():
        new = found.new.cases[key]
        assert old.life.case == new.life.case
        assert (old.life.opened_at, old.held_minor) == (new.life.opened_at, new.held_minor)
        assert old.life.due_at - new.life.due_at == timedelta(hours=48)
        in_a_day = old.life.submitted_at is not None and old.life.submitted_at < new.life.due_at
        if in_a_day:
            assert (new.life.submitted_at, new.life.state) == (old.life.submitted_at, old.life.state)
        elif old.life.state is not State.WITHDRAWN:
            assert (new.life.state, new.life.closed_at) == (State.LOST, new.life.due_at)
    assert found.new.answered() < found.old.answered()


def test_equal_seeds_give_equal_bytes_and_another_seed_other_outcomes(world: Path, tmp_path: Path) -> None:
    texts = []
    for place, seed in enumerate((5, 5, 6)):
        folder = tmp_path / str(place)
        report.write(run(world, "ozon", seed=seed), folder)
        texts.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert texts[0] == texts[1]
    assert set(texts[0]) == {report.CASES, report.STORES, report.SUMMARY}
    assert texts[0][report.CASES] != texts[2][report.CASES]


def test_the_shares_that_are_assumed_come_out(world: Path) -> None:
    found = run(world, "ozon", assumptions=assumed(answered="0.5", accepted="0.8"))
    assert 0.35 < found.old.answered() / len(found.old.cases) < 0.65
    assert 0.65 < found.old.ended()[State.WON] / found.old.answered() < 0.95


def test_a_loss_is_charged_line_by_line_from_the_book() -> None:
    found = tried(unshipped("o1", refunded_minor=1_000), assumptions=assumed(accepted="0"))
    settled = only(found.old)
    assert settled.held_minor == 9_000
    assert settled.charged_minor == {"order_amount": 9_000, "commission": 1_350, "shipping": 500, "compensation": 900}
    assert found.old.money.charged["commission"] == {"RUB": 1_350}
    assert found.old.money.held_for == timedelta(hours=58)
    assert found.old.money.held_days == {"RUB": 9_000 * 58 // 24}


def test_a_case_won_gives_its_hold_back_and_costs_nothing() -> None:
    settled = only(tried(unshipped("o1")).old)
    assert (settled.held_minor, settled.charged_minor, settled.loss_minor) == (10_000, {}, 0)


def test_an_order_is_charged_once_however_many_of_its_cases_are_lost() -> None:
    facts = given(
        order={"shipped_at": None, "amount_minor": 10_000},
        parcels=[{"carrier": "yto", "registered_at": "2026-03-18T08:00:00Z"}],
    )
    found = tried(facts, assumptions=assumed(accepted="0"))
    charged = {each.life.case.violation: each.loss_minor for each in found.old.cases.values()}
    assert charged == {"carrier_not_accepted": 12_500, "no_first_scan": 0, "not_shipped": 0}


def test_the_peak_is_what_is_held_at_once_and_a_hold_ends_with_its_case() -> None:
    facts = given(
        orders={
            "a": {"shipped_at": None, "amount_minor": 100},
            "b": {"shipped_at": None, "amount_minor": 200, "ship_by": "2026-03-21T12:00:00Z"},
            "c": {"shipped_at": None, "amount_minor": 400, "ship_by": "2026-03-22T22:00:00Z"},  # when a is given back
        }
    )
    assert tried(facts).old.money.peak == {"RUB": (600, at("03-22 22:00"))}


def test_currencies_stay_apart() -> None:
    facts = given(
        orders={
            "a": {"shipped_at": None, "amount_minor": 100},
            "b": {"shipped_at": None, "amount_minor": 300, "currency": "KZT"},
        }
    )
    money = tried(facts, assumptions=assumed(answered="0")).old.money
    assert {currency: amount for currency, (amount, _at) in money.peak.items()} == {"KZT": 300, "RUB": 100}
    assert money.charged["order_amount"] == {"KZT": 300, "RUB": 100}


def test_what_only_one_book_opens_is_new_or_gone() -> None:
    facts = given(parcels=[{"carrier": "yto", "registered_at": "2026-03-18T08:00:00Z"}],
                  scans=[{"carrier": "yto", "scanned_at": "2026-03-18T09:00:00Z", "code": "picked_up"}])  # fmt: skip
    wider = changed("values: [cdek, boxberry, ozon-logistics]", "values: [cdek, boxberry, ozon-logistics, yto]")
    assert tried(facts, wider).changes() == [(("o1", "carrier_not_accepted", ""), "gone")]
    assert tried(facts, open_book("ozon"), wider).changes() == [(("o1", "carrier_not_accepted", ""), "new")]


def test_health_counts_what_was_decided_by_the_end_in_the_window_of_the_book() -> None:
    facts = given(
        "shopify",
        orders={name: {} for name in ("o1", "o2", "o3", "o4")},
        parcels=[
            {"order": name, "number": name, "registered_at": "2026-03-20T12:00:00Z"}
            for name in ("o1", "o2", "o3", "o4")
        ],
        complaints=[{"kind": "not_received", "opened_at": "2026-04-02T08:00:00Z"}],
    )
    shopify = open_book("shopify")
    found = tried(facts, old=shopify, assumptions=assumed("shopify", answered="0"), until=parse_instant("2026-04-20"))
    rate, success = found.old.standings.figures
    assert (rate.name, rate.shares["s1"]) == ("dispute_rate", Share(1, 4))
    assert (rate.bound.limit, rate.count(Standing.BEYOND), set(rate.passed)) == (Fraction(1, 100), 1, {"s1"})
    assert success.shares["s1"] == Share(0, 1)
    before = tried(facts, old=shopify, assumptions=assumed("shopify", answered="0"), until=at("04-05 07:59"))
    assert before.old.standings.figures[0].shares["s1"] == Share(0, 4)  # lost at 08:00
    later = tried(facts, old=shopify, assumptions=assumed("shopify", answered="0"), until=parse_instant("2026-07-10"))
    assert later.old.standings.figures[0].shares["s1"] == Share(0, 0)
    assert later.old.standings.figures[0].count(Standing.NO_BASE) == 1
    assert later.old.standings.figures[0].passed == {"s1"}


def test_without_completed_orders_there_is_no_rate_rather_than_none() -> None:
    found = tried(unshipped("o1"), assumptions=assumed(answered="0"), until=at("04-20 00:00"))
    rate = next(figure for figure in found.old.standings.figures if figure.name == "dispute_rate")
    assert rate.shares["s1"].rate is None
    assert report.as_json(found)["old"]["health"]["dispute_rate"]["all_stores"] == {"part": 1, "base": 0, "rate": None}


def _row(count: int) -> Facts:
    """So many cases of one store, a day apart."""
    orders = {
        f"o{n}": {"shipped_at": None, "ship_by": f"2026-03-{20 + n}T12:00:00Z", "amount_minor": 100}
        for n in range(count)
    }
    return given(orders=orders)


def test_the_third_loss_in_a_row_begins_what_the_book_threatens() -> None:
    def began(count: int, **said: str) -> list[tuple[str, str]]:
        found = tried(_row(count), assumptions=assumed(**said))
        return list(next(s for s in found.old.standings.sanctions if s.name == "search_demotion").began)

    assert began(2, answered="0") == []
    assert began(3, answered="0") == [("2026-03-25T12:00:00Z", "s1")]
    assert began(5, answered="0") == [("2026-03-25T12:00:00Z", "s1")]
    assert began(5) == []  # all won


def test_a_figure_below_its_bound_begins_close_watch() -> None:
    found = tried(_row(1), assumptions=assumed(answered="0"))
    watch = next(s for s in found.old.standings.sanctions if s.name == "close_watch")
    assert watch.began == (("2026-03-23T12:00:00Z", "s1"),)


def test_a_sanction_that_asks_for_time_over_the_limit_begins_after_it() -> None:
    facts = given("shopify", complaints=[{"kind": "not_received", "opened_at": "2026-04-02T08:00:00Z"}])
    found = tried(facts, old=open_book("shopify"), assumptions=assumed("shopify", answered="0"))
    began = {s.name: [instant for instant, _ in s.began] for s in found.old.standings.sanctions}
    assert began["warning"] == ["2026-04-05T08:00:00Z"]
    assert began["payments_restricted"] == ["2026-05-05T08:00:00Z"]
    assert began["account_ended"] == []  # the only completed order leaves the window before: no rate any more


def test_what_fired_before_since_counts_for_health_and_not_as_a_case() -> None:
    found = tried(_row(3), assumptions=assumed(answered="0"), since=at("03-22 00:00"), until=at("03-30 00:00"))
    assert [each.life.case.order_id for each in found.old.cases.values()] == ["o2"]
    assert found.old.money.charged["order_amount"] == {"RUB": 100}
    success = next(figure for figure in found.old.standings.figures if figure.name == "success_rate")
    assert success.shares["s1"] == Share(0, 3)


def test_a_source_without_orders_gives_no_cases_and_no_rates() -> None:
    empty: Facts = {name: [] for name in given()}
    with past(empty) as source:
        found = simulate(source, old=open_book("ozon"), new=changed(*SHORT), assumptions=assumed())
    assert (found.orders, len(found.old.cases), found.changes()) == (0, 0, [])
    assert found.old.money.peak == {}


def test_orders_older_than_both_books_fire_nothing_unless_their_rules_are_put_to_them() -> None:
    facts = unshipped("o1", paid_at="2026-02-01T00:00:00Z", ship_by="2026-02-10T12:00:00Z")
    found = tried(facts)
    assert (len(found.old.cases), found.orders, found.orders_before_book, found.fires_nothing) == (0, 1, 1, True)
    found = tried(facts, rules_at=parse_instant("2026-03-12"))
    assert (len(found.old.cases), found.orders_before_book, found.fires_nothing) == (1, 0, False)


def test_books_of_two_platforms_cannot_be_compared() -> None:
    with pytest.raises(OmbudError) as refused:
        tried(unshipped("o1"), open_book("shopify"))
    assert [problem.code for problem in refused.value.problems] == ["two_platforms"]


def test_a_seller_answers_alike_whatever_else_the_books_open(world: Path) -> None:
    fewer = changed("values: [cdek, boxberry, ozon-logistics]", "values: [cdek]")
    found = run(world, "ozon", new=fewer)
    counted = Counter(change for _, change in found.changes())
    assert counted["new"] > 0
    unlike = [key for key, change in found.changes() if change == "changed"]
    assert all(found.old.cases[key].life == found.new.cases[key].life for key in unlike)  # only who is charged first


def test_the_summary_is_plain_json(world: Path) -> None:
    said = report.as_json(run(world, "ozon", new=changed(*SHORT)))
    assert json.loads(json.dumps(said)) == said
    old = said["old"]["cases"]
    assert old["opened"] == sum(old[str(state)] for state in (State.WON, State.REJECTED, State.LOST, State.WITHDRAWN))


def test_findings_that_open_no_case_are_counted_beside_the_cases() -> None:
    complaint = {"kind": "not_received", "opened_at": "2026-04-02T08:00:00Z"}
    facts = given("shopify", order={"gateway": "paypal"}, complaints=[complaint])
    shopify = open_book("shopify")
    wider = changed("values: [shopify_payments, stripe]", "values: [shopify_payments, stripe, paypal]", "shopify")
    found = tried(facts, wider, shopify)
    assert (found.old.others, len(found.old.cases)) == ({"routed": 1}, 0)
    assert (found.new.others, len(found.new.cases)) == ({}, 1)
