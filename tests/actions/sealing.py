"""A store whose histories are sealed, for tests: its key, its cases, and what an audit of it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pytest_django import Settings

from ombud.actions import seals
from ombud.store import signing
from ombud.store.audit import Audit
from ombud.store.models import Case, Checkpoint
from ombud.work.loop import tick
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_store, an_order, take

EVERY = timedelta(hours=1)


def a_key(settings: Settings, path: Path) -> Path:
    settings.SIGNING_KEY = ""
    signing.make_key(path)
    settings.SIGNING_KEY = str(path)
    return path


def seal(hours: float = 0) -> Checkpoint | None:
    """Hashes and seals everything."""
    seals.chain()
    return seals.seal(START + hours * HOUR, key=signing.signing_key())


def some_cases(count: int = 3) -> list[Case]:
    """Cases opened and closed by the loop itself, their hashes and seals left out."""
    take({"stores": [a_store()], "orders": [an_order(f"o{n}") for n in range(count)]})
    tick(START + 3 * DAY, books=BOOKS)
    tick(START + 6 * DAY, books=BOOKS)
    return list(Case.objects.order_by("case_id"))


def said(audit: Audit) -> list[str]:
    return [misfit.problem.say() for misfit in audit.misfits]
