"""People come in by invitation, once; somebody always stays who may invite; what was done is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from ombud.actions import people
from ombud.domain.problems import OmbudError
from ombud.domain.roles import Role, Side
from ombud.people.models import Deed, LetterTemplate, Member, User
from ombud.store.models import OutboxMessage
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, PASSWORD, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
BY = {"at": AT, "actor": "owner@lumen.example"}


def test_an_invited_person_chooses_a_password_and_is_in() -> None:
    offered = people.invite(an_organisation(), "New@Lumen.example", Role.AGENT, **BY)  # type: ignore[arg-type]
    client = Client()
    address = reverse("invitation", args=[offered.token])
    assert "Lumen" in client.get(address).content.decode()
    answer = client.post(address, {"name": "Anna", "password": PASSWORD})
    assert answer.status_code == 302
    member = Member.objects.get()
    assert (member.user.email, member.user.name, member.role) == ("new@lumen.example", "Anna", "agent")
    assert client.get(reverse("queue")).status_code == 200
    assert OutboxMessage.objects.get().payload["email"] == "new@lumen.example"


def test_a_weak_password_is_refused_and_nobody_is_in() -> None:
    offered = people.invite(an_organisation(), "new@lumen.example", Role.AGENT, **BY)  # type: ignore[arg-type]
    answer = Client().post(reverse("invitation", args=[offered.token]), {"password": "password"})
    assert answer.status_code == 422
    assert not User.objects.exists()


def test_an_invitation_holds_for_a_week_and_brings_one_person_in_once() -> None:
    organisation = an_organisation()
    a_member(organisation, Role.OWNER)
    offered = people.invite(organisation, "new@lumen.example", Role.AGENT, **BY)  # type: ignore[arg-type]
    last = AT + people.HOLDS - timedelta(microseconds=1)
    assert people.invitation(offered.token, last).email == "new@lumen.example"
    with pytest.raises(OmbudError, match="holds no longer"):
        people.invitation(offered.token, AT + people.HOLDS)
    member = people.join(offered, at=AT, password=PASSWORD)
    people.remove(member, **BY)  # type: ignore[arg-type]
    with pytest.raises(OmbudError, match="holds no longer"):
        people.invitation(offered.token, AT)
    with pytest.raises(OmbudError, match="holds no longer"):
        people.invitation(offered.token + "x", AT)


def test_who_has_a_login_logs_in_first() -> None:
    a_member(an_organisation(Side.SELLER, "Other"), Role.AGENT, "new@lumen.example")
    offered = people.invite(an_organisation(), "new@lumen.example", Role.AGENT, **BY)  # type: ignore[arg-type]
    answer = Client().post(reverse("invitation", args=[offered.token]), {"password": "something of a thief"})
    assert answer.headers["Location"].startswith("/accounts/login/")
    assert Member.objects.count() == 1


@pytest.mark.parametrize("has_a_login", [True, False])
def test_somebody_else_logs_out_first_and_then_goes_on(*, has_a_login: bool) -> None:
    one = a_member(an_organisation(name="Lumen"), Role.OWNER)
    invited = a_member(an_organisation(name="Other"), Role.OWNER).user.email if has_a_login else "new@lumen.example"
    link = f"/invitation/{people.invite(one.organisation, invited, Role.AGENT, at=AT, actor='x').token}/"
    client = browser(one)
    shown = client.get(link).content.decode()
    assert f"You are logged in as {one.user.email}, and this invitation is for {invited}." in shown
    client.post(link, {"password": PASSWORD})
    assert not Member.objects.filter(user__email=invited, organisation=one.organisation).exists()
    out = client.post(reverse("account_logout"), {"next": link}, follow=True)
    assert out.status_code == 200
    assert out.redirect_chain[0][0] == link
    assert ("login" in out.redirect_chain[-1][0]) is has_a_login


def test_the_last_who_may_invite_neither_goes_nor_loses_the_role() -> None:
    organisation = an_organisation()
    owner = a_member(organisation, Role.OWNER)
    a_member(organisation, Role.AGENT)
    with pytest.raises(OmbudError, match="Nobody would be left"):
        people.remove(owner, **BY)  # type: ignore[arg-type]
    with pytest.raises(OmbudError, match="Nobody would be left"):
        people.change_role(owner, Role.READER, **BY)  # type: ignore[arg-type]
    other = a_member(organisation, Role.OWNER, "second@lumen.example")
    people.remove(other, **BY)  # type: ignore[arg-type]
    assert Deed.objects.get(what="member_removed").data["email"] == "second@lumen.example"


def test_a_member_of_another_organisation_cannot_be_removed() -> None:
    owner = browser(a_member(an_organisation(), Role.OWNER))
    other = a_member(an_organisation(Side.SELLER, "Other"), Role.OWNER)
    assert owner.post(reverse("members"), {"do": "remove", "member": other.pk}).status_code == 404
    assert Member.objects.get(pk=other.pk).removed_at is None


def test_a_role_of_the_other_side_is_refused() -> None:
    with pytest.raises(OmbudError, match="is no role here"):
        people.invite(an_organisation(), "new@lumen.example", Role.ADMIN, **BY)  # type: ignore[arg-type]


def test_stores_are_given_all_or_none() -> None:
    organisation = an_organisation()
    a_store("s1")
    with pytest.raises(OmbudError, match="There is no store s9"):
        people.hold(organisation, ["s1", "s9"], **BY)  # type: ignore[arg-type]
    assert organisation.holdings.count() == 0
    assert people.hold(organisation, ["s1"], **BY) == 1  # type: ignore[arg-type]
    assert people.hold(organisation, ["s1"], **BY) == 0  # type: ignore[arg-type]


def test_a_template_with_an_unknown_field_is_said_to_be_wrong_and_not_kept() -> None:
    client = browser(a_member(an_organisation(), Role.AGENT))
    wrong = {"name": "Answer", "language": "en", "text": "Dear {{ buyer_nme }}"}
    answer = client.post(reverse("templates"), wrong)
    assert answer.status_code == 422
    assert "buyer_name" in answer.content.decode()  # the near one is named, and what was typed is still there
    assert "buyer_nme" in answer.content.decode()
    assert not LetterTemplate.objects.exists()
    assert client.post(reverse("templates"), {**wrong, "text": "Dear {{ buyer_name }}"}).status_code == 302
    assert LetterTemplate.objects.get().text == "Dear {{ buyer_name }}"


def test_a_template_is_filled_in_on_the_page_of_a_case_and_of_no_other_organisation() -> None:
    store = a_store("s1")
    case = a_case(an_order(store, "o-77"), AT)
    mine, theirs = an_organisation(Side.SELLER, "Lumen", store), an_organisation(Side.SELLER, "Other")
    people.keep_template(mine, "Answer", "en", "About {{ order_number }}: it was sent.", **BY)  # type: ignore[arg-type]
    people.keep_template(theirs, "Other", "en", "Not for you, {{ order_number }}.", **BY)  # type: ignore[arg-type]
    said = browser(a_member(mine, Role.AGENT)).get(reverse("case", args=[case.case_id])).content.decode()
    assert ("About o-77: it was sent." in said, "Not for you" in said) == (True, False)
