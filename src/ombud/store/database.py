"""The door to the database: set up, brought up to date, and its failures said so that a person can mend them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from ombud.domain.problems import N_, OmbudError, Problem

PASSING = frozenset({"store_unreachable", "store_locked", "store_full", "evidence_store_fails"})
"""Codes of problems that may be gone at the next try: the loop waits for their end."""

_MIGRATING = 0x6F6D6275  # the advisory lock that keeps two `ombud migrate` apart on PostgreSQL

_SQLITE = {
    "unable to open database file": "store_unreachable",
    "is locked": "store_locked",
    "readonly database": "store_read_only",
    "is full": "store_full",
    "disk I/O error": "store_full",
    "file is not a database": "no_store",
    "malformed": "no_store",
}
_POSTGRESQL = {
    "53100": "store_full",
    "25006": "store_read_only",
    "55P03": "store_locked",
    "40P01": "store_locked",
    "28": "store_refused",
    "3D": "store_unreachable",
    "08": "store_unreachable",
    "53": "store_unreachable",
    "57P": "store_unreachable",
}
_TEXTS = {
    "store_unreachable": (
        N_("The store {store} cannot be opened: {reason}."),
        N_("See that DATABASE_URL or OMBUD_STORE names it, that its folder is there and that the server runs."),
    ),
    "store_locked": (
        N_("The store {store} is being written by someone else for too long: {reason}."),
        N_("Nothing was changed. Wait for the other import or worker to end, then do it again."),
    ),
    "store_read_only": (
        N_("The store {store} may only be read: {reason}."),
        N_("Give this user the right to write the file and its folder, or use another store."),
    ),
    "store_full": (
        N_("The disk of the store {store} is full or fails: {reason}."),
        N_("Nothing was changed. Make room, then do it again."),
    ),
    "no_store": (
        N_("{store} is no store: {reason}."),
        N_("Name another file in OMBUD_STORE, or move this one away and let `ombud migrate` make a new one."),
    ),
    "store_refused": (
        N_("The store {store} refuses the login: {reason}."),
        N_("See the user and the password in DATABASE_URL."),
    ),
}


def name() -> str:
    """The store as a person knows it: the file, or host and database; never a password."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(settings["NAME"])
    host = settings["HOST"] or settings["OPTIONS"].get("host") or "localhost"
    return f"{host}/{settings['NAME']}"


@contextmanager
def spoken() -> Iterator[None]:
    """Turns failures of the database that are nobody's programming fault into OmbudErrors."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        problem = problem_of(error)
        if problem is None:
            raise
        raise OmbudError(problem) from error


def problem_of(error: Exception) -> Problem | None:
    """What a person can do about `error`; None where only a programmer can do anything."""
    reason = str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
    state = getattr(error.__cause__, "sqlstate", None)
    code = None
    if connection.vendor == "sqlite":
        code = next((code for words, code in _SQLITE.items() if words in str(error)), None)
    elif state:
        code = next((code for start, code in _POSTGRESQL.items() if state.startswith(start)), None)
    elif type(error).__name__ in {"OperationalError", "InterfaceError"}:
        code = "store_refused" if "authentication" in str(error) else "store_unreachable"
    if code is None:
        return None
    text, mend = _TEXTS[code]
    return Problem(code, text, {"store": name(), "reason": reason}, mend=mend)


def prepare() -> None:
    """Every command that needs the store calls this first. A SQLite file is made or brought up to date by itself.

    Raises OmbudError where the database cannot be used, where a PostgreSQL one has not been migrated, and where the
    store was made by a newer Ombud.
    """
    with spoken():
        if not pending():
            return
        if connection.vendor == "sqlite":
            migrate()
            return
    raise OmbudError(
        Problem(
            "not_migrated",
            N_("The store {store} is not set up for this version of Ombud."),
            {"store": name()},
            mend=N_("Run `ombud migrate` once; workers and imports must stand still meanwhile."),
        )
    )


def migrate() -> int:
    """Sets the store up or brings it up to date; returns how many steps that took. Two at once wait for one another."""
    with spoken(), _alone():
        steps = pending()
        if steps:
            call_command("migrate", verbosity=0, interactive=False)
        return steps


def pending() -> int:
    """How many steps the store lacks. Raises OmbudError where it was made by a newer Ombud."""
    executor = MigrationExecutor(connection)
    unknown = [
        name
        for app, name in executor.loader.applied_migrations
        if app == "store" and (app, name) not in executor.loader.graph.nodes
    ]
    if unknown:
        raise OmbudError(
            Problem(
                "newer_store",
                N_(
                    "The store {store} was made by a newer Ombud: it has the step {step}, which this one does not know."
                ),
                {"store": name(), "step": max(unknown)},
                mend=N_("Update Ombud, or use another store."),
            )
        )
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _alone() -> Iterator[None]:
    """Only one process migrates: a lock on the server, or on the folder of the SQLite file."""
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
            stack.callback(_unlock)
        else:
            folder = Path(str(connection.settings_dict["NAME"])).parent
            if folder.is_dir() and os.name == "posix":
                import fcntl  # POSIX only

                handle = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, handle)  # closing lets the lock go
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _unlock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
