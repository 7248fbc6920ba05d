"""What migrations give to tables whose rows are never changed: the database itself refuses to change, delete or replace
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.migrations import RunPython

# `INSERT OR REPLACE` deletes without firing a delete trigger, so that on SQLite the insert itself is watched too.
SQLITE = """
CREATE TRIGGER {table}_keep_{verb} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only: write a new row'); END
"""
SQLITE_REPLACE = """
CREATE TRIGGER {table}_keep_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} t WHERE t.{key} = new.{key}) OR EXISTS (SELECT 1 FROM {table} t WHERE {unique})
BEGIN SELECT RAISE(ABORT, '{table} is append-only: this row is there already'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: write a new row', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION keep_rows()
"""


Tables = Mapping[str, tuple[str, str]]
"""Table -> (its key, when another row of it `t` is the same as the `new` one)."""


def keep(schema_editor: Any, tables: Tables) -> None:
    """Creates the triggers of these tables."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
    for table, (key, unique) in tables.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(POSTGRESQL.format(table=table), params=None)
        else:
            for verb in ("update", "delete"):
                schema_editor.execute(SQLITE.format(table=table, verb=verb, event=verb.upper()), params=None)
            schema_editor.execute(SQLITE_REPLACE.format(table=table, key=key, unique=unique), params=None)


def let_go(schema_editor: Any, tables: Tables) -> None:
    """Drops them."""
    for table in tables:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_keep ON {table}", params=None)
        else:
            for verb in ("update", "delete", "replace"):
                schema_editor.execute(f"DROP TRIGGER {table}_keep_{verb}", params=None)


def kept(tables: Tables) -> RunPython:
    """The step of a migration that gives these tables their triggers, and takes them back."""
    return RunPython(
        lambda apps, schema_editor: keep(schema_editor, tables),
        lambda apps, schema_editor: let_go(schema_editor, tables),
    )
