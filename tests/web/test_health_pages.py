"""Health: how much remains before a limit is reached, of one's own stores alone, and what would change it, exactly."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.actions.health import TouchedDays, refresh_days
from ombud.domain.roles import Role, Side
from ombud.rulebooks import open_book
from ombud.store.models import RulebookVersion, Sanction, Store
from tests.store.rows import a_case, a_parcel, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_shop(store_id: str, *, completed: int = 300, lost: int = 0, open_: int = 0) -> Store:
    """A store of Shopify with so many completed orders, and disputes lost and still open among them."""
    store = a_store(store_id, "shopify", site=f"{store_id}.example", timezone="Asia/Shanghai")
    for number in range(completed):
        order = an_order(store, completed_at=AT - number * HOUR)
        if number < lost:
            a_case(order, AT - 9 * DAY, state="lost", closed_at=AT - (number + 1) * DAY, violation="buyer_dispute")
        elif number < lost + open_:
            a_case(order, AT - DAY, violation="buyer_dispute")
    return store


def counted() -> None:
    """The days of every store, as the import leaves them."""
    touched = TouchedDays(connection, {name: open_book(name) for name in ("ozon", "shopify")})
    touched.add_orders("SELECT order_id FROM orders")
    touched.add_cases("SELECT case_id FROM cases")
    refresh_days(touched)


def seller(*stores: Store, role: Role = Role.READER) -> Client:
    return browser(a_member(an_organisation(Side.SELLER, "Lumen", *stores), role))


def said(client: Client, name: str, *args: str, **query: str) -> str:
    """A page as its reader sees it: without markup, in one line."""
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def test_the_store_nearest_to_its_limit_is_on_top_and_others_of_strangers_are_not_there() -> None:
    calm, near, over = a_shop("calm"), a_shop("near", lost=2), a_shop("over", lost=4)
    a_shop("stranger", completed=3)
    counted()
    page = said(seller(calm, near, over), "health")
    assert page.index("over.example") < page.index("near.example") < page.index("calm.example")
    assert "2 orders remaining before rate limit is reached" in page
    assert "1.33 % 4 / 300 " in page
    assert "stores: 3 beyond a limit: 1" in page
    assert "stranger" not in page
    operator = browser(a_member(an_organisation(Side.OPERATOR, "Market"), Role.READER))
    assert "stranger" in said(operator, "health")


def test_the_order_of_stores_stands_in_the_address() -> None:
    stores = [a_shop("a", completed=10), a_shop("b", completed=10, lost=1)]
    counted()
    client = seller(*stores)
    for sort, first in (("", "b"), ("store", "a"), ("dispute_rate", "b"), ("no_such", "b")):
        page = said(client, "health", sort=sort)
        assert (page.index("a.example") < page.index("b.example")) == (first == "a"), sort


def test_a_list_and_a_store_take_as_many_queries_however_much_there_is() -> None:
    few = seller(a_shop("one", completed=1))
    many_stores = [a_shop(f"s{number}", completed=9, lost=number, open_=1) for number in range(8)]
    many = browser(a_member(an_organisation(Side.SELLER, "Many", *many_stores), Role.READER))
    counted()
    taken = []
    for client, store in ((few, "one"), (many, "s7")):
        for address in (reverse("health"), reverse("store_health", args=[store]), reverse("causes")):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            taken.append(len(queries))
    assert taken[:3] == taken[3:]
    assert max(taken) <= 22


def test_a_page_of_a_store_says_its_counts_its_limit_and_what_would_change_it() -> None:
    store = a_shop("near", lost=2, open_=1)
    counted()
    client = seller(store)
    page = said(client, "store_health", "near")
    content = client.get(reverse("store_health", args=["near"])).content.decode()
    assert '<p class="warn"><strong>0 orders remaining' in content  # within its limit, and yet the next one is too many
    assert "Dispute rate 0.67 % 2 / 300 < 1.00 % · within the limit" in page
    assert "0 orders remaining before rate limit is reached" in page
    assert "disputes lost / completed orders · over 90d · S10" in page
    assert "Win the open cases (1) 0.67 % Lose the open cases (1) 1.00 %" in page
    assert "1 more completed, none lost 1 remaining" in page
    assert "The oldest of the disputes lost leaves the window 2026-07-17" in page
    assert page.count("2026-04-20 0.67 % 2 / 300") == 1  # the curve as a table ends with now
    assert "its book does not measure it: nothing is decided by it" in page  # on time, of Shopify


def test_a_store_over_its_limit_is_told_how_many_orders_bring_it_back() -> None:
    store = a_shop("over", lost=4)
    counted()
    page = said(seller(store), "store_health", "over")
    assert "< 1.00 % · over the limit" in page
    assert "101 more completed, none lost < 1.00 %" in page


def test_disputes_won_bring_a_success_rate_back_and_orders_on_time_raise_theirs() -> None:
    store = a_store("s1")
    for number in range(5):
        state = "won" if number < 3 else "rejected"
        a_case(an_order(store), AT - 9 * DAY, state=state, closed_at=AT - (number + 1) * DAY)
    a_case(an_order(store), AT - DAY)
    an_order(store, ship_by=AT - DAY, shipped_at=AT - 2 * DAY)
    late, waiting = an_order(store, ship_by=AT - DAY), an_order(store, ship_by=AT + DAY)
    an_order(store, ship_by=AT + DAY, cancelled_at=AT - DAY)
    a_parcel(late, AT - 3 * DAY)
    a_parcel(waiting, AT - HOUR)
    counted()
    page = said(seller(store), "store_health", "s1")
    assert "Success rate 60.00 % 3 / 5 ≥ 85.00 % · below the least" in page
    assert "Win the open cases (1) 66.67 % Lose the open cases (1) 50.00 %" in page
    assert "9 more won, none lost ≥ 85.00 %" in page
    assert "Orders still to ship (1): all on time 66.67 % all late 33.33 %" in page
    assert "Parcels without a scan (1): all in time 50.00 % none in time 0.00 %" in page


def test_a_sanction_is_shown_with_its_clause_and_what_ends_it_and_the_next_ones_with_how_near_they_are() -> None:
    store = a_shop("over", lost=4)
    counted()
    book = open_book("shopify")
    RulebookVersion.objects.get_or_create(
        digest=book.digest, defaults={"name": "shopify", "text": book.text, "used_from": AT - 90 * DAY}
    )
    more = {"platform": "shopify", "over": "store", "subject": "over", "base": 300, "rulebook_id": book.digest}
    warning = {"measure": "warning", "clause": "sanctions.warning@2026-03-12", "figure": "0.013333"}
    Sanction.objects.create(begun_at=AT - 20 * DAY, ended_at=AT - 10 * DAY, **warning, **more)
    Sanction.objects.create(begun_at=AT - 2 * DAY, **warning, **more)
    page = said(seller(store), "store_health", "over")
    assert "Warning to the store · in force since 2026-04-18 12:00 UTC" in page
    assert "ended by: 100 more completed, none lost" in page  # at 1.0 % it is no longer above it
    assert "Warning to the store sanctions.warning@2026-03-12 Dispute rate: above 1.00 % 1.33 % in force" in page
    assert "Dispute rate: above 1.00 % for 30d 1.33 % not in force" in page
    assert "disputes lost in a row: 3 or more 4 not in force" in page
    assert said(seller_again(store), "health").count("sanctions in force: 1") == 1


def seller_again(store: Store) -> Client:
    return browser(a_member(store.holding.organisation, Role.AGENT))


def test_what_was_not_imported_for_days_is_said_before_any_figure() -> None:
    store = a_shop("old", completed=1)
    client = seller(store)
    assert "Nothing was imported" not in said(client, "store_health", "old")
    Store.objects.filter(store_id="old").update(known_at=AT - 3 * DAY)
    assert "Nothing was imported for 3 days: what is shown is as of 2026-04-17 12:00 UTC." in said(
        client, "store_health", "old"
    )
    assert "Nothing newer was imported for 1 of these stores" in said(client, "health")


def test_a_store_of_nothing_and_an_organisation_of_no_store_say_so() -> None:
    page = said(seller(a_store("quiet")), "store_health", "quiet")
    assert "nothing was measured yet" in page
    assert "no rating was told" in page
    nobody = browser(a_member(an_organisation(Side.SELLER, "Nobody"), Role.OWNER))
    assert "There is no store here yet." in said(nobody, "health")
    assert "No case was opened in this time." in said(nobody, "causes")


@pytest.mark.parametrize("name", ["store_health", "causes", "dispute_report", "money", "statement"])
def test_a_store_of_others_is_as_unknown_as_one_that_is_not(name: str) -> None:
    mine, _theirs = a_store("mine"), a_store("theirs")
    client = seller(mine)
    for store in ("theirs", "no-such"):
        address = reverse(name, args=[store]) if name == "store_health" else f"{reverse(name)}?store={store}"
        answer = client.get(address)
        assert (answer.status_code, f"There is no store {store}." in answer.content.decode()) == (404, True)


def caused(store: Store, carrier: str, cases: int, **more: object) -> None:
    for _number in range(cases):
        order = an_order(store, paid_at=AT - 5 * DAY)
        parcel = a_parcel(order, AT - 4 * DAY, carrier=carrier)
        a_case(order, AT - DAY, carrier=carrier, tracking_number=parcel.tracking_number, **more)


def test_causes_are_of_the_own_stores_and_of_the_time_chosen_with_their_share_of_all_cases() -> None:
    mine, theirs = a_store("mine"), a_store("theirs")
    caused(mine, "cdek", 3)
    caused(mine, "dpd", 1, state="lost", closed_at=AT - HOUR)
    caused(theirs, "posthaste", 5)
    client = seller(mine)
    page = said(client, "causes", by="carrier")
    assert "cases opened: 4 won: 0 lost: 1" in page
    assert "cdek 75.00 % 3 0 3 100.00 %" in page
    assert "dpd 25.00 % 1 1 1 100.00 %" in page
    assert "posthaste" not in page
    assert "No case was opened in this time." in said(client, "causes", by="carrier", period="2026-03")
    assert "Cases of last 90 days by SKU" in said(client, "causes", by="no such", period="no such")


def test_a_flagged_carrier_says_so_beside_its_cases() -> None:
    store = a_store("mine")
    caused(store, "cdek", 1)
    flag = {"platform": "ozon", "over": "carrier", "subject": "cdek", "measure": "flag_high_risk", "figure": "20"}
    book = open_book("ozon").digest
    clause = "sanctions.risky_carrier@2026-03-12"
    Sanction.objects.create(begun_at=AT - DAY, base=9, clause=clause, rulebook_id=book, **flag)
    client = seller(store)
    assert "cdek High-risk carrier" in said(client, "causes", by="carrier")
    assert "High-risk carrier" not in said(client, "causes", by="warehouse")


def test_causes_leave_as_csv_and_xlsx_and_as_a_report() -> None:
    store = a_store("mine")
    caused(store, "cdek", 2)
    client = seller(store)
    answer = client.get(reverse("causes"), {"by": "carrier", "format": "csv"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="causes-carrier.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["carrier"], row["cases"], row["orders"]) for row in rows] == [("cdek", "2", "2")]
    answer = client.get(reverse("causes"), {"by": "carrier", "format": "xlsx"})
    assert "xl/worksheets/sheet1.xml" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    answer = client.get(reverse("dispute_report"), {"period": "30d", "store": "mine"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dispute-report-mine-30d.pdf"'
    assert answer.content.startswith(b"%PDF")
