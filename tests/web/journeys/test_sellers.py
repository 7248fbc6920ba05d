"""Whole journeys of sellers through the pages, in a browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from ombud.domain.roles import Role, Side
from ombud.store.models import Posting, Store
from tests.actions import taking
from tests.actions.ending import opened
from tests.actions.taking import DAY, HOUR, START
from tests.pack import desk
from tests.papers import forms, orders, waybills
from tests.papers.orders import Sold
from tests.web.journeys.site import Site, fits
from tests.web.members import a_member, an_organisation

pytestmark = pytest.mark.browser

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


def owner() -> Any:
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


def test_a_seller_who_does_not_answer_loses_the_order_to_the_clock(site: Site) -> None:
    taking.take({"stores": [taking.a_store()], "orders": [taking.an_order()]})
    (case,) = opened()
    site.stands_at(START + 3 * DAY + HOUR)
    page = site.open(owner())
    page.goto("/")
    page.locator("tr[data-href] a").first.click()
    expect(page.locator(".leadclock")).to_contain_text("2 d 23 h")
    expect(page.locator(".leadmoney")).to_contain_text("100.00")
    page.locator(".demo button[value='3d']").click()
    expect(page.locator(".casehead")).to_contain_text("lost")
    assert page.locator("a[href$='/submit/']").count() == 0
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("lost", case.due_at)
    page.goto("/money/")
    assert Posting.objects.exclude(credit="held").exclude(credit="settlement").count() >= 2
    assert page.locator("main").get_by_text("100.00").count() >= 1
    site.quiet()


def test_a_waybill_in_english_is_refused_mended_accepted_and_the_money_is_freed(site: Site, tmp_path: Path) -> None:
    sold = orders.sold(Random(7), carrier="boxberry")
    taken(sold, shipped_at=None, delivered_at=None, status="paid")
    (case,) = opened(sold.ship_by)
    papers = {}
    for language in ("en", "ru"):
        random = Random(11)
        sheet = waybills.sheet(waybills.written(sold, random, language=language), sold.carrier, random)
        papers[language] = tmp_path / language / f"{sold.order_id}_shipment_ru.pdf"
        papers[language].parent.mkdir()
        papers[language].write_bytes(forms.content_of(sheet, "text", random, sold))
    record = tmp_path / f"{sold.order_id}_outbound_ru.pdf"
    record.write_bytes(desk.outbound(sold, 5).pdf(at=sold.registered_at + timedelta(minutes=1)))
    site.stands_at(case.opened_at + HOUR)
    page = site.open(owner(), language="ru", width=390)
    page.goto(f"/cases/{case.case_id}/")
    put_ready(page, "waybill", papers["en"])
    expect(page.locator(".slot[data-kind='waybill']")).to_contain_text("ERR_027")
    put_ready(page, "waybill", papers["ru"])
    expect(page.locator(".slot[data-kind='waybill'] .chip.bad")).to_have_count(0)
    put_ready(page, "outbound_record", record)
    expect(page.locator("#evidence .chip.bad")).to_have_count(0)
    assert fits(page)
    hand_in(page)
    for _ in range(8):
        case.refresh_from_db()
        if case.closed_at:
            break
        page.locator(".demo button[value='1d']").click()
    assert case.state == "won", case.state
    expect(page.locator("#ruling-title")).to_be_visible()
    page.goto("/money/")
    assert fits(page)
    freed = Posting.objects.get(case=case, debit="held")
    assert freed.amount_minor == Posting.objects.get(case=case, credit="held").amount_minor
    site.quiet()
