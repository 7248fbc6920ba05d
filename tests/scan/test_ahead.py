"""What will become a case shows before it does, with the instant, and only of the stores that are asked for (G3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ombud.actions.cases import open_due
from ombud.scan.ahead import at_risk
from ombud.store.models import Case, Order
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_parcel, a_store, an_order, take

pytestmark = pytest.mark.django_db


def _world() -> None:
    stores = [a_store("s1"), a_store("s2")]
    orders = [an_order("o1", store_id="s1"), an_order("o2", store_id="s2")]
    take({"stores": stores, "orders": orders, "parcels": [a_parcel("o2")]})
    open_due(START, books=BOOKS, actor="test")


def test_an_order_shows_until_the_instant_at_which_it_becomes_a_case() -> None:
    _world()
    ahead = at_risk(START, START + 30 * DAY, books=BOOKS, limit=10).rows
    assert ahead
    first = ahead[0]
    before, after = first.fires_at - timedelta(microseconds=1), first.fires_at
    assert first in at_risk(before, START + 30 * DAY, books=BOOKS, limit=10).rows
    assert first not in at_risk(after, START + 30 * DAY, books=BOOKS, limit=10).rows
    open_due(after, books=BOOKS, actor="test")
    assert Case.objects.filter(order_id=first.order_id, violation=first.violation).exists()


def test_only_orders_of_the_stores_asked_for_show() -> None:
    _world()
    everything = at_risk(START, START + 30 * DAY, books=BOOKS, limit=10).rows
    assert {row.store.store_id for row in everything} == {"s1", "s2"}
    mine = at_risk(START, START + 30 * DAY, books=BOOKS, stores=["s1"], limit=10).rows
    assert mine == [row for row in everything if row.store.store_id == "s1"]
    assert at_risk(START, START + 30 * DAY, books=BOOKS, stores=[], limit=10).rows == []


def test_looking_ahead_moves_nothing() -> None:
    _world()
    before = list(Order.objects.order_by("order_id").values_list("order_id", "check_at"))
    at_risk(START, START + 2 * HOUR, books=BOOKS, limit=10)
    assert list(Order.objects.order_by("order_id").values_list("order_id", "check_at")) == before


def test_where_more_orders_are_due_than_are_looked_at_it_says_how_far_it_looked() -> None:
    ship_by = [START + hours * HOUR for hours in (5, 1, 3)]
    take({"stores": [a_store("s1")], "orders": [an_order(f"o{at.hour}", ship_by=at) for at in ship_by]})
    open_due(START, books=BOOKS, actor="test")
    ahead = at_risk(START, START + DAY, books=BOOKS, limit=2)
    assert [row.fires_at for row in ahead.rows] == [START + HOUR, START + 3 * HOUR]
    assert ahead.until == START + 3 * HOUR
    assert at_risk(START, START + DAY, books=BOOKS, limit=4).until == START + DAY
