"""Stores with their figures, flags for order routing, and sanctions with what led to each; for operators alone."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.roles import Role, Side
from ombud.rulebooks import open_book
from ombud.store.models import Case, CaseEvent, Sanction, Store, Tally
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def operator() -> Client:
    return browser(a_member(an_organisation(Side.OPERATOR, "Market"), Role.READER))


def a_sanction(over: str, subject: str, measure: str, name: str, **more: object) -> Sanction:
    """One of the book of Ozon."""
    book = open_book("ozon")
    row = {"figure": "3", "base": 40, "begun_at": AT - DAY, "rulebook_id": book.digest, **more}
    clause = f"sanctions.{name}@2026-03-12"
    return Sanction.objects.create(platform="ozon", over=over, subject=subject, measure=measure, clause=clause, **row)


def flagged(warehouse: str, cases: int, store: Store) -> Sanction:
    """A warehouse that so many cases of the last days are counted for, one a day."""
    for number in range(cases):
        case = a_case(an_order(store), AT - (number + 1) * DAY)
        Tally.objects.create(
            platform="ozon", over="warehouse", subject=warehouse, at=case.opened_at, case=case, counts=1
        )
    return a_sanction("warehouse", warehouse, "flag_high_risk", _clause_over("warehouse"), figure=str(cases))


def _clause_over(over: str) -> str:
    under = open_book("ozon").under("sanctions")
    return next(name for name, versions in under.items() if versions[0].value.over == over)


def test_the_stores_of_everybody_are_listed_the_sanctioned_on_top(operator: Client) -> None:
    quiet, busy, watched = a_store("quiet"), a_store("busy"), a_store("watched")
    a_case(an_order(busy, amount_minor=12_490_00), AT - HOUR)
    a_case(an_order(quiet), AT - 9 * DAY, state="lost", closed_at=AT - 6 * DAY)
    a_sanction("store", watched.store_id, "close_watch", "close_watch", figure="0.812000")
    said = operator.get(reverse("stores")).content.decode()
    places = [said.index(f">{name}</a>") for name in ("watched", "busy", "quiet")]
    assert places == sorted(places)
    assert "12\u202f490.00\u00a0RUB" in said or "12 490.00" in said.replace("\u202f", " ").replace("\u00a0", " ")
    assert "Close watch" in said
    said = operator.get(reverse("stores"), {"q": "qui"}).content.decode()
    assert (">quiet</a>" in said, ">busy</a>" in said) == (True, False)
    said = operator.get(reverse("stores"), {"sanctioned": "1"}).content.decode()
    assert (">watched</a>" in said, ">busy</a>" in said) == (True, False)


@pytest.mark.parametrize("stores", [1, 30])
def test_the_list_takes_as_many_queries_however_many_stores_there_are(stores: int, operator: Client) -> None:
    for number in range(stores):
        a_case(an_order(a_store(f"s{number}")), AT - HOUR)
        a_sanction("store", f"s{number}", "close_watch", "close_watch")
    operator.get(reverse("stores"))
    with CaptureQueriesContext(connection) as queries:
        assert operator.get(reverse("stores")).status_code == 200
    assert len(queries) <= 20


def test_a_store_s_page_has_its_cases_its_sanctions_and_how_it_answers(operator: Client) -> None:
    store = a_store("s1")
    open_ = a_case(an_order(store), AT - HOUR)
    a_case(an_order(store), AT - 9 * DAY, state="lost", closed_at=AT - 6 * DAY)
    refused = a_case(an_order(store), AT - 2 * DAY, state="evidence_required")
    CaseEvent.objects.create(
        case=refused, seq=2, kind="evidence_refused", at=AT - DAY, actor="x", data={"reasons": ["ERR_011"]}
    )
    ended = a_sanction("store", "s1", "close_watch", "close_watch", begun_at=AT - 9 * DAY, ended_at=AT - 2 * DAY)
    said = operator.get(reverse("store", args=["s1"])).content.decode()
    assert reverse("case", args=[open_.case_id]) in said
    assert "Open cases: 2" in said
    assert "ERR_011" in said
    assert reverse("sanction", args=[ended.pk]) in said
    assert "left to the clock</dt><dd>1</dd>" in said
    assert operator.get(reverse("store", args=["nobody"])).status_code == 404


def test_flags_say_who_why_and_until_when_and_leave_as_a_table_for_order_routing(operator: Client) -> None:
    store = a_store("s1")
    clause = open_book("ozon").clauses[f"sanctions.{_clause_over('warehouse')}"][0].value
    least = int(clause.at_least or clause.above + 1)
    flagged("=moscow", least, store)
    a_sanction("store", "s1", "close_watch", "close_watch")
    said = operator.get(reverse("flags")).content.decode()
    assert "=moscow" in said
    assert "Close watch" not in said
    answer = operator.get(reverse("flags"), {"format": "csv"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="flags.csv"'
    [row] = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (row["over"], row["subject"], row["figure"], row["base"]) == ("warehouse", "'=moscow", str(least), "40")
    ends = AT - least * DAY + clause.window  # when the oldest of so many leaves the window
    assert row["until"] == ends.isoformat().replace("+00:00", "Z")
    assert "Nobody is flagged." in operator.get(reverse("flags"), {"over": "buyer"}).content.decode()


def test_sanctions_in_force_and_ended_stand_apart_and_are_narrowed_by_measure(operator: Client) -> None:
    for name in ("s1", "s2"):
        a_case(an_order(a_store(name)), AT - HOUR)
    a_sanction("store", "s1", "close_watch", "close_watch")
    a_sanction("store", "s2", "search_demotion", "search_demotion", ended_at=AT - HOUR)
    said = operator.get(reverse("sanctions")).content.decode()
    assert (">s1</a>" in said, ">s2</a>" in said) == (True, False)
    said = operator.get(reverse("sanctions"), {"list": "ended"}).content.decode()
    assert (">s1</a>" in said, ">s2</a>" in said) == (False, True)
    said = operator.get(reverse("sanctions"), {"measure": "search_demotion"}).content.decode()
    assert "No sanction is like that." in said


def test_a_sanction_s_page_has_the_cases_that_led_to_it_and_no_later_ones(operator: Client) -> None:
    store = a_store("s1")
    lost = [a_case(an_order(store), AT - n * DAY - 3 * DAY, state="lost", closed_at=AT - n * DAY) for n in (2, 3, 4)]
    later = a_case(an_order(store), AT - 3 * DAY, state="lost", closed_at=AT - HOUR)
    name = next(n for n, v in open_book("ozon").under("sanctions").items() if v[0].value.counts == "losses_in_a_row")
    one = a_sanction("store", "s1", "search_demotion", name, figure="3")
    said = operator.get(reverse("sanction", args=[one.pk])).content.decode()
    assert all(reverse("case", args=[case.case_id]) in said for case in lost)
    assert reverse("case", args=[later.case_id]) not in said
    flag = flagged("moscow", 2, store)
    said = operator.get(reverse("sanction", args=[flag.pk])).content.decode()
    assert all(reverse("case", args=[row.case_id]) in said for row in Tally.objects.all())
    assert Case.objects.count() > Tally.objects.count()
    assert operator.get(reverse("sanction", args=[flag.pk + 1])).status_code == 404


@pytest.mark.parametrize("name", ["stores", "flags", "sanctions"])
@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_empty_rooms_say_so_in_each_language(name: str, language: str) -> None:
    client = browser(a_member(an_organisation(Side.OPERATOR, "Market"), Role.FINANCE), language)
    answer = client.get(reverse(name))
    assert (answer.status_code, "empty" in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("address", ["/stores/", "/stores/s1/", "/flags/", "/sanctions/", "/sanctions/1/"])
def test_sellers_have_none_of_it(address: str) -> None:
    store = a_store("s1")
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", store), Role.OWNER))
    assert client.get(address).status_code == 404
