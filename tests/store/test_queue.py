"""The queue: what runs out first on top, then what costs most, as of any instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ombud.domain.countdown import Awaits, Urgency
from ombud.domain.problems import OmbudError
from ombud.store.case_file import case_file, cases_named
from ombud.store.models import CaseEvent, Complaint, Line, Scan
from ombud.store.queue import OPEN_STATES, Wanted, queue
from ombud.store.queue_load import load
from tests.store.rows import a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
WINDOW = timedelta(hours=72)
OPENED = datetime(2026, 5, 10, 12, tzinfo=UTC)
DUE = OPENED + WINDOW


def ids(at: datetime, limit: int | None = None, **wanted: Any) -> list[str]:
    return [case.order_id for case in queue(at, Wanted(**wanted), limit=limit)]


def lose(order_id: str) -> None:
    """The window shuts on the case of an order, as a sweep would write it."""
    case = cases_named(f"order:{order_id}")[0]
    case.state, case.platform_status, case.closed_at = "lost", "Resolved", case.due_at
    case.shuts_at = None
    case.save()
    assert case.due_at is not None
    CaseEvent.objects.create(case=case, seq=2, kind="window_closed", at=case.due_at, actor="test", data={})


def test_what_runs_out_first_comes_first_across_stores_and_platforms() -> None:
    ozon, shopify = a_store("s1"), a_store("s2", platform="shopify")
    a_case(an_order(ozon, "third"), OPENED + 2 * MOMENT)
    a_case(an_order(shopify, "first"), OPENED)
    a_case(an_order(ozon, "second"), OPENED + MOMENT)
    assert ids(OPENED + HOUR) == ["first", "second", "third"]


def test_of_those_due_at_one_instant_the_dearest_comes_first_then_the_oldest_number() -> None:
    store = a_store()
    for order_id, amount in (("cheap", 100), ("dear", 900), ("dear too", 900), ("middle", 500)):
        a_case(an_order(store, order_id, amount_minor=amount), OPENED)
    assert ids(OPENED) == ["dear", "dear too", "middle", "cheap"]
    assert ids(OPENED, limit=2) == ["dear", "dear too"]


def test_a_case_is_in_the_queue_from_the_instant_it_was_opened() -> None:
    a_case(an_order(a_store(), "o"), OPENED)
    assert ids(OPENED - MOMENT) == []
    assert ids(OPENED) == ["o"]


def test_a_late_case_stays_on_top_until_it_is_closed() -> None:
    store = a_store()
    a_case(an_order(store, "late"), OPENED)
    a_case(an_order(store, "running"), OPENED + HOUR)
    assert ids(DUE) == ["late", "running"]
    assert queue(DUE)[0].clock.urgency(DUE) is Urgency.TOO_LATE
    lose("late")
    assert ids(DUE) == ["running"]


def test_the_queue_of_an_earlier_instant_holds_what_was_closed_since_in_the_state_it_was_in() -> None:
    store = a_store()
    a_case(an_order(store, "lost since", amount_minor=700), OPENED)
    a_case(an_order(store, "running"), OPENED + HOUR)
    lose("lost since")
    before = queue(DUE - MOMENT)
    assert [(case.order_id, case.state, case.closed_at) for case in before] == [
        ("lost since", "opened", None),
        ("running", "opened", None),
    ]
    assert ids(DUE - MOMENT, state="opened") == ["lost since", "running"]
    assert ids(DUE - MOMENT, state="lost") == []
    assert load(DUE - MOMENT).held == {"RUB": 10_700}
    assert load(DUE).held == {"RUB": 10_000}


def test_filters_by_store_platform_violation_and_state() -> None:
    ozon, shopify = a_store("s1"), a_store("s2", platform="shopify")
    a_case(an_order(ozon, "a"), OPENED)
    a_case(an_order(ozon, "b"), OPENED, violation="no_first_scan")
    a_case(an_order(shopify, "c"), OPENED, violation="buyer_dispute")
    a_case(an_order(shopify, "d"), OPENED - HOUR, violation="buyer_dispute")
    lose("d")
    at = DUE - MOMENT
    assert ids(at, store_id="s1") == ["a", "b"]
    assert ids(at, platform="shopify") == ["c"]
    assert ids(at, violation="no_first_scan") == ["b"]
    assert ids(at, state=OPEN_STATES) == ["a", "b", "c"]
    assert ids(at, state="lost") == ["d"]
    assert ids(at, store_id="s1", violation="buyer_dispute") == []


def test_closed_cases_come_with_the_latest_first() -> None:
    store = a_store()
    for hours in (0, 2, 1):
        a_case(an_order(store, f"{hours}"), OPENED + hours * HOUR)
        lose(f"{hours}")
    assert ids(DUE + 3 * HOUR, state="lost") == ["2", "1", "0"]
    assert ids(DUE + 3 * HOUR, state="lost", limit=1) == ["2"]


def test_due_within_holds_its_last_instant_and_what_is_late() -> None:
    store = a_store()
    for order_id, moments in (("at", 0), ("after", 1), ("late", -10_000_000_000_000)):
        a_case(an_order(store, order_id), OPENED + (6 - 72) * HOUR + moments * MOMENT)
    assert ids(OPENED, due_within=6 * HOUR) == ["late", "at"]


def test_the_load_counts_every_open_case_once_by_how_pressing_it_is() -> None:
    store, at = a_store(), OPENED
    for number, left in enumerate(
        [timedelta(), MOMENT, HOUR - MOMENT, HOUR, 24 * HOUR - MOMENT, 24 * HOUR, 168 * HOUR - MOMENT, 168 * HOUR]
    ):
        currency = "RUB" if number % 2 else "KZT"
        a_case(an_order(store, currency=currency, amount_minor=10**number), OPENED, due_at=at + left)
    total = load(at)
    assert total.by_urgency == {
        Urgency.TOO_LATE: 1,
        Urgency.UNDER_AN_HOUR: 2,
        Urgency.DUE_TODAY: 2,
        Urgency.THIS_WEEK: 2,
        Urgency.LATER: 1,
    }
    assert total.total == 8
    assert total.held == {"KZT": 1_010_101, "RUB": 10_101_010}
    for case in queue(at):
        urgency = case.clock.urgency(at)
        assert urgency is not None
        assert total.by_urgency[urgency] > 0


def test_the_load_tells_currencies_apart_between_stores_and_within_one() -> None:
    sold = {"a": ["RUB"] * 3, "b": ["CNY"] * 2, "c": ["USD", "RUB", "USD"], "d": []}
    amounts = iter(10**digit for digit in range(9))
    for name, currencies in sold.items():
        store = a_store(store_id=name, platform="shopify" if name == "c" else "ozon")
        for currency in currencies:
            a_case(an_order(store, currency=currency, amount_minor=next(amounts)), OPENED, due_at=OPENED + HOUR)
    assert load(OPENED).held == {"RUB": 1_000_111, "CNY": 11_000, "USD": 10_100_000}
    assert load(OPENED).total == 8
    assert load(OPENED, Wanted(platform="shopify")).held == {"USD": 10_100_000, "RUB": 1_000_000}
    assert load(OPENED, Wanted(store_id="b")).held == {"CNY": 11_000}
    assert load(OPENED, Wanted(stores=["a", "d"])).held == {"RUB": 111}
    for none in (Wanted(store_id="d"), Wanted(stores=[]), Wanted(state="lost")):
        assert (load(OPENED, none).total, load(OPENED, none).held) == (0, {})


def test_an_empty_store_has_an_empty_queue_and_nothing_held() -> None:
    assert queue(OPENED) == []
    assert (load(OPENED).total, load(OPENED).held) == (0, {})


def test_the_first_page_is_read_by_the_indexes_over_what_runs_out() -> None:
    store = a_store()
    for number in range(50):
        a_case(an_order(store), OPENED + number * HOUR)
    at = OPENED + 60 * HOUR
    with CaptureQueriesContext(connection) as queries:
        queue(at, limit=10)
    assert len(queries) == 4  # what has moved on since; windows, their rows; rulings, of which there are none
    moved, windows, _, rulings = (_plan(query["sql"]) for query in queries.captured_queries)
    assert "case_events_at" in moved
    assert "cases_to_shut" in windows
    assert "cases_to_rule" in rulings
    with CaptureQueriesContext(connection) as queries:
        queue(at, Wanted(stores=[store.store_id]), limit=10)
    _, windows, _, rulings = (_plan(query["sql"]) for query in queries.captured_queries)
    # by the store or by the instant, as the planner of PostgreSQL sees fit; never all of them
    assert "cases_open" in windows or "cases_to_shut" in windows
    assert "cases_open" in rulings


def test_the_first_ended_cases_are_read_by_the_index_over_when_they_ended() -> None:
    store = a_store()
    for number in range(50):
        ended = OPENED + (80 + number) * HOUR
        a_case(an_order(store), OPENED + number * HOUR, state="lost", closed_at=ended, settled_at=ended)
    with CaptureQueriesContext(connection) as queries:
        found = queue(OPENED + 500 * HOUR, Wanted(state="lost"), limit=10)
    assert [case.closed_at for case in found] == [OPENED + (129 - number) * HOUR for number in range(10)]
    assert len(queries) == 3  # what has moved on since; which; their rows
    assert "cases_closed" in _plan(queries.captured_queries[1]["sql"])


def test_what_the_queue_holds_is_counted_in_the_index_alone() -> None:
    store = a_store()
    for number in range(50):
        a_case(an_order(store), OPENED + number * HOUR)
    with CaptureQueriesContext(connection) as queries:
        load(OPENED + 60 * HOUR, Wanted(stores=[store.store_id]))
    assert len(queries) == 3  # what has moved on since; a currency; all counts
    assert "cases_open" in _plan(queries[2]["sql"])


def _plan(query: str) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "ANALYZE cases; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
                "SET LOCAL enable_sort = off"
            )
        cursor.execute(f"EXPLAIN {'' if connection.vendor == 'postgresql' else 'QUERY PLAN '}{query}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_a_case_is_found_by_its_number_and_by_its_order() -> None:
    store = a_store()
    first = a_case(an_order(store, "123456789"), OPENED)
    second = a_case(first.order, OPENED, violation="no_first_scan")
    for text in (str(first.case_id), f"#{first.case_id}"):
        assert cases_named(text) == [first]
    assert cases_named("123456789") == cases_named("order:123456789") == [first, second]


def test_digits_that_mean_a_case_and_another_order_are_refused_with_both_ways_to_say_it() -> None:
    store = a_store()
    first = a_case(an_order(store, "any"), OPENED)
    other = a_case(an_order(store, str(first.case_id)), OPENED)
    with pytest.raises(OmbudError, match=f"case:{first.case_id} for the case or order:{first.case_id}"):
        cases_named(str(first.case_id))
    assert cases_named(f"case:{first.case_id}") == cases_named(f"#{first.case_id}") == [first]
    assert cases_named(f"order:{first.case_id}") == [other]


def test_an_order_whose_id_begins_with_a_hash_is_found() -> None:
    case = a_case(an_order(a_store(), "#10442"), OPENED)
    assert cases_named("#10442") == cases_named("order:#10442") == [case]


@pytest.mark.parametrize("text", ["case:12", "12", "#12", "order:12", "nothing", "9" * 40, "", "#", "²"])
def test_an_unknown_case_says_so(text: str) -> None:
    with pytest.raises(OmbudError, match="There is no case"):
        cases_named(text)


def test_an_order_without_a_case_is_told_apart_from_an_unknown_one() -> None:
    an_order(a_store(), "calm")
    with pytest.raises(OmbudError, match="The order calm has no case"):
        cases_named("calm")


def test_the_file_holds_the_facts_of_its_order_alone_and_reads_as_a_row_of_conditions() -> None:
    store = a_store()
    order, other = an_order(store, "o"), an_order(store, "other")
    mine, theirs = a_parcel(order, OPENED), a_parcel(other, OPENED)
    for parcel in (mine, theirs):
        Scan.objects.create(
            carrier=parcel.carrier, tracking_number=parcel.tracking_number, scanned_at=OPENED, code="picked_up",
            known_at=OPENED,
        )  # fmt: skip
    Line.objects.create(order=order, line=1, sku="A", quantity=1, price_minor=5, kind="physical", known_at=OPENED)
    complaint = Complaint.objects.create(
        complaint_id="c", order=order, kind="not_received", opened_at=OPENED, media="none", known_at=OPENED
    )
    case = a_case(order, OPENED, complaint_id="c", carrier=mine.carrier, tracking_number=mine.tracking_number)
    file = case_file(case.case_id, OPENED)
    assert [track.parcel.tracking_number for track in file.tracks] == [mine.tracking_number]
    assert [scan.code for scan in file.tracks[0].scans] == ["picked_up"]
    row = file.row()
    assert row["order.amount_minor"] == 10_000
    assert row["store.site"] == "ozon.ru"
    assert row["complaint.kind"] == complaint.kind
    assert row["parcel.tracking_number"] == mine.tracking_number
    assert [line["line.sku"] for line in row["line"]] == ["A"]
    assert [parcel["parcel.carrier"] for parcel in row["parcel"]] == ["cdek"]


def test_history_and_money_of_a_file_are_those_of_the_instant() -> None:
    case = a_case(an_order(a_store(), "o"), OPENED)
    lose("o")
    assert [event.kind for event in case_file(case.case_id, DUE - MOMENT).events] == ["opened"]
    assert [event.kind for event in case_file(case.case_id, DUE).events] == ["opened", "window_closed"]


def test_a_file_holds_no_scan_that_came_after_its_instant() -> None:
    order = an_order(a_store(), "o")
    case = a_case(order, OPENED)
    a_parcel(order, OPENED, tracking_number="CD1")
    Scan.objects.create(carrier="cdek", tracking_number="CD1", scanned_at=DUE, code="delivered", known_at=DUE)
    assert [len(track.scans) for track in case_file(case.case_id, DUE - MOMENT).tracks] == [0]
    assert [len(track.scans) for track in case_file(case.case_id, DUE).tracks] == [1]
    assert case_file(case.case_id, OPENED - MOMENT).tracks == ()


def test_what_was_handed_in_is_listed_by_its_ruling_and_what_has_no_clock_comes_last() -> None:
    store, shop = a_store("s1"), a_store("s2", platform="shopify")
    review: dict[str, Any] = {"state": "under_review", "submitted_at": OPENED + HOUR}
    a_case(an_order(store, "ruling"), OPENED - 40 * HOUR, **review, rule_at=OPENED + 20 * HOUR)
    a_case(an_order(shop, "reviewer"), OPENED - 90 * HOUR, **review)
    a_case(
        an_order(shop, "paypal"), OPENED, violation="routed", state="routed", route="paypal", due_at=None, held_minor=0
    )
    bank: dict[str, Any] = {"state": "routed", "route": "chargeback", "due_at": OPENED + 10 * HOUR}
    a_case(an_order(shop, "bank"), OPENED, violation="routed", held_minor=0, **bank)
    a_case(an_order(store, "answer"), OPENED - 50 * HOUR)
    at = OPENED + 2 * HOUR
    assert ids(at) == ["bank", "ruling", "answer", "reviewer", "paypal"]
    assert ids(at, limit=4) == ["bank", "ruling", "answer", "reviewer"]
    assert ids(at, state="under_review") == ["ruling", "reviewer"]
    assert ids(at, route="paypal") == ["paypal"]
    assert ids(at, due_within=18 * HOUR) == ["bank", "ruling"]
    found = load(at)
    assert (found.by_urgency[Urgency.DUE_TODAY], found.by_urgency[Urgency.TOO_LATE]) == (2, 0)
    assert found.waiting == {Awaits.RULING: 1, Awaits.REVIEWER: 1, Awaits.OTHERS: 1}
    assert found.total == 5


def test_nothing_that_was_handed_in_in_time_is_called_too_late_however_old_it_is() -> None:
    case = a_case(an_order(a_store()), OPENED, state="under_review", submitted_at=DUE - MOMENT, rule_at=DUE + HOUR)
    (row,) = queue(DUE + 100 * HOUR)
    assert (row.case_id, row.clock.urgency(DUE + 100 * HOUR)) == (case.case_id, None)
    assert load(DUE + 100 * HOUR).by_urgency[Urgency.TOO_LATE] == 0


def test_the_queue_of_an_instant_before_a_submission_shows_the_window_that_still_ran() -> None:
    handed_in_at = OPENED + 30 * HOUR
    rule_at = handed_in_at + 48 * HOUR
    a_case(an_order(a_store(), "o"), OPENED, state="under_review", submitted_at=handed_in_at, rule_at=rule_at)
    before, after = queue(handed_in_at - MOMENT), queue(handed_in_at)
    assert [(case.state, case.clock.until, case.submitted_at) for case in before] == [("opened", DUE, None)]
    assert [(case.state, case.clock.until) for case in after] == [("under_review", rule_at)]
    assert load(handed_in_at - MOMENT).waiting[Awaits.RULING] == 0
    assert load(handed_in_at).waiting[Awaits.RULING] == 1
    assert ids(handed_in_at - MOMENT, state="opened") == ["o"]
    assert ids(handed_in_at, state="opened") == []


def test_a_case_that_was_ruled_on_since_is_listed_at_the_ruling_it_waited_for() -> None:
    rule_at = OPENED + 60 * HOUR
    handed_in: dict[str, Any] = {"submitted_at": OPENED + HOUR, "rule_at": rule_at}
    a_case(an_order(a_store(), "won"), OPENED, state="won", closed_at=rule_at, **handed_in)
    a_case(an_order(a_store("s2"), "running"), OPENED - 20 * HOUR)
    assert ids(rule_at - 30 * HOUR) == ["running", "won"]
    assert [case.clock.awaits for case in queue(rule_at - 30 * HOUR)] == [Awaits.ANSWER, Awaits.RULING]
    assert ids(rule_at, state="won") == ["won"]
