"""The store is set up by itself on SQLite and by `ombud migrate` on PostgreSQL; its failures say how to mend them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ombud.domain.problems import OmbudError
from ombud.store import database
from ombud.store.models import Store
from tests.conftest import OwnStore

PREPARE = "from ombud.store import ready, database; database.prepare()"


def _prepare(url: str) -> subprocess.CompletedProcess[str]:
    """`database.prepare()` in a process of its own, so that the connection is as new as a command's."""
    program = f"""
import sys
from ombud.domain.problems import OmbudError
try:
    {PREPARE}
except OmbudError as error:
    sys.exit(error.problems[0].code + " " + str(error))
"""
    environment = OwnStore(url).environment()
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


def test_every_table_of_ours_is_strict_on_sqlite(store: OwnStore) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is strict by itself")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        strict = dict(cursor.fetchall())
    assert {"orders", "cases", "case_events", "postings", "outbox", "django_migrations"} <= strict.keys()
    assert set(strict.values()) == {1}


def test_a_word_in_a_column_of_numbers_is_refused(store: OwnStore) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox (key, topic, payload, at, due_at, attempts) "
            "VALUES ('k', 't', '{}', '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', 'many')"
        )


def test_a_row_that_points_nowhere_is_refused(store: OwnStore) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO orders (order_id, store_id, buyer_id, status, gateway, currency, amount_minor, "
                       "shipping_minor, refunded_minor, known_at) VALUES "
                       "('o', 'nowhere', 'b', 'paid', 'g', 'RUB', 1, 0, 0, '2026-01-01 00:00:00+00:00')")  # fmt: skip


def test_sqlite_writes_ahead_and_checks_references(store: OwnStore) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite must be told")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_a_new_sqlite_file_is_set_up_by_the_first_command(tmp_path: Path) -> None:
    done = _prepare(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "new.sqlite3") as new:
        assert new.execute("SELECT count(*) FROM orders").fetchone() == (0,)
    assert _prepare(f"sqlite:///{tmp_path / 'new.sqlite3'}").returncode == 0


def test_commands_that_set_up_one_file_at_once_wait_for_one_another(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    programs = [
        subprocess.Popen([sys.executable, "-c", PREPARE], env=OwnStore(url).environment(), stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for program in programs:
        _, said = program.communicate(timeout=120)
        assert program.returncode == 0, said


def test_a_store_of_a_newer_ombud_is_refused(store: OwnStore) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES "
                       "('store', '0999_later', '2026-01-01 00:00:00+00:00')")  # fmt: skip
    done = _prepare(store.url)
    assert done.stderr.startswith("newer_store")
    assert "0999_later" in done.stderr


def test_postgresql_is_migrated_only_when_asked(store: OwnStore) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite migrates by itself")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'store' ORDER BY id DESC LIMIT 1")
        last = cursor.fetchone()
        cursor.execute("UPDATE django_migrations SET app = 'elsewhere' WHERE app = 'store' AND name = %s", last)
    done = _prepare(store.url)
    assert done.stderr.startswith("not_migrated")
    assert "ombud migrate" in done.stderr
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = 'store' WHERE app = 'elsewhere'")
    assert _prepare(store.url).returncode == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite:////nowhere/at/all/store.sqlite3", "store_unreachable"),
        ("postgresql://ombud@127.0.0.1:9/ombud", "store_unreachable"),
        ("postgresql://ombud@/ombud?host=/nowhere", "store_unreachable"),
    ],
)
def test_a_store_that_cannot_be_reached_is_said_with_the_mend(url: str, code: str) -> None:
    done = _prepare(url)
    assert done.stderr.startswith(code), done.stderr
    assert "DATABASE_URL" in done.stderr


def test_a_file_that_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, " * 200)
    done = _prepare(f"sqlite:///{tmp_path / 'letter.txt'}")
    assert done.stderr.startswith("no_store"), done.stderr
    assert (tmp_path / "letter.txt").read_text() == "Dear reader, " * 200


def test_a_store_that_may_only_be_read_is_said(store: OwnStore) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA query_only = ON" if connection.vendor == "sqlite" else "SET default_transaction_read_only = on"
        )
    with pytest.raises(OmbudError) as refused, database.spoken():
        Store.objects.update(tier="basic")
    assert refused.value.problems[0].code == "store_read_only"


def test_a_password_is_never_shown() -> None:
    done = _prepare("postgresql://ombud:secret-word@127.0.0.1:9/ombud")
    assert "secret-word" not in done.stderr + done.stdout


def test_the_migrations_make_the_tables_that_the_models_describe() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
