"""What files say, kept by hash and version; marks by which files with the same in them are found; who orders go to."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

from ombud.store import append_only

TABLES = {
    "file_said": ("rowid", "new.sha256 = t.sha256 AND new.version = t.version"),
    "file_marks": ("rowid", "new.kind = t.kind AND new.value = t.value AND new.sha256 = t.sha256"),
}
drop_like = import_module("ombud.store.migrations.0003_no_pattern_indexes").drop


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0012_sanction_reviews")]
    operations: ClassVar[list[Any]] = [
        migrations.CreateModel(
            name="Recipient",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="store.order",
                    ),
                ),
                ("name", models.TextField()),
                ("address", models.TextField(null=True)),
                ("country", models.CharField(max_length=2, null=True)),
                ("known_at", models.DateTimeField()),
            ],
            options={"db_table": "recipients"},
        ),
        migrations.CreateModel(
            name="FileSaid",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "file_id", "version", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        db_column="sha256",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.storedfile",
                    ),
                ),
                ("version", models.TextField()),
                ("said", models.JSONField()),
                ("inspected_at", models.DateTimeField()),
            ],
            options={"db_table": "file_said"},
        ),
        migrations.CreateModel(
            name="FileMark",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "value", "file_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("kind", models.TextField()),
                ("value", models.TextField()),
                (
                    "file",
                    models.ForeignKey(
                        db_column="sha256",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="store.storedfile",
                    ),
                ),
            ],
            options={"db_table": "file_marks"},
        ),
        append_only.kept(TABLES),
        migrations.RunPython(drop_like, migrations.RunPython.noop),
    ]
