"""What tests of actions get by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    """A key of this test's own."""
    from tests.actions.sealing import a_key  # models: they are there only once Django is set up, and this file is not

    return a_key(settings, tmp_path / "key.pem")
