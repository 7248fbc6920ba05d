"""Ends cases whose complaint the buyer took back (S4): complaints are read again when an import has woken their orders.

A case that one complaint opened ends with it. A case that is there once for its order, whatever the number of
complaints, ends when no complaint of the kind that its trigger asks for is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from ombud.actions.moving import claim, move_many
from ombud.domain.cases import EventKind
from ombud.domain.complaints import is_asked_for
from ombud.domain.facts import Kind
from ombud.domain.rulebook import Rulebook
from ombud.store import sql, staging
from ombud.store.books import book_of, cited
from ombud.store.instants import Instants
from ombud.store.staging import Field

WITHDRAWN = "withdrawn_cases"
"""Temporary: the cases that end, with the complaint whose withdrawal ends them and the instant of it."""
_ORDERS = "withdrawn_orders"
_ROW = (
    Field("case_id", Kind.COUNT),
    Field("complaint_id"),
    Field("at", Kind.INSTANT),
)
_CASE = (
    Field("case_id", Kind.COUNT),
    Field("order_id"),
    Field("complaint_id"),
    Field("rulebook_id"),
    Field("clause"),
    Field("fires_at", Kind.INSTANT),
    Field("shuts_at", Kind.INSTANT),
    Field("rule_at", Kind.INSTANT),
    Field("latest_at", Kind.INSTANT),
)
_INSTANT = staging.INSTANT_TYPE
_TAKES_BACK = "complaint.withdrawn_at"


@dataclass
class _Ending:
    cases: list[int] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    ats: list[datetime] = field(default_factory=list)


def withdraw_due(complaints: Any, *, at: datetime, books: Mapping[str, Rulebook], actor: str) -> int:
    """Ends the open cases of orders whose `complaints` (an Arrow table of the facts) were withdrawn by `at`.

    A case ends at the instant of the withdrawal, or right after its latest step where that is later. What the clock or
    a ruling had ended before, had somebody looked, is left to them. Must run in a transaction; returns how many ended.
    """
    orders = _taken_back(complaints, at)
    if not len(orders):
        return 0
    by_order: dict[str, list[dict[str, Any]]] = {}
    for row in complaints.filter(pc.is_in(complaints["order_id"], orders)).to_pylist():
        by_order.setdefault(row["order_id"], []).append(row)
    ending = _Ending()
    for case in _open_cases(orders):
        found = _withdrawn(case, by_order[case["order_id"]], at, books)
        if found is not None:
            ending.cases.append(case["case_id"])
            ending.complaints.append(found["complaint_id"])
            ending.ats.append(max(found["withdrawn_at"], case["latest_at"]))
    return _end(ending, at=at, books=books, actor=actor) if ending.cases else 0


def wake_for_withdrawals(complaints: Any, at: datetime) -> None:
    """Orders with an open case and a complaint that is taken back only later than `at` are due again then: a store's
    clock and the loop's need not agree to the second."""
    ahead = complaints.filter(pc.fill_null(pc.greater(complaints["withdrawn_at"], pa.scalar(at, _INSTANT)), False))
    if not ahead.num_rows:
        return
    firsts = ahead.group_by("order_id").aggregate([("withdrawn_at", "min")]).select(["order_id", "withdrawn_at_min"])
    fields = (Field("order_id"), Field("at", Kind.INSTANT))
    staging.create(connection, _ORDERS, fields, key=("order_id",))
    for _ in staging.fill(connection, _ORDERS, fields, firsts.rename_columns(["order_id", "at"]).to_batches()):
        pass
    first = f"(SELECT w.at FROM {_ORDERS} w WHERE w.order_id = orders.order_id)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE orders SET check_at = CASE WHEN check_at < {first} THEN check_at ELSE {first} END"
            f" WHERE order_id IN (SELECT w.order_id FROM {_ORDERS} w JOIN cases c ON c.order_id = w.order_id"
            " WHERE c.closed_at IS NULL)"
        )


