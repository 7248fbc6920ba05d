"""The index of open cases has the currency nearer, for SQLite reads of a row no more than up to what it wants."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One index, made anew."""

    dependencies: ClassVar = [("store", "0020_draft_steps")]
    operations: ClassVar = [
        migrations.RemoveIndex("case", "cases_open"),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=[
                    *("store", "shuts_at", "rule_at", "-held_minor", "case_id"),
                    *("currency", "state", "violation", "route", "opened_at", "closed_at"),
                ],
                name="cases_open",
                condition=models.Q(closed_at__isnull=True),
            ),
        ),
    ]
