"""The queue goes by an index in its own order, and what has happened since an instant is found by one."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes only. Those of closed cases no longer hold open ones, which made planners go by them to find these."""

    dependencies: ClassVar = [("store", "0018_books_put_in_force")]
    operations: ClassVar = [
        migrations.RemoveIndex("case", "cases_store_due"),
        migrations.RemoveIndex("case", "cases_store_closed"),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["store", "closed_at"], name="cases_store_closed", condition=models.Q(closed_at__isnull=False)
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=[
                    *("store", "shuts_at", "rule_at", "-held_minor", "case_id"),
                    *("state", "violation", "route", "currency", "opened_at", "closed_at"),
                ],
                name="cases_open",
                condition=models.Q(closed_at__isnull=True),
            ),
        ),
        migrations.AddIndex("caseevent", models.Index(fields=["at"], name="case_events_at")),
    ]