def wake_taken_back(complaints: Any, at: datetime) -> None:
    """Orders whose case was opened at `at`, though a complaint had been taken back by then, are due again at once: it
    was made and taken back between two sweeps. Their case is ended as any other; nothing is opened twice."""
    orders = _taken_back(complaints, at)
    if not len(orders):
        return
    _stage_orders(orders)
    now = Instants(connection).literal(at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE orders SET check_at = {now} WHERE order_id IN (SELECT w.order_id FROM {_ORDERS} w"
            f" JOIN cases c ON c.order_id = w.order_id WHERE c.closed_at IS NULL AND c.opened_at = {now})"
        )


def _taken_back(complaints: Any, at: datetime) -> Any:
    """The orders of which a complaint was taken back by `at`."""
    gone = pc.fill_null(pc.less_equal(complaints["withdrawn_at"], pa.scalar(at, _INSTANT)), False)
    return complaints.filter(gone)["order_id"].unique()


def _stage_orders(orders: Any) -> None:
    staging.create(connection, _ORDERS, (Field("order_id"),), key=("order_id",))
    for _ in staging.fill(connection, _ORDERS, (Field("order_id"),), pa.table({"order_id": orders}).to_batches()):
        pass


def _open_cases(orders: Any) -> Iterator[dict[str, Any]]:
    """The open cases of these orders, which nobody else moves until the transaction ends."""
    _stage_orders(orders)
    which = f"FROM {_ORDERS} w CROSS JOIN cases c WHERE c.order_id = w.order_id AND c.closed_at IS NULL"
    if connection.vendor == "postgresql":  # whoever has one in hand is waited for: its order is due only once
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT c.case_id {which} ORDER BY c.case_id FOR NO KEY UPDATE OF c")
    latest = "(SELECT max(e.at) FROM case_events e WHERE e.case_id = c.case_id)"
    columns = ", ".join(f"c.{column.name}" for column in _CASE[:-1])
    yield from staging.read(connection, f"SELECT {columns}, {latest} {which} ORDER BY c.case_id", _CASE).to_pylist()


def _withdrawn(
    case: Mapping[str, Any], complaints: Sequence[Mapping[str, Any]], at: datetime, books: Mapping[str, Rulebook]
) -> Mapping[str, Any] | None:
    """The complaint whose withdrawal ends the case; None where it goes on."""
    book = book_of(case["rulebook_id"], books)
    version = cited(book, case["clause"])
    if version is None or _TAKES_BACK not in version.value.unless:
        return None  # the book does not say that taking it back changes anything
    if case["complaint_id"]:
        own = [row for row in complaints if row["complaint_id"] == case["complaint_id"]]
    else:
        own = [
            row
            for row in complaints
            if row["opened_at"] <= at and is_asked_for(row, version.value, case["fires_at"], book)
        ]
    if not own or any(row["withdrawn_at"] is None or row["withdrawn_at"] > at for row in own):
        return None
    last = max(own, key=lambda row: (row["withdrawn_at"], row["complaint_id"]))
    ends_at = [instant for instant in (case["shuts_at"], case["rule_at"]) if instant is not None]
    return None if any(instant < last["withdrawn_at"] for instant in ends_at) else last


def _end(ending: _Ending, *, at: datetime, books: Mapping[str, Rulebook], actor: str) -> int:
    rows = pa.table(
        {
            "case_id": pa.array(ending.cases, pa.int64()),
            "complaint_id": pa.array(ending.complaints, pa.string()),
            "at": pa.array(ending.ats, _INSTANT),
        }
    )
    staging.create(connection, WITHDRAWN, _ROW, key=("case_id",))
    for _ in staging.fill(connection, WITHDRAWN, _ROW, rows.to_batches()):
        pass
    found = claim(
        f"SELECT c.case_id, c.state, c.rulebook_id, w.at FROM {WITHDRAWN} w CROSS JOIN cases c"
        " WHERE c.case_id = w.case_id"
    )
    complaint = f"(SELECT w.complaint_id FROM {WITHDRAWN} w WHERE w.case_id = m.case_id)"
    told = sql.json_object(
        connection, complaint_id=complaint, swept_at=sql.iso(connection, Instants(connection).literal(at))
    )
    move_many(EventKind.WITHDRAWN, books=books, actor=actor, at=at, data=told)
    return found
