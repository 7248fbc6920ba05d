"""A buyer with a problem: no login, one order (S1, S2, S4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from ombud.domain.cases import State
from ombud.languages import _
from ombud.store import report_links
from ombud.store.models import Case, Posting
from ombud.words.cases import title
from tests.actions import taking
from tests.actions.ending import SHOPIFY
from tests.actions.taking import DAY, HOUR, START
from tests.web.journeys.desk import owner
from tests.web.journeys.site import Site, fits

pytestmark = pytest.mark.browser

FINAL = (
    "The dispute ends, and the seller keeps the money. This cannot be undone; if the problem is still there, you would"
    " have to report it again."
)


@pytest.mark.view("zh-390")
def test_a_buyer_reports_sees_the_seller_asked_and_takes_it_back(site: Site, tmp_path: Path) -> None:
    order = taking.an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY)
    line = {"order_id": "o1", "line": 1, "sku": "LN-77", "quantity": 2, "price_minor": 50_00, "kind": "physical"}
    taking.take({"stores": [SHOPIFY], "orders": [order], "lines": [line], "parcels": [taking.a_parcel()]})
    site.stands_at(START + 8 * DAY)
    photo = tmp_path / "door.jpg"
    Image.new("RGB", (640, 480), "gray").save(photo)
    page = site.open()
    page.goto(report_links.address("o1"))
    assert fits(page)
    page.get_by_label(_("It did not arrive")).check()
    page.get_by_label(_("In your own words")).fill("门口没有包裹，快递员也没有来电。")
    page.locator("#file").set_input_files(photo)
    page.get_by_role("button", name=_("Send the report")).click()
    main = page.locator("main")
    expect(main).to_contain_text(_("A dispute is opened in a moment. The seller is then asked to answer."))
    page.locator(".demo button[value='1h']").click()
    expect(main).to_contain_text("2026-04-12 01:00 UTC")
    expect(page.locator("[aria-current=step]")).to_have_text(_("The seller answers"))
    assert fits(page)

    seller = site.open(owner())
    seller.goto("/queue/")
    seller.get_by_role("link", name=title(Case.objects.get())).click()
    expect(seller.locator("main")).to_contain_text("门口没有包裹，快递员也没有来电。")
    expect(seller.locator("main")).to_contain_text("door.jpg")
    assert fits(seller)

    page.get_by_role("link", name=_("Take it back…")).click()
    expect(main).to_contain_text(_(FINAL))
    page.get_by_role("button", name=_("Take it back for good")).click()
    expect(page.get_by_role("heading", level=2, name=_("Taken back"))).to_be_visible()
    expect(main).to_contain_text(_("You took it back at {at} UTC. Nothing more happens.").format(at="2026-04-09 01:00"))
    seller.reload()
    expect(seller.locator(".casehead")).to_contain_text(_("withdrawn"), ignore_case=True)
    case = Case.objects.get()
    assert case.state == State.WITHDRAWN
    held, freed = (Posting.objects.get(case=case, **{side: "held"}) for side in ("credit", "debit"))
    assert held.amount_minor == freed.amount_minor == 100_00
    site.quiet()
