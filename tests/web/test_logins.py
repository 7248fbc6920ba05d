"""Logins: a second factor is turned on by its owner, asked for from then on, and taken off by whoever runs the server
when it is lost; a forgotten password is chosen anew; what was done stands in the history; an address never changes."""

from __future__ import annotations

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.test import Client, TestCase
from django.urls import reverse
from pytest_django import Settings

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


@pytest.mark.parametrize(
    ("language", "subject"),
    [("en", "A new password for Ombud"), ("ru", "Новый пароль для Ombud"), ("zh", "重设 Ombud 密码")],
)
def test_a_forgotten_password_is_chosen_anew_by_a_mail_in_the_readers_language(
    owner: Member, language: str, subject: str
) -> None:
    client = Client(headers={"accept-language": language})
    asked = client.post(reverse("account_reset_password"), {"email": owner.user.email})
    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == (subject, [owner.user.email])
    (link,) = re.findall(r"http://testserver(/\S+)", str(sent.body))
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "a longer horse battery"
    client.post(form, {"password1": new, "password2": new})
    owner.user.refresh_from_db()
    assert owner.user.check_password(new)
    assert deeds() == [("password_changed", owner.user.email)]
    stranger = client.post(reverse("account_reset_password"), {"email": "stranger@x.example"})
    assert (stranger.status_code, stranger.headers["Location"]) == (asked.status_code, asked.headers["Location"])
    assert len(mail.outbox) == 1


def test_a_mail_server_that_is_away_is_said_to_be(owner: Member, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    answer = Client().post(reverse("account_reset_password"), {"email": owner.user.email})
    assert answer.status_code == 422
    assert "The mail could not be sent. Try again in a while" in " ".join(
        re.sub("<[^>]*>", " ", answer.content.decode()).split()
    )
