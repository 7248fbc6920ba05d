"""PostgreSQL: drops the second index that Django gives every text key, for LIKE: never asked, paid at every import."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations

DROP = """
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE '%\\_like' LOOP
    EXECUTE format('DROP INDEX %I', name);
  END LOOP;
END $$
"""


def drop(apps: Any, schema_editor: Any) -> None:
    """Drops them; SQLite has none."""
    del apps
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP, params=None)


class Migration(migrations.Migration):
    """Nothing in the models asks for these indexes, so nothing in them can say that they are gone."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("store", "0002_append_only")]
    operations: ClassVar[list[Any]] = [migrations.RunPython(drop, migrations.RunPython.noop)]
