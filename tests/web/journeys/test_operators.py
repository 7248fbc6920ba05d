"""Whole journeys of the marketplace's own people, in a browser (O4, O13, O14)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from ombud.domain.cases import State
from ombud.domain.roles import Role, Side
from ombud.languages import _, number
from ombud.store.models import Case, Ruling
from ombud.words.cases import title
from tests.actions import taking
from tests.actions.ruled import hand_in, scanned
from tests.actions.taking import DAY, HOUR, START
from tests.web.journeys.desk import owner
from tests.web.journeys.site import Site, fits
from tests.web.members import PASSWORD, a_member, an_organisation

pytestmark = pytest.mark.browser

MANY = 10_000
SINCE = START + 9 * DAY
WHY = "The waybill is another carrier's form with the number written over."


@pytest.mark.view("en-390")
def test_a_reviewer_overrules_by_keyboard_with_a_reason_that_the_seller_reads(site: Site) -> None:
    first, second = (
        hand_in(scanned(name), "logo_missing", at=START + 4 * DAY + wait, unsure=True)
        for name, wait in (("o1", timedelta()), ("o2", HOUR))
    )
    site.stands_at(START + 4 * DAY + 2 * HOUR)
    anna = a_member(an_organisation(Side.OPERATOR, "Market"), Role.REVIEWER, "anna@market.example")
    page = site.open()
    page.goto("/")
    page.get_by_label(_("Mail address")).fill(anna.user.email)
    page.get_by_label(_("Password")).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=_("Reviews"))).to_be_visible()
    page.wait_for_load_state()  # from then on there are keys
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/reviews/{first.case_id}/")
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(f"{_('Recommended:')} {_('won')}")
    page.keyboard.press("o")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(_("Your reason"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label(_("Your reason"))).to_be_focused()  # which is empty, and cannot be
    assert not Ruling.objects.filter(decision="overruled").exists()
    page.keyboard.type(WHY)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.address}/reviews/{second.case_id}/")
    expect(page.locator(".messages")).to_have_text(
        _("Case {case}: ruled, {outcome}. It takes effect at {at} UTC.").format(
            case=f"#{first.case_id}", outcome=_("rejected"), at="2026-04-07 00:00"
        )
    )
    ruled = Ruling.objects.get(case=first, decision="overruled")
    assert (ruled.outcome, ruled.actor, ruled.reason) == (State.REJECTED, "anna@market.example", WHY)
    page.locator(".demo button[value='3d']").click()
    first.refresh_from_db()
    assert first.state == State.REJECTED
    seller = site.open(owner())
    seller.goto(f"/cases/{first.case_id}/")
    expect(seller.locator("blockquote")).to_have_text(WHY)
    expect(seller.locator(".casehead")).to_contain_text(_("rejected"), ignore_case=True)
    assert fits(seller)
    site.quiet()


def _on_their_way() -> None:
    """Orders of two stores whose numbers, by CDEK, are put on within the hour after SINCE."""
    names = [f"{number:05}" for number in range(MANY)]
    at = SINCE + HOUR / 2
    usual = {"shipped_at": at, "ship_by": SINCE + 2 * DAY, "paid_at": SINCE - DAY}
    taking.take(
        {
            "stores": [taking.a_store(name, site="ozon.ru") for name in ("S1", "S2")],
            "orders": [
                taking.an_order(name, store_id=f"S{1 + index % 2}", **usual) for index, name in enumerate(names)
            ],
            "parcels": [taking.a_parcel(name, f"1{name:0>9}", registered_at=at) for name in names],
        },
        known_at=SINCE - DAY,
    )


@pytest.mark.view("ru-1440")
def test_a_carrier_is_struck_off_at_an_instant_and_ten_thousand_orders_turn_into_cases(site: Site) -> None:
    _on_their_way()
    site.goes_on(SINCE - 2 * HOUR)
    page = site.open(a_member(an_organisation(Side.OPERATOR, "Market"), Role.ADMIN))
    page.goto("/carriers/")
    page.locator("input[type=file]").set_input_files(
        {"name": "may.csv", "mimeType": "text/csv", "buffer": b"carrier\nboxberry\nozon-logistics\n"}
    )
    page.locator("#since").fill("2026-04-10T00:00:00Z")
    page.locator("#note").fill("LPU 04-2026")
    page.get_by_role("button", name=_("Show what it will hit")).click()
    main = page.locator("main")
    expect(main).to_contain_text("− cdek")
    at_hand = page.locator("section", has=page.get_by_role("heading", name=_("At hand already")))
    expect(at_hand.locator("p.figure")).to_have_text(number(MANY))
    expect(at_hand.locator("tbody tr")).to_have_text(
        [re.compile(rf"{store}.*{number(MANY // 2)}") for store in ("S1", "S2")]
    )
    put = _("Take effect at {at} UTC").format(at="2026-04-10 00:00")
    page.get_by_role("button", name=f"{put} · {_('orders: {count}').format(count=number(MANY))}").click()
    expect(page.locator(".messages")).to_contain_text("2026-04-10T00:00:00Z")
    expect(main.locator(".versions li").first).to_contain_text("cdek")
    assert not Case.objects.exists()

    page.locator(".demo button[value='6h']").click()
    page.get_by_role("link", name=_("Cases")).click()
    expect(page.locator(".counts")).to_contain_text(f"{_('this week')} {number(MANY)}")
    expect(page.locator(".counts")).to_contain_text("1 000 000.00 RUB")
    rows = page.locator("tr[data-href]")
    expect(rows.first).to_contain_text(title(Case.objects.all()[0]))
    for shown in (50, 100):
        expect(rows).to_have_count(shown)
        page.get_by_role("link", name=_("Show more")).click()
    page.get_by_label(_("Store")).select_option("S2")
    page.get_by_role("button", name=_("Show"), exact=True).click()
    expect(page.locator(".counts")).to_contain_text(number(MANY // 2))
    assert Case.objects.filter(violation="carrier_not_accepted").count() == MANY
    site.quiet()
