"""Sanctions begin and end as the book says, for those alone whose figures may have changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.sanctions import Reviewed, review
from ombud.domain.rulebook import load
from ombud.store import due
from ombud.store.models import Case, Order, OutboxMessage, Sanction, SanctionReview, Store, Tally
from ombud.store.sanctions import flags, in_force
from tests.actions.taking import BOOKS
from tests.store.rows import a_case, a_parcel, a_store, an_order

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)
_ORDERS = count(1)


def look(at: datetime, **more: Any) -> Reviewed:
    return review(at, **{"books": BOOKS, "actor": "test", **more})


def changed() -> None:
    """As the moves and the import do: the days of every order and case are counted anew."""
    touched = TouchedDays(connection, BOOKS)
    touched.add_orders("SELECT order_id FROM orders")
    touched.add_cases("SELECT case_id FROM cases")
    refresh_days(touched)


def case(store: Store, state: str, closed_at: datetime | None, **more: Any) -> Case:
    """A case of an order of its own, opened a day before it was closed."""
    of_order = {name: more.pop(name) for name in ("buyer_id",) if name in more}
    order = an_order(store, f"order{next(_ORDERS)}")
    if of_order:
        Order.objects.filter(pk=order.pk).update(**of_order)
    opened_at = more.pop("opened_at", None) or (closed_at or AT) - DAY
    if carrier := more.get("carrier"):
        parcel = a_parcel(order, opened_at - DAY, carrier=carrier, warehouse=more.pop("warehouse", None))
        more["tracking_number"] = parcel.tracking_number
    return a_case(order, opened_at, state=state, closed_at=closed_at, **more)


def ahead() -> datetime | None:
    """When somebody is looked at next."""
    rows = SanctionReview.objects.filter(review_at__isnull=False).order_by("review_at")
    return rows.values_list("review_at", flat=True).first()


def measures(over: str, subject: str, at: datetime) -> list[str]:
    return [one.measure for one in in_force(over, subject, at)]


def test_three_losses_in_a_row_begin_a_sanction_and_the_next_win_ends_it() -> None:
    store = a_store()
    for day in (5, 4):
        case(store, "lost", AT - day * DAY)
    changed()
    assert look(AT - 4 * DAY).begun == 1  # 0 of 2 won: below 85 %
    assert measures("store", "s1", AT) == ["close_watch"]
    case(store, "rejected", AT - 3 * DAY)
    changed()
    assert look(AT - 3 * DAY) == Reviewed(subjects=1, begun=1)
    (one,) = Sanction.objects.filter(measure="search_demotion")
    assert (one.figure, one.base, one.clause) == ("3", 3, "sanctions.search_demotion@2026-03-12")
    assert (one.begun_at, one.ended_at, one.rulebook_id) == (AT - 3 * DAY, None, BOOKS["ozon"].digest)
    case(store, "won", AT - 2 * DAY)
    changed()
    assert look(AT - 2 * DAY).ended == 1
    assert measures("store", "s1", AT - 2 * DAY - MOMENT) == ["close_watch", "search_demotion"]
    assert measures("store", "s1", AT - 2 * DAY) == ["close_watch"]
    assert measures("store", "s1", AT - 4 * DAY - MOMENT) == []


def test_a_row_of_losses_is_in_the_order_of_closing_and_only_of_what_was_decided() -> None:
    store = a_store()
    case(store, "won", AT - 3 * DAY, opened_at=AT - 9 * DAY)
    for state, ago in (("lost", 8), ("lost", 2), ("rejected", 1)):  # one of them before the win
        case(store, state, AT - ago * DAY)
    case(store, "conceded", AT - 1 * DAY)
    case(store, "withdrawn", AT - 1 * DAY)
    case(store, "lost", AT - 1 * DAY, route="chargeback")
    changed()
    look(AT)
    assert "search_demotion" not in measures("store", "s1", AT)
    case(store, "lost", AT)
    changed()
    look(AT)
    assert "search_demotion" in measures("store", "s1", AT)


def test_of_a_win_and_a_loss_at_one_instant_the_later_case_comes_last() -> None:
    store = a_store()
    for state in ("lost", "lost", "won", "lost"):
        case(store, state, AT)
    changed()
    look(AT)
    (one,) = Sanction.objects.all()
    assert one.measure == "close_watch"


@pytest.mark.parametrize(("won", "lost", "watched"), [(17, 3, False), (16, 3, True), (0, 0, False)])
def test_a_success_rate_below_85_percent_brings_close_watch(won: int, lost: int, watched: bool) -> None:
    store = a_store()
    for number in range(lost):
        case(store, "lost", AT - 60 * DAY + number * DAY)
    for number in range(won):
        case(store, "won", AT - 30 * DAY + number * DAY)
    changed()
    look(AT)
    assert measures("store", "s1", AT) == (["close_watch"] if watched else [])
    if watched:
        one = Sanction.objects.get()
        assert (one.figure, one.base) == ("0.842105", 19)


def test_a_rate_recovers_when_its_losses_leave_the_window_and_the_sanction_ends_at_that_midnight() -> None:
    store = a_store()
    case(store, "lost", AT)
    changed()
    look(AT)
    assert measures("store", "s1", AT) == ["close_watch"]
    ends: list[datetime] = []
    at = AT
    while (following := due.next_due()) is not None and len(ends) < 200:
        assert following > at  # never again at an instant that has been looked at
        at = following
        if look(at).ended:
            ends.append(at)
    assert ends == [(AT + 91 * DAY).replace(hour=0)]
    assert not SanctionReview.objects.filter(review_at__isnull=False).exists()


def a_shop(orders: int) -> Store:
    """A store of Shopify with that many orders, completed one after the other within the ten days before AT."""
    store = a_store("shop", "shopify", site="shop.example")
    for number in range(orders):
        an_order(store, f"done{number}", completed_at=AT - 10 * DAY + number * timedelta(minutes=1), ship_by=AT)
    return store


def test_a_dispute_rate_of_exactly_one_percent_is_not_over_it_and_one_more_is() -> None:
    store = a_shop(200)
    for _ in range(2):
        case(store, "lost", AT)
    changed()
    look(AT)
    assert measures("store", "shop", AT) == []
    case(store, "lost", AT)
    changed()
    look(AT)
    assert measures("store", "shop", AT) == ["warning", "raised_review"]
    warning = Sanction.objects.get(measure="warning")
    assert (warning.figure, warning.base) == ("0.015000", 200)


def run_until(end: datetime) -> list[tuple[datetime, str, str]]:
    """Looks whenever somebody is due, up to `end`; what began and ended when."""
    while (following := due.next_due()) is not None and following <= end:
        look(following)
    rows = Sanction.objects.order_by("begun_at", "sanction_id")
    begun = [(one.begun_at, "begun", one.measure) for one in rows]
    return sorted(begun + [(one.ended_at, "ended", one.measure) for one in rows if one.ended_at])


def test_over_the_rate_for_30_days_restricts_payments_and_for_90_ends_the_account() -> None:
    store = a_shop(50)
    case(store, "lost", AT)
    changed()
    look(AT)
    first_midnight = (AT + DAY).replace(hour=0)
    assert run_until(AT + 29 * DAY) == [(AT, "begun", "warning")]
    # 30 days, counted from the first midnight at which it was over
    assert run_until(first_midnight + 30 * DAY)[1:] == [(first_midnight + 30 * DAY, "begun", "payments_restricted")]
    later = AT + 50 * DAY
    for number in range(50):
        an_order(store, f"more{number}", completed_at=later, ship_by=later)
    case(store, "rejected", later)
    changed()
    look(later)
    found = run_until(first_midnight + 95 * DAY)
    assert (first_midnight + 90 * DAY, "begun", "account_ended") in found
    assert not [one for one in found if one[1] == "ended"]


def test_a_day_under_the_rate_breaks_the_row_of_days() -> None:
    store = a_shop(50)
    case(store, "lost", AT)
    changed()
    look(AT)
    run_until(AT + 20 * DAY)
    for number in range(60):  # 1 of 110 for a day, then over it again by another loss
        an_order(store, f"calm{number}", completed_at=AT + 20 * DAY, ship_by=AT + 20 * DAY)
    changed()
    look(AT + 20 * DAY)
    assert measures("store", "shop", AT + 20 * DAY) == []
    run_until(AT + 22 * DAY)
    case(store, "lost", AT + 22 * DAY)
    changed()
    look(AT + 22 * DAY)
    assert measures("store", "shop", AT + 22 * DAY) == ["warning"]
    run_until(AT + 51 * DAY)
    assert measures("store", "shop", AT + 51 * DAY) == ["warning"]
    run_until(AT + 53 * DAY)
    assert measures("store", "shop", AT + 53 * DAY) == ["warning", "payments_restricted"]


def flagged(at: datetime) -> list[tuple[str, str, str, str, int]]:
    return [(one.over, one.subject, one.measure, one.figure, one.base) for one in flags(at)]


def test_a_carrier_and_a_warehouse_with_20_cases_in_30_days_are_flagged_with_their_parcels_as_the_base() -> None:
    one, other = a_store(), a_store("s2")
    for number in range(19):
        case((one, other)[number % 2], "opened", None, opened_at=AT - number * DAY, carrier="sdek", warehouse="msk")
    for _ in range(11):
        a_parcel(an_order(one), AT - DAY, carrier="sdek", warehouse="msk")
    case(one, "opened", None, opened_at=AT - DAY, carrier="boxberry", warehouse="spb")
    case(one, "opened", None, opened_at=AT - DAY, carrier="sdek", warehouse="msk", route="chargeback")
    changed()
    look(AT)
    assert flagged(AT) == []
    case(one, "opened", None, opened_at=AT, carrier="sdek", warehouse="msk")
    changed()
    look(AT)
    assert flagged(AT) == [
        ("carrier", "sdek", "flag_high_risk", "20", 32),
        ("warehouse", "msk", "flag_high_risk", "20", 32),
    ]
    assert {one.platform for one in flags(AT)} == {"ozon"}
    assert flagged(AT - MOMENT) == []


def test_a_flag_ends_at_the_very_instant_at_which_a_case_leaves_the_window() -> None:
    store = a_store()
    for number in range(22):
        case(store, "opened", None, opened_at=AT - number * timedelta(hours=1), carrier="sdek")
    changed()
    look(AT)
    assert flagged(AT)[0][:4] == ("carrier", "sdek", "flag_high_risk", "22")
    edge = AT - timedelta(hours=19) + 30 * DAY  # the 20th newest is out
    assert ahead() == edge
    assert look(edge - MOMENT) == Reviewed()
    assert look(edge).ended == 1
    assert flagged(edge - MOMENT)
    assert not flagged(edge)
    assert ahead() is None


def test_a_buyer_who_loses_three_disputes_in_180_days_is_flagged() -> None:
    store = a_store("shop", "shopify", site="shop.example")
    for state, days in (("won", 181), ("won", 100), ("won", 50), ("lost", 20), ("withdrawn", 10)):
        case(store, state, AT - days * DAY, buyer_id="weak")
        case(store, state, AT - days * DAY, buyer_id="other" if days % 20 else f"b{days}")
    changed()
    look(AT)
    assert flagged(AT) == []
    case(store, "won", AT, buyer_id="weak")
    changed()
    look(AT)
    assert flagged(AT) == [("buyer", "weak", "flag_high_risk", "3", 4)]
    assert look(AT - 100 * DAY + 180 * DAY).ended >= 1
    assert flagged(AT + 80 * DAY) == []


def test_what_begins_and_ends_is_told_once() -> None:
    store = a_store()
    case(store, "lost", AT)
    changed()
    look(AT)
    changed()
    assert look(AT) == Reviewed(subjects=1)
    case(store, "won", AT + DAY)
    for number in range(9):
        case(store, "won", AT + DAY + number * MOMENT)
    changed()
    look(AT + 2 * DAY)
    changed()
    look(AT + 3 * DAY)
    told = OutboxMessage.objects.filter(topic__startswith="sanction").order_by("message_id")
    sanction = Sanction.objects.get()
    assert [(one.key, one.at) for one in told] == [
        (f"sanction.begun:{sanction.pk}", AT),
        (f"sanction.ended:{sanction.pk}", AT + 2 * DAY),
    ]
    assert told[0].payload == {
        "sanction_id": sanction.pk, "platform": "ozon", "over": "store", "subject": "s1", "measure": "close_watch",
        "clause": "sanctions.close_watch@2026-03-12",
    }  # fmt: skip


def test_a_look_with_nothing_due_is_one_query_and_reads_nobody() -> None:
    for name in ("s1", "s2", "s3"):
        case(a_store(name), "lost", AT)
    changed()
    look(AT)
    with CaptureQueriesContext(connection) as queries:
        assert look(AT + timedelta(hours=1)) == Reviewed()
    assert len(queries) == 1
    case(Store.objects.get(store_id="s2"), "lost", AT + timedelta(hours=1))
    touched = TouchedDays(connection, BOOKS)
    touched.add_cases("SELECT max(case_id) FROM cases")
    refresh_days(touched)
    assert look(AT + timedelta(hours=1)).subjects == 1


def test_many_are_looked_at_in_batches_with_the_same_outcome() -> None:
    for number in range(5):
        case(a_store(f"s{number}"), "lost", AT)
    changed()
    assert look(AT, batch=2) == Reviewed(subjects=5, begun=5)


def test_tallies_are_kept_only_as_long_as_a_clause_looks_back() -> None:
    store = a_store()
    case(store, "opened", None, opened_at=AT - 40 * DAY, carrier="sdek")
    case(store, "opened", None, opened_at=AT - 20 * DAY, carrier="sdek")
    changed()
    look(AT)
    assert Tally.objects.count() == 1
    case(store, "opened", None, opened_at=AT + 15 * DAY, carrier="sdek")
    changed()
    look(AT + 15 * DAY)
    assert list(Tally.objects.values_list("at", flat=True)) == [AT + 15 * DAY]


def test_a_sanction_that_the_next_version_of_its_clause_spares_ends_when_that_comes_into_force() -> None:
    text = BOOKS["ozon"].text
    start = text.index("  close_watch:\n")
    stop = text.index("  risky_carrier:\n")
    clause = text[start:stop]
    second = clause.split("\n", 1)[1].replace("2026-03-12", "2026-06-10").replace("below: 0.85", "below: 0.40")
    book = load(text[:stop] + second + text[stop:], file="milder.yaml")
    store = a_store()
    case(store, "won", AT - DAY)
    case(store, "lost", AT)
    changed()
    look(AT, books={"ozon": book})
    assert measures("store", "s1", AT) == ["close_watch"]
    run = datetime(2026, 6, 10, tzinfo=UTC)
    look(run - MOMENT, books={"ozon": book})
    assert measures("store", "s1", run - MOMENT) == ["close_watch"]
    assert look(run, books={"ozon": book}).ended == 1


def test_a_platform_without_a_book_waits_for_one_and_does_not_keep_the_loop_awake() -> None:
    case(a_store("m", "mirai"), "lost", AT)
    changed()
    assert look(AT) == Reviewed()
    assert due.next_due() is None
