"""What buyers show with a complaint: photos and videos by the hash of their content, never changed."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from ombud.store import append_only

TABLES = {
    "complaint_files": (
        "complaint_file_id",
        "new.complaint_id = t.complaint_id AND new.file_id = t.file_id",
    )
}


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_review_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="ComplaintFile",
            fields=[
                ("complaint_file_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("added_at", models.DateTimeField()),
                (
                    "complaint",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, to="store.complaint"
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="store.storedfile"),
                ),
            ],
            options={
                "db_table": "complaint_files",
                "constraints": [models.UniqueConstraint(fields=("complaint", "file"), name="complaint_files_once")],
            },
        ),
        append_only.kept(TABLES),
    ]
