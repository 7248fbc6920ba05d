"""What a journey does with a served store: move its clock, open a browser as somebody, look at a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from ombud.domain.instants import format_instant
from ombud.people.models import Member
from ombud.work.loop import tick
from tests.actions.taking import BOOKS
from tests.web.members import browser as logged_in

HEIGHTS = {1440: 900, 390: 844}


@dataclass(frozen=True)
class View:
    """In what language and how wide somebody sees the pages."""

    language: str
    width: int

    def __str__(self) -> str:
        """`zh-390`"""
        return f"{self.language}-{self.width}"


VIEWS = tuple(View(language, width) for language in ("en", "ru", "zh") for width in (1440, 390))


@dataclass
class Site:
    """`wrong`: what browsers complained of; a journey ends with `quiet`."""

    address: str
    clock: Path
    browser: Browser
    view: View = VIEWS[0]
    wrong: list[str] = field(default_factory=list)
    _opened: list[BrowserContext] = field(default_factory=list)

    def stands_at(self, at: datetime) -> None:
        """Moves the clock of the pages; nothing that is due is done."""
        self.clock.write_text(format_instant(at), "utf-8")

    def goes_on(self, at: datetime) -> None:
        """Does what is due by then, and moves the clock of the pages."""
        tick(at, books=BOOKS)
        self.stands_at(at)

    def open(self, member: Member | None = None, *, view: View | None = None, csp: bool = True) -> Page:
        """A page of a new browser in which that member is logged in, in the view of the site or another one. csp: as
        the pages say; else scripts of the test run too."""
        view = view or self.view
        context = self.browser.new_context(
            viewport={"width": view.width, "height": HEIGHTS[view.width]},
            locale={"zh": "zh-CN", "ru": "ru-RU"}.get(view.language, "en-GB"),
            base_url=self.address,
            bypass_csp=not csp,
            reduced_motion="reduce",
        )
        self._opened.append(context)
        context.set_default_timeout(20_000)
        if member is not None:
            session = logged_in(member).cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": self.address}])
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"} and "/favicon" not in said.text:
            self.wrong.append(f"{said.location}: {said.text}")

    def close(self) -> None:
        """Every browser that was opened."""
        for context in self._opened:
            context.close()

    def quiet(self, *, unless: str = "\0") -> None:
        """No page complained of anything, unless it said so."""
        wrong = [one for one in self.wrong if unless not in one]
        assert wrong == [], "\n".join(wrong)


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def reach(page: Page, words: str) -> Page:
    """Presses the button of the demo's bar until the page says `words`, at most twenty times."""
    for _ in range(20):
        if page.get_by_text(words).count():
            return page
        page.locator(".demo button[value='1d']").click()
    raise AssertionError(f"{words!r} never came up at {page.url}")
