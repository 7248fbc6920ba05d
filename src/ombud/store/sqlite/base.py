"""The backend that `settings` names: Django's own, except for the types of columns and the word STRICT.

SQLite takes any value in any column unless the table is STRICT, and a STRICT table knows only the types below. Instants
and days stay text in the form that Django writes (`2026-03-12 08:00:00`, six digits after the point where there are
any), which sorts as the instants do.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.sqlite3 import base, features, schema

_TYPES = {
    "AutoField": "integer",
    "BigAutoField": "integer",
    "BigIntegerField": "integer",
    "BinaryField": "blob",
    "BooleanField": "integer",
    "CharField": "text",
    "DateField": "text",
    "DateTimeField": "text",
    "DecimalField": "real",
    "DurationField": "integer",
    "FileField": "text",
    "FilePathField": "text",
    "FloatField": "real",
    "GenericIPAddressField": "text",
    "IntegerField": "integer",
    "IPAddressField": "text",
    "JSONField": "text",
    "OneToOneField": "integer",
    "PositiveBigIntegerField": "integer",
    "PositiveIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "SlugField": "text",
    "SmallAutoField": "integer",
    "SmallIntegerField": "integer",
    "TextField": "text",
    "TimeField": "text",
    "UUIDField": "text",
}


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """Every table it creates is STRICT, the one of migrations included."""

    sql_create_table = schema.DatabaseSchemaEditor.sql_create_table + " STRICT"


class DatabaseFeatures(features.DatabaseFeatures):
    """STRICT came with 3.37, `IS DISTINCT FROM` with 3.39."""

    minimum_database_version = (3, 39)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite with STRICT tables. Booleans come back as 0 and 1 in raw SQL."""

    data_types: Any = _TYPES
    SchemaEditorClass = DatabaseSchemaEditor
    features_class = DatabaseFeatures
