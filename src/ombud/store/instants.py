"""Instants in SQL: the few expressions in which SQLite, which keeps them as text, and PostgreSQL differ.

SQLite's own functions know milliseconds only, so whole seconds are moved and the fraction is carried over as text.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db.backends.base.base import BaseDatabaseWrapper


class Instants:
    """Makes SQL of instant expressions for one connection. Expressions must not be null."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.text = connection.vendor == "sqlite"
        self.column_type = "TEXT" if self.text else "TIMESTAMPTZ"

    def literal(self, instant: datetime) -> str:
        """The very form in which the store keeps `instant`."""
        utc = instant.astimezone(UTC)
        return f"'{utc.replace(tzinfo=None).isoformat(' ')}'" if self.text else f"TIMESTAMPTZ '{utc.isoformat(' ')}'"

    def moved(self, expression: str, seconds: int) -> str:
        """`expression` plus whole seconds, which may be negative; exact to the microsecond."""
        if not seconds:
            return expression
        if self.text:
            return f"(datetime(substr({expression}, 1, 19), '{seconds:+d} seconds') || substr({expression}, 20))"
        return f"({expression} + INTERVAL '{seconds} seconds')"

    def midnight(self, expression: str) -> str:
        """The first instant of the UTC day of `expression`."""
        if self.text:
            return f"(substr({expression}, 1, 10) || ' 00:00:00')"
        return f"(date_trunc('day', {expression} AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')"

    def day(self, expression: str) -> str:
        """The UTC day of `expression`, as the store keeps a date."""
        return f"substr({expression}, 1, 10)" if self.text else f"(({expression} AT TIME ZONE 'UTC')::date)"
