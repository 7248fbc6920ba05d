"""Whole journeys of sellers through the pages, in a browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import expect

from ombud.languages import _
from ombud.store.models import Posting
from tests.actions import taking
from tests.actions.ending import opened
from tests.actions.taking import DAY, HOUR, START
from tests.pack import desk
from tests.papers import forms, orders, waybills
from tests.web.journeys.desk import hand_in, owner, put_ready, taken
from tests.web.journeys.site import Site, fits

pytestmark = pytest.mark.browser


@pytest.mark.view("en-1440")
def test_a_seller_who_does_not_answer_loses_the_order_to_the_clock(site: Site) -> None:
    taking.take({"stores": [taking.a_store()], "orders": [taking.an_order()]})
    (case,) = opened()
    site.stands_at(START + 3 * DAY + HOUR)
    page = site.open(owner())
    page.goto("/")
    page.locator("tr[data-href] a").first.click()
    expect(page.locator(".leadclock")).to_contain_text(_("{days} d {hours:02} h").format(days=2, hours=23))
    expect(page.locator(".leadmoney")).to_contain_text("100.00")
    page.locator(".demo button[value='3d']").click()
    expect(page.locator(".casehead")).to_contain_text(_("lost"), ignore_case=True)
    assert page.locator("a[href$='/submit/']").count() == 0
    case.refresh_from_db()
    assert (case.state, case.closed_at) == ("lost", case.due_at)
    page.goto("/money/")
    assert Posting.objects.exclude(credit="held").exclude(credit="settlement").count() >= 2
    assert page.locator("main").get_by_text("100.00").count() >= 1
    assert fits(page)
    site.quiet()


@pytest.mark.view("ru-390")
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
    page = site.open(owner())
    page.goto(f"/cases/{case.case_id}/")
    put_ready(page, "waybill", papers["en"])
    expect(page.locator(".slot[data-kind='waybill']")).to_contain_text("ERR_027")
    put_ready(page, "waybill", papers["ru"])
    expect(page.locator(".slot[data-kind='waybill'] .chip.bad")).to_have_count(0)
    put_ready(page, "outbound_record", record)
    expect(page.locator("#evidence .chip.bad")).to_have_count(0)
    assert fits(page)
    hand_in(page)
    for _day in range(8):
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
