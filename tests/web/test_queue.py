"""The queue shows what runs out first, of one's own stores and no others, in as many queries however long it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.roles import Role, Side
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
    assert len(queries) <= 16
