"""When somebody put a version of a book in force: what runs the loop goes by it."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column, null for every version that came by the loop alone."""

    dependencies: ClassVar = [("store", "0017_complaint_files")]
    operations: ClassVar = [
        migrations.AddField("rulebookversion", "put_at", models.DateTimeField(null=True)),
    ]
