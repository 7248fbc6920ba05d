"""Scans folded into their parcels, against a plain reading of what each folded column means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings

from ombud.domain.facts import FOLDED
from ombud.domain.instants import format_instant
from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from ombud.scan.fold import fold
from ombud.scan.schema import unbound
from tests.domain.test_triggers_any_book import third
from tests.reference import Rules, first_break
from tests.test_rules import facts_of
from tests.worlds import Answers, Facts, worlds

EXAMPLES = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
DESTINATIONS = {"ozon.ru": "RU", "ozon.kz": "KZ"}
NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


@cache
def answers(book: Rulebook, rules_at: datetime | None = None) -> Answers:
    return Answers(book, rules_at=rules_at)


@EXAMPLES
@given(worlds())
def test_every_folded_column_means_what_the_facts_say(facts: Facts) -> None:
    folded = answers(open_book("ozon")).folded(facts)
    assert [_key(row) for row in folded] == sorted(map(_key, facts["parcels"]))
    for parcel in folded:
        assert {name: parcel[name] for name in _READ} == _plain(parcel, facts)


_READ = (
    "first_scan_at",
    "destination_scan_at",
    "delivered_at",
    "signed_by",
    "last_scan_at",
    "second_order_at",
    "broken_at",
)


def _plain(parcel: dict[str, Any], facts: Facts) -> dict[str, Any]:
    number = (parcel["carrier"], parcel["tracking_number"])
    scans = [scan for scan in facts["scans"] if (scan["carrier"], scan["tracking_number"]) == number]
    counted = [scan for scan in scans if scan["code"] != "label_created"]
    order = next(order for order in facts["orders"] if order["order_id"] == parcel["order_id"])
    site = next(store["site"] for store in facts["stores"] if store["store_id"] == order["store_id"])
    delivered = sorted((s for s in scans if s["code"] == "delivered"), key=lambda scan: scan["scanned_at"])
    registered = sorted(p["registered_at"] for p in facts["parcels"] if _key(p)[1:] == number)
    there = [scan for scan in counted if scan["country"] == DESTINATIONS.get(site, "-")]
    return {
        "first_scan_at": _first(counted),
        "destination_scan_at": _first(there),
        "delivered_at": _first(delivered),
        "signed_by": delivered[0]["signed_by"] if delivered else None,
        "last_scan_at": max((scan["scanned_at"] for scan in scans), default=None),
        "second_order_at": registered[1] if len(registered) > 1 else None,
        "broken_at": first_break(scans, Rules()),
    }


def _first(scans: list[dict[str, Any]]) -> datetime | None:
    return min((scan["scanned_at"] for scan in scans), default=None)


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["order_id"], row["carrier"], row["tracking_number"]


@EXAMPLES
@given(worlds())
def test_a_broken_track_says_which_two_scans_disagree(facts: Facts) -> None:
    for parcel in answers(open_book("ozon")).folded(facts):
        assert (parcel["broken_at"] is None) == (parcel["broken_by"] is None)
        if parcel["broken_by"] is None:
            continue
        said = json.loads(parcel["broken_by"])
        before, scan = said["scans"]
        assert scan["at"] == format_instant(parcel["broken_at"])
        for told in said["scans"]:
            assert any(
                (format_instant(s["scanned_at"]), s["code"], s["country"])
                == (told["at"], told["code"], told["country"])
                for s in facts["scans"]
                if (s["carrier"], s["tracking_number"]) == (parcel["carrier"], parcel["tracking_number"])
            )
        if said["rule"] == "order_of_codes":
            assert Rules().stages[before["code"]] > Rules().stages[scan["code"]]
        else:
            assert said["rule"] == "travel_speed"
            assert before["country"] != scan["country"]


def _one(scans: list[dict[str, Any]], book: Rulebook | None = None, **said: Any) -> dict[str, Any]:
    given = {"parcels": [{"registered_at": format_instant(NOON), "carrier": said.get("carrier", "cdek")}]}
    given["scans"] = [{"carrier": said.get("carrier", "cdek"), **scan} for scan in scans]
    facts = facts_of("ozon", given)
    for store in facts["stores"]:
        store |= {name: value for name, value in said.items() if name != "carrier"}
    (parcel,) = answers(book or open_book("ozon")).folded(facts)
    return parcel


def _at(hours: float) -> str:
    return format_instant(NOON + timedelta(hours=hours))


def test_the_finding_names_the_rule_and_both_scans() -> None:
    parcel = _one(
        [
            {"scanned_at": _at(1), "code": "picked_up", "country": "CN"},
            {"scanned_at": _at(2.5), "code": "in_transit", "country": "RU"},
        ]
    )
    assert json.loads(parcel["broken_by"]) == {
        "rule": "travel_speed",
        "scans": [
            {"at": "2026-03-16T13:00:00Z", "code": "picked_up", "country": "CN"},
            {"at": "2026-03-16T14:30:00Z", "code": "in_transit", "country": "RU"},
        ],
    }


def test_a_scan_that_breaks_two_rules_is_told_by_its_order() -> None:
    parcel = _one(
        [
            {"scanned_at": _at(1), "code": "delivered", "country": "RU"},
            {"scanned_at": _at(2), "code": "picked_up", "country": "CN"},
        ]
    )
    assert json.loads(parcel["broken_by"])["rule"] == "order_of_codes"


@pytest.mark.parametrize(
    ("address", "foreign"),
    [
        ("198.51.100.0", False),
        ("198.51.100.255", False),
        ("198.51.101.0", True),
        ("198.51.99.255", True),
        ("2001:db8::", False),
        ("2001:DB8:ffff:ffff:ffff:ffff:ffff:ffff", False),
        ("2001:db9::", True),
        ("2001:db7:ffff::1", True),
        ("::1", True),
        ("::", True),
        ("fe80::", True),
        ("::ffff:198.51.100.7", False),
        ("::ffff:198.51.101.7", True),
        (None, False),
    ],
)
def test_a_scan_from_outside_its_carriers_networks_breaks_the_track(address: str | None, foreign: bool) -> None:
    parcel = _one(
        [{"scanned_at": _at(1), "code": "picked_up", "source_ip": address}],
        third(),
        carrier="kite",
        platform="lagoon",
        site="lagoon.jp",
    )
    assert (parcel["broken_at"] is not None) == foreign
    if foreign:
        assert json.loads(parcel["broken_by"]) == {
            "rule": "source_network",
            "scans": [{"at": "2026-03-16T13:00:00Z", "code": "picked_up", "country": None, "source_ip": address}],
            "carrier": "kite",
            "networks": ["198.51.100.0/24", "2001:db8::/32"],
        }


def test_a_carrier_without_networks_is_not_judged_by_them() -> None:
    parcel = _one([{"scanned_at": _at(1), "code": "picked_up", "source_ip": "203.0.113.9"}], third(), carrier="sail")
    assert parcel["broken_at"] is None


def test_before_the_first_tracks_of_a_book_nothing_is_judged_and_labels_do_not_count() -> None:
    early = timedelta(days=400)
    parcel = _one(
        [
            {"scanned_at": format_instant(NOON - early), "code": "label_created"},
            {"scanned_at": format_instant(NOON - early + timedelta(hours=1)), "code": "delivered", "country": "RU"},
            {"scanned_at": format_instant(NOON - early + timedelta(hours=2)), "code": "picked_up", "country": "CN"},
        ]
    )
    assert parcel["broken_at"] is None
    assert parcel["first_scan_at"] == NOON - early + timedelta(hours=1)


def test_rules_at_judges_tracks_of_any_age() -> None:
    early = timedelta(days=400)
    facts = facts_of(
        "ozon",
        {
            "parcels": [{"registered_at": format_instant(NOON - early)}],
            "scans": [
                {"scanned_at": format_instant(NOON - early), "code": "delivered"},
                {"scanned_at": format_instant(NOON - early + timedelta(hours=2)), "code": "picked_up"},
            ],
        },
    )
    (parcel,) = answers(open_book("ozon"), NOON).folded(facts)
    assert parcel["broken_at"] == NOON - early + timedelta(hours=2)


def test_what_is_not_asked_for_is_null_and_reads_no_scans() -> None:
    tables = unbound(("scans", "parcels", "orders", "stores"), folded=False)
    scans, parcels, orders, stores = tables.values()
    folded = fold(scans, parcels, orders, stores, open_book("ozon"), only=["second_order_at"])
    sql = str(ibis.to_sql(folded, dialect="duckdb"))
    assert '"scans"' not in sql
    assert '"parcels"' in sql
    assert set(folded.columns) >= {column.name for column in FOLDED}
