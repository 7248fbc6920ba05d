"""The monthly list of carriers: refused with line and mend, previewed, in force from its instant on (O4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.carrier_list import list_at, read_list, with_list
from ombud.domain.problems import OmbudError
from ombud.domain.roles import Role, Side
from ombud.people.models import Deed
from ombud.rulebooks import open_book
from ombud.store import books
from ombud.store.books import in_force
from ombud.store.models import Case
from ombud.work.loop import tick
from tests.store.rows import a_parcel, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
OZON = open_book("ozon")
KNOWN = {"cdek", "boxberry", "ozon-logistics"}
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def an_operator(role: Role = Role.ADMIN) -> Client:
    return browser(a_member(an_organisation(Side.OPERATOR, "Marketplace"), role))


def a_list(text: str = "boxberry\nozon-logistics", since: str = "2026-05-01", **more: Any) -> dict[str, Any]:
    return {"book": "ozon", "list": text, "since": since, "note": "", **more}


def test_a_plain_list_and_a_csv_are_read_alike() -> None:
    plain = read_list("cdek, boxberry\n# from May on\nozon-logistics\n", KNOWN, file="f", may_be_new=False)
    csv = "name;carrier\nCDEK;cdek\nBoxberry;boxberry\nOzon;ozon-logistics\n"
    assert plain == read_list(csv, KNOWN, file="f", may_be_new=False) == ("cdek", "boxberry", "ozon-logistics")


def test_every_fault_of_a_list_is_told_with_its_line_and_mend() -> None:
    with pytest.raises(OmbudError) as told:
        read_list("cdek\nBoxbery\ncdek\nozon-logistic\nzzz", KNOWN, file="may.csv", may_be_new=False)
    said = [problem.say() for problem in told.value.problems]
    assert said == [
        "may.csv:2: Boxbery is no name of a carrier. Did you mean boxberry?",
        "may.csv:3: cdek stands here a second time; the first is in line 1. Keep one of them.",
        "may.csv:4: No rulebook and no parcel knows the carrier ozon-logistic. Did you mean ozon-logistics?"
        " If it is another one, tick that new names are meant.",
        "may.csv:5: No rulebook and no parcel knows the carrier zzz. If it is right, tick that new names are meant.",
    ]
    assert read_list("zzz", KNOWN, file="may.csv", may_be_new=True) == ("zzz",)
    with pytest.raises(OmbudError, match="names no carrier"):
        read_list("# nothing\n", KNOWN, file="may.csv", may_be_new=False)


def test_the_list_becomes_a_version_of_its_own_and_all_else_of_the_text_stays() -> None:
    book = with_list(OZON, ["cdek", "123"], MAY, note='Notice "5"')
    added = set(book.text.splitlines()) - set(OZON.text.splitlines())
    assert added == {"    - from: 2026-05-01", '      note: "Notice \\"5\\""', '      values: [cdek, "123"]'}
    before, after = list_at(book, MAY - timedelta(microseconds=1)), list_at(book, MAY)
    assert before is not None
    assert after is not None
    assert (before.value, after.value) == (("cdek", "boxberry", "ozon-logistics"), ("cdek", "123"))
    assert after.cite == "O4"


def test_a_list_may_come_between_two_others_and_not_at_the_instant_of_one() -> None:
    june = datetime(2026, 6, 1, tzinfo=UTC)
    later = with_list(OZON, ["cdek"], june)
    between = with_list(later, ["boxberry"], MAY)
    assert [tuple(one.value) for one in between.lists["accepted_carriers"]][1:] == [("boxberry",), ("cdek",)]
    with pytest.raises(OmbudError, match="there already"):
        with_list(between, ["cdek"], june)


def test_an_instant_that_is_past_is_refused_and_what_was_typed_stays() -> None:
    answer = an_operator().post(reverse("carriers_preview"), a_list(since="2026-04-20T11:59:59Z"))
    assert answer.status_code == 422
    assert "is past" in answer.content.decode()
    assert "boxberry\nozon-logistics" in answer.content.decode()


def test_a_file_is_taken_as_what_is_pasted_is() -> None:
    file = SimpleUploadedFile("may.csv", b"carrier\nboxberry\nnobody\n")
    answer = an_operator().post(reverse("carriers_preview"), {**a_list(""), "file": file})
    assert "may.csv:3" in answer.content.decode()


def test_the_preview_counts_what_it_will_hit_and_keeps_nothing() -> None:
    store = a_store()
    for day in range(3):
        a_parcel(an_order(store), AT - timedelta(days=day + 1))
    a_parcel(an_order(store), AT - timedelta(days=31))
    a_parcel(an_order(store), AT - timedelta(days=1), carrier="boxberry")
    a_parcel(an_order(store, cancelled_at=AT), MAY)
    a_parcel(an_order(store), MAY)
    a_parcel(an_order(store), MAY - timedelta(seconds=1))
    a_parcel(an_order(a_store("elsewhere", site="ozon.by")), AT - timedelta(days=1))  # the book does not cover it
    answer = an_operator().post(reverse("carriers_preview"), a_list())
    assert answer.status_code == 200
    assert answer.context["removed"] == ("cdek",)
    assert answer.context["struck"].orders == 3
    assert answer.context["at_hand"].orders == 1
    assert books.in_use()["ozon"].digest == OZON.digest
    assert not Deed.objects.exists()


def test_a_carrier_struck_off_turns_orders_into_cases_from_the_instant_on() -> None:
    store = a_store(verified_at=datetime(2026, 1, 1, tzinfo=UTC))
    early, late = (an_order(store, paid_at=AT, check_at=AT) for _number in range(2))
    a_parcel(early, MAY - timedelta(microseconds=1), first_scan_at=MAY)
    a_parcel(late, MAY, first_scan_at=MAY)
    tick(AT, books=in_force())
    client = an_operator()
    digest = books.in_use()["ozon"].digest
    answer = client.post(reverse("carriers_preview"), a_list(against=digest, do="put"))
    assert answer.status_code == 302
    tick(MAY + timedelta(hours=1), books=in_force())
    found = Case.objects.filter(violation="carrier_not_accepted")
    assert [case.order_id for case in found] == [late.order_id]
    assert Deed.objects.get(what="book_put_in_force").data["carriers"] == ["boxberry", "ozon-logistics"]
    assert "boxberry" in client.get(reverse("carriers")).content.decode()


def test_a_book_put_in_force_stays_whatever_ships_with_ombud() -> None:
    tick(AT, books=in_force())
    client = an_operator()
    client.post(reverse("carriers_preview"), a_list(against=OZON.digest, do="put"))
    put = books.in_use()["ozon"].digest
    assert put != OZON.digest
    tick(AT, books={"ozon": OZON})  # a loop that read the books a moment before
    tick(AT, books=in_force())
    assert books.in_use()["ozon"].digest == put


def test_of_two_who_put_a_list_in_force_the_second_looks_again() -> None:
    client = an_operator()
    assert client.post(reverse("carriers_preview"), a_list(against=OZON.digest, do="put")).status_code == 302
    second = a_list("cdek", "2026-06-01", against=OZON.digest, do="put")
    answer = client.post(reverse("carriers_preview"), second)
    assert answer.status_code == 422
    assert "meanwhile" in answer.content.decode()
    assert Deed.objects.count() == 1


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.READER])
def test_who_may_only_see_sees_the_lists_and_changes_none(role: Role) -> None:
    client = an_operator(role)
    assert client.get(reverse("carriers")).status_code == 200
    assert client.post(reverse("carriers_preview"), a_list(against=OZON.digest, do="put")).status_code == 404
    assert not Deed.objects.exists()


def test_a_preview_asks_as_often_however_much_it_hits() -> None:
    client = an_operator()
    counts = []
    for number in range(2):
        store = a_store(f"s{number}")
        for _order in range(1 + 20 * number):
            a_parcel(an_order(store), MAY)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.post(reverse("carriers_preview"), a_list()).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12
