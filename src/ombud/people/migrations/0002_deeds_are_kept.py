from __future__ import annotations

from typing import Any

from django.db import migrations

from ombud.store.append_only import Tables, keep, let_go

TABLES: Tables = {"deeds": ("deed_id", "t.deed_id = new.deed_id")}


def forwards(apps: Any, schema_editor: Any) -> None:
    keep(schema_editor, TABLES)


def backwards(apps: Any, schema_editor: Any) -> None:
    let_go(schema_editor, TABLES)


class Migration(migrations.Migration):
    dependencies = [("people", "0001_people"), ("store", "0002_append_only")]
    operations = [migrations.RunPython(forwards, backwards)]
