"""Takes docs/screens/*.png, the pages that the README shows, from a running site of `make demo`.

usage: screens.py ADDRESS REPORT, the path of the buyer's link that the demo prints; with the development dependencies
and Chromium installed.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).parents[1] / "docs" / "screens"
PASSWORD = "the clock leads"  # noqa: S105 (of the demo)


def main(address: str, report: str) -> None:
    """Logs in as the owner of a store and as a reviewer, and opens a buyer's link."""
    OUT.mkdir(parents=True, exist_ok=True)
    found = os.environ.get("OMBUD_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])

        def logged_in(email: str, width: int, locale: str = "en-GB") -> Page:
            context = browser.new_context(viewport={"width": width, "height": 844}, locale=locale, base_url=address)
            page = context.new_page()
            page.goto("/accounts/login/")
            page.fill("#id_login", email)
            page.fill("#id_password", PASSWORD)
            page.click("main button[type=submit]")
            return page

        owner = logged_in("owner@lumen.example", 1440)
        _take(owner, "/queue/", "queue")
        case = owner.locator("tr[data-href]").first.get_attribute("data-href") or "/queue/"
        _take(owner, case, "case")
        _take(owner, "/health/", "health")
        phone = logged_in("owner@lumen.example", 390, "zh-CN")
        _take(phone, "/queue/", "phone")
        reviewer = logged_in("reviewer@market.example", 1440, "ru-RU")
        reviewer.goto("/reviews/")
        _take(reviewer, reviewer.locator("tr[data-href]").first.get_attribute("data-href") or "/", "review")
        stranger = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB", base_url=address)
        _take(stranger.new_page(), f"/{report.strip('/')}/", "buyer")
        browser.close()


def _take(page: Page, path: str, name: str) -> None:
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=str(OUT / f"{name}.png"))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
