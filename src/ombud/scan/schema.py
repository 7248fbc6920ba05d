"""The types of the fact tables in Arrow and in Ibis: one mapping for the evaluator, the store's reader and Spark."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ombud.domain.facts import PARCEL_COLUMNS, TABLES, Column, Kind

_ARROW: dict[Kind, Any] = {
    Kind.INSTANT: pa.timestamp("us", "UTC"),
    Kind.MONEY: pa.int64(),
    Kind.COUNT: pa.int64(),
    Kind.FRACTION: pa.decimal128(7, 6),
}
_IBIS = {
    Kind.INSTANT: "timestamp('UTC', 6)",
    Kind.MONEY: "int64",
    Kind.COUNT: "int64",
    Kind.FRACTION: "decimal(7, 6)",
}

TRIGGER_TABLES = ("stores", "orders", "lines", "parcels", "complaints")
"""What a compiled book reads; its parcels have their scans folded in."""


def columns_of(table: str, *, folded: bool = True) -> tuple[Column, ...]:
    """The columns of a fact table; those of `parcels` with the folded ones, unless `folded` is false."""
    return PARCEL_COLUMNS if table == "parcels" and folded else TABLES[table].columns


def arrow_schema(columns: Iterable[Column]) -> Any:
    """A pyarrow schema; every column may be null, for the facts were checked before."""
    return pa.schema([(column.name, _ARROW.get(column.kind, pa.string())) for column in columns])


def ibis_schema(columns: Iterable[Column]) -> dict[str, str]:
    """Column name -> Ibis type."""
    return {column.name: _IBIS.get(column.kind, "string") for column in columns}


def unbound(names: Iterable[str] = TRIGGER_TABLES, *, folded: bool = True) -> dict[str, ir.Table]:
    """Tables without an engine, to compile against; `folded`: whether the parcels carry their folds."""
    return {name: ibis.table(ibis_schema(columns_of(name, folded=folded)), name=name) for name in names}
