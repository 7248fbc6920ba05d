"""The door: a stranger is led to the login, a member to the room where their day begins, in their language."""

from __future__ import annotations

import pytest
from django.urls import reverse

from ombud.domain.roles import Role, Side
from ombud.people.models import User
from tests.web.members import a_member, an_organisation, browser

pytestmark = pytest.mark.django_db


def test_a_stranger_is_led_to_the_login() -> None:
    answer = browser().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account_login"))


def test_who_is_in_no_organisation_is_told_whom_to_ask() -> None:
    member = a_member(an_organisation(), Role.OWNER)
    member.removed_at = member.added_at
    member.save()
    answer = browser(member).get("/")
    assert answer.status_code == 403
    assert "You are in no organisation" in answer.content.decode()


def test_a_language_is_kept_by_the_browser_and_by_the_login() -> None:
    member = a_member(an_organisation(Side.SELLER), Role.AGENT)
    client = browser(member)
    answer = client.post(reverse("language"), {"language": "ru", "next": "/alive/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/alive/")
    assert User.objects.get(pk=member.user_id).language == "ru"
    assert client.get("/nowhere/").headers["Content-Language"] == "ru"


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_nobody_is_led_to_another_host(to: str) -> None:
    answer = browser().post(reverse("language"), {"language": "zh", "next": to})
    assert answer.headers["Location"] == "/"


def test_every_answer_forbids_what_comes_from_elsewhere() -> None:
    answer = browser().get("/nowhere/")
    assert answer.status_code == 404
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
