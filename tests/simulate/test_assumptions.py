"""A file of assumptions says where each value comes from, or is refused with the place of every fault."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError
from ombud.rulebooks import open_book, shipped
from ombud.simulate.assumptions import load, open_assumptions
from ombud.simulate.sellers import Sellers

GOOD = """\
name: mine
title: {en: a, ru: b, zh: c}
sources:
  - {title: A paper, rows: {X1: one}}
platforms:
  ozon:
    sweep: [{from: 2026-01-01, note: n, value: 2h}]
    answered:
      - {from: 2026-01-01, cite: X1, share: 0.9}
      - from: 2026-06-01
        note: n
        share: 0.8
        elsewhere:
          - {where: {store.tier: premium, case.violation: not_shipped}, note: n, share: 0.95}
    answer_after: [{from: 2026-01-01, note: n, spans: [1h, 30h, 70h]}]
    accepted:
      - from: 2026-01-01
        note: n
        share: 0.6
        times: [{prior: track_by_api, note: n}]
    to_a_person: [{from: 2026-01-01, note: n, share: 0.2}]
    ruled_after: [{from: 2026-01-01, note: n, spans: [48h, 96h]}]
"""
AT = parse_instant("2026-07-01")


def refused(text: str) -> list[tuple[str, int | None]]:
    with pytest.raises(OmbudError) as error:
        load(text, file="mine.yaml").check_for(open_book("ozon"))
    assert all(problem.place is not None and problem.place.file == "mine.yaml" for problem in error.value.problems)
    assert all(problem.say() for problem in error.value.problems)
    return [(problem.code, problem.place.line if problem.place else None) for problem in error.value.problems]


def test_the_good_file_loads() -> None:
    found = load(GOOD, file="mine.yaml")
    found.check_for(open_book("ozon"))
    assert found.name == "mine"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("share: 0.9}", "shares: 0.9}", "key_missing", 9),
        ("share: 0.9}", "share: 0.9, foo: 1}", "unknown_key", 9),
        ("name: mine", "name: mine\nfoo: 1", "unknown_key", 2),
        ("share: 0.9}", "share: 1.01}", "less_than_equal", 9),
        ("share: 0.9}", "share: -0.1}", "greater_than_equal", 9),
        ("share: 0.9}", "share: many}", "no_number", 9),
        ("{from: 2026-01-01, cite: X1,", "{cite: X1,", "key_missing", 9),
        ("cite: X1, share", "share", "no_ground", 9),
        ("cite: X1, share", "cite: X2, share", "unknown_row", 9),
        ("from: 2026-06-01", "from: 2025-06-01", "versions_unsorted", 10),
        ("from: 2026-06-01", "from: 2026-06-31", "no_instant", 10),
        ("store.tier: premium", "store.tear: premium", "unknown_field", 14),
        ("store.tier: premium", "store.tier: gold", "unknown_choice", 14),
        ("store.tier: premium", "is: [high_value]", "not_here", 14),
        ("case.violation: not_shipped", "case.violation: not_shiped", "unknown_name", 14),
        ("spans: [1h, 30h, 70h]", "spans: [1h, 30h, 20h]", "spans_fall", 15),
        ("spans: [1h, 30h, 70h]", "spans: [1h]", "too_short", 15),
        ("spans: [1h, 30h, 70h]", "spans: [1h, 30 h]", "no_span", 15),
        ("prior: track_by_api", "prior: track_by_pigeon", "unknown_name", 20),
        ("prior: track_by_api", "prior: high_value", "no_factor", 20),
        ("note: n, value: 2h", "note: n, value: 0h", "no_sweep", 7),
        ("platforms:\n  ozon:", "platforms:\n  etsy:", "not_assumed", 5),
        ("name: mine", "name: mine\nname: yours", "key_twice", 2),
    ],
)
def test_a_fault_is_refused_with_its_place(old: str, new: str, code: str, line: int) -> None:
    assert old in GOOD
    assert (code, line) in refused(GOOD.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "- a\n", "x"])
def test_what_is_no_map_is_refused(text: str) -> None:
    assert refused(text)[0][0] == "no_assumptions"


def test_a_file_that_is_not_there_is_told_with_the_one_that_ships() -> None:
    with pytest.raises(OmbudError) as error:
        open_assumptions("none.yaml")
    assert "documents" in str(error.value)


@pytest.mark.parametrize("name", shipped())
def test_what_ships_fits_the_books_that_ship_and_each_value_has_its_ground(name: str) -> None:
    found = open_assumptions()
    found.check_for(open_book(name))
    assert found.behaviour(name).answered[0].valid_from <= open_book(name).starts_at


def _sellers(text: str = GOOD) -> Sellers:
    return Sellers(load(text, file="mine.yaml"), open_book("ozon"), seed=1)


@pytest.mark.parametrize(
    ("clause", "fields", "day", "share"),
    [
        ("answered", {}, "2026-03-12", "0.9"),
        ("answered", {}, "2026-06-01", "0.8"),
        ("answered", {"store.tier": "premium"}, "2026-06-01", "0.8"),
        ("answered", {"store.tier": "premium", "case.violation": "not_shipped"}, "2026-06-01", "0.95"),
        ("accepted", {"parcel.source": "manual"}, "2026-06-01", "0.6"),
        ("accepted", {"parcel.source": "api"}, "2026-06-01", "0.852"),  # the prior of the book: times 1.42
    ],
)
def test_a_share_is_that_of_its_date_its_conditions_and_its_priors(
    clause: str, fields: dict[str, Any], day: str, share: str
) -> None:
    assert _sellers().share(clause, fields, "s1", parse_instant(day)) == Decimal(share)


def test_a_share_times_its_priors_is_never_above_one() -> None:
    sellers = _sellers(GOOD.replace("share: 0.6\n", "share: 0.9\n"))
    assert sellers.share("accepted", {"parcel.source": "api"}, "s1", AT) == 1


def test_nothing_is_guessed_before_the_first_date() -> None:
    with pytest.raises(OmbudError) as error:
        _sellers().share("answered", {}, "s1", parse_instant("2025-12-31"))
    assert [problem.code for problem in error.value.problems] == ["not_assumed_then"]


def test_asking_for_what_the_file_leaves_out_is_an_error() -> None:
    with pytest.raises(OmbudError) as error:
        _sellers().share("mended", {}, "s1", AT)
    assert [problem.code for problem in error.value.problems] == ["not_assumed_then"]


def test_a_prior_that_facts_cannot_tell_applies_to_its_share_of_the_stores() -> None:
    sellers = Sellers(open_assumptions(), open_book("ozon"), seed=1)
    fields = {"parcel.source": "manual"}
    shares = [sellers.share("accepted", fields, f"s{n}", AT) for n in range(500)]
    assert set(shares) == {Decimal("0.6"), Decimal("0.6") * Decimal("0.33")}
    assert 60 < shares.count(Decimal("0.6") * Decimal("0.33")) < 140  # of 500, at 20 %
