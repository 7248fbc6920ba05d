"""Every address as every role and as a stranger: who may not is told no more than that there is no such page (G4)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver

from ombud.domain.roles import RIGHTS, Right, Role, Side, may
from ombud.web import urls
from ombud.web.access import NEEDS
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db

OPEN = {"home", "alive", "language", "organisation", "demo_clock", "invitation", "no_new_address"}
"""Addresses that need no right: they are for everybody, or look at who asks themselves."""
BY_LINK = {"report", "report_file", "report_withdraw"}
"""Addresses that a signed link opens."""
OF_QUERY = {"statement"}
"""Addresses that show what their query names, and nothing without one."""


def _patterns() -> Iterator[URLPattern]:
    for pattern in urls.urlpatterns:
        if isinstance(pattern, URLPattern):
            yield pattern


def _address(pattern: URLPattern, case_id: int) -> str:
    values = {
        name: case_id if type(converter).__name__ == "IntConverter" else "s1"
        for name, converter in pattern.pattern.converters.items()
    }
    return "/" + get_resolver().reverse(str(pattern.name), **values)


def test_every_page_says_which_right_it_needs() -> None:
    silent = {str(pattern.name) for pattern in _patterns() if not hasattr(pattern.callback, NEEDS)}
    assert silent - OPEN - BY_LINK == set()


@pytest.mark.parametrize("who", [*RIGHTS, None], ids=lambda who: "-".join(who) if who else "stranger")
def test_every_page_opens_for_who_may_and_for_nobody_else(who: tuple[Side, Role] | None) -> None:
    store = a_store("s1")
    case = a_case(an_order(store), AT)
    client = browser(a_member(an_organisation(who[0], "Ours", store), who[1])) if who else browser()
    for pattern in _patterns():
        needs: tuple[Side | None, Right, tuple[str, ...]] | None = getattr(pattern.callback, NEEDS, None)
        if needs is None:
            continue
        side, right, methods = needs
        address = _address(pattern, case.case_id)
        answer = client.get(address) if "GET" in methods else client.post(address)
        if who is None:
            assert answer.status_code == 302, address
            assert answer.headers["Location"].startswith("/accounts/login/"), address
        elif not may(who[0], who[1], right) or side not in (None, who[0]):
            assert answer.status_code == 404, address
        else:
            assert answer.status_code in {200, 302, 404, 422}, address
            if answer.status_code == 404:  # it opens, and what it is asked for is not there
                assert pattern.pattern.converters or pattern.name in OF_QUERY, address


def test_no_page_shows_a_case_of_another_organisation() -> None:
    theirs = a_case(an_order(a_store("s2"), "theirs-1"), AT)
    member = a_member(an_organisation(Side.SELLER, "Ours", a_store("s1")), Role.OWNER)
    client = browser(member)
    for pattern in _patterns():
        if hasattr(pattern.callback, NEEDS):
            answer = client.get(_address(pattern, theirs.case_id))
            assert "theirs-1" not in (b"" if answer.streaming else answer.content).decode(errors="replace"), (
                pattern.name
            )
