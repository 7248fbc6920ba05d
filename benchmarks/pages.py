"""What a person waits for on the pages: server time and compressed size of each, by Django's own client."""

from __future__ import annotations

import os
import statistics
import time
from datetime import timedelta
from typing import Any

from benchmarks.measure import Figure, Target
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

CASES = {"small": 10_000, "full": 100_000}
"""Open ones; as many have ended."""
ORDERS_A_CASE = 6
SHOPS = 47
RUNS = 9
PASSWORD = "the clock leads"
FIRST = "queue, first page"
FIRST_MS, FIRST_KB = 50, 100
WINDOW_S = 72 * 3600


def measure(*, cases: int) -> dict[str, list[float]]:
    """In the child: a store with so many open cases, then for each page the median ms, the queries and the kB."""
    build(cases)
    return look()


def look() -> dict[str, list[float]]:
    """The figures of every page, on a store that was built."""
    import ombud.store.ready  # noqa: F401, I001 (before any model)
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from ombud.people.models import User

    settings.CLOCK, settings.ALLOWED_HOSTS = "benchmarks.pages.now", ["*"]
    told = {}
    for email, pages in addresses().items():
        client = Client(headers={"accept-encoding": "gzip", "accept-language": "en"})
        client.force_login(User.objects.get(email=email))
        for name, address in pages.items():
            answer = client.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{name}: {answer.status_code}")
            taken = []
            for _ in range(RUNS):
                start = time.perf_counter()
                client.get(address)
                taken.append(time.perf_counter() - start)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            told[name] = [statistics.median(taken) * 1000, len(queries), len(answer.content) / 1000]
    return told


def now() -> Any:
    """The instant at which the pages stand: when the last of the cases has been opened."""
    return AT


