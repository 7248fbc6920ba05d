"""Rulebooks: checked whole, compared, tried on past orders, put in force with a confirmation and kept with who (G7)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.roles import Role, Side
from ombud.people.models import Deed
from ombud.rulebooks import open_book
from ombud.store import books
from ombud.store.books import in_force
from ombud.store.models import Case, RulebookVersion
from ombud.web import background
from ombud.work.loop import tick
from tests.actions import taking
from tests.store.rows import a_store
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
OZON = open_book("ozon")
LATER = OZON.text.replace(
    "      wait: 48h\n      unless: parcel.first_scan_at\n      opens: case\n",
    "      wait: 48h\n      unless: parcel.first_scan_at\n      opens: case\n"
    "    - from: 2026-06-01\n      cite: O2b\n      over: parcel\n      start: parcel.registered_at\n"
    "      wait: 72h\n      unless: parcel.first_scan_at\n      opens: case\n",
)


def an_operator(role: Role = Role.ADMIN) -> Client:
    return browser(a_member(an_organisation(Side.OPERATOR, "Marketplace"), role))


def brought(client: Client, text: str = LATER) -> str:
    """Brings a changed book; returns where its difference stands."""
    file = SimpleUploadedFile("new.yaml", text.encode())
    answer = client.post(reverse("book", args=["ozon"]), {"file": file})
    assert answer.status_code == 302
    return answer.headers["Location"]


def test_every_fault_of_a_book_is_told_with_its_line_and_nothing_is_kept() -> None:
    wrong = LATER.replace("wait: 72h", "wait: soon").replace("unless: parcel.first_scan_at", "unless: parcel.first", 1)
    file = SimpleUploadedFile("new.yaml", wrong.encode())
    answer = an_operator().post(reverse("book", args=["ozon"]), {"file": file})
    assert answer.status_code == 422
    lines = {problem.place.line for problem in answer.context["problems"]}
    assert len(lines) == 2
    assert "new.yaml:" in answer.content.decode()


def test_a_book_of_another_platform_is_refused() -> None:
    file = SimpleUploadedFile("new.yaml", open_book("shopify").text.encode())
    answer = an_operator().post(reverse("book", args=["ozon"]), {"file": file})
    assert answer.status_code == 422
    assert "two platforms" in answer.content.decode()


def test_the_difference_is_told_clause_by_clause_with_its_date() -> None:
    client = an_operator()
    answer = client.get(brought(client))
    [said] = answer.context["said"]
    assert said.change.clause == "triggers.no_first_scan"
    assert (said.since, said.before, said.after) == ("2026-06-01", "wait: 48h", "wait: 72h")
    assert said.is_ahead


def test_a_back_test_shows_cases_money_and_health_under_both_books() -> None:
    taking.take(
        {
            "stores": [taking.a_store()],
            "orders": [taking.an_order("o1"), taking.an_order("o2")],
            "parcels": [taking.a_parcel("o1", "T1"), taking.a_parcel("o2", "T2")],
            "scans": [taking.a_scan("T1", taking.START + taking.HOUR + timedelta(hours=60))],
        }
    )
    client = an_operator()
    where = brought(client)
    assert "Not tried yet" in client.get(where).content.decode()
    answer = client.post(where, {"do": "try", "rules_at": "2026-06-01T00:00:00Z"}, follow=True)
    assert answer.context["job"].state == "done", answer.context["job"].problems
    result = answer.context["job"].result
    opened = [result[side]["violations"]["no_first_scan"]["opened"] for side in ("old", "new")]
    assert opened == [2, 1]  # 60 hours without a scan are too long by the old book, not by the new one
    titles = [part.title for part in answer.context["parts"]]
    assert titles == ["cases", "cases by violation", "money", "health at the end"]
    assert not Case.objects.exists()
    again = client.get(where, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in again
    assert "old book" in again


def test_a_restart_is_told_where_a_back_test_was_cut_short(tmp_path_factory: pytest.TempPathFactory) -> None:
    key = background.key_of("one")
    background.start(key, lambda: 1, at=AT)
    assert background.look(key) == background.Job("done", AT, 1)
    background._write(key, {"state": "running", "begun_at": "2026-04-20T12:00:00Z"})  # as a process that died left it
    assert background.look(key).state == "lost"


def test_a_book_is_put_in_force_only_with_what_is_to_be_typed() -> None:
    tick(AT, books=in_force())
    client = an_operator()
    where = brought(client)
    digest = where.strip("/").rsplit("/", 1)[-1]
    against = {"against": books.in_use()["ozon"].digest, "do": "put"}
    assert client.post(where, {**against, "confirm": "yes"}).status_code == 422
    assert books.in_use()["ozon"].digest == OZON.digest
    answer = client.post(where, {**against, "confirm": digest[:8].upper(), "note": "Notice 7"})
    assert answer.status_code == 302
    assert books.in_use()["ozon"].digest == digest
    assert in_force()["ozon"].digest == digest
    deed = Deed.objects.get()
    assert (deed.actor, deed.at, deed.data["before"], deed.data["note"]) == (
        "admin@marketplace.example",
        AT,
        OZON.digest,
        "Notice 7",
    )
    page = client.get(reverse("book", args=["ozon"])).content.decode()
    assert "admin@marketplace.example" in page
    assert "Ombud ships another text" in page


def test_a_past_version_is_compared_and_put_back_in_force() -> None:
    tick(AT, books=in_force())
    client = an_operator()
    where = brought(client)
    digest = where.strip("/").rsplit("/", 1)[-1]
    client.post(where, {"against": OZON.digest, "do": "put", "confirm": digest[:8]})
    back = reverse("book_draft", args=["ozon", OZON.digest])
    assert client.get(back).status_code == 200
    answer = client.post(back, {"against": digest, "do": "put", "confirm": OZON.digest[:8]})
    assert answer.status_code == 302
    assert books.in_use()["ozon"].digest == OZON.digest


def test_the_text_of_a_version_is_what_was_in_use() -> None:
    tick(AT, books=in_force())
    answer = an_operator(Role.READER).get(reverse("book_text", args=["ozon", OZON.digest]))
    assert answer.content.decode() == OZON.text


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.READER])
def test_who_may_only_see_brings_no_book_and_puts_none_in_force(role: Role) -> None:
    client = an_operator(role)
    file = SimpleUploadedFile("new.yaml", LATER.encode())
    assert client.post(reverse("book", args=["ozon"]), {"file": file}).status_code == 404
    digest = background.keep_text(LATER)
    where = reverse("book_draft", args=["ozon", digest])
    assert client.get(where).status_code == 200
    put = {"against": OZON.digest, "do": "put", "confirm": digest[:8]}
    assert client.post(where, put).status_code == 404
    assert client.post(where, {"do": "try"}).status_code == 404
    assert not Deed.objects.exists()


def test_a_version_that_is_not_here_any_more_says_so() -> None:
    answer = an_operator().get(reverse("book_draft", args=["ozon", "0" * 64]))
    assert answer.status_code == 404
    assert "bring the file again" in answer.content.decode()


def test_a_book_asks_as_often_however_many_versions_it_has() -> None:
    a_store()
    client = an_operator()
    counts = []
    for number in range(2):
        for each in range(1 + 10 * number):
            text = f"{OZON.text}# {number} {each}\n"
            RulebookVersion.objects.create(
                digest=background.keep_text(text),
                name="ozon",
                text=text,
                used_from=datetime.min.replace(tzinfo=AT.tzinfo),
            )
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse("book", args=["ozon"])).status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0] <= 10
