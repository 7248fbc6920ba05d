"""What tests of pages get by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def _clock(settings: Settings) -> None:
    """Pages of tests stand at one instant."""
    settings.CLOCK = "tests.web.members.now"


@pytest.fixture(autouse=True)
def _unread(settings: Settings) -> None:
    """What pages take in stays unread, unless a test reads it."""
    settings.READERS = 0


@pytest.fixture(autouse=True)
def _at_once(settings: Settings, tmp_path: Path) -> None:
    """What takes long is done while the test waits, and leaves nothing to the next one."""
    settings.BACKGROUND = False
    settings.WORKPLACE = str(tmp_path / "workplace")
