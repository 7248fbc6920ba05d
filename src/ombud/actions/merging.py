"""Merges staged rows of one table of facts into the store: one statement to tell what is new, one to write it.

A row is written where the store has none, or has one that an export of the same age or an older one set and that says
something else. Equal content of a newer export only moves `known_at` up, which nobody needs to hear of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from ombud.domain.facts import FOLDED, Table
from ombud.store import staging
from ombud.store.instants import Instants


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the rows of one table. `older`: the store knows them otherwise from a newer export; left as is."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    older: int = 0

    @property
    def changed(self) -> int:
        """How many rows of the store say something else now."""
        return self.inserted + self.updated


class Merge:
    """One table on its way into the store: fill `staged`, then `classify` and `write` in one transaction."""

    def __init__(self, table: Table, known_at: datetime, *, folded: bool = False) -> None:
        self.table = table
        self.folded = folded
        self.staged = f"new_{table.name}"
        self.source = self.staged
        self.fields = staging.fields((*table.columns, *(FOLDED if folded else ())))
        self.known_at = Instants(connection).literal(known_at)
        self.rows = 0
        self.all_new = False
        self.result = Merged()

    def classify(self) -> None:
        """Tells new, changed, equal and older rows apart and fills in `result`; `source` then holds what to write."""
        if not self.rows:
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT NOT EXISTS (SELECT 1 FROM {self.table.name})")
            self.all_new = bool(cursor.fetchone()[0])
            if self.all_new:
                self.result = Merged(inserted=self.rows)
                return
            first = self.table.key[0]
            content = [column.name for column in self.table.columns if column.name not in self.table.key]
            differs = " OR ".join(f"n.{name} IS DISTINCT FROM o.{name}" for name in content)
            same_key = " AND ".join(f"n.{name} = o.{name}" for name in self.table.key)
            change = (
                f"CASE WHEN o.{first} IS NULL THEN 'new'"
                f" WHEN o.known_at > {self.known_at} THEN CASE WHEN {differs} THEN 'older' ELSE 'equal' END"
                f" WHEN {differs} THEN 'updated'"
                f" WHEN o.known_at < {self.known_at} THEN 'confirmed' ELSE 'equal' END"
            )
            joined = f"FROM {self.staged} n LEFT JOIN {self.table.name} o ON {same_key}"
            cursor.execute(f"SELECT {change} AS change, count(*) {joined} GROUP BY 1")
            counts: dict[str, int] = dict(cursor.fetchall())
        self.result = Merged(
            counts.get("new", 0),
            counts.get("updated", 0),
            counts.get("equal", 0) + counts.get("confirmed", 0),
            counts.get("older", 0),
        )
        self.source = f"changed_{self.table.name}"
        staging.create_as(
            connection,
            self.source,
            f"SELECT * FROM (SELECT n.*, {change} AS change {joined}) s"
            " WHERE change IN ('new', 'updated', 'confirmed')",
        )

    def changed(self, columns: str) -> str:
        """A query of `columns` of the rows (`n`) that say something new."""
        if self.all_new or not self.rows:
            return f"SELECT {columns} FROM {self.source} n"
        return f"SELECT {columns} FROM {self.source} n WHERE n.change IN ('new', 'updated')"

    def write(
        self,
        extra: Mapping[str, str] | None = None,
        *,
        at_birth: Mapping[str, str] | None = None,
        beside: str = "",
        on: str = "true",
    ) -> None:
        """Writes what `classify` found. `extra`: further columns of the store, by expression over the rows `n` and
        those of the table `beside` that match by `on`; `at_birth`: such columns that only a new row gets."""
        if not self.rows:
            return
        extra, at_birth = dict(extra or {}), dict(at_birth or {})
        columns = [column.name for column in self.table.columns]
        names = [*columns, "known_at", *extra, *at_birth]
        values = [*(f"n.{name}" for name in columns), self.known_at, *extra.values(), *at_birth.values()]
        updated = [name for name in names if name not in self.table.key and name not in at_birth]
        source = f"{self.source} n CROSS JOIN {beside}" if beside else f"{self.source} n"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.table.name} ({', '.join(names)})"
                f" SELECT {', '.join(values)} FROM {source} WHERE {on}"
                f" ON CONFLICT ({', '.join(self.table.key)})"
                f" DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in updated)}"
            )
