"""The audits: run on demand by who may, kept with who and when, every misfit beside its case (O14, O20)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.actions import audits
from ombud.domain.roles import Role, Side
from ombud.people.models import Deed
from ombud.store.models import Case
from ombud.web import background
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def an_operator(role: Role = Role.FINANCE) -> Client:
    return browser(a_member(an_organisation(Side.OPERATOR, "Marketplace"), role))


def test_a_clean_store_fits_and_the_audit_is_kept_with_who_and_when() -> None:
    client = an_operator()
    assert "Not run yet" in client.get(reverse("audit")).content.decode()
    for kind in ("ledger", "history"):
        assert client.post(reverse("audit"), {"kind": kind}).status_code == 302
    page = client.get(reverse("audit")).content.decode()
    assert page.count("Everything fits.") == 2
    assert {(deed.what, deed.actor, deed.at) for deed in Deed.objects.all()} == {
        (audits.LEDGER, "finance@marketplace.example", AT),
        (audits.HISTORY, "finance@marketplace.example", AT),
    }


def test_a_hold_that_no_posting_made_is_found_and_linked_to_its_case() -> None:
    case = a_case(an_order(a_store()), AT - HOUR)
    client = an_operator()
    client.post(reverse("audit"), {"kind": "ledger"})
    page = client.get(reverse("audit")).content.decode()
    assert reverse("case", args=[case.case_id]) in page
    assert "hold another amount than the case says" in page
    assert Deed.objects.get().data["counts"] == {"hold_differs": 1}


def test_a_changed_standing_is_found_and_linked_to_its_case() -> None:
    case = a_case(an_order(a_store()), AT - HOUR)
    Case.objects.filter(pk=case.pk).update(state="won")
    client = an_operator()
    client.post(reverse("audit"), {"kind": "history"})
    page = client.get(reverse("audit")).content.decode()
    assert Deed.objects.get().data["found"] == 1
    assert reverse("case", args=[case.case_id]) in page


def test_an_audit_that_died_with_its_server_says_so_and_the_last_one_stays() -> None:
    client = an_operator()
    client.post(reverse("audit"), {"kind": "ledger"})
    background._write(background.key_of("audit", "ledger"), {"state": "running", "begun_at": "2026-04-20T12:00:00Z"})
    page = client.get(reverse("audit"), headers={"HX-Request": "true"}).content.decode()
    assert "restarted before it was done" in page
    assert "Everything fits." in page
    assert "<html" not in page


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.READER])
def test_who_may_not_audit_finds_no_page(role: Role) -> None:
    client = an_operator(role)
    assert client.get(reverse("audit")).status_code == 404
    assert client.post(reverse("audit"), {"kind": "ledger"}).status_code == 404
    assert not Deed.objects.exists()


def test_an_unknown_audit_is_no_page() -> None:
    assert an_operator().post(reverse("audit"), {"kind": "everything"}).status_code == 404


def test_the_page_asks_as_often_however_much_was_found() -> None:
    client = an_operator()
    counts = []
    for number in range(2):
        store = a_store(f"s{number}")
        for _order in range(1 + 6 * number):
            a_case(an_order(store), AT - HOUR)
        client.post(reverse("audit"), {"kind": "ledger"})
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("audit"))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8
