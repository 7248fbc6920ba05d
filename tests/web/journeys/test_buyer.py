"""A buyer with a problem, on a phone and in Chinese: no login, one order (S1, S2, S4)."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from ombud.domain.cases import State
from ombud.store import report_links
from ombud.store.models import Case, Posting
from tests.actions import taking
from tests.actions.ending import SHOPIFY
from tests.actions.taking import DAY, HOUR, START
from tests.web.journeys.desk import owner
from tests.web.journeys.site import Site, fits

pytestmark = pytest.mark.browser


def test_a_buyer_reports_sees_the_seller_asked_and_takes_it_back(site: Site, tmp_path: Path) -> None:
    order = taking.an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY)
    line = {"order_id": "o1", "line": 1, "sku": "LN-77", "quantity": 2, "price_minor": 50_00, "kind": "physical"}
    taking.take({"stores": [SHOPIFY], "orders": [order], "lines": [line], "parcels": [taking.a_parcel()]})
    site.stands_at(START + 8 * DAY)
    photo = tmp_path / "door.jpg"
    Image.new("RGB", (640, 480), "gray").save(photo)
    page = site.open(language="zh", width=390)
    page.goto(report_links.address("o1"))
    assert fits(page)
    page.get_by_label("没有收到货").check()
    page.get_by_label("用您自己的话说明").fill("门口没有包裹，快递员也没有来电。")
    page.locator("#file").set_input_files(photo)
    page.get_by_role("button", name="提交").click()
    main = page.locator("main")
    expect(main).to_contain_text("争议即将发起，随后将要求卖家回应。")
    page.locator(".demo button[value='1h']").click()
    expect(main).to_contain_text("卖家须在 2026-04-12 01:00 UTC 前证明订单没有问题。")
    expect(page.locator("[aria-current=step]")).to_have_text("卖家回应")
    assert fits(page)

    seller = site.open(owner(), language="zh", width=390)
    seller.goto("/queue/")
    seller.get_by_role("link", name="买家发起订单争议").click()
    expect(seller.locator("main")).to_contain_text("门口没有包裹，快递员也没有来电。")
    expect(seller.locator("main")).to_contain_text("door.jpg")
    assert fits(seller)

    page.get_by_role("link", name="撤回…").click()
    expect(main).to_contain_text("争议将结束，货款归卖家。此操作无法撤销")
    page.get_by_role("button", name="确认撤回").click()
    expect(page.get_by_role("heading", level=2, name="已撤回")).to_be_visible()
    expect(main).to_contain_text("您已于 2026-04-09 01:00 UTC 撤回，不再处理。")
    seller.reload()
    expect(seller.locator(".casehead")).to_contain_text("已撤回")
    expect(seller.locator("main")).to_contain_text("不再冻结任何款项")
    case = Case.objects.get()
    assert case.state == State.WITHDRAWN
    held, freed = (Posting.objects.get(case=case, **{side: "held"}) for side in ("credit", "debit"))
    assert held.amount_minor == freed.amount_minor == 100_00
    site.quiet()
