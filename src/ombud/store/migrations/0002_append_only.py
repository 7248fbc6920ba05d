"""History and postings are append-only: the database itself refuses to change, delete or replace their rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

from ombud.store import append_only

TABLES = {
    "case_events": ("event_id", "new.case_id = t.case_id AND new.seq = t.seq"),
    "postings": ("posting_id", "new.cause_id = t.cause_id AND new.line = t.line"),
}


class Migration(migrations.Migration):
    """Triggers are not part of the models' state, so they come by hand."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0001_tables")]
    operations: ClassVar[list[Any]] = [append_only.kept(TABLES)]
