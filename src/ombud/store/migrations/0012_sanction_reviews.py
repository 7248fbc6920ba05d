"""Who is to be looked at for sanctions, and what counts for them. Every store is looked at once when this has run."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

from ombud.store.health_counts import EARLIEST
from ombud.store.instants import Instants


def _look_at_everyone(apps: Any, schema_editor: Any) -> None:
    earliest = Instants(schema_editor.connection).literal(EARLIEST)
    schema_editor.execute(
        "INSERT INTO sanction_reviews (platform, over, subject, since, review_at)"
        f" SELECT platform, 'store', store_id, {earliest}, {earliest} FROM stores",
        params=None,
    )


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0013_seals")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="SanctionReview",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "platform", "over", "subject", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("platform", models.TextField()),
                ("over", models.TextField()),
                ("subject", models.TextField()),
                ("since", models.DateTimeField(null=True)),
                ("review_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "sanction_reviews",
                "indexes": [
                    models.Index(
                        condition=models.Q(("review_at__isnull", False)),
                        fields=["review_at"],
                        name="sanction_reviews_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "platform",
                        "over",
                        "subject",
                        "at",
                        "case_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("platform", models.TextField()),
                ("over", models.TextField()),
                ("subject", models.TextField()),
                ("at", models.DateTimeField()),
                ("counts", models.SmallIntegerField()),
                (
                    "case",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.case"),
                ),
            ],
            options={"db_table": "tallies"},
        ),
        migrations.RunPython(_look_at_everyone, migrations.RunPython.noop),
    ]
