"""A store on Shopify that nears the limit of 1 % (S4, S5, S6, S10)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import expect

from ombud.domain.cases import State
from ombud.languages import _, language
from ombud.store.models import Case, Posting
from tests.actions import taking
from tests.actions.taking import BOOKS, DAY, HOUR
from tests.papers import forms, orders, shopify
from tests.papers.orders import Sold
from tests.web.journeys.desk import hand_in, owner, put_ready, taken
from tests.web.journeys.site import Site, fits

pytestmark = pytest.mark.browser

COMPLETED, LOST = 299, 1


def _sales(sold: Sold) -> None:
    """Orders of the store that were completed weeks before this one, a dispute of one lost since; and one more dispute,
    opened as this order comes, that nobody answers."""
    done = sold.registered_at - 20 * DAY
    usual = {"store_id": "shop", "gateway": "shopify_payments", "currency": "USD", "paid_at": done - 9 * DAY}
    usual |= {"shipped_at": done - 8 * DAY, "ship_by": None}
    names = [f"#{number}" for number in range(9000, 9000 + COMPLETED)]
    disputed = {"#9000": done + DAY, "#9001": sold.delivered_at}
    line = {"line": 1, "sku": "S", "quantity": 1, "price_minor": 100_00, "kind": "physical"}
    taking.take(
        {
            "stores": [taking.a_store("shop", "shopify", site="shop.example", verified_at=done - 99 * DAY)],
            "orders": [taking.an_order(name, **usual, completed_at=done) for name in names],
            "lines": [{"order_id": name, **line} for name in disputed],
            "parcels": [
                taking.a_parcel(name, f"T{name[1:]}", carrier="usps", registered_at=done - 9 * DAY) for name in disputed
            ],
            "complaints": [taking.a_complaint(f"c{name[1:]}", name, opened_at=at) for name, at in disputed.items()],
        },
        known_at=done,
    )


def _slips(sold: Sold, folder: Path) -> tuple[Path, Path]:
    """The carrier's proof without a name, and the one that was signed."""
    found = []
    for name, signer in (("unsigned", False), ("signed", True)):
        random = Random(3)
        found.append(folder / f"{name}.pdf")
        found[-1].write_bytes(forms.content_of(shopify.proof(sold, random, signer=signer), "text", random, sold))
    return found[0], found[1]


@pytest.mark.view("zh-1440")
def test_a_store_near_one_percent_sees_its_headroom_shrink_and_wins_with_a_signed_slip_after_err_204(
    site: Site, tmp_path: Path
) -> None:
    sold = replace(orders.sold(Random(5), platform="shopify", carrier="usps"), complaint="not_received")
    _sales(sold)
    taken(sold, completed_at=sold.delivered_at + HOUR)
    for days in (19, 15):
        site.goes_on(sold.registered_at - days * DAY)
    assert Case.objects.get().state == State.LOST
    for days in (0, 2):
        site.goes_on(sold.delivered_at + days * DAY + HOUR)
    unsigned, signed = _slips(sold, tmp_path)
    page = site.open(owner())
    page.goto("/health/")
    page.get_by_role("link", name="shop", exact=True).click()
    rate = page.locator("section.main")
    expect(rate).to_contain_text("0.33 % 1 / 300")
    expect(rate).to_contain_text(_("1 order remaining before rate limit is reached"))
    page.locator(".demo button[value='1d']").click()
    expect(rate).to_contain_text("0.67 % 2 / 300")
    expect(rate).to_contain_text(_("{count} orders remaining before rate limit is reached").format(count=0))
    expect(rate.locator(".changes")).to_contain_text(_("Lose the open cases ({count})").format(count=1) + "1.00 %")

    page.get_by_role("link", name=_("Open cases: {count}").format(count=1)).click()
    page.locator("tr[data-href] a").first.click()
    put_ready(page, "delivery_proof", unsigned)
    slot = page.locator(".slot[data-kind='delivery_proof']")
    code = BOOKS["shopify"].clauses["reasons.ERR-204"][0].value
    expect(slot).to_contain_text(f"ERR-204 {code.title.speak(language())}")
    expect(slot).to_contain_text(code.mend.speak(language()))
    slot.get_by_role("button", name=f"{_('Take off')} unsigned.pdf").click()
    expect(slot.locator(".file")).to_have_count(0)
    put_ready(page, "delivery_proof", signed)
    expect(slot.locator(".chip").first).to_have_text(_("fine"))
    hand_in(page)
    expect(page.locator(".casehead")).to_contain_text(_("won"), ignore_case=True)
    assert fits(page)
    page.get_by_role("link", name=_("Health")).click()
    page.get_by_role("link", name="shop", exact=True).click()
    expect(rate).to_contain_text("0.67 % 2 / 300")
    expect(page.get_by_role("link", name=_("Open cases: {count}").format(count=0))).to_be_visible()
    case = Case.objects.get(order_id=sold.order_id)
    assert case.state == State.WON
    held, freed = (Posting.objects.get(case=case, **{side: "held"}) for side in ("credit", "debit"))
    assert held.amount_minor == freed.amount_minor == sold.amount_minor
    site.quiet()
