"""Who is told of cases: channels are added, tried out and removed on a page, which has what came of each message."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from ombud.domain.roles import Role, Side
from ombud.people.models import Channel, Deed, Delivery
from tests.web.members import a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
PAGE = "/settings/notifications/"
MAIL = {
    "do": "add", "name": " Night  desk ", "kind": "mail", "address": "night@lumen.example", "language": "ru",
    "timezone": "Asia/Shanghai", "opened": "on", "reminders": "on", "quiet_from": "22:00", "quiet_to": "07:00",
    "digest_at": "",
}  # fmt: skip


@pytest.fixture
def owner() -> Client:
    return browser(a_member(an_organisation(Side.SELLER, "Lumen"), Role.OWNER))


def said(client: Client, form: dict[str, Any] | None = None) -> str:
    """What the page says, after that form where there is one."""
    answer = client.get(PAGE) if form is None else client.post(PAGE, form, follow=True)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def test_a_channel_is_added_and_a_test_arrives_in_its_language_whatever_the_hour(owner: Client) -> None:
    assert "Nobody is told of new cases." in said(owner)
    assert "Added. Send a test to see that it arrives." in said(owner, MAIL)
    channel = Channel.objects.get()
    assert (channel.name, channel.opened, channel.reminders, channel.closed) == ("Night desk", True, True, False)
    assert "The test was sent." in said(owner, {"do": "test", "channel": channel.pk})
    (sent,) = mail.outbox
    assert sent.to == ["night@lumen.example"]
    assert re.search("[а-я]{4}", str(sent.body))
    assert re.search(r"Night desk test 2026-04-20 12:00 1", said(owner))


def test_a_test_that_does_not_arrive_says_why_and_so_does_the_log(owner: Client) -> None:
    said(owner, MAIL | {"kind": "webhook", "address": "https://localhost/hook"})
    answer = said(owner, {"do": "test", "channel": Channel.objects.get().pk})
    reason = Delivery.objects.get().failed
    assert reason
    assert f"The test was not sent: {reason}" in answer
    assert f"given up {reason}" in said(owner)


def test_what_is_wrong_with_a_channel_is_said_beside_what_was_filled_in(owner: Client) -> None:
    answer = owner.post(PAGE, MAIL | {"timezone": "Shanghai"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "is no time zone" in page
    assert not Channel.objects.exists()
    assert 'value="night@lumen.example"' in page
    assert re.findall(r'name="(opened|reminders|closed)"( checked)?>', page) == [
        ("opened", " checked"), ("reminders", " checked"), ("closed", ""),
    ]  # fmt: skip


def test_a_removed_channel_is_gone_and_who_removed_it_is_known(owner: Client) -> None:
    said(owner, MAIL)
    assert "Nobody is told of new cases." in said(owner, {"do": "remove", "channel": Channel.objects.get().pk})
    assert list(Deed.objects.order_by("deed_id").values_list("what", "actor")) == [
        ("channel_added", "owner@lumen.example"),
        ("channel_removed", "owner@lumen.example"),
    ]


def test_the_channels_of_another_organisation_are_not_there(owner: Client) -> None:
    said(owner, MAIL)
    channel = Channel.objects.get()
    other = browser(a_member(an_organisation(Side.SELLER, "Other"), Role.OWNER))
    assert "Night desk" not in said(other)
    for do in ("test", "remove"):
        assert other.post(PAGE, {"do": do, "channel": channel.pk}).status_code == 404
    channel.refresh_from_db()
    assert channel.removed_at is None
    assert not mail.outbox


def test_for_who_may_not_invite_members_the_page_is_not_there(owner: Client) -> None:
    said(owner, MAIL)
    agent = browser(a_member(Channel.objects.get().organisation, Role.AGENT))
    assert agent.get(reverse("channels")).status_code == agent.post(PAGE, MAIL).status_code == 404
    assert Channel.objects.count() == 1
