"""The compiled book in this process: batches of facts in, the rows that fire out, many times a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc

from ombud.domain.rulebook import Rulebook
from ombud.domain.triggers import compile_book
from ombud.scan.reading.engine import WHOLE_RESULTS
from ombud.scan.schema import TRIGGER_TABLES, arrow_schema, columns_of, unbound


class Evaluator:
    """One book (its versions at `rules_at`, where given), compiled once into SQL, with an engine of its own in memory.

    Compiling takes about half a second, so keep it: `ombud.scan.evaluate.Evaluator` per book and process. Several
    threads may call `run`; they take turns. Close it, or use it in a `with` block, to give the engine's memory back.
    """

    def __init__(self, book: Rulebook, *, rules_at: datetime | None = None) -> None:
        self.book = book
        self.rules_at = rules_at
        rows = compile_book(book, unbound(), rules_at=rules_at)
        self._batch = {name: _Slot(arrow_schema(columns_of(name)).empty_table()) for name in TRIGGER_TABLES}
        self._turn = Lock()
        self._engine = duckdb.connect(":memory:", config={"threads": 1})
        self._engine.execute("SET TimeZone = 'UTC'")
        self._engine.execute(WHOLE_RESULTS)
        for name, slot in self._batch.items():
            self._engine.register(f"{name}_batch", slot)
        tables = ", ".join(f"{name} AS MATERIALIZED (FROM {name}_batch)" for name in TRIGGER_TABLES)
        self._engine.execute(f"PREPARE fire AS WITH {tables} FROM ({ibis.to_sql(rows, dialect='duckdb')})")

    def run(self, facts: Mapping[str, Any]) -> Any:
        """Arrow tables by name (a missing one: no rows; their columns: `schema.columns_of`) -> an Arrow table of
        `triggers.OUTPUT`, unsorted: every row that fires, now or later. Instants of the facts are in UTC.

        Raises pyarrow.ArrowInvalid where a table lacks a column or holds another type.
        """
        with self._turn:
            try:
                for name, slot in self._batch.items():
                    slot.put(facts.get(name))
                return self._engine.execute("EXECUTE fire").to_arrow_table()
            finally:
                for slot in self._batch.values():
                    slot.put(None)

    def close(self) -> None:
        """Gives the engine back. The evaluator is of no use after it."""
        self._engine.close()

    def __enter__(self) -> Evaluator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Slot:
    """A table of the engine whose rows are changed from run to run: planning anew would cost more than running."""

    def __init__(self, empty: Any) -> None:
        self._empty = empty
        self._table = empty

    def put(self, table: Any) -> None:
        self._table = self._empty if table is None else _fitting(table, self._empty.schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


def _fitting(table: Any, schema: Any) -> Any:
    if table.schema.equals(schema):
        return table
    missing = [name for name in schema.names if name not in table.column_names]
    if missing:
        raise pa.ArrowInvalid("missing: " + ", ".join(missing))
    return table.select(schema.names).cast(schema)


@lru_cache(maxsize=32)
def kept_evaluator(book: Rulebook, rules_at: datetime | None = None) -> Evaluator:
    """The one of this process for a book, compiled once; `Rulebook` compares by identity."""
    return Evaluator(book, rules_at=rules_at)


def of_platform(facts: Mapping[str, Any], platform: str) -> dict[str, Any]:
    """Those of `facts` (Arrow tables by name) that are of the stores of one platform."""
    stores = facts["stores"].filter(pc.equal(facts["stores"]["platform"], pa.scalar(platform)))
    if stores.num_rows == facts["stores"].num_rows:
        return dict(facts)
    orders = facts["orders"].filter(pc.is_in(facts["orders"]["store_id"], stores["store_id"].combine_chunks()))
    own = {"stores": stores, "orders": orders}
    for name in facts.keys() - own.keys():
        own[name] = facts[name].filter(pc.is_in(facts[name]["order_id"], orders["order_id"].combine_chunks()))
    return own
