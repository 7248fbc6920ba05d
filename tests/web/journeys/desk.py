"""What a seller does on the desk, and orders for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from ombud.domain.roles import Role, Side
from ombud.people.models import Member
from ombud.store.models import Store
from tests.actions import taking
from tests.actions.taking import DAY, START
from tests.papers.orders import Sold
from tests.web.members import a_member, an_organisation

CHECKED_WITHIN_MS = 120_000


def taken(sold: Sold, **changed: Any) -> None:
    """The order as facts, of a store that was verified long before."""
    row = sold.row()

    def of(fact: str, facts: dict[str, Any]) -> dict[str, Any]:
        return {name.partition(".")[2]: value for name, value in facts.items() if name.startswith(f"{fact}.")}

    store = of("store", row) | {"store_id": "shop", "commission_rate": taking.a_store()["commission_rate"]}
    store["verified_at"] = START - 400 * DAY
    parcel = taking.a_parcel(
        sold.order_id, sold.number, carrier=sold.carrier, registered_at=sold.registered_at, warehouse="moscow-1"
    )
    country = "RU" if sold.platform == "ozon" else "US"
    scans = [taking.a_scan(sold.number, sold.first_scan_at, carrier=sold.carrier, country=country)]
    order = of("order", row) | changed
    if order["delivered_at"]:
        scans.append(
            taking.a_scan(sold.number, sold.delivered_at, carrier=sold.carrier, country=country, code="delivered")
        )
    facts = {
        "stores": [store],
        "orders": [order],
        "lines": [of("line", one) for one in row["line"]],
        "parcels": [parcel],
        "scans": scans,
        "recipients": [{"order_id": sold.order_id, "name": sold.full_name, "address": ", ".join(sold.address)}],
    }
    if order["delivered_at"]:
        facts["complaints"] = [of("complaint", row) | {"kind": "not_received"}]
    taking.take(facts, known_at=sold.registered_at)


def owner() -> Member:
    """Who owns every store that there is."""
    return a_member(an_organisation(Side.SELLER, "Lumen", *Store.objects.all()), Role.OWNER)


def put_ready(page: Page, kind: str, path: Path) -> None:
    """Adds the file in its slot, which sends it as soon as it is chosen, and waits until it was checked."""
    slot = page.locator(f".slot[data-kind='{kind}']")
    slot.locator("input[type=file]").first.set_input_files(path)
    expect(page.locator("#evidence .file h4", has_text=path.name)).to_be_visible()
    expect(page.locator("#evidence:not([aria-busy])")).to_be_visible(timeout=CHECKED_WITHIN_MS)


def hand_in(page: Page) -> None:
    """Through the page that says what is final."""
    page.locator("a[href$='/submit/']").first.click()
    page.locator("form[data-once] button").click()
    expect(page.locator("#ruling-title")).to_be_visible()
