"""Submissions for tests of rulings: what a good one says, with as little changed as a test needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from ombud.domain.instants import format_instant
from ombud.domain.ruling_inputs import Inputs, PieceInput, StoreInput
from ombud.domain.seen_faults import OF_MARK
from ombud.rulebooks import open_book

OPENED = datetime(2026, 4, 10, tzinfo=UTC)
SUBMITTED = OPENED + timedelta(hours=24)
SHIP_BY = OPENED - timedelta(hours=1)
HOUR = timedelta(hours=1)
NUMBERS = {"ozon": ("cdek", "1234567890"), "shopify": ("usps", "AB123456785US")}
VIOLATIONS = {"ozon": "not_shipped", "shopify": "buyer_dispute"}
KINDS = {"ozon": ("waybill", "outbound_record"), "shopify": ("delivery_proof",)}


def passed(book: str, kind: str) -> list[dict[str, Any]]:
    """Every mark that the book asks of the kind was looked for and seen."""
    marks = open_book(book).value(f"kinds.{kind}", OPENED).shows
    return [
        {"check": check, "outcome": "passed", "confidence": 1.0} for check in dict.fromkeys(OF_MARK[m] for m in marks)
    ]


def a_piece(kind: str, book: str = "ozon", **more: Any) -> PieceInput:
    """A piece with nothing wrong about it."""
    languages = open_book(book).value(f"kinds.{kind}", OPENED).languages
    language = (*languages, "en")[0]
    piece: Any = {
        "name": f"o1_{kind}_{language}.pdf",
        "kind": kind,
        "language": language,
        "sha256": f"{kind:0<64}",
        "size": 1000,
        "format": "pdf",
        "stated": {"made_at": format_instant(SHIP_BY - HOUR)},
        "findings": passed(book, kind),
        **more,
    }
    return cast("PieceInput", piece)


def a_parcel(book: str = "ozon", **more: Any) -> dict[str, Any]:
    """A number that was scanned before the promised ship time, in the country, and delivered."""
    carrier, number = NUMBERS[book]
    parcel: dict[str, Any] = {
        "order_id": "o1",
        "tracking_number": number,
        "carrier": carrier,
        "service": "tracked",
        "registered_at": SHIP_BY - 5 * HOUR,
        "source": "manual",
        "warehouse": None,
        "first_scan_at": SHIP_BY - 2 * HOUR,
        "destination_scan_at": OPENED - HOUR / 2,
        "delivered_at": OPENED,
        "signed_by": "Ivanov",
        "last_scan_at": OPENED,
        "second_order_at": None,
        "broken_at": None,
        "broken_by": None,
    }
    return {f"parcel.{name}": _plain(value) for name, value in {**parcel, **more}.items()}


def inputs(book: str = "ozon", **more: Any) -> Inputs:
    """A submission that is accepted: every kind that is asked for, looked into, and a track without a fault.

    more: `violation`, `pieces`, `parcels`, `complaint` (its kind), `order` (fields of it), `store` and `buyer`
    (sanctions: (measure, clause, factor)), `figures`, `losses`, `served`, `rejected`.
    """
    order = {
        "order_id": "o1",
        "store_id": "s1",
        "buyer_id": "b1",
        "status": "shipped",
        "gateway": "ozon",
        "currency": "RUB",
        "amount_minor": 100_00,
        "shipping_minor": 0,
        "refunded_minor": 0,
        "category": None,
        "paid_at": SHIP_BY - 72 * HOUR,
        "ship_by": SHIP_BY,
        "shipped_at": SHIP_BY + HOUR,
        **more.get("order", {}),
    }
    facts: dict[str, Any] = {f"order.{name}": _plain(value) for name, value in order.items()}
    facts["store.store_id"] = "s1"
    facts["line"] = []
    facts["parcel"] = more.get("parcels", [a_parcel(book)])
    kind = more.get("complaint", "not_received" if book == "shopify" else None)
    if kind:
        facts |= {"complaint.complaint_id": "c1", "complaint.kind": kind, "complaint.media": "none"}
    store: StoreInput = {
        "figures": more.get("figures", {}),
        "losses_in_a_row": more.get("losses", 0),
        "sanctions": [_sanction(*one) for one in more.get("store", ())],
    }
    return {
        "at": format_instant(SUBMITTED),
        "book": open_book(book).digest,
        "case": {
            "case_id": 1,
            "violation": more.get("violation", VIOLATIONS[book]),
            "fires_at": format_instant(OPENED),
            "opened_at": format_instant(OPENED),
            "due_at": format_instant(OPENED + 72 * HOUR),
            "submitted_at": format_instant(SUBMITTED),
        },
        "facts": facts,
        "pieces": more.get("pieces", [a_piece(one, book) for one in KINDS[book]]),
        "served": more.get("served", {}),
        "rejected": more.get("rejected", []),
        "store": store,
        "buyer": [_sanction(*one) for one in more.get("buyer", ())],
    }


def _sanction(measure: str, clause: str, factor: str | None = None) -> Any:
    return {"measure": measure, "clause": clause, "figure": "0", "factor": factor}


def _plain(value: Any) -> Any:
    return format_instant(value) if isinstance(value, datetime) else value


def finding(check: str, outcome: str = "failed", **more: Any) -> dict[str, Any]:
    """What one check saw, for sure unless said otherwise."""
    return {"check": check, "outcome": outcome, "confidence": 1.0, **more}
