"""What an estimate goes by: a month of orders, cases and parcels, and 90 days of figures, from a folder or the store.

The same few queries run on DuckDB, SQLite and PostgreSQL: they only count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

import duckdb
from django.db import connection as store_connection

from ombud.domain.conditions import In
from ombud.domain.health import LOST_STATES, WON_STATES, Share
from ombud.domain.instants import parse_instant
from ombud.domain.rulebook import Rulebook
from ombud.domain.tracking_numbers import fits
from ombud.simulate.past import FIELDS, PastCase
from ombud.store import sql
from ombud.store.books import version
from ombud.store.instants import Instants

METRICS = timedelta(days=90)
"""Over what figures are looked at, as the source asks for them (O21)."""


class Asked(Protocol):
    """Facts that can be counted with SQL."""

    def rows(self, query: str) -> Sequence[Sequence[Any]]: ...

    def instant(self, at: datetime) -> str: ...


class Folder:
    """Checked facts in DuckDB."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str) -> Sequence[Sequence[Any]]:
        return self._connection.execute(query).fetchall()

    def instant(self, at: datetime) -> str:
        return f"TIMESTAMPTZ {sql.text(at.isoformat())}"


class Stored:
    """The store."""

    def rows(self, query: str) -> Sequence[Sequence[Any]]:
        with store_connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def instant(self, at: datetime) -> str:
        return Instants(store_connection).literal(at)


@dataclass(frozen=True)
class CarrierUse:
    """One carrier in the month: its parcels, those pushed by API, numbers of a form that the book knows of it (None: it
    knows none), the beginnings of its numbers, the most frequent first, and whether no trigger is about its being off a
    list (None: the book has no such list)."""

    carrier: str
    parcels: int
    by_api: int
    well_formed: int | None
    prefixes: tuple[str, ...]
    accepted: bool | None


@dataclass(frozen=True)
class Month:
    """What is known of the stores concerned. `cases`: None where cases are not known; else those opened in the span."""

    platform: str
    at: datetime
    days: int
    stores: int
    orders: int
    cases: tuple[PastCase, ...] | None
    carriers: tuple[CarrierUse, ...]
    tiers: Mapping[str, int]
    categories: Mapping[str, int]
    gateways: Mapping[str, int]
    on_time: Share
    returned: Share
    decided: Share | None
    """Won of those decided; None where no rulings are known."""
    dispute_rate: Share | None

    @property
    def parcels(self) -> int:
        return sum(carrier.parcels for carrier in self.carriers)

    @property
    def by_api(self) -> Share:
        """Parcels whose number an ERP or WMS pushed, of all."""
        return Share(sum(carrier.by_api for carrier in self.carriers), self.parcels)


def read_month(
    asked: Asked,
    book: Rulebook,
    *,
    at: datetime,
    days: int,
    store_id: str | None,
    cases: Sequence[PastCase] | None,
    ruled: bool,
) -> Month:
    """The `days` that end with `at`, of one store or of all of the book's platform. `ruled`: whether cases have rulings
    to count, as the store's have."""
    ask = _Asking(asked, book, at, days, store_id)
    won, lost = (ask.cases(states) for states in (WON_STATES, LOST_STATES)) if ruled else (0, 0)
    completed = ask.orders("completed_at", METRICS)
    return Month(
        platform=book.name,
        at=at,
        days=days,
        stores=ask.count(f"SELECT count(*) FROM stores s WHERE {ask.of_stores}"),
        orders=ask.orders("paid_at", timedelta(days=days)),
        cases=tuple(cases) if cases is not None else None,
        carriers=ask.carriers(),
        tiers=ask.counted("s.tier", f"stores s WHERE {ask.of_stores}"),
        categories=ask.counted("o.category", f"{ask.month} AND o.category IS NOT NULL"),
        gateways=ask.counted("o.gateway", ask.month),
        on_time=Share(
            ask.orders("ship_by", METRICS, f" AND {_STANDS} AND o.shipped_at <= o.ship_by"),
            ask.orders("ship_by", METRICS, f" AND {_STANDS}"),
        ),
        returned=ask.returned(),
        decided=Share(won, won + lost) if ruled else None,
        dispute_rate=Share(lost, completed) if ruled else None,
    )


_STANDS = "o.paid_at <= o.ship_by AND (o.cancelled_at IS NULL OR o.cancelled_at > o.ship_by)"


