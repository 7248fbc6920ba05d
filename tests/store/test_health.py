"""Daily buckets and the figures drawn from them: what counts, on which day, and to the microsecond."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ombud.actions.health import TouchedDays, refresh_days
from ombud.domain.health import Share, Standing
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import Rulebook, load
from ombud.rulebooks import open_book
from ombud.store.health import Health, curve, figures, figures_of_all, find_store
from ombud.store.health_counts import COUNTS
from ombud.store.models import HealthDay, Order, Parcel, Store
from tests.store.rows import a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = date(2026, 5, 10)
MIDNIGHT = datetime(2026, 5, 10, tzinfo=UTC)
NEXT = MIDNIGHT + timedelta(days=1)
NOON = MIDNIGHT + 12 * HOUR
WAIT = timedelta(hours=48)


@pytest.fixture(scope="module")
def books() -> dict[str, Rulebook]:
    return {name: open_book(name) for name in ("ozon", "shopify")}


def refresh(books: dict[str, Rulebook]) -> int:
    touched = TouchedDays(connection, books)
    touched.add_orders("SELECT order_id FROM orders")
    touched.add_cases("SELECT case_id FROM cases")
    return refresh_days(touched)


def bucket(day: date = DAY, store_id: str = "s1") -> dict[str, int]:
    """The counts of a bucket that are not 0."""
    row = HealthDay.objects.filter(store_id=store_id, day=day).values(*COUNTS).first() or {}
    return {name: number for name, number in row.items() if number}


def share(health: Health, name: str) -> Share:
    return next(figure.share for figure in health.figures if figure.name == name)


def test_a_day_holds_its_midnight_and_not_the_next_one(books: dict[str, Rulebook]) -> None:
    store = a_store()
    for completed_at in (MIDNIGHT - MOMENT, MIDNIGHT, NEXT - MOMENT, NEXT):
        an_order(store, completed_at=completed_at)
    refresh(books)
    assert bucket() == {"completed_orders": 2}
    assert bucket(DAY - timedelta(days=1)) == bucket(DAY + timedelta(days=1)) == {"completed_orders": 1}


def test_shipped_at_the_promised_instant_is_in_time_and_a_microsecond_later_is_not(books: dict[str, Rulebook]) -> None:
    store = a_store()
    for shipped_at in (NOON, NOON + MOMENT, None):
        an_order(store, ship_by=NOON, shipped_at=shipped_at)
    refresh(books)
    assert bucket() == {"promised_orders": 3, "on_time_orders": 1}


def test_an_order_unpaid_or_cancelled_by_its_promised_instant_was_not_due(books: dict[str, Rulebook]) -> None:
    store = a_store()
    an_order(store, ship_by=NOON, paid_at=None)
    an_order(store, ship_by=NOON, paid_at=NOON + MOMENT)
    an_order(store, ship_by=NOON, cancelled_at=NOON)
    refresh(books)
    assert bucket() == {}
    an_order(store, ship_by=NOON, paid_at=NOON, cancelled_at=NOON + MOMENT)
    refresh(books)
    assert bucket() == {"promised_orders": 1}


def test_a_parcel_counts_on_the_day_on_which_its_48_hours_end(books: dict[str, Rulebook]) -> None:
    store = a_store()
    late = MIDNIGHT - WAIT - MOMENT
    for registered_at in (late, late + MOMENT):
        a_parcel(an_order(store), registered_at)
    refresh(books)
    assert bucket(DAY - timedelta(days=1)) == bucket() == {"due_parcels": 1}


def test_a_scan_at_exactly_48_hours_counts_and_so_does_one_before_the_registration(books: dict[str, Rulebook]) -> None:
    store = a_store()
    at = NOON + timedelta(microseconds=123_456)
    for first_scan_at in (at, at + MOMENT, at - WAIT - HOUR, None):
        a_parcel(an_order(store), at - WAIT, first_scan_at=first_scan_at)
    refresh(books)
    assert bucket() == {"due_parcels": 4, "tracked_parcels": 2}


def test_a_parcel_of_an_order_cancelled_by_then_was_not_due(books: dict[str, Rulebook]) -> None:
    store = a_store()
    a_parcel(an_order(store, cancelled_at=NOON), NOON - WAIT)
    a_parcel(an_order(store, cancelled_at=NOON + MOMENT), NOON - WAIT)
    refresh(books)
    assert bucket() == {"due_parcels": 1}


def test_a_book_without_a_wait_measures_no_tracks(books: dict[str, Rulebook]) -> None:
    store = a_store(platform="elsewhere")
    order = an_order(store, completed_at=NOON)
    a_parcel(order, NOON - WAIT)
    refresh(books)
    assert bucket() == {"completed_orders": 1}


def test_the_wait_in_force_when_the_number_was_put_on_the_order_applies_and_the_first_one_before() -> None:
    text = open_book("ozon").text
    start = text.index("  tracking_completeness:")
    end = text.index("      wait: 48h", start) + len("      wait: 48h\n")
    version = text[text.index("    - from:", start) : end]
    later = version.replace("from: 2026-03-12", "from: 2026-05-01").replace("wait: 48h", "wait: 24h")
    books = {"ozon": load(text[:end] + later + text[end:], file="two waits")}
    store = a_store()
    change = datetime(2026, 5, 1, tzinfo=UTC)
    a_parcel(an_order(store), change - MOMENT, first_scan_at=change + 36 * HOUR)  # 48 hours: in time
    a_parcel(an_order(store), change, first_scan_at=change + 36 * HOUR)  # 24 hours: too late
    long_ago = datetime(2018, 3, 1, tzinfo=UTC)
    a_parcel(an_order(store, paid_at=long_ago), long_ago)
    refresh(books)
    assert bucket((change + WAIT - MOMENT).date()) == {"due_parcels": 2, "tracked_parcels": 1}
    assert bucket((long_ago + WAIT).date()) == {"due_parcels": 1}
    assert share(figures("s1", NOON, books["ozon"]), "tracking_completeness") == Share(1, 2)


def test_cases_count_when_opened_and_when_decided(books: dict[str, Rulebook]) -> None:
    store = a_store()
    for number, (state, closed_at) in enumerate(
        [("opened", None), ("lost", NEXT), ("rejected", NEXT), ("won", NEXT), ("withdrawn", NEXT)]
    ):
        a_case(an_order(store, f"c{number}"), NOON, state=state, closed_at=closed_at)
    refresh(books)
    assert bucket() == {"opened_cases": 5}
    assert bucket(DAY + timedelta(days=1)) == {"lost_cases": 2, "won_cases": 1}


def test_refreshing_twice_changes_nothing(books: dict[str, Rulebook]) -> None:
    store = a_store()
    an_order(store, completed_at=NOON, ship_by=NOON, shipped_at=NOON)
    first = refresh(books)
    before = list(HealthDay.objects.values())
    assert refresh(books) == first == 1
    assert list(HealthDay.objects.values()) == before


def test_an_order_that_moves_leaves_its_old_day_and_its_old_store(books: dict[str, Rulebook]) -> None:
    order = an_order(a_store(), completed_at=NOON)
    refresh(books)
    touched = TouchedDays(connection, books)
    touched.add_orders("SELECT order_id FROM orders")
    Order.objects.update(store=a_store("s2"), completed_at=NEXT)
    touched.add_orders(f"SELECT order_id FROM orders WHERE order_id = '{order.order_id}'")
    refresh_days(touched)
    assert bucket() == {}
    assert bucket(DAY + timedelta(days=1), "s2") == {"completed_orders": 1}


def test_opening_a_case_leaves_the_counts_of_orders_alone(books: dict[str, Rulebook]) -> None:
    store = a_store()
    order = an_order(store, completed_at=NOON)
    refresh(books)
    a_case(order, NOON)
    touched = TouchedDays(connection, books)
    touched.add_cases("SELECT case_id FROM cases")
    refresh_days(touched)
    assert bucket() == {"completed_orders": 1, "opened_cases": 1}


def test_days_can_be_named_one_by_one_and_an_unknown_store_is_passed_over(books: dict[str, Rulebook]) -> None:
    an_order(a_store(), completed_at=NOON)
    touched = TouchedDays(connection, books)
    touched.add([("s1", DAY), ("none", DAY), ("s1", DAY)])
    assert refresh_days(touched) == 1
    assert bucket() == {"completed_orders": 1}


@pytest.mark.parametrize("refreshed", [True, False])
def test_the_window_leaves_out_its_first_instant_and_holds_its_last(
    books: dict[str, Rulebook], refreshed: bool
) -> None:
    store = a_store(platform="shopify")
    at = NOON + timedelta(microseconds=7)
    start = at - timedelta(days=90)
    for completed_at in (start, start + MOMENT, at - HOUR, at, at + MOMENT):
        an_order(store, completed_at=completed_at)
    if refreshed:  # none of the five is on a whole day of the window, so the buckets have no say
        refresh(books)
    assert share(figures("s1", at, books["shopify"], rules_at=NOON), "dispute_rate").base == 3


def test_the_figures_are_those_of_a_plain_count_at_any_instant(books: dict[str, Rulebook]) -> None:
    store = a_store()
    rows: list[tuple[Order, Parcel | None]] = []
    for number in range(60):
        ship_by = MIDNIGHT + number * timedelta(hours=7, microseconds=number)
        order = an_order(
            store,
            ship_by=ship_by,
            shipped_at=ship_by + (number % 3 - 1) * MOMENT,
            completed_at=ship_by + timedelta(days=number % 5),
        )
        parcel = a_parcel(order, ship_by, first_scan_at=ship_by + WAIT + (number % 2) * MOMENT) if number % 4 else None
        rows.append((order, parcel))
    refresh(books)
    for at in (NOON, NEXT, NEXT - MOMENT, NOON + timedelta(days=9, seconds=3), NOON + timedelta(days=100)):
        start = at - timedelta(days=90)
        health = figures("s1", at, books["ozon"])
        promised = [order for order, _ in rows if start < _at(order.ship_by) <= at]
        assert share(health, "on_time") == Share(
            sum(_at(order.shipped_at) <= _at(order.ship_by) for order in promised), len(promised)
        )
        due = [parcel for _, parcel in rows if parcel and start < parcel.registered_at + WAIT <= at]
        assert share(health, "tracking_completeness") == Share(
            sum(_at(parcel.first_scan_at) <= parcel.registered_at + WAIT for parcel in due), len(due)
        )
        assert share(health, "dispute_rate").base == sum(start < _at(order.completed_at) <= at for order, _ in rows)


def _at(instant: datetime | None) -> datetime:
    assert instant is not None
    return instant


def test_the_dispute_rate_of_shopify_stands_against_its_limit_with_the_orders_remaining(
    books: dict[str, Rulebook],
) -> None:
    store = a_store(platform="shopify")
    orders = [an_order(store, completed_at=NOON) for _ in range(301)]
    a_case(orders[0], NOON, state="lost", closed_at=NOON + HOUR)
    refresh(books)
    closest = figures("s1", NEXT, books["shopify"]).closest
    assert closest is not None
    assert (closest.name, closest.share, closest.bound.limit) == ("dispute_rate", Share(1, 301), Fraction(1, 100))
    assert (closest.headroom, closest.standing) == (2, Standing.WITHIN)
    for order in orders[1:4]:
        a_case(order, NOON, state="lost", closed_at=NOON + HOUR)
    refresh(books)
    closest = figures("s1", NEXT, books["shopify"]).closest
    assert closest is not None
    assert (closest.headroom, closest.standing) == (0, Standing.BEYOND)


def test_a_store_of_nothing_has_figures_without_a_base(books: dict[str, Rulebook]) -> None:
    a_store()
    health = figures("s1", NOON, books["ozon"])
    assert {figure.name: figure.share for figure in health.figures} == {
        name: Share(0, 0)
        for name in ("on_time", "tracking_completeness", "success_rate", "cases_opened", "dispute_rate")
    }
    assert {figure.headroom for figure in health.figures} == {None}


def test_figures_before_the_book_name_the_clause_and_rules_at_measures_the_past(books: dict[str, Rulebook]) -> None:
    a_store()
    with pytest.raises(OmbudError, match=r"health\."):
        figures("s1", datetime(2018, 1, 1, tzinfo=UTC), books["ozon"])
    assert figures("s1", datetime(2018, 1, 1, tzinfo=UTC), books["ozon"], rules_at=NOON).figures


def test_all_stores_of_a_platform_give_what_each_gives_alone(books: dict[str, Rulebook]) -> None:
    for name in ("s1", "s2"):
        an_order(a_store(name), completed_at=NOON - HOUR)
    a_store("s3", platform="shopify")
    refresh(books)
    together = figures_of_all(NOON, books["ozon"])
    assert together == [figures(name, NOON, books["ozon"]) for name in ("s1", "s2")]


def test_the_curve_is_the_figure_at_the_end_of_each_day(books: dict[str, Rulebook]) -> None:
    store = a_store(platform="shopify")
    for number in range(12):
        order = an_order(store, completed_at=NOON + number * timedelta(days=9))
        a_case(order, NOON, state="lost", closed_at=NOON + number * timedelta(days=11))
    refresh(books)
    upto = DAY + timedelta(days=120)
    at = datetime(upto.year, upto.month, upto.day, tzinfo=UTC) + timedelta(days=1) - MOMENT
    figure = next(f for f in figures("s1", at, books["shopify"]).figures if f.name == "dispute_rate")
    points = curve("s1", figure, upto)
    assert len(points) == 90
    assert points[-1] == (upto, figure.share)
    for day, point in points[::13]:
        end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1) - MOMENT
        assert share(figures("s1", end, books["shopify"]), "dispute_rate") == point


def test_an_unknown_store_is_told_with_the_names_that_are_near(books: dict[str, Rulebook]) -> None:
    with pytest.raises(OmbudError, match="holds none yet"):
        find_store("lumen")
    for name in ("lumen-de", "lumen-fr", "stahl"):
        a_store(name)
    with pytest.raises(OmbudError, match="lumen-fr") as error:
        find_store("lumen-f")
    assert "stahl" not in str(error.value)
    assert find_store("stahl").store_id == "stahl"


@pytest.mark.parametrize("orders", [20, 400])
def test_one_store_costs_the_same_queries_by_index_however_many_orders_there_are(
    books: dict[str, Rulebook], orders: int
) -> None:
    for name in ("s1", "s2"):
        store = a_store(name)
        for number in range(orders):
            when = MIDNIGHT - timedelta(days=number % 200)
            a_parcel(an_order(store, completed_at=when, ship_by=when), when)
    refresh(books)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        figures("s1", NOON, books["ozon"])
    assert len(queries) == 4  # 90 days and 30 days, whole days and edges
    for query in queries.captured_queries:
        assert not _scanned(query["sql"]) & {"orders", "parcels", "cases", "health_days"}


def _scanned(sql: str) -> set[str]:
    """The tables that a query would read from end to end, if the database had any choice."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            steps = [str(row[3]).split() for row in cursor.fetchall()]
            names = {"o": "orders", "p": "parcels", "h": "health_days"}
            return {names.get(step[1], step[1]) for step in steps if step[0] == "SCAN"}
        cursor.execute("SET LOCAL enable_seqscan = off")  # a table of a few pages is rightly read whole
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        return set(_sequential(cursor.fetchone()[0][0]["Plan"]))


