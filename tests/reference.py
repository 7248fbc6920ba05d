"""The plain reading of facts.md: what fires, and when, one order at a time, in plain Python.

It was written from the text of facts.md alone. It knows nothing of rulebooks, of column expressions or of any engine,
and calls nobody else's code: the tests hold the compiled books against it. Rows are dictionaries with the columns of
facts.md; instants are aware datetimes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
Facts = Mapping[str, list[dict[str, Any]]]

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIRST_DATE = datetime(2026, 3, 12, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Rules:
    """The numbers and lists that facts.md takes from the book, each as a function of the instant it is read at."""

    in_force: Callable[[datetime], bool] = lambda at: at >= FIRST_DATE
    first_scan_wait: Callable[[datetime], timedelta] = lambda _at: 48 * HOUR
    accepted_carriers: Callable[[datetime], frozenset[str]] = lambda _at: frozenset(
        {"cdek", "boxberry", "ozon-logistics"}
    )
    dispute_span: Callable[[datetime], timedelta] = lambda _at: 180 * DAY
    stages: Mapping[str, int] = field(
        default_factory=lambda: {
            "label_created": 0,
            "picked_up": 1,
            "in_transit": 2,
            "customs": 2,
            "out_for_delivery": 3,
            "delivered": 4,
        }
    )
    least_travel: Callable[[str, str], timedelta] = lambda a, b: {
        frozenset({"CN", "RU"}): 5 * HOUR,
        frozenset({"CN", "KZ"}): 3 * HOUR,
    }.get(frozenset({a, b}), HOUR)


@dataclass(frozen=True, order=True)
class Firing:
    """One row of the answer. `complaint_id` only in books that answer for each complaint."""

    fires_at: datetime
    order_id: str
    violation: str
    complaint_id: str = ""
    carrier: str = ""
    tracking_number: str = ""
    routed_to: str = ""


def ozon(facts: Facts, rules: Rules = Rules()) -> list[Firing]:
    """Ozon's triggers: the earliest candidate of each (order, violation), sorted."""
    candidates = [
        candidate
        for order, store in _orders(facts)
        if store["platform"] == "ozon" and store["site"] in ("ozon.ru", "ozon.kz")
        for candidate in _ozon_candidates(order, facts, rules)
        if _may_fire(candidate.fires_at, order, store)
    ]
    best: dict[tuple[str, str], Firing] = {}
    for candidate in sorted(candidates, key=lambda c: (c.fires_at, c.carrier, c.tracking_number)):
        best.setdefault((candidate.order_id, candidate.violation), candidate)
    return sorted(best.values())


def shopify(facts: Facts, rules: Rules = Rules()) -> list[Firing]:
    """Shopify's: every complaint gives one row at its `opened_at`, sorted."""
    firings = []
    for order, store in _orders(facts):
        if store["platform"] != "shopify":
            continue
        for complaint in _of(facts["complaints"], order):
            at = complaint["opened_at"]
            if _past(complaint["withdrawn_at"], at) or not rules.in_force(at) or not _may_fire(at, order, store):
                continue
            where = _where_disputed(order, at, facts, rules)
            violation = "buyer_dispute" if where == "" else "routed"
            firings.append(Firing(at, order["order_id"], violation, complaint["complaint_id"], routed_to=where))
    return sorted(firings)


def _may_fire(at: datetime, order: Row, store: Row) -> bool:
    """Paid, store verified, and not cancelled by then."""
    return _past(order["paid_at"], at) and _past(store["verified_at"], at) and not _past(order["cancelled_at"], at)


def _past(instant: datetime | None, at: datetime) -> bool:
    """It has come: boundaries count in the order's favour, so the very instant counts as come."""
    return instant is not None and instant <= at


