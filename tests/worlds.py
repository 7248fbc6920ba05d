"""Small worlds of facts for the tests: strategies that draw them at every boundary, and what a book answers to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import yaml
from hypothesis import strategies as st

from ombud.domain.facts import PARCELS, TABLES
from ombud.domain.rulebook import Rulebook, load
from ombud.domain.rulebook.source import read_source
from ombud.domain.triggers import compile_book
from ombud.rulebooks import open_book
from ombud.scan.fold import fold
from ombud.scan.schema import arrow_schema, columns_of, ibis_schema, unbound
from tests.reference import Firing

Facts = dict[str, list[dict[str, Any]]]

STARTS = datetime(2026, 3, 12, tzinfo=UTC)
SECOND = datetime(2026, 6, 1, tzinfo=UTC)
"""The instant at which the second versions of `changed_book` begin."""

_TICK = timedelta(microseconds=1)
_STEPS = tuple(timedelta(hours=hours) for hours in (0, 1, 3, 5, 24, 48, 180 * 24))


_BASES = (STARTS - timedelta(days=2), STARTS, STARTS + timedelta(days=5), SECOND)


_SITES = (
    ("ozon", "ozon.ru", "CN"),
    ("ozon", "ozon.ru", "CN"),
    ("ozon", "ozon.kz", "CN"),
    ("ozon", "ozon.com", "CN"),
    ("shopify", "a.example", "US"),
    ("shopify", "b.example", "US"),
)
_CARRIERS = ("cdek", "boxberry", "yto")


def worlds(
    bases: tuple[datetime, ...] = _BASES,
    sites: tuple[tuple[str, str, str], ...] = _SITES,
    carriers: tuple[str, ...] = _CARRIERS,
    steps: tuple[timedelta, ...] = _STEPS,
) -> st.SearchStrategy[Facts]:
    """Facts of a few stores of both platforms, with orders that share numbers, all complaints, and scans in any order.

    Instants lie a span of the books after one of `bases`, or a microsecond beside that, so that they often coincide.
    A world is drawn from a seed: Hypothesis by itself draws too few worlds in which much happens. It shrinks by size.
    """
    return st.builds(
        lambda size, seed: World(Random(seed), bases, sites, carriers, steps).draw(size),
        st.integers(3, 12),
        st.integers(0, 2**32),
    )


class World:
    """Draws the rows of a world by chance."""

    def __init__(
        self,
        random: Random,
        bases: tuple[datetime, ...],
        sites: tuple[tuple[str, str, str], ...],
        carriers: tuple[str, ...],
        steps: tuple[timedelta, ...],
    ) -> None:
        self.random = random
        self.bases = bases
        self.sites = sites
        self.carriers = carriers
        self.steps = steps
        self.before = min(bases) - timedelta(days=9)

    def draw(self, size: int) -> Facts:
        """As many orders, complaints and numbers as `size`, on three stores."""
        one_of = self.random.choice
        stores = [
            _store(f"s{place}", *one_of(self.sites), one_of([self.before, self.before, self.before, None, self._at()]))
            for place in range(3)
        ]
        orders = [self._order(f"o{place}", one_of(stores)["store_id"]) for place in range(size)]
        numbers = [(one_of(self.carriers), str(place)) for place in range(size)]
        parcels = {
            (order["order_id"], *number): self._parcel(order["order_id"], *number)
            for order in orders
            for number in self.random.sample(numbers, min(len(numbers), one_of([0, 1, 1, 1, 2])))
        }
        scans = [self._scan(*number) for number in numbers for _ in range(one_of([0, 1, 2, 3, 5]))]
        carried = {(carrier, number) for _, carrier, number in parcels}
        return {
            "stores": stores,
            "orders": orders,
            "lines": [self._line(order["order_id"]) for order in orders],
            "parcels": list(parcels.values()),
            "scans": list(
                {
                    (scan["carrier"], scan["tracking_number"], scan["scanned_at"], scan["code"]): scan
                    for scan in scans
                    if (scan["carrier"], scan["tracking_number"]) in carried
                }.values()
            ),
            "complaints": [self._complaint(f"c{place}", one_of(orders)["order_id"]) for place in range(size)],
            "messages": [],
        }

    def _at(self) -> datetime:
        return (
            self.random.choice(self.bases)
            + self.random.choice(self.steps)
            + self.random.choice([0, 0, 0, -1, 1]) * _TICK
        )

    def _maybe(self) -> datetime | None:
        return self.random.choice([None, self._at()])

    def _order(self, order_id: str, store_id: str) -> dict[str, Any]:
        one_of = self.random.choice
        return {
            "order_id": order_id,
            "store_id": store_id,
            "buyer_id": "b1",
            "status": one_of(["paid", "paid", "cancelled"]),
            "gateway": one_of(["shopify_payments", "shopify_payments", "stripe", "paypal", "klarna", "pearl"]),
            "currency": one_of(["RUB", "JPY", "KWD", "KRW"]),
            "amount_minor": one_of([0, 4999, 5000, 10000, 49999, 50000, 99_999_99]),
            "shipping_minor": 0,
            "refunded_minor": 0,
            "category": None,
            "paid_at": one_of([self.before, self.before, self.before, None, self._at()]),
            "ship_by": self._maybe(),
            "shipped_at": one_of([self.before, None, self._at(), self._at()]),
            "delivered_at": self._maybe(),
            "completed_at": self._maybe(),
            "cancelled_at": one_of([None, None, None, self._at()]),
        }

    def _parcel(self, order_id: str, carrier: str, tracking_number: str) -> dict[str, Any]:
        return {
            "order_id": order_id,
            "tracking_number": tracking_number,
            "carrier": carrier,
            "service": self.random.choice(["tracked", "tracked", "tracked", "untracked"]),
            "registered_at": self.random.choice([self.before, self._at(), self._at()]),
            "source": "api",
            "warehouse": None,
        }

    def _scan(self, carrier: str, tracking_number: str) -> dict[str, Any]:
        one_of = self.random.choice
        return {
            "carrier": carrier,
            "tracking_number": tracking_number,
            "scanned_at": self._at(),
            "code": one_of([*_CODES, "delivered", "picked_up"]),
            "country": one_of([None, "CN", "CN", "RU", "RU", "KZ", "TR", "BY", "JP", "KW"]),
            "city": None,
            "signed_by": one_of([None, "Ivanov", "Petrov"]),
            "source_ip": one_of(_ADDRESSES),
        }

    def _complaint(self, complaint_id: str, order_id: str) -> dict[str, Any]:
        one_of = self.random.choice
        return {
            "complaint_id": complaint_id,
            "order_id": order_id,
            "kind": one_of(["not_received", "not_received", "item_mismatch", "item_mismatch", "other"]),
            "opened_at": self._at(),
            "withdrawn_at": one_of([None, None, self._at()]),
            "media": one_of(["none", "photo", "unboxing_video", "unboxing_video"]),
        }

    def _line(self, order_id: str) -> dict[str, Any]:
        kind = self.random.choice([*["physical"] * 7, "virtual", "made_to_order", "adult"])
        return {"order_id": order_id, "line": 1, "sku": "sku", "quantity": 1, "price_minor": 100, "kind": kind}


_ADDRESSES = [None, None, "198.51.100.7", "198.51.101.7", "2001:db8::7", "2001:db9::", "::ffff:198.51.100.9"]
_CODES = next(column.choices for column in TABLES["scans"].columns if column.name == "code")


def _store(store_id: str, platform: str, site: str, country: str, verified_at: datetime | None) -> dict[str, Any]:
    return {
        "store_id": store_id,
        "platform": platform,
        "site": site,
        "country": country,
        "verified_at": verified_at,
        "tier": None,
        "timezone": "Asia/Shanghai",
        "commission_rate": Decimal("0.15"),
    }


def arrow(facts: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """The same facts as Arrow tables; parcels without their folds."""
    return {
        name: pa.Table.from_pylist(facts.get(name, []), schema=arrow_schema(columns_of(name, folded=False)))
        for name in TABLES
    }


class Answers:
    """What a book answers to one world after another: folded and compiled once, as the product does."""

    def __init__(self, book: Rulebook, *, rules_at: datetime | None = None, known_by: datetime | None = None) -> None:
        raw = unbound(("stores", "orders", "lines", "complaints"))
        raw["parcels"] = ibis.table(ibis_schema(PARCELS.columns), name="parcels")
        raw["scans"] = ibis.table(ibis_schema(TABLES["scans"].columns), name="scans")
        folded = fold(raw["scans"], raw["parcels"], raw["orders"], raw["stores"], book, rules_at=rules_at)
        rows = compile_book(book, unbound(), rules_at=rules_at, known_by=known_by)
        self._engine = duckdb.connect(config={"threads": 1})
        self._engine.execute("SET TimeZone = 'UTC'")
        self._slots: dict[str, _Slot] = {}
        self._prepare("fold", folded)
        self._prepare("fire", rows)

    def folded(self, facts: Facts) -> list[dict[str, Any]]:
        """The parcels with their folds, by order, carrier and number."""
        rows = self._run("fold", arrow(facts)).to_pylist()
        return sorted(rows, key=lambda row: (row["order_id"], row["carrier"], row["tracking_number"]))

    def rows(self, facts: Facts) -> list[dict[str, Any]]:
        """Every row that fires, as it comes."""
        tables = arrow(facts)
        return list(self._run("fire", {**tables, "parcels": self._run("fold", tables)}).to_pylist())

    def firings(self, facts: Facts) -> list[Firing]:
        """The same, in the words of the reference."""
        return sorted(firing(row) for row in self.rows(facts))

    def _prepare(self, name: str, expression: ir.Table) -> None:
        sql = str(ibis.to_sql(expression, dialect="duckdb"))
        tables = [table for table in TABLES if f'"{table}"' in sql]
        for table in tables:
            schema = arrow_schema(columns_of(table, folded=name == "fire"))
            slot = self._slots[f"{table}_{name}"] = _Slot(schema.empty_table())
            self._engine.register(f"{table}_{name}", slot)
        views = ", ".join(f"{table} AS MATERIALIZED (FROM {table}_{name})" for table in tables)
        self._engine.execute(f"PREPARE {name} AS WITH {views} FROM ({sql})")

    def _run(self, name: str, tables: Mapping[str, Any]) -> Any:
        for table, rows in tables.items():
            if slot := self._slots.get(f"{table}_{name}"):
                slot.table = rows
        return self._engine.execute(f"EXECUTE {name}").to_arrow_table()


class _Slot:
    """A table of the engine whose rows change from world to world, so that nothing is planned twice."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


