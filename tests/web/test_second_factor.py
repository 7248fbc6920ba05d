"""A login with a second factor: its owner turns it on, from then on it is asked for, and who runs the server takes it
off when it is lost. What was done with a login stands in the history; its address never changes."""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.test import Client, TestCase
from django.urls import reverse

from ombud.actions import people
from ombud.domain.problems import OmbudError
from ombud.domain.roles import Role, Side
from ombud.people.models import Deed, Member
from tests.web.members import AT, PASSWORD, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Member:
    return a_member(an_organisation(Side.SELLER, "Lumen"), Role.OWNER)


def turn_on(member: Member) -> list[str]:
    """The codes for the day on which the app is lost."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        return _turn_on(member)


def _turn_on(member: Member) -> list[str]:
    client = browser(member)
    address = reverse("mfa_activate_totp")
    asked = client.get(address, follow=True)
    form = client.post(asked.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).content.decode()
    (secret,) = re.findall(r'value="([A-Z2-7]{32})"', form)
    wrong = client.post(address, {"code": "000000"})
    assert wrong.status_code == 200
    assert not Authenticator.objects.exists()
    code = auth.format_hotp_value(auth.hotp_value(secret, int(time.time()) // 30))
    shown = client.post(address, {"code": code}, follow=True)
    return re.findall(r"^\s*(\d{8})\s*$", re.sub(r"<[^>]*>", "\n", shown.content.decode()), re.MULTILINE)


def log_in(member: Member, *codes: str) -> bool:
    """Whether the password and then, where they are asked for, these codes bring somebody in."""
    client = Client()
    client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    for code in codes:
        client.post(reverse("mfa_authenticate"), {"code": code})
    return client.get("/queue/").status_code == 200


def deeds() -> list[tuple[str, str]]:
    return list(Deed.objects.order_by("deed_id").values_list("what", "actor"))


def test_from_the_day_it_is_turned_on_the_password_alone_lets_nobody_in(owner: Member) -> None:
    assert log_in(owner)
    codes = turn_on(owner)
    assert len(codes) == 10
    assert not log_in(owner)
    assert not log_in(owner, "123456")
    assert log_in(owner, codes[0])
    assert not log_in(owner, codes[0]), "a code lets in once"
    assert deeds() == [("second_factor_on", owner.user.email)]
    assert Deed.objects.get().at == AT
    assert "turned the second factor of their login on" in browser(owner).get(reverse("members")).content.decode()


def test_who_has_lost_it_is_let_in_again_by_whoever_runs_the_server(owner: Member) -> None:
    turn_on(owner)
    people.unlock(f" {owner.user.email.upper()} ", at=AT, actor="ombud people")
    assert log_in(owner)
    assert deeds()[-1] == ("second_factor_dropped", "ombud people")
    with pytest.raises(OmbudError, match="without a second factor"):
        people.unlock(owner.user.email, at=AT, actor="ombud people")
    with pytest.raises(OmbudError, match="Nobody logs in as nobody@"):
        people.unlock("nobody@lumen.example", at=AT, actor="ombud people")


def test_a_new_password_stands_in_the_history_of_each_organisation(owner: Member) -> None:
    a_member(an_organisation(Side.SELLER, "Other"), Role.AGENT, owner.user.email)
    new = "a longer horse battery"
    answer = browser(owner).post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert deeds() == [("password_changed", owner.user.email)] * 2


def test_nobody_takes_another_address_for_the_history_names_people_by_it(owner: Member) -> None:
    client = browser(owner)
    assert client.get("/accounts/email/").status_code == 404
    assert client.post("/accounts/email/", {"email": "boss@market.example", "action_add": ""}).status_code == 404
    assert not EmailAddress.objects.filter(email="boss@market.example").exists()
