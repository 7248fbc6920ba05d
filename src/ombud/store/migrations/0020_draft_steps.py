"""What was done with files that lie ready, and by whom: the draft itself only knows how it stands now."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from ombud.store import append_only

TABLES: append_only.Tables = {"draft_steps": ("draft_step_id", "t.draft_step_id = new.draft_step_id")}


class Migration(migrations.Migration):
    """One table."""

    dependencies: ClassVar = [("store", "0019_queue_by_index")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DraftStep",
            fields=[
                ("draft_step_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("what", models.TextField()),
                ("name", models.TextField()),
                ("was", models.TextField(default="")),
                ("sha256", models.CharField(max_length=64)),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
                ),
            ],
            options={
                "db_table": "draft_steps",
                "indexes": [models.Index(fields=["case"], name="draft_steps_case")],
            },
        ),
        append_only.kept(TABLES),
    ]