def _sequential(plan: dict[str, Any]) -> list[str]:
    here = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return here + [name for child in plan.get("Plans", []) for name in _sequential(child)]


def test_the_edges_are_read_by_the_index_of_store_and_instant(books: dict[str, Rulebook]) -> None:
    for name in ("s1", "s2", "s3"):
        store = a_store(name)
        for number in range(150):
            when = MIDNIGHT - timedelta(days=number % 75)
            order = an_order(store, completed_at=when, ship_by=when)
            a_parcel(order, when)
            a_case(order, when, state="lost", closed_at=when)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as queries:
        figures("s1", NOON, books["ozon"])
    edges = next(query["sql"] for query in queries.captured_queries if "FROM parcels" in query["sql"])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {edges}")
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {edges}")
        plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
    for index in ("orders_store_completed", "orders_store_ship_by", "parcels_store_registered", "cases_store_opened"):
        assert index in plan
    assert "cases_store_closed" in plan or "cases_closed" in plan


def test_stores_are_counted_apart(books: dict[str, Rulebook]) -> None:
    an_order(a_store("s1"), completed_at=NOON)
    an_order(a_store("s2"), completed_at=NOON)
    refresh(books)
    assert bucket(store_id="s1") == bucket(store_id="s2") == {"completed_orders": 1}
    assert Store.objects.count() == 2


