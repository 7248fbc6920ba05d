"""Ended cases are listed from an index in the order of the list, how a store has done is counted in one, and a case is
found by its tracking number. The index of open ones has the currency nearer: SQLite reads a row of it no further than
it must."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes only."""

    dependencies: ClassVar = [("store", "0020_draft_steps")]
    operations: ClassVar = [
        migrations.RemoveIndex("case", "cases_open"),
        migrations.RemoveIndex("case", "cases_closed"),
        migrations.RemoveIndex("case", "cases_store_closed"),
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
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["-closed_at", "-held_minor", "case_id", "state", "store", "violation", "route"],
                name="cases_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["store", "closed_at", "state", "route"],
                name="cases_store_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["tracking_number"], name="cases_number", condition=models.Q(tracking_number__isnull=False)
            ),
        ),
    ]