def addresses() -> dict[str, dict[str, str]]:
    """Of each member the pages that are looked at, by name."""
    from ombud.store.models import Case

    some = Case.objects.filter(shuts_at__isnull=False).order_by("shuts_at")[50]
    window = Case.objects.filter(shuts_at__gt=AT).order_by("shuts_at")
    half_way = window[window.count() // 2]
    of_store = f"/queue/?store={some.store_id}"
    return {
        "owner@lumen.example": {
            FIRST: "/queue/",
            "queue of one store": of_store,
            "queue, one violation": "/queue/?violation=not_shipped",
            "queue, due within a day": "/queue/?within=1d",
            "queue, lost cases": "/queue/?state=lost",
            "queue, 500 rows": "/queue/?show=500",
            "queue, half way down": f"/queue/?after={half_way.case_id}",
            "queue, one order": f"/queue/?q={some.order_id}x",
            "case": f"/cases/{some.case_id}/",
            "at risk": "/risk/",
            "health": "/health/",
            "health of one store": f"/health/store/{some.store_id}/",
            "causes by SKU, 90 days": "/health/causes/",
            "causes by carrier, 90 days": "/health/causes/?by=carrier",
            "money, 90 days": "/money/",
            "money of one store": f"/money/?store={some.store_id}",
        },
        "admin@market.example": {
            "operator: cases": "/queue/",
            "operator: reviews": "/reviews/",
            "operator: money": "/money/",
            "operator: causes by SKU": "/health/causes/",
            "operator: stores": "/stores/",
            "operator: loop": "/loop/",
        },
    }


def build(cases: int) -> None:
    """The open cases of a few dozen stores of one seller, spread over their three days, one in five of them under
    review; and as many that were lost over the months before, with what they cost."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ombud.web.settings"
    large = Large(cases * ORDERS_A_CASE, due=2 * cases, slices=1, firing=10, shops=SHOPS)

    from ombud.actions import people, rulebooks
    from ombud.domain.roles import Role, Side
    from ombud.rulebooks import open_book
    from ombud.store.models import Store

    book = open_book("ozon")
    rulebooks.register({"ozon": book}, at=AT - timedelta(days=200), actor="benchmark")
    large.build()
    large.arm(0)
    seller = people.found("Lumen", Side.SELLER, at=AT, actor="benchmark")
    people.hold(seller, list(Store.objects.values_list("store_id", flat=True)), at=AT, actor="benchmark")
    market = people.found("Market", Side.OPERATOR, at=AT, actor="benchmark")
    for where, role, email in (
        (seller, Role.OWNER, "owner@lumen.example"),
        (market, Role.ADMIN, "admin@market.example"),
    ):
        people.join(people.invite(where, email, role, at=AT, actor="benchmark"), at=AT, name="One", password=PASSWORD)
    large.write_cases(_written(large, book.digest), book)


def _written(large: Large, digest: str) -> list[str]:
    """Every second of the due orders is an open case, the others were lost; `n` numbers them."""
    from ombud.store import sql

    opened = f"CASE WHEN n % 2 = 0 THEN -(n * 7 % {WINDOW_S - 60}) ELSE {-4 * 86_400} - n % {85 * 86_400} END"
    open_, review = "n % 2 = 0", "n % 10 = 0"
    due = f"{opened} + {WINDOW_S}"
    opened_at, due_at = large.instant(opened), large.instant(due)
    submitted_at, rule_at = large.instant(f"({opened}) / 2"), large.instant(f"({opened}) / 2 + {2 * WINDOW_S}")
    iso = {name: sql.iso(large.connection, name) for name in ("fires_at", "due_at", "rule_at")}
    json = "json_object" if large.lite else "jsonb_build_object"
    numbered = (
        "(SELECT o.*, row_number() OVER (ORDER BY order_id) AS n FROM orders o"
        f" WHERE o.check_at <= {large.instant('0')}) o"
    )
    violation = "CASE n % 3 WHEN 0 THEN 'not_shipped' WHEN 1 THEN 'no_first_scan' ELSE 'delivered_not_received' END"
    return [
        "UPDATE orders SET currency = CASE CAST(substr(store_id, 2) AS integer) % 4 WHEN 0 THEN 'USD' WHEN 1 THEN 'CNY'"
        f" ELSE 'RUB' END WHERE check_at <= {large.instant('0')}",
        "INSERT INTO cases (order_id, store_id, platform, violation, complaint_id, carrier, state, platform_status,"
        " fires_at, opened_at, due_at, shuts_at, submitted_at, recommended, rule_at, closed_at, settled_at, route,"
        f" currency, held_minor, clause, rulebook_id) SELECT order_id, store_id, 'ozon', {violation}, '',"
        f" CASE WHEN n % 3 > 0 THEN 'cdek' END, CASE WHEN {review} THEN 'under_review' WHEN {open_} THEN 'opened' ELSE"
        f" 'lost' END, 'New', {opened_at}, {opened_at}, {due_at}, CASE WHEN {open_} AND NOT {review} THEN {due_at} END,"
        f" CASE WHEN {review} THEN {submitted_at} END, CASE WHEN {review} AND n % 20 = 0 THEN 'rejected' END,"
        f" CASE WHEN {review} AND n % 20 = 0 THEN {rule_at} END, CASE WHEN NOT ({open_}) THEN {due_at} END,"
        f" CASE WHEN NOT ({open_}) THEN {due_at} END, '', currency, amount_minor, 'triggers.not_shipped@2026-03-12',"
        f" '{digest}' FROM {numbered} ORDER BY n",
        "INSERT INTO case_events (case_id, seq, kind, at, actor, data) SELECT case_id, 1, 'opened', opened_at,"
        f" 'benchmark', {json}('order_id', order_id, 'violation', violation, 'complaint_id', NULL, 'carrier', carrier,"
        f" 'tracking_number', NULL, 'fires_at', {iso['fires_at']}, 'due_at', {iso['due_at']}, 'currency', currency,"
        " 'held_minor', held_minor, 'platform_status', platform_status, 'clause', clause, 'rulebook', rulebook_id)"
        " FROM cases",
        "INSERT INTO case_events (case_id, seq, kind, at, actor, data) SELECT case_id, 2, 'window_closed', closed_at,"
        f" 'benchmark', {json}('clause', clause) FROM cases WHERE closed_at IS NOT NULL",
        "INSERT INTO case_events (case_id, seq, kind, at, actor, data) SELECT case_id, 2, 'evidence_submitted',"
        f" submitted_at, 'benchmark', {json}('rule_at', {iso['rule_at']}) FROM cases WHERE submitted_at IS NOT NULL",
        *(
            "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause,"
            f" at) SELECT c.store_id, c.case_id, e.event_id, '{line}', '{debit}', '{credit}', c.currency, {amount},"
            f" 'money.{line}@2026-03-12', e.at FROM cases c JOIN case_events e ON e.case_id = c.case_id"
            f" WHERE e.seq = {seq}{more}"
            for line, debit, credit, amount, seq, more in (
                ("order_amount", "settlement", "held", "c.held_minor", 1, ""),
                ("order_release", "held", "settlement", "c.held_minor", 2, " AND c.closed_at IS NOT NULL"),
                ("order_refund", "settlement", "buyer", "c.held_minor", 2, " AND c.closed_at IS NOT NULL"),
                ("penalty", "settlement", "platform", "c.held_minor / 10 + 1", 2, " AND c.closed_at IS NOT NULL"),
            )
        ),
    ]


def figure(scale: str) -> Figure:
    cases = CASES[scale]
    rows, targets = [], []
    notes = [
        f"{cases:,} open cases of {SHOPS} stores of one seller in three currencies, as many that were lost, four"
        f" postings for each of these: {cases * 5:,} postings, {cases * ORDERS_A_CASE:,} orders. Django's client asks"
        " in one process, warm; what a page loads beside itself is not in its kB.",
    ]
    for database in DATABASES:
        told = on_database(database, "benchmarks.pages:measure", cases=cases)
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        rows += [
            (database, name, f"{ms:,.0f}", f"{queries:.0f}", f"{kb:.1f}") for name, (ms, queries, kb) in told.items()
        ]
        if database == "SQLite":
            targets.append(Target(f"{FIRST}, {cases:,} cases, {database}", told[FIRST][0], FIRST_MS, "ms"))
            targets.append(Target(f"{FIRST}, compressed", told[FIRST][2], FIRST_KB, "kB"))
    columns = ("database", "page", "median ms", "queries", "compressed kB")
    return Figure("Pages", "benchmarks/pages.py", columns, rows, targets, notes)
