"""Cases on their way to an end: opened by the sweep, handed in and ruled on by the moves themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from ombud.actions.cases import open_due
from ombud.actions.moving import concede, step, withdraw
from ombud.domain.cases import EventKind, State
from ombud.domain.ledger import Entry, balances
from ombud.domain.rulebook import Rulebook
from ombud.store.models import Case, Posting
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_complaint, a_parcel, a_store, an_order, take

SHOPIFY = a_store(platform="shopify", site="a.example")


def opened(at: datetime = START + 3 * DAY, *, books: Mapping[str, Rulebook] = BOOKS) -> list[Case]:
    """Opens what is due at `at`; every case there is, the oldest first."""
    open_due(at, books=books, actor="test")
    return list(Case.objects.order_by("case_id"))


def unshipped(order_id: str = "o1", **more: Any) -> Case:
    """The case of an Ozon order that was not shipped by START + 3 days; the order is worth 100.00 RUB."""
    take({"stores": [a_store()], "orders": [an_order(order_id, **more)]})
    opened()
    return Case.objects.get(order_id=order_id, violation="not_shipped")


def disputed(*complaints: str, **more: Any) -> list[Case]:
    """The cases of a Shopify order with these complaints, opened on day 20."""
    order = an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY, **more)
    line = {"order_id": "o1", "line": 1, "sku": "sku-1", "quantity": 1, "price_minor": 1, "kind": "physical"}
    take(
        {
            "stores": [SHOPIFY],
            "orders": [order],
            "lines": [line],
            "parcels": [a_parcel()],
            "complaints": [a_complaint(complaint) for complaint in complaints or ("c1",)],
        }
    )
    return opened(START + 20 * DAY)


def end(case: Case, state: State, at: datetime, *, books: Mapping[str, Rulebook] = BOOKS) -> None:
    """Ends an open case in that state at that instant, by a ruling where it takes one."""
    if state is State.WITHDRAWN:
        withdraw(case.case_id, at=at, actor="buyer", books=books)
    elif state is State.CONCEDED:
        concede(case.case_id, at=at, actor="seller", books=books)
    else:
        with transaction.atomic():
            if state is State.LOST:
                step(case.case_id, EventKind.WINDOW_CLOSED, at=at, actor="test", books=books)
                return
            step(case.case_id, EventKind.EVIDENCE_SUBMITTED, at=at, actor="seller", books=books)
            ruled = EventKind.RULED_FOR_SELLER if state is State.WON else EventKind.RULED_FOR_BUYER
            step(case.case_id, ruled, at=at, actor="reviewer", books=books)


def posted(**wanted: Any) -> list[tuple[str, str, str, int]]:
    """The postings as (line, debit, credit, amount), in their order."""
    rows = Posting.objects.filter(**wanted).order_by("posting_id")
    return list(rows.values_list("line", "debit", "credit", "amount_minor"))


def left(**wanted: Any) -> dict[str, int]:
    """What is left on the accounts, whatever the currency; those with nothing are left out."""
    entries = [
        Entry(one.line, one.debit, one.credit, one.currency, one.amount_minor)
        for one in Posting.objects.filter(**wanted)
    ]
    return {account: amount for (account, _), amount in balances(entries).items() if amount}
