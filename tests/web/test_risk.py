"""At risk: which orders become cases and when, what each would hold, and the one step that saves it (G3)."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.actions.cases import open_due
from ombud.domain.roles import Role, Side
from ombud.store.models import Store
from ombud.web import risk
from tests.actions.taking import BOOKS, DAY, HOUR, a_parcel, a_store, an_order, take
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Client:
    """Of the stores s1 and s2; s3 is somebody else's."""
    stores = [a_store(name) for name in ("s1", "s2", "s3")]
    usual = {"paid_at": AT - DAY, "amount_minor": 1_234_00}
    orders = [
        an_order("in-5-hours", store_id="s1", ship_by=AT + 5 * HOUR, **usual),
        an_order("in-3-days", store_id="s2", ship_by=AT + 3 * DAY, **usual),
        an_order("of-another", store_id="s3", ship_by=AT + 5 * HOUR, **usual),
        an_order("shipped", store_id="s1", ship_by=AT + 5 * HOUR, shipped_at=AT - HOUR, **usual),
        an_order("too-late", store_id="s1", ship_by=AT - HOUR, **usual),
    ]
    parcels = [a_parcel("shipped", "10000000001", registered_at=AT - HOUR)]
    take({"stores": stores, "orders": orders, "parcels": parcels}, known_at=AT - HOUR / 2)
    open_due(AT, books=BOOKS, actor="test")
    ours = an_organisation(Side.SELLER, "Lumen", *Store.objects.filter(store_id__in=["s1", "s2"]))
    return browser(a_member(ours, Role.OWNER))


def rows(client: Client, query: str = "", language: str = "en") -> list[str]:
    """What each row says, the first first."""
    page = client.get(reverse("risk") + query, headers={"accept-language": language}).content.decode()
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(unescape(re.sub(r"<[^>]*>", " ", row)).split()) for row in body.split("</tr>") if "<td" in row]


def test_an_order_of_ones_own_stands_there_with_its_clock_its_money_and_what_saves_it(owner: Client) -> None:
    (row,) = rows(owner, "?ahead=6h")
    assert "5 h 00 min" in row
    assert "in-5-hours" in row
    assert "1 234.00 RUB" in row.replace("\u00a0", " ")
    assert row.endswith("Ship the order and mark it shipped before the promised time.")


@pytest.mark.parametrize(
    ("language", "saves"),
    [
        ("ru", "Отправьте заказ и отметьте отправку до обещанного срока."),
        ("zh", "在承诺发货时间前发货并更新为“已发货”。"),
    ],
)
def test_what_saves_it_is_said_in_the_language_of_the_reader(owner: Client, language: str, saves: str) -> None:
    assert rows(owner, "?ahead=6h", language)[0].endswith(saves)


@pytest.mark.parametrize(
    ("query", "orders"),
    [
        ("", ["in-5-hours"]),
        ("?ahead=7d", ["in-5-hours", "in-3-days"]),
        ("?ahead=7d&store=s2", ["in-3-days"]),
        ("?ahead=7d&store=s3", ["in-5-hours", "in-3-days"]),
        ("?ahead=a-century", ["in-5-hours"]),
    ],
)
def test_it_looks_as_far_and_at_the_stores_that_the_address_says(owner: Client, query: str, orders: list[str]) -> None:
    shown = [row for row in rows(owner, query) if "in-" in row]
    assert [next(name for name in ("in-5-hours", "in-3-days") if name in row) for row in shown] == orders
    assert not any("of-another" in row or "too-late" in row for row in rows(owner, query))


def test_a_shipped_order_waits_for_its_scan_and_no_longer_to_be_shipped(owner: Client) -> None:
    said = [row for row in rows(owner, "?ahead=7d") if "shipped" in row.partition("Ship ")[0] and "10000000001" in row]
    assert all("scan" in row for row in said)
    assert said


def test_where_it_does_not_look_at_all_that_is_said(owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(risk, "MOST", 1)
    page = owner.get(reverse("risk") + "?ahead=7d").content.decode()
    assert "Only the next 1 orders were looked at, up to" in page
    assert rows(owner, "?ahead=7d")[0].count("in-5-hours")


def test_it_takes_as_many_queries_however_many_orders_there_are(owner: Client) -> None:
    owner.get(reverse("risk"))
    with CaptureQueriesContext(connection) as few:
        owner.get(reverse("risk"))
    more = [an_order(f"more-{number}", store_id="s1", ship_by=AT + 6 * HOUR, paid_at=AT - DAY) for number in range(30)]
    take({"stores": [a_store("s1")], "orders": more}, known_at=AT - HOUR / 4)
    open_due(AT, books=BOOKS, actor="test")
    assert sum("more-" in row for row in rows(owner)) == 30
    with CaptureQueriesContext(connection) as many:
        owner.get(reverse("risk"))
    assert len(many) == len(few)
