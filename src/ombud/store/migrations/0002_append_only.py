"""History and postings are append-only: the database itself refuses to change, delete or replace their rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

TABLES = {
    "case_events": ("event_id", "new.case_id = t.case_id AND new.seq = t.seq"),
    "postings": ("posting_id", "new.cause_id = t.cause_id AND new.line = t.line"),
}

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
CREATE FUNCTION keep_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: write a new row', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
POSTGRESQL = """
CREATE TRIGGER {table}_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION keep_rows()
"""


def keep(apps: Any, schema_editor: Any) -> None:
    """Creates the triggers."""
    del apps
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_FUNCTION, params=None)
    for table, (key, unique) in TABLES.items():
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(POSTGRESQL.format(table=table), params=None)
        else:
            for verb in ("update", "delete"):
                schema_editor.execute(SQLITE.format(table=table, verb=verb, event=verb.upper()), params=None)
            schema_editor.execute(SQLITE_REPLACE.format(table=table, key=key, unique=unique), params=None)


def let_go(apps: Any, schema_editor: Any) -> None:
    """Drops them."""
    del apps
    for table in TABLES:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER {table}_keep ON {table}", params=None)
        else:
            for verb in ("update", "delete", "replace"):
                schema_editor.execute(f"DROP TRIGGER {table}_keep_{verb}", params=None)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION keep_rows()", params=None)


class Migration(migrations.Migration):
    """Triggers are not part of the models' state, so they come by hand."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0001_tables")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(keep, let_go)]
