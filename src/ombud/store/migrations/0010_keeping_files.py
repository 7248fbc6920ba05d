"""When the content of a file may be let go, and whether that is done: two instants that are swept by index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_append_only_rulings"),
    ]

    operations = [
        migrations.AddField("storedfile", "keep_until", models.DateTimeField(null=True)),
        migrations.AddField("storedfile", "removed_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "storedfile",
            models.Index(
                fields=["keep_until"], name="files_to_drop", condition=models.Q(("keep_until__isnull", False))
            ),
        ),
        migrations.AddIndex(
            "storedfile",
            models.Index(
                fields=["dropped_at"],
                name="files_to_remove",
                condition=models.Q(("dropped_at__isnull", False), ("removed_at__isnull", True)),
            ),
        ),
    ]
