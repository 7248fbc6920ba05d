"""What tests of pages get by name."""

from __future__ import annotations

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
