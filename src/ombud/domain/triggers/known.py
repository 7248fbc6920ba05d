"""The facts as a trigger reads them: columns named `fact__column`, and only what was known by an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.facts import FOLDED, Kind, Table
from ombud.domain.triggers.predicates import instant

_TOLD_BY = {"signed_by": "delivered_at", "broken_by": "broken_at"}
"""Texts that came to be known with an instant beside them."""


def fact_rows(table: ir.Table, shape: Table, columns: Iterable[str], known_by: datetime | None) -> ir.Table:
    """`columns` of `table`, renamed. With `known_by`: rows born later do not exist and later instants are null.

    A planned instant was known before it came, so it stays.
    """
    if known_by is not None and shape.born is not None:
        table = table.filter(table[shape.born] <= instant(known_by))
    return table.select(
        **{f"{shape.fact}__{name}": _as_known(table, shape, name, known_by) for name in sorted(columns)}
    )


def _as_known(table: ir.Table, shape: Table, name: str, known_by: datetime | None) -> Any:
    value = table[name]
    if known_by is None:
        return value
    described = (*shape.columns, *FOLDED) if shape.fact == "parcel" else shape.columns
    column = next(column for column in described if column.name == name)
    told_by = name if column.kind is Kind.INSTANT and not column.planned else _TOLD_BY.get(name)
    if told_by is None or (name in _TOLD_BY and shape.fact != "parcel"):
        return value
    return ibis.ifelse(table[told_by] <= instant(known_by), value, ibis.null(value.type()))