def firing(row: Mapping[str, Any]) -> Firing:
    """A row of the output in the words of the reference."""
    return Firing(
        row["fires_at"],
        row["order_id"],
        row["violation"],
        row["complaint_id"] or "",
        row["carrier"] or "",
        row["tracking_number"] or "",
        row["routed_to"] or "",
    )


@cache
def changed_book(name: str) -> Rulebook:
    """A shipped book in which a second version of triggers, lists and conditions begins at `SECOND`."""
    plain = read_source(_text(name), file=name).plain
    if name == "ozon":
        _second(plain["triggers"]["no_first_scan"], wait="24h")
        _second(plain["lists"]["accepted_carriers"], values=["boxberry", "yto"])
        _second(plain["covers"])
    else:
        _second(plain["conditions"]["in_time"], where={"within": {**_in_time(plain), "span": "24h"}})
        _second(plain["lists"]["dispute_gateways"])
    return load(yaml.dump(plain, Dumper=_Dumper, allow_unicode=True), file=f"{name}-changed.yaml")


def _in_time(plain: Any) -> dict[str, Any]:
    return dict(plain["conditions"]["in_time"][0]["where"]["within"])


def _second(versions: list[dict[str, Any]], **changed: Any) -> None:
    versions.append({**versions[-1], "from": SECOND.date().isoformat(), **changed})


def _text(name: str) -> str:
    return open_book(name).text


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", str(value)))
