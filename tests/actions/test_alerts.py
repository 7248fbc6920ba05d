"""Each alert goes to each channel once, is tried again when it is not taken, and the log says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from ombud.actions import alerts, people
from ombud.actions.cases import open_due
from ombud.actions.reminders import remind
from ombud.connectors.notify import Letter, NotSent
from ombud.domain.problems import OmbudError
from ombud.domain.roles import Role, Side
from ombud.domain.telling import RETRIES
from ombud.people.models import Channel, Delivery, Organisation
from ombud.store.models import Case, OutboxMessage
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_store, an_order, take

pytestmark = pytest.mark.django_db
LINK = "https://desk.example"
OPENED = START + 3 * DAY
"""When the order of these tests becomes a case."""


class Post:
    """Takes what is sent, or does not: the world outside."""

    def __init__(self, *refusals: NotSent) -> None:
        self.refusals = list(refusals)
        self.letters: list[tuple[str, Letter]] = []

    def __call__(self, kind: str, address: str, letter: Letter, **_: Any) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.letters.append((address, letter))


def an_organisation(*stores: str) -> Organisation:
    organisation = people.found("Lumen", Side.SELLER, at=START, actor="test")
    people.hold(organisation, stores, at=START, actor="test")
    return organisation


def a_channel(organisation: Organisation, **more: Any) -> Channel:
    said: Mapping[str, Any] = {
        "name": "desk",
        "kind": "mail",
        "address": "desk@lumen.example",
        "language": "en",
        **more,
    }
    return alerts.add_channel(organisation, at=START, actor="test", **said)


def a_case() -> Case:
    take({"stores": [a_store("s1"), a_store("s2")], "orders": [an_order("o1", store_id="s1")]})
    open_due(OPENED, books=BOOKS, actor="test")
    return Case.objects.get()


def test_a_new_case_is_told_once_to_each_channel_of_its_own_organisation() -> None:
    take({"stores": [a_store("s1"), a_store("s2")]})
    mine, theirs = an_organisation("s1"), an_organisation("s2")
    a_channel(mine)
    a_channel(mine, kind="webhook", address="https://erp.example/hook")
    a_channel(theirs, address="other@example.com")
    case = a_case()
    post = Post()
    alerts.send_due(OPENED, link=LINK, send=post)
    alerts.send_due(OPENED + HOUR, link=LINK, send=post)
    assert sorted(address for address, _ in post.letters) == ["desk@lumen.example", "https://erp.example/hook"]
    letter = post.letters[0][1]
    assert "o1" in letter.title
    assert f"{LINK}/cases/{case.case_id}/" in letter.text
    assert "2 d 23 h" in letter.text or "3 d 00 h" in letter.text
    assert letter.data["case_id"] == case.case_id


def test_what_is_not_taken_is_tried_again_ever_later_and_given_up_in_the_end() -> None:
    take({"stores": [a_store("s1")]})
    a_channel(an_organisation("s1"))
    a_case()
    post = Post(*[NotSent("busy") for _ in range(len(RETRIES) + 1)])
    at = OPENED
    for span in RETRIES:
        alerts.send_due(at, link=LINK, send=post)
        delivery = Delivery.objects.get()
        assert (delivery.due_at, delivery.failed) == (at + span, "busy")
        assert alerts.send_due(at + span - timedelta(microseconds=1), link=LINK, send=post).failed == 0
        at += span
    alerts.send_due(at, link=LINK, send=post)
    delivery = Delivery.objects.get()
    assert (delivery.due_at, delivery.sent_at, delivery.attempts) == (None, None, len(RETRIES) + 1)


def test_what_would_never_be_taken_is_not_tried_again() -> None:
    take({"stores": [a_store("s1")]})
    a_channel(an_organisation("s1"))
    a_case()
    alerts.send_due(OPENED, link=LINK, send=Post(NotSent("HTTP 410", lasting=True)))
    assert Delivery.objects.get().due_at is None


def test_one_that_is_being_sent_is_nobody_elses_until_its_time_is_over() -> None:
    take({"stores": [a_store("s1")]})
    a_channel(an_organisation("s1"))
    a_case()
    alerts.give_out(OPENED)
    Delivery.objects.update(taken_until=OPENED + alerts.HOLDS)
    post = Post()
    alerts.send_due(OPENED + alerts.HOLDS - timedelta(microseconds=1), link=LINK, send=post)
    assert post.letters == []
    alerts.send_due(OPENED + alerts.HOLDS, link=LINK, send=post)  # who took it has died
    assert len(post.letters) == 1


def test_quiet_hours_keep_a_new_case_until_their_end_and_a_late_reminder_breaks_them() -> None:
    take({"stores": [a_store("s1")]})
    hour = OPENED.hour
    a_channel(an_organisation("s1"), quiet_from=f"{hour:02}:00", quiet_to=f"{(hour + 8) % 24:02}:00", timezone="UTC")
    case = a_case()
    post = Post()
    alerts.send_due(OPENED, link=LINK, send=post)
    assert post.letters == []
    alerts.send_due(OPENED + 8 * HOUR, link=LINK, send=post)
    assert len(post.letters) == 1
    assert case.due_at is not None
    last = case.due_at - 2 * HOUR
    remind(last, books=BOOKS)
    alerts.send_due(last, link=LINK, send=post)
    assert "2 h 00 min left" in post.letters[-1][1].title


def test_a_digest_is_one_message() -> None:
    take({"stores": [a_store("s1")]})
    a_channel(an_organisation("s1"), digest_at="09:00", timezone="UTC")
    take({"stores": [a_store("s1")], "orders": [an_order("o1"), an_order("o2")]})
    open_due(OPENED, books=BOOKS, actor="test")
    post = Post()
    for hours in range(26):
        alerts.send_due(OPENED + hours * HOUR, link=LINK, send=post)
    assert len(post.letters) == 1
    assert "2 messages" in post.letters[0][1].title
    assert Delivery.objects.filter(sent_at=None).count() == 0


def test_what_happened_before_a_channel_was_there_is_not_for_it() -> None:
    take({"stores": [a_store("s1")]})
    organisation = an_organisation("s1")
    a_case()
    alerts.add_channel(
        organisation, at=OPENED + HOUR, actor="test", name="late", kind="mail", address="a@b.example", language="en"
    )
    assert alerts.send_due(OPENED + 2 * HOUR, link=LINK, send=Post()) == alerts.Sent()
    assert not OutboxMessage.objects.filter(sent_at=None).exists()


def test_a_removed_channel_is_told_nothing_more() -> None:
    take({"stores": [a_store("s1")]})
    channel = a_channel(an_organisation("s1"))
    a_case()
    alerts.give_out(OPENED)
    alerts.remove_channel(channel, at=OPENED, actor="test")
    post = Post()
    alerts.send_due(OPENED, link=LINK, send=post)
    assert post.letters == []


def test_a_test_is_sent_at_once_and_a_failure_is_said() -> None:
    take({"stores": [a_store("s1")]})
    channel = a_channel(an_organisation("s1"), language="ru")
    assert alerts.try_channel(channel, at=OPENED, send=Post()).sent_at == OPENED
    assert alerts.try_channel(channel, at=OPENED, send=Post(NotSent("no such host"))).failed == "no such host"


def test_an_invitation_goes_to_the_invited_address() -> None:
    organisation = an_organisation()
    offered = people.invite(organisation, "new@lumen.example", Role.AGENT, at=START, actor="owner@lumen.example")
    post = Post(NotSent("busy"))
    alerts.send_due(START, link=LINK, send=post)
    alerts.send_due(START + RETRIES[0], link=LINK, send=post)
    alerts.send_due(START + DAY, link=LINK, send=post)
    [(address, letter)] = post.letters
    assert address == "new@lumen.example"
    assert f"{LINK}/invitation/{offered.token}/" in letter.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "nobody"},
        {"kind": "webhook", "address": "http://erp.example"},
        {"kind": "webhook", "address": "https://user:secret@erp.example"},
        {"kind": "chat", "address": "json://localhost"},
        {"kind": "chat", "address": "tgram://"},
        {"kind": "pigeon"},
        {"language": "de"},
        {"timezone": "Mars/Olympus"},
        {"quiet_from": "25:00", "quiet_to": "08:00"},
    ],
)
def test_a_channel_that_could_never_be_told_is_refused(wrong: Mapping[str, str]) -> None:
    organisation = an_organisation()
    with pytest.raises(OmbudError):
        a_channel(organisation, **wrong)
    assert not Channel.objects.exists()
