"""Cases under review for tests of rulings, and books that differ in a word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ombud.actions.submissions import submit
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.rulebook import Rulebook, load
from ombud.domain.seen_faults import OF_MARK
from ombud.rulebooks import open_book
from ombud.store.models import Case
from tests.actions import taking
from tests.actions.ending import SHOPIFY, opened
from tests.actions.evidence import a_file, ready
from tests.actions.taking import BOOKS, DAY, HOUR, START

NUMBER = "1234567890"
MADE = {"made_at": START + HOUR}


def book_with(*changes: tuple[str, str], name: str = "ozon") -> dict[str, Rulebook]:
    """The shipped books, one of them with these words put for others."""
    text = open_book(name).text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return {**BOOKS, name: load(text, file=f"{name}.yaml")}


def seen(kind: str, *faults: str, book: str = "ozon", unsure: bool = False) -> tuple[Finding, ...]:
    """All that must be legible on a piece was looked for and is there, but for these faults."""
    marks = open_book(book).value(f"kinds.{kind}", START).shows
    checks = [check for check in dict.fromkeys(OF_MARK[mark] for mark in marks) if check not in faults]
    outcome = Outcome.UNSURE if unsure else Outcome.FAILED
    return (*(Finding(check, Outcome.PASSED) for check in checks), *(Finding(fault, outcome) for fault in faults))


def scanned(order_id: str = "o1", *, books: Mapping[str, Rulebook] = BOOKS, **more: Any) -> Case:
    """An Ozon order of 100.00 RUB that was scanned in time and not marked shipped by START + 3 days: its case."""
    number = f"{NUMBER[: -len(order_id)]}{order_id.replace('o', '0')}"
    taking.take(
        {
            "stores": [taking.a_store()],
            "orders": [taking.an_order(order_id, **more)],
            "parcels": [taking.a_parcel(order_id, number)],
            "scans": [taking.a_scan(number)],
        },
        books=books,
    )
    opened(books=books)
    return Case.objects.get(order_id=order_id, violation="not_shipped")


def delivered(*complaints: str, signed_by: str | None = None) -> list[Case]:
    """A Shopify order with one complaint that it was not received, which the track says was delivered."""
    order = taking.an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY)
    number = "AB123456785US"
    scan: dict[str, Any] = {"carrier": "usps", "country": "US"}
    taking.take(
        {
            "stores": [SHOPIFY],
            "orders": [order],
            "parcels": [taking.a_parcel("o1", number, carrier="usps")],
            "scans": [
                taking.a_scan(number, **scan),
                taking.a_scan(number, START + 4 * DAY, code="delivered", signed_by=signed_by, **scan),
            ],
            "complaints": [taking.a_complaint(one) for one in complaints or ("c1",)],
        }
    )
    return opened(START + 20 * DAY)


def hand_in(
    case: Case,
    *faults: str,
    at: datetime,
    unsure: bool = False,
    salt: str = "",
    books: Mapping[str, Rulebook] = BOOKS,
) -> Case:
    """Hands in all that is asked for, with these faults in the first piece."""
    if case.platform == "shopify":
        kinds = [("proof.pdf", "delivery_proof")]
    else:
        kinds = [
            (f"{case.order_id}_shipment_ru.pdf", "waybill"),
            (f"{case.order_id}_outbound_ru.pdf", "outbound_record"),
        ]
    pieces = [
        a_file(
            name,
            kind=kind,
            salt=salt,
            stated=MADE,
            findings=seen(kind, *(faults if not place else ()), book=case.platform, unsure=unsure),
        )
        for place, (name, kind) in enumerate(kinds)
    ]
    ready(case, *pieces, at=at, instead=bool(salt))
    submit(case.case_id, at=at, actor="seller", books=books)
    case.refresh_from_db()
    return case
