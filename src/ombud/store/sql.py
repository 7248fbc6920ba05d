"""The few expressions, beside those of instants, in which the SQL of SQLite and of PostgreSQL differ."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper

from ombud.store.instants import Instants


def text(value: str) -> str:
    """`value` as a literal."""
    return "'" + value.replace("'", "''") + "'"


def among(column: str, values: Iterable[str]) -> str:
    """Whether `column` is one of these, of which there may be none."""
    listed = ", ".join(text(value) for value in values)
    return f"{column} IN ({listed})" if listed else "false"


def json_object(connection: BaseDatabaseWrapper, **pairs: str) -> str:
    """An object of these expressions, as the store keeps JSON."""
    inner = ", ".join(f"'{name}', {expression}" for name, expression in pairs.items())
    return f"json_object({inner})" if connection.vendor == "sqlite" else f"json_build_object({inner})::jsonb"


def iso(connection: BaseDatabaseWrapper, expression: str) -> str:
    """The instant as ISO 8601 text in UTC with Z."""
    if connection.vendor == "sqlite":
        return f"(replace({expression}, ' ', 'T') || 'Z')"
    form = 'YYYY-MM-DD"T"HH24:MI:SS.US'
    return f"(replace(to_char({expression} AT TIME ZONE 'UTC', '{form}'), '.000000', '') || 'Z')"


def new_id(connection: BaseDatabaseWrapper, table: str, column: str) -> str:
    """Gives each row of the query that it stands in a key of `table` that nobody has or will have.

    On SQLite that is so as long as the transaction that will write the rows is the one that holds the write lock.
    """
    if connection.vendor == "postgresql":
        return f"nextval(pg_get_serial_sequence('{table}', '{column}'))"
    return f"((SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = '{table}') + row_number() OVER ())"


def skip_locked(connection: BaseDatabaseWrapper) -> str:
    """Ends a query that claims rows: what another worker works on is left to it. SQLite has one writer anyway."""
    return " FOR NO KEY UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""


def go_by_index(connection: BaseDatabaseWrapper) -> None:
    """Until the end of the transaction, PostgreSQL finds every row by an index.

    A batch is a ten-thousandth of the store or less; from temporary tables the planner guesses otherwise, and a guess
    wrong once reads the whole store (measured: 4 times as long at 1 M orders).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
            )


def one_at_a_time(connection: BaseDatabaseWrapper, what: int) -> None:
    """Waits until no other transaction is in the same part, and keeps others out until this one ends.

    SQLite has one writer anyway. Raises OperationalError after the `lock_timeout` of the connection.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [what])


def nobody_else(connection: BaseDatabaseWrapper, what: int) -> bool:
    """As `one_at_a_time`, without waiting: False where another transaction is in that part."""
    if connection.vendor == "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [what])
        return bool(cursor.fetchone()[0])


IMPORT = 0x6F6D01
"""One import at a time: two would stage and classify against the same old rows."""
SETTLEMENT = 0x6F6D03
"""One settlement of orders with several cases at a time: each must see what the one before it charged. Taken before
HEALTH."""
HEALTH = 0x6F6D02
"""One recount of health days at a time: a count must see what the one before it committed."""
SEALS = 0x6F6D0D
"""One that hashes or seals at a time: each hash and each checkpoint names the one before it."""

__all__ = [
    "HEALTH",
    "IMPORT",
    "SEALS",
    "SETTLEMENT",
    "Instants",
    "go_by_index",
    "iso",
    "json_object",
    "new_id",
    "nobody_else",
    "one_at_a_time",
    "skip_locked",
    "text",
]
