"""The cases of tests/rules, which a lawyer can read, put to the shipped books."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ombud.domain.facts import TABLES, Kind
from ombud.domain.instants import parse_instant
from ombud.domain.rulebook.source import read_source
from ombud.rulebooks import open_book
from tests.reference import Rules, ozon, shopify
from tests.worlds import Answers, Facts, firing

RULES = Path(__file__).parent / "rules"

STORES = {
    "ozon": {"platform": "ozon", "site": "ozon.ru"},
    "shopify": {"platform": "shopify", "site": "shop.example"},
}
STORE: dict[str, Any] = {
    "country": "CN",
    "verified_at": "2026-01-01T00:00:00Z",
    "tier": None,
    "timezone": "UTC",
    "commission_rate": None,
}
ORDERS = {
    "ozon": {
        "gateway": "ozon",
        "paid_at": "2026-03-15T00:00:00Z",
        "ship_by": "2026-03-20T12:00:00Z",
        "shipped_at": "2026-03-19T12:00:00Z",
    },
    "shopify": {
        "gateway": "shopify_payments",
        "paid_at": "2026-03-01T12:00:00Z",
        "shipped_at": "2026-03-20T12:00:00Z",
        "completed_at": "2026-04-01T12:00:00Z",
    },
}
ORDER: dict[str, Any] = {
    "buyer_id": "b1",
    "status": "paid",
    "currency": "RUB",
    "amount_minor": 10000,
    "shipping_minor": 0,
    "refunded_minor": 0,
    "category": None,
    "paid_at": None,
    "ship_by": None,
    "shipped_at": None,
    "delivered_at": None,
    "completed_at": None,
    "cancelled_at": None,
}
PARCEL: dict[str, Any] = {"number": "A", "carrier": "cdek", "service": "tracked", "source": "api", "warehouse": None}
SCAN: dict[str, Any] = {
    "number": "A",
    "carrier": "cdek",
    "country": None,
    "city": None,
    "signed_by": None,
    "source_ip": None,
}
COMPLAINT: dict[str, Any] = {"withdrawn_at": None, "media": "none"}
PARCELS: dict[str, list[dict[str, Any]]] = {"ozon": [], "shopify": [{"registered_at": "2026-03-20T12:00:00Z"}]}


def _cases() -> list[Any]:
    found = []
    for file in sorted(RULES.glob("*.yaml")):
        for place, case in enumerate(read_source(file.read_text(), file=file.name).plain):
            found.append(pytest.param(file.stem, case, id=f"{file.stem}-{place}-{case['says'].replace(' ', '_')}"))
    return found


def facts_of(book: str, given: dict[str, Any]) -> Facts:
    """The facts of a case: what it says, and the defaults above for what it does not."""
    stores = given.get("stores") or {"s1": given.get("store", {})}
    orders = given.get("orders") or {"o1": given.get("order", {})}
    one = next(iter(orders))
    return _typed(
        {
            "stores": [{"store_id": key, **STORE, **STORES[book], **said} for key, said in stores.items()],
            "orders": [
                {
                    "order_id": key,
                    **ORDER,
                    **ORDERS[book],
                    "store_id": said.get("store", "s1"),
                    **_without(said, "store"),
                }
                for key, said in orders.items()
            ],
            "lines": [
                {"order_id": one, "line": place, "sku": "sku", "quantity": 1, "price_minor": 1, "kind": kind}
                for place, kind in enumerate(given.get("lines", ["physical"]), 1)
            ],
            "parcels": [
                _numbered({"order_id": said.get("order", one), **PARCEL, **_without(said, "order")})
                for said in given.get("parcels", PARCELS[book])
            ],
            "scans": [_numbered({**SCAN, **said}) for said in given.get("scans", [])],
            "complaints": [
                {"complaint_id": f"c{place}", "order_id": one, **COMPLAINT, **said}
                for place, said in enumerate(given.get("complaints", []), 1)
            ],
            "messages": [],
        }
    )


def _numbered(row: dict[str, Any]) -> dict[str, Any]:
    return {**_without(row, "number"), "tracking_number": row["number"]}


def _without(row: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != key}


def _typed(facts: dict[str, list[dict[str, Any]]]) -> Facts:
    for name, rows in facts.items():
        columns = {column.name: column for column in TABLES[name].columns}
        for row in rows:
            assert set(row) == set(columns), f"{name}: {set(row) ^ set(columns)}"
            for key, value in row.items():
                if columns[key].kind is Kind.INSTANT and isinstance(value, str):
                    row[key] = parse_instant(value)
    return facts


def _expected(case: dict[str, Any]) -> list[tuple[datetime, str, dict[str, str]]]:
    expected = []
    for row in case["expect"]:
        (violation, fires_at), *more = row.items()
        expected.append((parse_instant(fires_at), violation, dict(more)))
    return sorted(expected, key=lambda row: (row[0], row[1], sorted(row[2].items())))


@cache
def _answers(book: str) -> Answers:
    return Answers(open_book(book))


@pytest.mark.parametrize(("book", "case"), _cases())
def test_rule(book: str, case: dict[str, Any]) -> None:
    facts, at = facts_of(book, case["given"]), parse_instant(case["at"])
    found = sorted(
        (f for f in map(firing, _answers(book).rows(facts)) if f.fires_at <= at),
        key=lambda f: (f.fires_at, f.violation, f.order_id, f.complaint_id),
    )
    expected = _expected(case)
    assert [(f.fires_at, f.violation) for f in found] == [(fires_at, name) for fires_at, name, _ in expected]
    words = {"order": "order_id", "complaint": "complaint_id", "number": "tracking_number", "to": "routed_to"}
    for row, (_, _, more) in zip(found, expected, strict=True):
        assert {word: getattr(row, words[word]) for word in more} == more


@pytest.mark.parametrize(("book", "case"), _cases())
def test_the_reference_reads_the_rule_alike(book: str, case: dict[str, Any]) -> None:
    facts, at = facts_of(book, case["given"]), parse_instant(case["at"])
    read = ozon(facts, Rules()) if book == "ozon" else shopify(facts, Rules())
    assert sorted((f.fires_at, f.violation) for f in read if f.fires_at <= at) == sorted(
        (fires_at, name) for fires_at, name, _ in _expected(case)
    )


@pytest.mark.parametrize(("book", "case"), _cases())
def test_a_rule_cites_a_row_of_its_book(book: str, case: dict[str, Any]) -> None:
    rows = open_book(book).rows
    assert all(any(cite.startswith(row) for row in rows) for cite in case["cite"].split(", "))


@pytest.mark.parametrize("book", ["ozon", "shopify"])
def test_every_trigger_has_rules(book: str) -> None:
    tried = {name for _, case in (p.values for p in _cases()) for row in case["expect"] for name in row}
    assert set(open_book(book).triggers) <= tried
