"""What reviewers said of cases that two people must rule; an index of the cases that were handed in and are open."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

from ombud.store import append_only

TABLES = {"review_proposals": ("proposal_id", "new.case_id = t.case_id AND new.seq = t.seq")}


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0014_what_files_say")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("proposal_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seq", models.IntegerField()),
                ("since_seq", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("actor", models.TextField()),
                ("outcome", models.TextField()),
                ("reason", models.TextField(default="")),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
                ),
            ],
            options={
                "db_table": "review_proposals",
                "constraints": [models.UniqueConstraint(fields=("case", "seq"), name="review_proposals_seq")],
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("submitted_at__isnull", False)),
                fields=["rule_at"],
                name="cases_handed_in",
            ),
        ),
        append_only.kept(TABLES),
    ]
