"""Hashes know their order and what is bound to an event; the tree under a checkpoint; the queue of what has no hash.

Nothing has written a hash before this, so that the table of hashes is made anew. The queue is filled by a trigger: an
event and its place in the queue are committed together, whoever writes it and in whatever order transactions end.
"""

from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from ombud.store import append_only

TABLES = {
    "event_hashes": ("event_id", "new.position = t.position"),
    "sealed_heads": ("rowid", "new.checkpoint_id = t.checkpoint_id AND new.case_id = t.case_id"),
}
SQLITE = """
CREATE TRIGGER case_events_to_chain AFTER INSERT ON case_events
BEGIN INSERT INTO unchained_events (event_id) VALUES (new.event_id); END
"""
POSTGRESQL = (
    """
CREATE FUNCTION to_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO unchained_events (event_id) SELECT event_id FROM fresh;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER case_events_to_chain AFTER INSERT ON case_events REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION to_chain()
""",
)
POSTGRESQL_BACK = ("DROP TRIGGER case_events_to_chain ON case_events", "DROP FUNCTION to_chain()")


def keep(apps: Any, schema_editor: Any) -> None:
    """Creates the triggers and queues the events that are there."""
    del apps
    append_only.keep(schema_editor, TABLES)
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else (SQLITE,):
        schema_editor.execute(statement, params=None)
    schema_editor.execute("INSERT INTO unchained_events (event_id) SELECT event_id FROM case_events", params=None)


def let_go(apps: Any, schema_editor: Any) -> None:
    """Drops them; the table of hashes is then made as it was before."""
    del apps
    append_only.let_go(schema_editor, TABLES)
    own = POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else ("DROP TRIGGER case_events_to_chain",)
    for statement in own:
        schema_editor.execute(statement, params=None)


def keep_old(apps: Any, schema_editor: Any) -> None:
    """On the way back: the table of hashes as 0005 left it is append-only."""
    del apps
    append_only.keep(schema_editor, {"event_hashes": ("event_id", "new.event_id = t.event_id")})


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0010_keeping_files"),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, keep_old),
        migrations.DeleteModel(name="EventHash"),
        migrations.CreateModel(
            name="UnchainedEvent",
            fields=[("event_id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "unchained_events"},
        ),
        migrations.CreateModel(
            name="EventHash",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="store.caseevent",
                    ),
                ),
                ("position", models.BigIntegerField(unique=True)),
                ("hash", models.CharField(max_length=64)),
                ("bound", models.TextField()),
            ],
            options={"db_table": "event_hashes"},
        ),
        migrations.CreateModel(
            name="SealedHead",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "checkpoint_id", "case_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seq", models.IntegerField()),
                ("hash", models.CharField(max_length=64)),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
                ),
                (
                    "checkpoint",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.checkpoint"
                    ),
                ),
            ],
            options={
                "db_table": "sealed_heads",
                "indexes": [models.Index(fields=["case"], name="sealed_heads_case")],
            },
        ),
        migrations.CreateModel(
            name="SealRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "floor", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("floor", models.IntegerField()),
                ("position", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
            ],
            options={"db_table": "seal_rows"},
        ),
        migrations.RunPython(keep, let_go),
    ]
