"""Every page there is, in each language and at both widths: nothing sticks out or complains, in another language no
English is left, and axe finds nothing serious in English or, where every view is asked for, in any."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import URLPattern, get_resolver, reverse
from playwright.sync_api import Page, expect

from ombud.domain.carrier_list import with_list
from ombud.rulebooks import open_book
from ombud.web import urls
from tests.actions.taking import DAY
from tests.web.journeys.site import HEIGHTS, View, fits
from tests.web.journeys.texts import english_on
from tests.web.journeys.walked import DISPUTED, NOW, Walked
from tests.web.members import PASSWORD

pytestmark = pytest.mark.browser

MOST_BYTES = 100_000
NO_PAGES = {
    "home", "alive", "language", "organisation", "demo_clock",
    "evidence", "evidence_add", "evidence_remove", "evidence_rename", "evidence_image", "evidence_file",
    "complaint_picture", "complaint_file", "case_document", "dispute_report", "statement", "book_text",
    "report_file", "decide", "no_new_address",
}  # fmt: skip
"""Addresses that lead on, give a file or a part of a page, or take a form and lead back."""


def _preview(page: Page) -> None:
    page.goto(reverse("carriers"))
    page.locator("#list").fill("boxberry\nozon-logistics")
    page.locator("main form button.primary").click()
    expect(page.locator("button[value=put]")).to_be_visible()


def _draft(page: Page) -> None:
    page.goto(reverse("book", args=["ozon"]))
    changed = with_list(open_book("ozon"), ["boxberry"], NOW + DAY).text
    page.locator("main input[type=file]").set_input_files(
        {"name": "new.yaml", "mimeType": "application/yaml", "buffer": changed.encode()}
    )
    page.locator("main form button.primary").first.click()
    expect(page).to_have_url(re.compile("/rulebooks/ozon/[0-9a-f]{64}/"))


def _accept_many(page: Page) -> None:
    page.goto(f"{reverse('queue')}?store={DISPUTED}")
    page.locator("td.pick input").first.check()
    page.locator("button[value=accept]").click()
    expect(page).to_have_url(re.compile(reverse("bulk")))


def _second_factor(page: Page) -> None:
    page.goto(reverse("mfa_activate_totp"))
    page.locator("main input[type=password]").fill(PASSWORD)
    page.locator("main form button").last.click()
    expect(page.locator("#id_code")).to_be_visible()


REACHED: dict[str, dict[str, Callable[[Page], None]]] = {
    "operator": {"carriers_preview": _preview, "book_draft": _draft},
    "seller": {"bulk": _accept_many, "mfa_activate_totp": _second_factor},
}
"""Pages that a form leads to, by who sends it."""


def _flaws(page: Page, language: str, *, axe: bool) -> list[str]:
    wrong = [f"English: {text}" for text in english_on(page, language)] if language != "en" else []
    for width in HEIGHTS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        wrong += [] if fits(page) else [f"sticks out at {width}"]
        found = Axe().run(page).response["violations"] if axe else ()
        serious = (one for one in found if one["impact"] in {"serious", "critical"})
        wrong += [f"{one['id']} at {width}: {one['nodes'][0]['html']}" for one in serious]
    said = page.locator("html").get_attribute("lang")
    return wrong if said == language else [*wrong, f"speaks {said}"]


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_every_page_is_sound(walked: Walked, language: str, pytestconfig: pytest.Config) -> None:
    wrong, axe = [], language == "en" or pytestconfig.getoption("--every-view")  # it takes most of the time
    for who, pages in walked.pages.items():
        page = walked.site.open(walked.people[who], view=View(language, 390), csp=False)
        for name, address in pages.items():
            answer = page.goto(address)
            if answer is None or answer.status != (404 if name == "nothing" else 200):
                wrong.append(f"{name}: {answer and answer.status}")
            wrong += [f"{name}: {flaw}" for flaw in _flaws(page, language, axe=axe)]
        for name, reach in REACHED.get(who, {}).items():
            reach(page)
            wrong += [f"{name}: {flaw}" for flaw in _flaws(page, language, axe=axe)]
    assert wrong == [], "\n".join(wrong)
    walked.site.quiet(unless="404 (Not Found)")


def test_the_walk_leaves_no_page_out(walked: Walked) -> None:
    seen = {name.split(" ")[0].strip(",") for pages in walked.pages.values() for name in pages}
    seen |= {name for pages in REACHED.values() for name in pages}
    ours = {str(one.name) for one in urls.urlpatterns if isinstance(one, URLPattern)}
    assert ours - seen - NO_PAGES == set()
    assert {name for name in seen if name != "nothing"} <= set(get_resolver().reverse_dict)


def test_the_first_page_with_all_that_it_loads_is_under_100_kb_compressed(walked: Walked) -> None:
    page = walked.site.open(walked.people["seller"])
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    page.goto(reverse("queue"))
    page.wait_for_load_state("networkidle")
    assert any("htmx" in url for url in sizes)
    assert sum(sizes.values()) < MOST_BYTES, sizes