class _Asking:
    def __init__(self, asked: Asked, book: Rulebook, at: datetime, days: int, store_id: str | None) -> None:
        self.asked = asked
        self.book = book
        self.at = at
        self.of_stores = f"s.platform = {sql.text(book.name)}"
        if store_id is not None:
            self.of_stores += f" AND s.store_id = {sql.text(store_id)}"
        self.span = timedelta(days=days)
        self.month = f"{self._orders} AND {self.within('o.paid_at', self.span)}"

    @property
    def _orders(self) -> str:
        return f"orders o JOIN stores s ON s.store_id = o.store_id WHERE {self.of_stores}"

    def within(self, column: str, span: timedelta) -> str:
        """(at - span, at]."""
        return f"{column} > {self.asked.instant(self.at - span)} AND {column} <= {self.asked.instant(self.at)}"

    def count(self, query: str) -> int:
        [(number,)] = self.asked.rows(query)
        return int(number or 0)

    def counted(self, column: str, of: str) -> dict[str, int]:
        rows = self.asked.rows(f"SELECT {column}, count(*) FROM {of} GROUP BY {column}")
        return dict(sorted(((str(name or ""), int(n)) for name, n in rows), key=lambda each: (-each[1], each[0])))

    def orders(self, instant: str, span: timedelta, also: str = "") -> int:
        return self.count(f"SELECT count(*) FROM {self._orders} AND {self.within(f'o.{instant}', span)}{also}")

    def cases(self, states: Sequence[str]) -> int:
        wanted = ", ".join(sql.text(state) for state in states)
        return self.count(
            f"SELECT count(*) FROM cases c JOIN stores s ON s.store_id = c.store_id WHERE {self.of_stores}"
            f" AND c.route = '' AND c.state IN ({wanted}) AND {self.within('c.closed_at', METRICS)}"
        )

    def returned(self) -> Share:
        """Orders of the 90 days whose parcel came back, of those shipped."""
        back = (
            " AND EXISTS (SELECT 1 FROM parcels p JOIN scans n ON n.carrier = p.carrier"
            " AND n.tracking_number = p.tracking_number WHERE p.order_id = o.order_id AND n.code = 'returned'"
            f" AND n.scanned_at <= {self.asked.instant(self.at)})"
        )
        return Share(self.orders("shipped_at", METRICS, back), self.orders("shipped_at", METRICS))

    def carriers(self) -> tuple[CarrierUse, ...]:
        rows = self.asked.rows(
            "SELECT p.carrier, p.tracking_number, p.source FROM parcels p JOIN orders o ON o.order_id = p.order_id"
            f" JOIN stores s ON s.store_id = o.store_id WHERE {self.of_stores}"
            f" AND {self.within('p.registered_at', self.span)}"
        )
        numbers: dict[str, list[tuple[str, str]]] = {}
        for carrier, number, source in rows:
            numbers.setdefault(carrier, []).append((number, source))
        found = []
        for carrier, parcels in numbers.items():
            known = version(self.book, f"carriers.{carrier}", self.at)
            formats = known.value.numbers() if known else ()
            beginnings = Counter(prefix(number) for number, _ in parcels)
            most = sorted(beginnings.items(), key=lambda each: (-each[1], each[0]))
            found.append(
                CarrierUse(
                    carrier,
                    len(parcels),
                    sum(source == "api" for _, source in parcels),
                    sum(fits(number, formats) for number, _ in parcels) if formats else None,
                    tuple(name for name, _ in most[:3]),
                    _accepted(self.book, carrier, self.at),
                )
            )
        return tuple(sorted(found, key=lambda each: (-each.parcels, each.carrier)))


def _accepted(book: Rulebook, carrier: str, at: datetime) -> bool | None:
    lists = {
        condition.values
        for name in book.triggers
        if (trigger := version(book, f"triggers.{name}", at)) is not None
        for condition in trigger.value.where
        if isinstance(condition, In) and condition.negated and condition.field == "parcel.carrier"
    }
    named = [version(book, f"lists.{name}", at) for name in lists if isinstance(name, str)]
    return all(carrier in each.value for each in named if each is not None) if named else None


def prefix(number: str) -> str:
    """The beginning of a tracking number that tells its kind: its letters, else its first two digits."""
    match = re.match(r"[A-Za-z]+|[0-9]{1,2}", number)
    return match[0].upper() if match else number[:2]


def stored_cases(book: Rulebook, *, at: datetime, days: int, store_id: str) -> tuple[PastCase, ...] | None:
    """The cases that the store of Ombud has opened for a store in the `days` up to `at`; None where orders of it still
    wait for the loop, so that what it has is not all."""
    asked = Stored()
    waiting = f"SELECT count(*) FROM orders WHERE store_id = {sql.text(store_id)} AND check_at <= {asked.instant(at)}"
    if int(asked.rows(waiting)[0][0]):
        return None
    columns = {
        **{f"store.{name}": f"s.{name}" for name in FIELDS["store"]},
        **{f"order.{name}": f"o.{name}" for name in FIELDS["order"]},
        **{f"parcel.{name}": f"p.{name}" for name in FIELDS["parcel"]},
        **{f"complaint.{name}": f"m.{name}" for name in FIELDS["complaint"]},
        **{f"case.{name}": f"c.{name}" for name in ("violation", "carrier", "fires_at", "clause", "complaint_id")},
    }
    first = (
        "(SELECT min(q.carrier || '/' || q.tracking_number) FROM parcels q WHERE q.order_id = c.order_id"
        " AND (c.tracking_number IS NULL OR (q.carrier = c.carrier AND q.tracking_number = c.tracking_number)))"
    )
    rows = asked.rows(
        f"SELECT {', '.join(columns.values())} FROM cases c JOIN orders o ON o.order_id = c.order_id"
        " JOIN stores s ON s.store_id = c.store_id LEFT JOIN parcels p ON p.order_id = c.order_id"
        f" AND p.carrier || '/' || p.tracking_number = {first}"
        f" LEFT JOIN complaints m ON m.complaint_id = c.complaint_id WHERE c.store_id = {sql.text(store_id)}"
        f" AND c.route = '' AND c.opened_at > {asked.instant(at - timedelta(days=days))}"
        f" AND c.opened_at <= {asked.instant(at)} ORDER BY c.case_id"
    )
    return tuple(_stored_case(dict(zip(columns, row, strict=True))) for row in rows)


def _stored_case(fields: dict[str, Any]) -> PastCase:
    fires_at = fields["case.fires_at"]
    if isinstance(fires_at, str):
        fires_at = parse_instant(fires_at + "+00:00")
    with suppress(TypeError):
        fields["store.commission_rate"] = Decimal(str(fields["store.commission_rate"]))
    return PastCase(
        fields["order.order_id"],
        fields["store.store_id"],
        fields["case.violation"],
        fields["case.complaint_id"],
        fires_at,
        fields["case.clause"],
        fields["order.currency"],
        None,
        fields,
    )
