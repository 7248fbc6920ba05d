"""The queue shows what runs out first, of one's own stores and no others, in as many queries however long it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.cases import State
from ombud.domain.roles import Role, Side
from ombud.store.queue import Wanted, queue
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_only_cases_of_the_own_stores_are_shown_and_an_operator_sees_all() -> None:
    mine, theirs = a_store("s1"), a_store("s2")
    a_case(an_order(mine, "mine-1"), AT - 10 * HOUR)
    a_case(an_order(theirs, "theirs-1"), AT - 20 * HOUR)
    seller = browser(a_member(an_organisation(Side.SELLER, "Lumen", mine), Role.READER))
    said = seller.get(reverse("queue")).content.decode()
    assert ("mine-1" in said, "theirs-1" in said) == (True, False)
    operator = browser(a_member(an_organisation(Side.OPERATOR, "Market"), Role.READER))
    said = operator.get(reverse("queue")).content.decode()
    assert said.index("theirs-1") < said.index("mine-1")


@pytest.mark.parametrize("cases", [1, 40])
def test_a_page_takes_as_many_queries_however_many_cases_there_are(cases: int) -> None:
    store = a_store()
    for number in range(cases):
        a_case(an_order(store), AT - number * HOUR)
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", store), Role.OWNER))
    client.get(reverse("queue"))
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse("queue")).status_code == 200
    assert len(queries) <= 17


def test_filters_stand_in_the_address_and_leave_only_what_they_name() -> None:
    store = a_store("s1")
    a_case(an_order(store, "late"), AT - 71 * HOUR)
    a_case(an_order(store, "fresh"), AT - HOUR, violation="no_first_scan")
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", store), Role.OWNER))
    said = client.get(reverse("queue"), {"within": "6h"}).content.decode()
    assert (">late<" in said, ">fresh<" in said) == (True, False)
    said = client.get(reverse("queue"), {"violation": "no_first_scan"}).content.decode()
    assert (">late<" in said, ">fresh<" in said) == (False, True)
    said = client.get(reverse("queue"), {"state": "won"}).content.decode()
    assert "No case is like that." in said


def test_a_number_that_means_one_case_leads_to_it_and_never_to_anothers() -> None:
    mine, theirs = a_store("s1"), a_store("s2")
    own = a_case(an_order(mine, "123"), AT - HOUR)
    other = a_case(an_order(theirs, "456"), AT - HOUR)
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", mine), Role.OWNER))
    for text in ("123", f"#{own.case_id}"):
        assert client.get(reverse("queue"), {"q": text}).headers["Location"] == reverse("case", args=[own.case_id])
    for text in ("456", f"#{other.case_id}", "no such"):
        answer = client.get(reverse("queue"), {"q": text})
        assert (answer.status_code, "No case is like that." in answer.content.decode()) == (200, True)


def test_chosen_cases_are_exported_and_none_of_other_stores_with_them() -> None:
    mine, theirs = a_store("s1"), a_store("s2")
    own, other = a_case(an_order(mine, "mine"), AT - HOUR), a_case(an_order(theirs, "theirs"), AT - HOUR)
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", mine), Role.AGENT))
    answer = client.post(reverse("bulk"), {"case": [own.case_id, other.case_id], "do": "export"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert ("mine" in answer.content.decode(), "theirs" in answer.content.decode()) == (True, False)


def test_accepting_several_asks_first_names_what_it_costs_and_is_for_the_owner() -> None:
    store = a_store("s1", "shopify", site="lumen.example")
    order = an_order(store, "o1", currency="USD", amount_minor=8_600)
    case = a_case(order, AT - HOUR, violation="buyer_dispute")
    organisation = an_organisation(Side.SELLER, "Lumen", store)
    words = {"case": [case.case_id], "do": "accept"}
    agent = browser(a_member(organisation, Role.AGENT))
    assert "for the owner" in agent.post(reverse("bulk"), {**words, "sure": "yes"}).content.decode()
    owner = browser(a_member(organisation, Role.OWNER))
    said = owner.post(reverse("bulk"), words).content.decode()
    assert "86.00" in said
    case.refresh_from_db()
    assert case.state == "opened"


def test_an_order_with_several_cases_shows_them_closed_ones_too() -> None:
    store = a_store("s1")
    order = an_order(store, "123")
    a_case(order, AT - HOUR)
    a_case(order, AT - 90 * HOUR, violation="no_first_scan", state="lost", closed_at=AT - 18 * HOUR)
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", store), Role.OWNER))
    said = client.get(reverse("queue"), {"q": "123"}).content.decode()
    assert said.count("data-href") == 2


def test_pages_go_on_behind_the_last_case_until_each_was_shown_once() -> None:
    store = a_store()
    for number in range(130):  # three of each instant, some of the same amount
        a_case(an_order(store, amount_minor=100 + number % 2), AT - (number // 3) * HOUR)
    for number in range(10):
        a_case(an_order(store), AT - HOUR, state=State.UNDER_REVIEW, due_at=None, rule_at=AT + number * HOUR)
    for _number in range(10):
        a_case(an_order(store), AT - HOUR, state=State.ROUTED, route="paypal", due_at=None)
    for number in range(70):
        a_case(an_order(store), AT - 90 * HOUR, state=State.LOST, closed_at=AT - (number // 3) * HOUR)
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", store), Role.READER))
    for wanted, cases in ((Wanted(), 150), (Wanted(state=State.LOST), 70)):
        shown: list[int] = []
        last: int | str | None = ""
        while last is not None:
            answer = client.get(reverse("queue"), {"state": wanted.state or "", "after": last})
            shown += [row.case.case_id for row in answer.context["rows"]]
            last = answer.context["last"]
        assert shown == [case.case_id for case in queue(AT, wanted)]
        assert len(shown) == cases
    first = client.get(reverse("queue"), {"after": "of nobody"}).context["rows"][0].case
    assert first == queue(AT, limit=1)[0]
