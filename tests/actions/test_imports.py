"""Imports: all or nothing, as often as one likes, in whatever order the exports come."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ombud.actions.cases import open_due
from ombud.actions.merging import Merged
from ombud.rulebooks import open_book
from ombud.store.models import Order, Parcel, Scan
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
    kept_facts,
    merged,
    rolled_back,
    take,
)
from tests.conftest import OwnStore
from tests.worlds import Answers, Facts, worlds

pytestmark = pytest.mark.django_db

EXAMPLES = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
SMALL = {
    "stores": [a_store()],
    "orders": [an_order("o1"), an_order("o2", paid_at=None)],
    "parcels": [a_parcel("o1")],
    "scans": [a_scan()],
    "complaints": [a_complaint()],
}


def test_the_same_folder_twice_changes_nothing_and_wakes_nobody() -> None:
    first = take(SMALL)
    assert first.tables["orders"] == Merged(inserted=2)
    open_due(START + DAY, books=BOOKS, actor="test")
    before = kept_facts()
    second = take(SMALL)
    assert (second.changed, second.woken) == (0, 0)
    assert second.tables["orders"] == Merged(unchanged=2)
    assert kept_facts() == before


def test_a_newer_export_of_equal_content_wakes_nobody() -> None:
    take(SMALL)
    open_due(START + DAY, books=BOOKS, actor="test")
    before = kept_facts(known_at=False)
    again = take(SMALL, known_at=START + DAY)
    assert (again.changed, again.woken) == (0, 0)
    assert kept_facts(known_at=False) == before
    assert set(Order.objects.values_list("known_at", flat=True)) == {START + DAY}


def test_a_later_folder_updates_orders_and_adds_scans() -> None:
    take(SMALL)
    later = {
        "stores": SMALL["stores"],
        "orders": [an_order("o1", shipped_at=START + DAY)],
        "scans": [a_scan(), a_scan(scanned_at=START + 2 * DAY, code="delivered", signed_by="Ivanov")],
    }
    report = take(later, known_at=START + 2 * DAY)
    assert report.tables["orders"] == Merged(updated=1)
    assert report.tables["scans"] == Merged(inserted=1, unchanged=1)
    assert Order.objects.get(order_id="o1").shipped_at == START + DAY
    parcel = Parcel.objects.get()
    assert (parcel.first_scan_at, parcel.delivered_at) == (START + 2 * HOUR, START + 2 * DAY)
    assert parcel.signed_by == "Ivanov"


def test_an_older_export_never_overwrites_a_newer_one() -> None:
    take({**SMALL, "orders": [an_order("o1", shipped_at=START + DAY)]}, known_at=START + 2 * DAY)
    report = take(SMALL, known_at=START + DAY)
    assert report.tables["orders"] == Merged(inserted=1, older=1)
    assert Order.objects.get(order_id="o1").shipped_at == START + DAY


def test_an_export_of_the_same_age_corrects_the_one_before() -> None:
    take(SMALL)
    report = take({**SMALL, "orders": [an_order("o1", amount_minor=5)]})
    assert report.tables["orders"] == Merged(updated=1)
    assert Order.objects.get(order_id="o1").amount_minor == 5


def test_a_changed_fact_wakes_its_order_and_no_other() -> None:
    take({**SMALL, "orders": [an_order("o1"), an_order("o2"), an_order("o3")], "parcels": [a_parcel("o1")]})
    open_due(START + 30 * DAY, books=BOOKS, actor="test")
    assert not Order.objects.filter(check_at__isnull=False).exists()
    report = take({**SMALL, "orders": [], "complaints": [a_complaint("c2", "o3")]}, known_at=START + 30 * DAY)
    assert report.woken == 1
    assert Order.objects.get(check_at__isnull=False).order_id == "o3"


def test_a_store_that_becomes_verified_wakes_its_orders() -> None:
    take(
        {
            "stores": [a_store(verified_at=None), a_store("s2")],
            "orders": [an_order("o1"), an_order("o2", store_id="s2")],
        }
    )
    assert open_due(START + 30 * DAY, books=BOOKS, actor="test").opened == 1
    report = take({"stores": [a_store(verified_at=START - DAY)], "orders": []}, known_at=START + 30 * DAY)
    assert report.woken == 1
    assert open_due(START + 30 * DAY, books=BOOKS, actor="test").opened == 1


def test_a_store_that_moves_to_another_country_reads_its_tracks_anew() -> None:
    rows = {**SMALL, "scans": [a_scan(), a_scan(scanned_at=START + 5 * DAY, country="KZ")]}
    take(rows)
    assert Parcel.objects.get().destination_scan_at is None
    take({"stores": [a_store(site="ozon.kz")], "orders": []}, known_at=START + DAY)
    assert Parcel.objects.get().destination_scan_at == START + 5 * DAY


def test_an_order_that_turns_out_to_be_another_stores_takes_its_parcels_along() -> None:
    take({**SMALL, "stores": [a_store(), a_store("s2")]})
    take({"stores": [a_store()], "orders": [an_order("o1", store_id="s2")]}, known_at=START + DAY)
    assert Parcel.objects.get().store_id == "s2"


def test_a_reused_number_wakes_both_orders() -> None:
    take(SMALL)
    open_due(START + HOUR, books=BOOKS, actor="test")
    take({"stores": [], "orders": [an_order("o9")], "parcels": [a_parcel("o9", registered_at=START + 2 * HOUR)]},
         known_at=START + DAY)  # fmt: skip
    assert set(Order.objects.filter(check_at=START).values_list("order_id", flat=True)) == {"o1", "o9"}
    assert set(Parcel.objects.values_list("second_order_at", flat=True)) == {START + 2 * HOUR}


def test_an_empty_folder_changes_nothing() -> None:
    take(SMALL)
    before = kept_facts()
    assert take({}).changed == 0
    assert kept_facts() == before


def test_text_comes_back_as_it_came() -> None:
    strange = 'a,"b"\n\\N\tü漢 \'; DROP TABLE orders; --'
    take({**SMALL, "orders": [an_order("o1", category=strange, buyer_id="\\."), an_order("o2", category="NULL")]})
    assert Order.objects.get(order_id="o1").category == strange
    assert Order.objects.get(order_id="o1").buyer_id == "\\."
    assert Order.objects.get(order_id="o2").category == "NULL"


def test_instants_keep_their_microseconds() -> None:
    from datetime import timedelta

    moments = [START + timedelta(microseconds=micros) for micros in (0, 1, 10, 100_000, 999_999)]
    take({**SMALL, "scans": [a_scan(scanned_at=moment) for moment in moments]})
    assert list(Scan.objects.order_by("scanned_at").values_list("scanned_at", flat=True)) == moments


def _exports(facts: Facts, seed: int) -> list[Facts]:
    """Three exports of one marketplace, each with some of its rows, some of them changed meanwhile."""
    random = Random(seed)
    exports: list[Facts] = []
    for _ in range(3):
        export: Facts = {
            "stores": facts["stores"],
            "orders": [],
            "lines": [],
            "parcels": [],
            "scans": [],
            "complaints": [],
        }
        for order in facts["orders"]:
            shipped_at = random.choice([order["shipped_at"], None, START])
            export["orders"].append(
                {**order, "shipped_at": shipped_at, "paid_at": random.choice([order["paid_at"], START])}
            )
        export["parcels"] = [{**row, "service": random.choice(["tracked", "untracked"])} for row in facts["parcels"]]
        export["lines"] = facts["lines"]
        for name in ("scans", "complaints"):
            export[name] = [row for row in facts[name] if random.random() < 0.6]
        exports.append(export)
    return exports


@EXAMPLES
@given(worlds(), st.integers(0, 1_000))
def test_exports_in_any_order_give_one_store(facts: Facts, seed: int) -> None:
    exports = list(enumerate(_exports(facts, seed)))
    found = []
    for order in permutations(exports):
        with rolled_back():
            for age, export in order:
                take(export, known_at=START + age * DAY)
            found.append(kept_facts())
    assert all(one == found[0] for one in found)


@EXAMPLES
@given(worlds(), st.integers(0, 1_000))
def test_folds_of_many_imports_are_those_of_all_facts_at_once(facts: Facts, seed: int) -> None:
    exports = _exports(facts, seed)
    whole = merged(*exports)
    with rolled_back():
        for age, export in enumerate(exports):
            take(export, known_at=START + age * DAY)
        folds = list(Parcel.objects.order_by("order_id", "carrier", "tracking_number").values())
    platform = {store["store_id"]: store["platform"] for store in whole["stores"]}
    expected: dict[str, list[dict[str, Any]]] = {name: ANSWERS[name].folded(whole) for name in BOOKS}
    for place, kept in enumerate(folds):
        want = expected[platform[kept["store_id"]]][place]
        assert {name: value for name, value in kept.items() if name in want} == want


ANSWERS = {name: Answers(open_book(name)) for name in BOOKS}


def test_reading_a_folder_in_keeps_no_other_writer_waiting(store: OwnStore) -> None:
    take({"stores": [a_store()], "orders": [an_order()]})
    written: list[str] = []

    def write(step: str, done: int, total: int | None) -> None:
        if step == "orders":  # on their way into the temporary table
            program = (
                "import ombud.store.ready; from ombud.store.models import Store;Store.objects.update(tier='premium')"
            )
            other = subprocess.run(
                [sys.executable, "-c", program],
                env=store.environment(OMBUD_LOCK_SECONDS="1"),
                capture_output=True,
                text=True,
                check=False,
            )
            written.append(other.stderr)

    take({"stores": [a_store()], "orders": [an_order("o2")]}, progress=write)
    assert written == [""]
    assert Order.objects.count() == 2
