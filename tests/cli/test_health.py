"""`ombud health`: the figures with their base, the headroom, the curve, and the stores nearest to their limit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from rich.cells import cell_len

from ombud.actions.health import TouchedDays, refresh_days
from ombud.rulebooks import open_book
from ombud.store.models import RulebookVersion, Sanction, Store
from tests.cli.run import Run, runner
from tests.store.rows import a_case, a_store, an_order

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
AT = datetime(2026, 6, 10, 12, tzinfo=UTC)
NOW = ("--at", "2026-06-10T12:00:00Z")


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def world() -> None:
    """Three stores of Shopify with 300 completed orders each and 0, 2 and 4 disputes lost; one of Ozon with nothing."""
    for store_id, lost in (("calm", 0), ("near", 2), ("over", 4)):
        store = a_store(store_id, "shopify", site=f"{store_id}.example", timezone="Asia/Shanghai")
        for number in range(300):
            order = an_order(store, completed_at=AT - timedelta(hours=number))
            if number < lost:
                a_case(order, AT - 4 * DAY, state="lost", closed_at=AT - number * DAY, violation="buyer_dispute")
    a_store("quiet")
    touched = TouchedDays(connection, {name: open_book(name) for name in ("ozon", "shopify")})
    touched.add_orders("SELECT order_id FROM orders")
    touched.add_cases("SELECT case_id FROM cases")
    refresh_days(touched)


@pytest.mark.parametrize(
    ("store", "rate", "words"),
    [
        ("calm", "0.00 %", "2 orders remaining before rate limit is reached."),
        ("near", "0.67 %", "0 orders remaining before rate limit is reached."),
        ("over", "1.33 %", "0 orders remaining before rate limit is reached."),
    ],
)
def test_a_store_shows_its_rate_with_its_base_and_the_orders_remaining(
    ombud: Run, world: None, store: str, rate: str, words: str
) -> None:
    out = ombud("health", store, *NOW).out
    assert rate in out
    assert "/ 300" in out
    assert "< 1.00 %" in out
    assert words in out
    assert ("over the limit" in out) == (store == "over")


def test_a_store_over_its_limit_has_its_curve_up_to_the_highest_point(ombud: Run, world: None) -> None:
    assert "█" in ombud("health", "over", *NOW).out
    assert "a full bar is 1.00 %" in ombud("health", "calm", *NOW).out


def test_a_store_of_nothing_says_that_nothing_was_measured(ombud: Run, world: None) -> None:
    out = ombud("health", "quiet", *NOW).out
    assert "nothing was measured yet" in out
    assert "0 / 0" in out
    assert "No case is open." in out


def test_every_store_is_listed_with_the_one_nearest_to_its_limit_on_top(ombud: Run, world: None) -> None:
    out = ombud("health", *NOW).out
    assert out.startswith("4 stores, 1 over a limit")
    names = [line.split()[2] for line in out.splitlines() if "·" in line and "%" in line]
    assert names == ["over", "near", "calm", "quiet"]
    assert "… and 2 more: --limit 4" in ombud("health", *NOW, "--limit", "2").out


def test_stores_of_one_platform_alone(ombud: Run, world: None) -> None:
    found = json.loads(ombud("health", *NOW, "--platform", "ozon", "--json").out)
    assert [store["store_id"] for store in found["stores"]] == ["quiet"]


def test_no_store_at_all_says_what_to_do(ombud: Run) -> None:
    said = ombud("health", *NOW)
    assert (said.code, "import a facts folder first" in said.out) == (0, True)


def test_json_has_exact_counts_and_null_where_there_is_nothing_to_measure(ombud: Run, world: None) -> None:
    found = json.loads(ombud("health", "near", *NOW, "--json").out)
    rate = next(figure for figure in found["figures"] if figure["name"] == "dispute_rate")
    assert (rate["part"], rate["base"], rate["headroom"], rate["standing"]) == (2, 300, 0, "within")
    assert (rate["rate"], rate["limit"], rate["window"], rate["cite"]) == ("0.006667", "0.010000", "90d", "S10")
    quiet = json.loads(ombud("health", "quiet", *NOW, "--json").out)
    success = next(figure for figure in quiet["figures"] if figure["name"] == "success_rate")
    assert (success["rate"], success["headroom"], success["standing"]) == (None, None, "no_base")


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("width", [60, 80, 140])
def test_no_line_is_wider_than_the_terminal(ombud: Run, world: None, width: int, language: str) -> None:
    for words in (["health"], ["health", "over"], ["health", "quiet"]):
        out = ombud("--lang", language, *words, *NOW, width=width).out
        assert max(cell_len(line) for line in out.splitlines()) <= width


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nears"], "There is no store 'nears'. The nearest names are: near."),
        (["--platform", "amazon"], "There is no rulebook for the platform 'amazon'."),
        (["near", "--at", "yesterday"], "'yesterday' is no instant"),
        (["near", "--at", "2018-01-01"], "health.dispute_rate"),
    ],
)
def test_what_is_unknown_or_not_in_force_is_refused(ombud: Run, world: None, words: list[str], problem: str) -> None:
    said = ombud("health", *words)
    assert (said.code, said.out) == (2, "")
    assert problem in said.err.replace("\n", " ")


def test_rules_at_measures_a_time_before_the_book(ombud: Run, world: None) -> None:
    said = ombud("health", "near", "--at", "2018-01-01", "--rules-at", "2026-06-01")
    assert (said.code, "nothing was measured yet" in said.out) == (0, True)


def test_the_page_of_a_store_has_its_rating_and_what_is_in_force_against_it(ombud: Run, world: None) -> None:
    store = Store.objects.get(store_id="quiet")
    assert "No sanction is in force." in ombud("health", "quiet", *NOW).out
    Store.objects.update(tier="premium")
    book = open_book("ozon")
    RulebookVersion.objects.get_or_create(
        digest=book.digest, defaults={"name": "ozon", "text": book.text, "used_from": AT}
    )
    Sanction.objects.create(
        platform="ozon", over="store", subject=store.pk, measure="search_demotion", begun_at=AT - DAY, figure="3",
        base=7, clause="sanctions.search_demotion@2026-03-12", rulebook_id=book.digest,
    )  # fmt: skip
    out = ombud("health", "quiet", *NOW, width=80).out
    assert "rating premium" in out
    assert "Search exposure falls by 30 % or more"[:20] in out
    assert max(cell_len(line) for line in out.splitlines()) <= 80
    said = json.loads(ombud("health", "quiet", *NOW, "--json").out)
    assert (said["tier"], [one["measure"] for one in said["sanctions"]]) == ("premium", ["search_demotion"])
    before = json.loads(ombud("health", "quiet", "--at", "2026-06-01", "--json").out)
    assert before["sanctions"] == []
