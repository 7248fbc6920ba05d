"""The facts of one case as a ruling knew them: plain values that a record can hold, and back again.

A record must give the same ruling for ever, so it holds no more than the facts that rules can speak of, and nothing
that came after the submission.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ombud.domain.facts import Kind
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.rulebook import vocabulary

_LISTS = ("line", "parcel")
_PROMISES = frozenset({"order.ship_by"})
"""Instants that may lie ahead: they were known before they came."""
_WITH = {"parcel.delivered_at": "parcel.signed_by", "parcel.broken_at": "parcel.broken_by"}
"""Said by the same scan: known when the instant is, and not before."""


def plain_facts(row: Mapping[str, Any], by: datetime) -> dict[str, Any]:
    """A row as `domain.conditions.holds` reads it -> JSON, as known at `by`: what happened later is null."""
    plain: dict[str, Any] = {}
    for name, value in row.items():
        if name in _LISTS:
            plain[name] = [plain_facts(each, by) for each in value]
        elif (column := vocabulary.column(name)) is not None:
            plain[name] = _plain(name, column.kind, value, by)
    for instant, said in _WITH.items():
        if said in plain and plain.get(instant) is None:
            plain[said] = None
    return plain


def typed_facts(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The row again, with its instants and fractions."""
    row: dict[str, Any] = {}
    for name, value in plain.items():
        column = vocabulary.column(name)
        if name in _LISTS:
            row[name] = [typed_facts(each) for each in value]
        elif value is not None and column is not None and column.kind is Kind.INSTANT:
            row[name] = parse_instant(value)
        elif value is not None and column is not None and column.kind is Kind.FRACTION:
            row[name] = Decimal(value)
        else:
            row[name] = value
    return row


def _plain(name: str, kind: Kind, value: Any, by: datetime) -> Any:
    if value is None:
        return None
    if kind is Kind.INSTANT:
        return None if value > by and name not in _PROMISES else format_instant(value)
    return str(value) if kind is Kind.FRACTION else value
