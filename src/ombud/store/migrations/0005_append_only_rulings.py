"""Submissions, rulings and seals are append-only too; PostgreSQL drops the indexes for LIKE that nobody asks.

Cases that were open before get the instant at which the clock loses them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

from django.db import migrations

from ombud.store import append_only

TABLES = {
    "submissions": ("submission_id", "new.case_id = t.case_id AND new.seq = t.seq"),
    "pieces": ("piece_id", "new.submission_id = t.submission_id AND new.position = t.position"),
    "rulings": ("ruling_id", "new.case_id = t.case_id AND new.seq = t.seq"),
    "event_hashes": ("event_id", "new.event_id = t.event_id"),
    "checkpoints": ("checkpoint_id", "new.checkpoint_id = t.checkpoint_id"),
}
drop_like = import_module("ombud.store.migrations.0003_no_pattern_indexes").drop


class Migration(migrations.Migration):
    """Triggers are not part of the models' state, so they come by hand."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0004_whole_life")]
    operations: ClassVar[list[Any]] = [
        append_only.kept(TABLES),
        migrations.RunSQL("UPDATE cases SET shuts_at = due_at WHERE closed_at IS NULL", migrations.RunSQL.noop),
        migrations.RunPython(drop_like, migrations.RunPython.noop),
    ]
