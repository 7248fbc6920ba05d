"""Cases by what they have in common, with their orders and what they cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ombud.domain.cases import State
from ombud.store.causes import By, Cause, causes
from ombud.store.models import Case, Line, Order
from tests.actions.ending import end, opened
from tests.actions.taking import START, a_parcel, an_order, take
from tests.actions.taking import a_store as a_store_row
from tests.store.rows import KNOWN_AT, a_case, a_store
from tests.store.rows import a_parcel as parcel_row
from tests.store.rows import an_order as order_row

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = AT - 90 * DAY


def line(order: Order, number: int, sku: str) -> None:
    Line.objects.create(
        order=order, line=number, sku=sku, quantity=1, price_minor=1, kind="physical", known_at=KNOWN_AT
    )


@pytest.fixture
def world() -> None:
    """Two stores: four orders each, of which two have a case."""
    for store in (a_store("s1"), a_store("s2")):
        for number in range(4):
            order = order_row(
                store, f"{store.store_id}-{number}", paid_at=AT - 10 * DAY, category=("toys", None)[number % 2]
            )
            line(order, 1, "red")
            if number:
                line(order, 2, "blue")
                line(order, 3, "blue")
            parcel = parcel_row(order, AT - 9 * DAY, carrier=("cdek", "yto")[number // 2], warehouse="msk")
            if number < 2:
                Case.objects.filter(
                    pk=a_case(
                        order, AT - 5 * DAY, state="lost" if number else "opened", carrier=parcel.carrier,
                        tracking_number=parcel.tracking_number, closed_at=AT - 2 * DAY if number else None,
                    ).pk
                )  # fmt: skip


def rows(by: By, at: datetime = AT, since: datetime = SINCE, **more: str) -> list[tuple[str | None, int, int, int]]:
    return [(one.name, one.cases, one.lost, one.orders) for one in causes(by, since, at, **more)]


def test_each_grouping_counts_cases_losses_and_orders(world: None) -> None:
    assert rows(By.SKU) == [("red", 4, 2, 8), ("blue", 2, 2, 6)]
    assert rows(By.SKU, store_id="s1") == [("red", 2, 1, 4), ("blue", 1, 1, 3)]
    assert rows(By.CARRIER) == [("cdek", 4, 2, 4)]
    assert rows(By.WAREHOUSE) == [("msk", 4, 2, 8)]
    assert rows(By.BUYER) == [("b", 4, 2, 8)]
    assert rows(By.CATEGORY) == [(None, 2, 2, 4), ("toys", 2, 0, 4)]
    assert rows(By.VIOLATION) == [("not_shipped", 4, 2, 8)]
    assert str(causes(By.CARRIER, SINCE, AT)[0].share.rate) == "1"


def test_only_what_happened_in_the_time_counts_and_an_end_after_it_is_none(world: None) -> None:
    assert rows(By.VIOLATION, at=AT - 2 * DAY - timedelta(microseconds=1)) == [("not_shipped", 4, 0, 8)]
    assert rows(By.VIOLATION, at=AT - 5 * DAY - timedelta(microseconds=1)) == []
    assert rows(By.VIOLATION, since=AT - 5 * DAY) == []
    assert rows(By.VIOLATION, since=AT - 5 * DAY - timedelta(microseconds=1)) == [("not_shipped", 4, 2, 0)]


def test_a_case_without_a_parcel_has_no_orders_to_be_measured_by(world: None) -> None:
    a_case(order_row(a_store("s3"), paid_at=AT - DAY), AT - DAY)
    (without,) = [one for one in causes(By.CARRIER, SINCE, AT) if one.name is None]
    assert (without.cases, without.orders, without.share.rate) == (1, 0, None)


def test_what_another_process_decides_is_in_no_group(world: None) -> None:
    Case.objects.filter(store_id="s1").update(route="chargeback")
    assert rows(By.VIOLATION) == [("not_shipped", 2, 1, 8)]


def test_what_a_store_is_charged_stands_by_currency_and_a_hold_is_no_charge() -> None:
    orders = [an_order(), an_order("o2", currency="KZT"), an_order("o3"), an_order("o4")]
    take({
        "stores": [a_store_row()], "orders": orders, "parcels": [a_parcel(f"o{n}", f"T{n}") for n in (2, 3)],
    })  # fmt: skip
    cases = {case.order_id: case for case in opened() if case.violation == "not_shipped"}
    end(cases["o1"], State.LOST, START + 4 * DAY)
    end(cases["o2"], State.CONCEDED, START + 4 * DAY)
    end(cases["o4"], State.WON, START + 4 * DAY)
    (found,) = [one for one in causes(By.VIOLATION, START, START + 30 * DAY) if one.name == "not_shipped"]
    assert found == Cause("not_shipped", cases=4, lost=1, orders=0, charged={"RUB": 125_00, "KZT": 125_00})
