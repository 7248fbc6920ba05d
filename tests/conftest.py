"""What every test may lean on: Django set up, a store of its own, the real data where it is there.

`db` (pytest-django) is a store inside a transaction that is rolled back; `store` is a whole database of one test, for
what commits, races, dies or is looked at by other processes. History cannot be deleted, so no test may flush a store.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit, urlunsplit

import pytest
from pytest_django import DjangoDbBlocker

ROOT = Path(__file__).parents[1]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombud.web.settings")
os.environ.setdefault("OMBUD_LANG", "en")
_EVIDENCE = tempfile.TemporaryDirectory(prefix="ombud-evidence.")
os.environ["OMBUD_EVIDENCE"] = _EVIDENCE.name


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--store-only`: for the second database; a test that never opens the store says the same on both.
    `--every-view`: before a release; without it each journey is gone in one view, and all of them together in all."""
    parser.addoption("--store-only", action="store_true", help="leave out the tests that never open the store")
    parser.addoption("--every-view", action="store_true", help="go each journey in each language at each width")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what `--store-only` leaves out."""
    if not config.getoption("--store-only"):
        return
    fixtures = {"db", "transactional_db", "store"}
    opens = [
        bool(item.get_closest_marker("django_db")) or bool(fixtures & set(getattr(item, "fixturenames", ())))
        for item in items
    ]
    config.hook.pytest_deselected(items=[item for item, does in zip(items, opens, strict=True) if not does])
    items[:] = [item for item, does in zip(items, opens, strict=True) if does]


def pytest_configure() -> None:
    """Sets Django up before any test module is imported, so that models can be imported at its top."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a shell's background; children would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    import django  # only now is the settings module named
    from django.conf import settings

    django.setup()
    # A worker of pytest-xdist has read the settings before this file, with the folder of the process that began it.
    cast("dict[str, str]", settings.STORAGES["evidence"]["OPTIONS"])["location"] = _EVIDENCE.name
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:  # said outright, since pytest-django knows only Django's own engine by its name
        database.setdefault("TEST", {})["NAME"] = ":memory:"


def pytest_unconfigure() -> None:
    """What the tests handed in goes with them."""
    _EVIDENCE.cleanup()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets; tests that need it are skipped where it is not there."""
    folder = Path(os.environ.get("OMBUD_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("the real data is not here: set OMBUD_REAL_DATA")
    return folder


@dataclass(frozen=True)
class OwnStore:
    """A database of one test: migrated, empty, and the one that Django speaks to while the test runs."""

    url: str

    def environment(self, **more: str) -> dict[str, str]:
        """For another process that is to speak to this store."""
        return {**os.environ, "DATABASE_URL": self.url, "OMBUD_LANG": "en", **more}


@pytest.fixture
def store(_blank_store: str, django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[OwnStore]:
    """A whole store of this test's own, where transactions really commit."""
    with own_store(_blank_store, django_db_blocker, tmp_path) as own:
        yield own


@contextmanager
def own_store(blank: str, blocker: DjangoDbBlocker, folder: Path) -> Iterator[OwnStore]:
    """A copy of the blank store, in `folder` where it is a file; Django speaks to it meanwhile."""
    from django.db import connection

    with blocker.unblock():
        if connection.vendor == "postgresql":
            name = f"own_{uuid.uuid4().hex[:12]}"
            _on_server(f"CREATE DATABASE {name} TEMPLATE {blank}")
        else:
            name = str(folder / "store.sqlite3")
            shutil.copy(blank, name)
        try:
            with _speaking_to(name) as url:
                yield OwnStore(url)
        finally:
            if connection.vendor == "postgresql":
                _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def _blank_store(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """What the stores of tests are copied from: a migrated SQLite file, or the name of a migrated database."""
    from django.db import connection

    from ombud.store import database

    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            name = f"blank_{uuid.uuid4().hex[:12]}"
            _on_server(f"CREATE DATABASE {name}")
        else:
            name = str(tmp_path_factory.mktemp("blank") / "store.sqlite3")
        with _speaking_to(name):
            database.migrate()
        yield name
        if connection.vendor == "postgresql":
            _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _speaking_to(name: str) -> Iterator[str]:
    """Django's default connection is one to the database `name` meanwhile; gives its URL."""
    from django.db import connections

    usual = connections["default"]
    own = usual.copy()
    own.settings_dict["NAME"] = name
    connections["default"] = own
    try:
        if own.vendor == "postgresql":
            parts = urlsplit(os.environ["DATABASE_URL"])
            yield urlunsplit(parts._replace(path=f"/{name}", netloc=parts.netloc))
        else:
            yield f"sqlite:///{name}"
    finally:
        own.close()
        connections["default"] = usual


def _on_server(statement: str) -> None:
    """Runs a statement that creates or drops a database, outside of any transaction."""
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
