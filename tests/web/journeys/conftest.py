"""A served store, and browsers that look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import OwnStore

if TYPE_CHECKING:
    from tests.web.journeys.site import Site

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
STARTS_WITHIN_S = 60


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """The browser of this machine; a test that needs one is skipped where there is none."""
    found = os.environ.get("OMBUD_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is here: install the package chromium, or set OMBUD_CHROMIUM")
    # Playwright's loop runs in this thread between its calls; Django takes that for a place where it may not be used.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def site(chromium: Browser, store: OwnStore, tmp_path: Path) -> Iterator[Site]:
    """The store of this test, served by the server that production uses, with a clock that the test moves."""
    from tests.web.journeys.site import Site  # only now: it needs Django set up

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock = tmp_path / "clock"
    clock.write_text("2026-04-01T00:00:00Z", "utf-8")
    found = Site(f"http://127.0.0.1:{port}", clock, chromium)
    environment = store.environment(
        OMBUD_DEMO=str(clock),
        OMBUD_READERS="1",
        OMBUD_LANG="en",
        OMBUD_SIGNING_KEY=str(tmp_path / "key.pem"),
        DJANGO_SETTINGS_MODULE="ombud.web.settings",
    )
    words = [sys.executable, "-c", "from ombud.cli import main; main()", "serve", "--port", str(port)]
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL) as server:
        try:
            _wait(server, found.address)
            yield found
        finally:
            server.terminate()


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    pause = threading.Event()
    for _ in range(STARTS_WITHIN_S * 10):
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/alive/", timeout=10):
                return
        except (urllib.error.URLError, ConnectionError):
            pause.wait(0.1)
    raise AssertionError("the server does not answer")
