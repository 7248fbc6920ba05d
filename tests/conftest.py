"""What every test may lean on: Django set up, a store of its own, the real data where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombud.settings")
os.environ.setdefault("OMBUD_LANG", "en")


def pytest_configure() -> None:
    """Sets Django up before any test module is imported, so that models can be imported at its top."""
    import django  # noqa: PLC0415 (only now is the settings module named)

    django.setup()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; tests that need it are skipped where it is not there."""
    folder = Path(os.environ.get("OMBUD_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real data is not here: set OMBUD_REAL_DATA")
    return folder