def test_what_another_process_decides_is_in_no_figure_however_it_ends(books: dict[str, Rulebook]) -> None:
    store = a_store()
    for state in ("won", "lost", "rejected"):
        a_case(an_order(store), MIDNIGHT, state=state, closed_at=NOON, route="chargeback")
    a_case(an_order(store), MIDNIGHT, state="routed", route="paypal")
    a_case(an_order(store), MIDNIGHT, state="won", closed_at=NOON)
    refresh(books)
    assert bucket() == {"opened_cases": 1, "won_cases": 1}
    at_noon = figures("s1", NOON, books["ozon"])  # the day itself is an edge, counted without a bucket
    assert share(at_noon, "success_rate") == Share(1, 1)
    assert share(at_noon, "cases_opened") == Share(1, 0)


def test_a_dispute_that_the_merchant_accepted_or_the_buyer_withdrew_was_opened_and_not_decided(
    books: dict[str, Rulebook],
) -> None:
    store = a_store("s1", "shopify")
    an_order(store, completed_at=MIDNIGHT)
    for state in ("conceded", "withdrawn", "under_review", "evidence_rejected"):
        closed_at = NOON if state in ("conceded", "withdrawn") else None
        a_case(an_order(store), MIDNIGHT, state=state, closed_at=closed_at, violation="buyer_dispute")
    refresh(books)
    assert bucket() == {"opened_cases": 4, "completed_orders": 1}
    assert share(figures("s1", NOON, books["shopify"]), "dispute_rate") == Share(0, 1)
