"""Money: every sum leads to its postings, and every posting names its case, its clause and its cause (O15, S13)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.roles import Role, Side
from ombud.store.flows import Flow, Sought, held, postings, sums
from ombud.store.models import Case, CaseEvent, Posting, Store
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def post(case: Case, line: str, debit: str, credit: str, amount_minor: int, at: datetime, clause: str) -> Posting:
    cause = CaseEvent.objects.filter(case=case).latest("seq")
    return Posting.objects.create(
        store=case.store,
        case=case,
        cause=cause,
        line=line,
        debit=debit,
        credit=credit,
        currency=case.currency,
        amount_minor=amount_minor,
        clause=f"money.{clause}@2026-03-12",
        at=at,
    )


def a_lost_case(store: Store, opened_at: datetime = AT - 5 * DAY) -> Case:
    """A case of 100.00 RUB: held, lost, its order amount and 15.00 of commission charged."""
    case = a_case(an_order(store), opened_at, state="lost", closed_at=opened_at + DAY)
    post(case, "order_amount", "settlement", "held", 10_000, opened_at, "hold")
    settled = CaseEvent.objects.create(case=case, seq=3, kind="settled", at=opened_at + DAY, actor="test", data={})
    assert settled.seq == 3
    post(case, "order_amount", "held", "buyer", 10_000, opened_at + DAY, "charge")
    post(case, "commission", "settlement", "platform", 1_500, opened_at + DAY, "charge")
    return case


def an_open_case(store: Store) -> Case:
    case = a_case(an_order(store), AT - DAY)
    post(case, "order_amount", "settlement", "held", 10_000, AT - DAY, "hold")
    return case


def seller(*stores: Store) -> Client:
    return browser(a_member(an_organisation(Side.SELLER, "Lumen", *stores), Role.READER))


def said(client: Client, **query: str) -> str:
    answer = client.get(reverse("money"), query)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split()).replace("\u202f", " ")


def test_what_is_held_released_and_charged_is_of_the_own_stores_alone() -> None:
    mine, theirs = a_store("mine"), a_store("theirs")
    a_lost_case(mine)
    an_open_case(mine)
    for _number in range(3):
        a_lost_case(theirs)
    page = said(seller(mine))
    assert "held now 100.00 RUB put on hold 200.00 RUB released 0.00 RUB charged 115.00 RUB" in page
    assert "Order amount 100.00 RUB Commission 15.00 RUB" in page
    assert "theirs" not in page


def test_every_sum_leads_to_the_postings_that_it_is_made_of() -> None:
    store = a_store("mine")
    a_lost_case(store)
    an_open_case(store)
    client = seller(store)
    for address in re.findall(r'href="(\?[^"]*)#postings"', client.get(reverse("money")).content.decode()):
        assert "currency=RUB" in address
        page = client.get(reverse("money") + unescape(address)).content.decode()
        assert 'class="list card"' in page
    page = said(client, currency="RUB", flow="charged", line="commission")
    assert "Postings 1 RUB charged Commission Show all of them" in page
    assert "Postings 3 RUB" in said(client, currency="RUB", account="held", period="all")
    assert "Nothing has been posted in this time." in said(client, currency="USD")


def test_sums_and_postings_agree_whatever_they_are_narrowed_by() -> None:
    store = a_store("mine")
    case = a_lost_case(store)
    a_lost_case(store, AT - 40 * DAY)
    first = Posting.objects.order_by("posting_id").last()
    assert first is not None
    CaseEvent.objects.create(case=case, seq=4, kind="corrected", at=AT - HOUR, actor="test", data={})
    post(case, f"reversal_of_{first.posting_id}", "platform", "settlement", 1_500, AT - HOUR, "charge")
    post(case, "protected", "protection", "buyer", 700, AT - HOUR, "charge")
    for narrowed in (
        Sought(AT, AT - 90 * DAY, ["mine"]),
        Sought(AT, AT - 30 * DAY, None),
        Sought(AT, AT - 90 * DAY, ["mine"], flow=Flow.CHARGED),
        Sought(AT, AT - 90 * DAY, ["mine"], flow=Flow.RETURNED, line="reversal_of_"),
        Sought(AT, AT - 90 * DAY, ["mine"], currency="RUB", case_id=case.case_id),
        Sought(AT, AT - 90 * DAY, []),
    ):
        rows = postings(narrowed, limit=100)
        found = sums(narrowed)
        assert sum(one.postings for one in found) == len(rows)
        assert sum(one.amount_minor for one in found) == sum(row.amount_minor for row in rows)
        assert [row.posting_id for row in rows] == [
            row.posting_id for row in sorted(rows, key=lambda row: (row.at, row.posting_id), reverse=True)
        ]
    assert {one.flow for one in sums(Sought(AT, AT - 90 * DAY, None))} == set(Flow) - {Flow.RELEASED}
    assert held(AT, ["mine"]) == {}
    assert held(AT - 5 * DAY, None) == {"RUB": 10_000}


def test_a_posting_names_its_case_its_order_its_clause_and_what_caused_it() -> None:
    store = a_store("mine")
    case = a_lost_case(store)
    page = said(seller(store), flow="charged", line="commission")
    assert f"Commission charged #{case.case_id} {case.order_id} mine settled step 3 money.charge@2026-03-12" in page
    assert "settlement → platform 15.00 RUB" in page


def test_postings_come_by_pages_and_a_page_takes_as_many_queries_however_many_there_are() -> None:
    store, other = a_store("mine"), a_store("other")
    a_lost_case(other)
    for _number in range(20):
        a_lost_case(store)
    many = seller(store)
    few = browser(a_member(an_organisation(Side.SELLER, "Few", other), Role.READER))
    taken = []
    for client in (few, many):
        client.get(reverse("money"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("money"))
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 14
    first, second = said(many), said(many, page="2")
    assert ("Postings 60" in first, "Older" in first, "Newer" in first) == (True, True, False)
    assert ("Older" in second, "Newer" in second) == (False, True)
    assert len(set(re.findall(r"№ \d+", first)) | set(re.findall(r"№ \d+", second))) == 60


def test_a_time_that_ended_shows_what_moved_in_it_and_what_is_held_now() -> None:
    store = a_store("mine")
    a_lost_case(store, AT - 40 * DAY)
    an_open_case(store)
    page = said(seller(store), period="2026-03")
    assert "held now 100.00 RUB put on hold 100.00 RUB" in page
    assert "charged 115.00 RUB" in page
    assert "Postings 3" in page


def test_a_statement_is_of_one_store_and_one_month() -> None:
    store = a_store("mine/1")
    a_lost_case(store)
    answer = seller(store).get(reverse("statement"), {"store": "mine/1", "period": "2026-04"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="statement-mine_1-2026-04.pdf"'
    assert answer.content.startswith(b"%PDF")


def test_a_seller_without_money_is_told_so() -> None:
    page = said(seller(a_store("mine")))
    assert "Nothing has been posted." in page
    assert "Download the statement" in page
