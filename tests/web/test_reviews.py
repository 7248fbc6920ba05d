"""Reviewers see what waits for them, decide with a reason, and cannot rule alone where much is held."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from ombud.domain.cases import State
from ombud.domain.roles import Role, Side
from ombud.people.models import Organisation
from ombud.store.models import Case, Proposal, Ruling, Sanction
from ombud.store.reviews import Stage, counted, following, reviewable
from tests.actions.ruled import hand_in, scanned
from tests.actions.taking import BOOKS, DAY, HOUR, START
from tests.web.members import a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
NOW = AT + 2 * HOUR
WHY = "The photo is another parcel's."


def now() -> datetime:
    """What `settings.CLOCK` names here."""
    return NOW


@pytest.fixture(autouse=True)
def _an_hour_after(settings: Settings, _clock: None) -> None:
    settings.CLOCK = "tests.web.test_reviews.now"


@pytest.fixture
def market() -> Organisation:
    return an_organisation(Side.OPERATOR, "Market")


@pytest.fixture
def anna(market: Organisation) -> Client:
    return browser(a_member(market, Role.REVIEWER, "anna@market.example"))


@pytest.fixture
def boris(market: Organisation) -> Client:
    return browser(a_member(market, Role.ADMIN, "boris@market.example"))


def doubtful(order_id: str = "o1", *, at: timedelta = timedelta(), **more: Any) -> Case:
    """A case that waits for a person; won is recommended."""
    return hand_in(scanned(order_id, **more), "logo_missing", at=AT + at, unsure=True)


def dear(order_id: str = "o1") -> Case:
    """One above the amount of the book, without the customs declaration that so much asks for."""
    return hand_in(scanned(order_id, amount_minor=60_000_00), at=AT)


def said(client: Client, case: Case) -> str:
    return client.get(reverse("review", args=[case.case_id])).content.decode()


def decide(client: Client, case: Case, decision: str, reason: str = "", **more: Any) -> Any:
    ruling = Ruling.objects.filter(case=case).latest("seq")
    proposals = Proposal.objects.filter(case=case).count()
    form = {"decision": decision, "reason": reason, "ruling": ruling.ruling_id, "proposals": proposals, **more}
    return client.post(reverse("decide", args=[case.case_id]), form)


def test_an_operator_s_day_begins_with_the_reviews(anna: Client) -> None:
    assert anna.get("/").headers["Location"] == reverse("reviews")
    assert "No case waits for a person." in anna.get(reverse("reviews")).content.decode()


def test_what_takes_effect_first_stands_on_top_and_what_hard_reasons_decide_in_a_list_of_its_own(anna: Client) -> None:
    later, sooner = doubtful("o1", at=HOUR), doubtful("o2")
    decided = hand_in(scanned("o3"), "logo_missing", at=AT)
    page = anna.get(reverse("reviews")).content.decode()
    found = [int(one) for one in re.findall(r'<tr data-href="/reviews/(\d+)/', page)]
    assert found == [sooner.case_id, later.case_id]
    assert "ERR_021" in page
    assert "certain to 50 %" in page
    page = anna.get(reverse("reviews"), {"list": "decided"}).content.decode()
    assert [int(one) for one in re.findall(r'<tr data-href="/reviews/(\d+)/', page)] == [decided.case_id]
    assert counted(NOW) == {Stage.WAITING: 2, Stage.SECOND: 0, Stage.DECIDED: 1, Stage.RULED: 0}


def test_of_one_instant_what_holds_most_comes_first() -> None:
    less, more = doubtful("o1", amount_minor=100_00), doubtful("o2", amount_minor=900_00)
    assert [one.case.case_id for one in reviewable(NOW)] == [more.case_id, less.case_id]


@pytest.mark.parametrize("cases", [1, 8])
def test_the_list_takes_as_many_queries_however_many_wait(cases: int, anna: Client) -> None:
    for number in range(cases):
        doubtful(f"o{number}")
    anna.get(reverse("reviews"))
    with CaptureQueriesContext(connection) as queries:
        assert anna.get(reverse("reviews")).status_code == 200
    assert len(queries) <= 14


def test_a_page_says_what_stands_and_when_with_every_reason_its_clause_and_the_file(anna: Client) -> None:
    case = doubtful()
    page = said(anna, case)
    assert "2026-04-09 00:00" in page
    assert "reasons.ERR_021@2026-03-12" in page
    assert "Would decide, and is not certain" in page
    assert "o1_shipment_ru.pdf" in page
    assert Ruling.objects.get().digest in page
    with CaptureQueriesContext(connection) as queries:
        said(anna, case)
    assert len(queries) <= 45


def test_the_store_s_record_stands_beside_its_case(anna: Client) -> None:
    case = doubtful()
    Sanction.objects.create(
        platform="ozon", over="store", subject="s1", measure="close_watch", begun_at=START, figure="0.8", base=10,
        clause="sanctions.close_watch@2026-03-12", rulebook_id=BOOKS["ozon"].digest,
    )  # fmt: skip
    title = "Close watch"
    assert title in anna.get(reverse("reviews")).content.decode()
    assert title in said(anna, case)


def test_a_decision_is_recorded_with_its_reason_and_the_next_case_opens(anna: Client) -> None:
    first, second = doubtful("o1"), doubtful("o2", at=HOUR)
    answer = decide(anna, first, "rejected", WHY)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("review", args=[second.case_id]))
    ruling = Ruling.objects.get(case=first, seq=2)
    assert (ruling.actor, ruling.decision, ruling.reason) == ("anna@market.example", "overruled", WHY)
    page = anna.get(reverse("review", args=[second.case_id])).content.decode()
    assert "ruled, rejected. It takes effect at 2026-04-07 00:00 UTC." in page
    assert decide(anna, second, "confirm").headers["Location"] == reverse("reviews")


def test_overruling_without_a_reason_is_refused_and_what_was_written_is_kept(anna: Client) -> None:
    case = doubtful()
    answer = decide(anna, case, "rejected", "  ")
    assert (answer.status_code, Ruling.objects.count()) == (422, 1)
    assert "needs a written reason" in answer.content.decode()
    answer = decide(anna, case, "nonsense", WHY)
    assert (answer.status_code, Ruling.objects.count()) == (422, 1)
    assert f">{WHY.replace(chr(39), '&#x27;')}</textarea>" in answer.content.decode()


def test_of_two_reviewers_the_second_is_told_who_decided_what(anna: Client, boris: Client) -> None:
    case = doubtful()
    before = Ruling.objects.get().ruling_id
    decide(boris, case, "rejected", WHY)
    answer = decide(anna, case, "confirm", ruling=before)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "boris@market.example ruled on case" in page
    assert "rejected, ruled by boris@market.example" in page
    assert Ruling.objects.count() == 2


def test_above_the_amount_of_the_book_the_first_word_is_a_proposal_and_another_reviewer_makes_it_the_ruling(
    anna: Client, boris: Client
) -> None:
    case = dear()
    assert "two reviewers must say the same" in said(anna, case)
    decide(anna, case, "won", WHY)
    assert (Ruling.objects.count(), Proposal.objects.get().outcome) == (1, State.WON)
    assert "waits for another reviewer" in said(anna, case)
    assert decide(anna, case, "won").status_code == 422
    page = boris.get(reverse("reviews")).content.decode()
    assert "anna@market.example proposes: won" in page
    assert WHY.replace("'", "&#x27;") in said(boris, case)
    decide(boris, case, "won")
    ruling = Ruling.objects.latest("seq")
    assert (ruling.actor, ruling.outcome, ruling.reason) == ("boris@market.example", State.WON, WHY)
    assert "proposed: won" in said(anna, case)


def test_a_colleague_who_says_otherwise_sends_it_back_with_a_reason(anna: Client, boris: Client) -> None:
    case = dear()
    decide(anna, case, "won", WHY)
    assert decide(boris, case, "rejected").status_code == 422
    decide(boris, case, "rejected", "No declaration.")
    assert [one.actor[:5] for one in Proposal.objects.order_by("seq")] == ["anna@", "boris"]
    assert "No declaration." in said(anna, case)
    decide(anna, case, "rejected")
    assert Ruling.objects.latest("seq").outcome == State.REJECTED


def test_what_somebody_proposed_is_not_the_next_case_for_them_and_is_for_their_colleague(anna: Client) -> None:
    waiting, proposed = doubtful("o1"), dear("o2")
    decide(anna, proposed, "won", WHY)
    assert following(waiting, NOW, "anna@market.example") is None
    assert following(waiting, NOW, "boris@market.example") == proposed.case_id


@pytest.mark.parametrize("role", [Role.READER, Role.FINANCE])
def test_who_may_not_rule_may_look_and_has_no_form(role: Role, market: Organisation) -> None:
    case = doubtful()
    client = browser(a_member(market, role))
    assert "You may look, and not decide." in said(client, case)
    assert decide(client, case, "confirm").status_code == 404
    assert Ruling.objects.count() == 1


def test_sellers_have_no_room_of_reviews() -> None:
    case = doubtful()
    client = browser(a_member(an_organisation(Side.SELLER, "Lumen", case.store), Role.OWNER))
    for address in (reverse("reviews"), reverse("review", args=[case.case_id])):
        assert client.get(address).status_code == 404
    assert decide(client, case, "confirm").status_code == 404


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_the_page_speaks_the_reviewer_s_language(language: str, market: Organisation) -> None:
    case = doubtful()
    client = browser(a_member(market, Role.REVIEWER), language)
    answer = client.get(reverse("review", args=[case.case_id]))
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