def _ozon_candidates(order: Row, facts: Facts, rules: Rules) -> Iterable[Firing]:
    order_id = order["order_id"]
    ship_by, shipped_at = order["ship_by"], order["shipped_at"]
    if ship_by is not None and rules.in_force(ship_by) and not _past(shipped_at, ship_by):
        yield Firing(ship_by, order_id, "not_shipped")
    complaints = _of(facts["complaints"], order)
    for complaint in complaints:
        at = complaint["opened_at"]
        if (complaint["kind"], complaint["media"]) != ("item_mismatch", "unboxing_video"):
            continue
        if rules.in_force(at) and not _past(complaint["withdrawn_at"], at):
            yield Firing(at, order_id, "item_mismatch")
    for parcel in _of(facts["parcels"], order):
        number = (parcel["carrier"], parcel["tracking_number"])
        scans = [scan for scan in facts["scans"] if (scan["carrier"], scan["tracking_number"]) == number]
        registered_at = parcel["registered_at"]

        def firing(at: datetime, violation: str, number: tuple[str, str] = number) -> Firing:
            return Firing(at, order_id, violation, "", *number)

        if rules.in_force(registered_at):
            at = registered_at + rules.first_scan_wait(registered_at)
            if not any(scan["code"] != "label_created" and scan["scanned_at"] <= at for scan in scans):
                yield firing(at, "no_first_scan")
            if parcel["carrier"] not in rules.accepted_carriers(registered_at):
                yield firing(registered_at, "carrier_not_accepted")

        delivered = [scan["scanned_at"] for scan in scans if scan["code"] == "delivered"]
        for complaint in complaints:
            if complaint["kind"] == "not_received" and delivered:
                at = max(min(delivered), complaint["opened_at"])
                if rules.in_force(at) and not _past(complaint["withdrawn_at"], at):
                    yield firing(at, "delivered_not_received")

        first_use: dict[str, datetime] = defaultdict(lambda: NEVER)
        for other in facts["parcels"]:
            if (other["carrier"], other["tracking_number"]) == number:
                first_use[other["order_id"]] = min(first_use[other["order_id"]], other["registered_at"])
        if len(first_use) > 1:
            at = max(registered_at, sorted(first_use.values())[1])
            if rules.in_force(at):
                yield firing(at, "tracking_reused")

        broken_at = first_break(scans, rules)
        if broken_at is not None:
            yield firing(broken_at, "track_implausible")


def first_break(scans: Iterable[Row], rules: Rules) -> datetime | None:
    """The first scan in force that another scan before it, or at its very instant, makes impossible."""
    scans = sorted(scans, key=lambda s: (s["scanned_at"], rules.stages.get(s["code"], -1), s["code"]))
    broken = []
    staged = [scan for scan in scans if scan["code"] in rules.stages]
    for before, scan in pairwise(staged):
        if rules.stages[before["code"]] > rules.stages[scan["code"]]:
            broken.append(scan["scanned_at"])
    placed = [scan for scan in scans if scan["country"] is not None and scan["code"] != "label_created"]
    for before, scan in pairwise(placed):
        a, b = before["country"], scan["country"]
        if a != b and scan["scanned_at"] - before["scanned_at"] < rules.least_travel(a, b):
            broken.append(scan["scanned_at"])
    return min((at for at in broken if rules.in_force(at)), default=None)


def _where_disputed(order: Row, at: datetime, facts: Facts, rules: Rules) -> str:
    """ "" for a dispute that the seller answers here, else the place it goes to."""
    gateway = order["gateway"]
    if gateway == "paypal":
        return "paypal"
    if gateway not in ("shopify_payments", "stripe"):
        return "gateway"
    tracked = any(
        parcel["service"] == "tracked" and parcel["registered_at"] <= at for parcel in _of(facts["parcels"], order)
    )
    tangible = all(line["kind"] not in ("virtual", "made_to_order", "adult") for line in _of(facts["lines"], order))
    if not (_past(order["shipped_at"], at) and tracked and tangible):
        return "chargeback"
    ended = next(order[stage] for stage in ("completed_at", "delivered_at", "shipped_at") if _past(order[stage], at))
    return "" if at <= ended + rules.dispute_span(at) else "closed"


def _orders(facts: Facts) -> Iterable[tuple[Row, Row]]:
    stores = {store["store_id"]: store for store in facts["stores"]}
    return [(order, stores[order["store_id"]]) for order in facts["orders"]]


def _of(rows: Iterable[Row], order: Row) -> list[Row]:
    return [row for row in rows if row["order_id"] == order["order_id"]]
