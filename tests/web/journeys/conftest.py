"""A served store, and browsers that look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from ombud.languages import speaking
from tests.conftest import OwnStore, own_store

if TYPE_CHECKING:
    from tests.web.journeys.site import Site, View
    from tests.web.journeys.walked import Walked

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
STARTS_WITHIN_S = 60


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of this machine; a test that needs one is skipped where there is none."""
    found = os.environ.get("OMBUD_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is here: install the package chromium, or set OMBUD_CHROMIUM")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread between its calls; Django takes that for a place where it may not be.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A journey is gone in the view that its mark names, or in each there is. Together they are gone in each anyway."""
    if "view" in metafunc.fixturenames:
        from tests.web.journeys.site import VIEWS

        (mark,) = metafunc.definition.iter_markers("view")
        every = metafunc.config.getoption("--every-view")
        metafunc.parametrize("view", [one for one in VIEWS if every or str(one) in mark.args], ids=str, indirect=True)


@pytest.fixture
def view(request: pytest.FixtureRequest) -> Iterator[View]:
    """How this journey sees the pages: the test speaks the same language, so that it can say what it looks for."""
    with speaking(request.param.language):
        yield request.param


@pytest.fixture
def site(chromium: Browser, store: OwnStore, tmp_path: Path, view: View) -> Iterator[Site]:
    """The store of this test, served by the server that production uses, with a clock that the test moves."""
    with served(chromium, store, tmp_path) as found:
        found.view = view
        yield found


@pytest.fixture(scope="module")
def walked(
    chromium: Browser,
    _blank_store: str,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Walked]:
    """A world in which every page has something to show. Tests look at it and change nothing, so they share it."""
    from tests.web.journeys.walked import make

    folder = tmp_path_factory.mktemp("walked")
    with own_store(_blank_store, django_db_blocker, folder) as store, served(chromium, store, folder) as site:
        yield make(site)


@contextmanager
def served(chromium: Browser, store: OwnStore, folder: Path) -> Iterator[Site]:
    """The store behind a server of its own; `folder` has its clock and the key that signs."""
    from tests.web.journeys.site import Site  # only now: it needs Django set up

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = folder / "clock"
    clock.write_text("2026-04-01T00:00:00Z", "utf-8")
    found = Site(f"http://127.0.0.1:{port}", clock, chromium)
    environment = store.environment(
        OMBUD_DEMO=str(clock),
        OMBUD_READERS="1",
        OMBUD_LANG="en",
        OMBUD_SIGNING_KEY=str(folder / "key.pem"),
        DJANGO_SETTINGS_MODULE="ombud.web.settings",
    )
    words = [sys.executable, "-c", "from ombud.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            _wait(server, found.address)
            yield found
        finally:
            found.close()
            server.terminate()


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    pause = threading.Event()
    for _ in range(STARTS_WITHIN_S * 10):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/alive/", timeout=10):
                return
        except OSError:  # refused, cut off, or too slow: the machine may be busy
            pause.wait(0.1)
    raise AssertionError("the server does not answer")
