"""Every room and the buyer's page, in each language and at both widths: nothing sticks out, nothing complains, and axe
finds nothing serious."""

from __future__ import annotations

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from ombud.domain.roles import Role, Side
from ombud.store import report_links
from ombud.store.models import Store
from ombud.web.context import ROOMS
from tests.actions.ruled import scanned
from tests.actions.taking import DAY, HOUR, START
from tests.web.journeys.site import Site, fits
from tests.web.members import a_member, an_organisation

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000


def sound(page: Page, address: str) -> list[str]:
    """What is wrong with the page at `address`."""
    answer = page.goto(address)
    assert answer is not None
    wrong = [] if answer.status == 200 else [f"{address}: {answer.status}"]
    wrong += [] if fits(page) else [f"{address}: sticks out"]
    found = Axe().run(page).response["violations"]
    return wrong + [f"{address}: {one['id']}" for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_every_room_is_sound(site: Site, language: str, width: int) -> None:
    case = scanned()
    site.stands_at(START + 3 * DAY + HOUR)
    people = {
        Side.SELLER: a_member(an_organisation(Side.SELLER, "Lumen", *Store.objects.all()), Role.OWNER),
        Side.OPERATOR: a_member(an_organisation(Side.OPERATOR, "Market"), Role.ADMIN),
    }
    wrong = []
    for side, member in people.items():
        page = site.open(member, language=language, width=width, csp=False)
        rooms = [reverse(room.url) for room in ROOMS if room.side is side]
        for address in (*rooms, reverse("case", args=[case.case_id])):
            wrong += sound(page, address)
    stranger = site.open(language=language, width=width, csp=False)
    for address in (reverse("account_login"), reverse("report", args=[report_links.token(case.order_id)])):
        wrong += sound(stranger, address)
    assert wrong == []
    site.quiet()


def test_the_first_page_with_all_that_it_loads_is_under_100_kb_compressed(site: Site) -> None:
    scanned()
    site.stands_at(START + 3 * DAY + HOUR)
    page = site.open(a_member(an_organisation(Side.SELLER, "Lumen", *Store.objects.all()), Role.OWNER))
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    page.goto(reverse("queue"))
    page.wait_for_load_state("networkidle")
    assert any("htmx" in url for url in sizes)
    assert sum(sizes.values()) < MOST_BYTES, sizes
