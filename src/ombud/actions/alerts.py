"""Alerts: what lies in the outbox is given to the channels of those whom it concerns, and sent, each once (S14).

Giving out is one statement over all that is due. Sending takes a delivery by a conditional update that holds for some
minutes, talks outside of any transaction, and writes down what came of it; who dies in between leaves it to the next.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import available_timezones

from django.db import connection, transaction
from django.db.models import F, Q

from ombud.actions.people import INVITATION
from ombud.connectors import notify
from ombud.connectors.notify import NotSent
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.telling import RETRIES, Hours, time_of_day
from ombud.languages import LANGUAGES, speaking
from ombud.people.models import Channel, Deed, Delivery, Organisation
from ombud.store import sql, staging
from ombud.store.instants import Instants
from ombud.store.models import OutboxMessage
from ombud.words.alerts import invitation_letter, left_of, letter, test_letter, together

BATCH = 1_000
HOLDS = timedelta(minutes=5)
"""How long a delivery is somebody's who is sending it; longer than any send takes."""
KINDS = ("mail", "chat", "webhook")
_GIVEN = "given_messages"

Send = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a round did."""

    given: int = 0
    sent: int = 0
    failed: int = 0


def add_channel(organisation: Organisation, *, at: datetime, actor: str, **said: str | bool) -> Channel:
    """A new channel. said: name, kind, address, language, timezone, opened, reminders, closed, quiet_from, quiet_to,
    digest_at. Raises OmbudError where nothing could be sent that way."""
    channel = Channel(organisation=organisation, created_at=at, secret=secrets.token_urlsafe(32), **said)
    channel.name = " ".join(channel.name.split())[:200] or channel.kind
    notify.check(channel.kind, channel.address)
    if channel.language not in LANGUAGES:
        raise OmbudError(Problem("unknown_language", N_("There is no language {text!r}."), {"text": channel.language}))
    if channel.timezone not in available_timezones():
        raise OmbudError(Problem("no_zone", N_("{text!r} is no time zone."), {"text": channel.timezone}))
    hours_of(channel)
    with transaction.atomic():
        channel.save()
        data = {"name": channel.name, "kind": channel.kind}
        Deed.objects.create(what="channel_added", organisation=organisation, at=at, actor=actor, data=data)
    return channel


def remove_channel(channel: Channel, *, at: datetime, actor: str) -> None:
    """Nothing is sent that way any more, also not what was to be; the log stays."""
    with transaction.atomic():
        channel.removed_at = at
        channel.save(update_fields=["removed_at"])
        Delivery.objects.filter(channel=channel, due_at__isnull=False).update(due_at=None)
        data = {"name": channel.name}
        Deed.objects.create(what="channel_removed", organisation=channel.organisation, at=at, actor=actor, data=data)


def try_channel(channel: Channel, *, at: datetime, send: Send = notify.send) -> Delivery:
    """Sends a test at once, whatever the hour; what came of it stands in the delivery."""
    delivery = Delivery.objects.create(channel=channel, due_at=None, attempts=1)
    with speaking(channel.language):
        try:
            send(channel.kind, channel.address, test_letter(channel.name, delivery.pk), secret=channel.secret, at=at)
            delivery.sent_at = at
        except NotSent as error:
            delivery.failed = error.reason
    delivery.save(update_fields=["sent_at", "failed"])
    return delivery


def give_out(at: datetime) -> int:
    """Makes a delivery of everything in the outbox that is due, for each channel that it concerns, once; returns how
    many. What came before a channel was there is not for it."""
    with transaction.atomic():
        now = Instants(connection).literal(at)
        staging.create_as(
            connection,
            _GIVEN,
            f"SELECT message_id FROM outbox WHERE sent_at IS NULL AND due_at <= {now}"
            f" AND topic <> '{INVITATION}' ORDER BY due_at LIMIT {BATCH}"
            f"{sql.skip_locked(connection)}",
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO deliveries (message_id, channel_id, due_at, attempts, failed)"
                " SELECT m.message_id, ch.channel_id, m.due_at, 0, '' FROM outbox m"
                " JOIN cases c ON c.case_id = CAST(m.payload ->> 'case_id' AS BIGINT)"
                " JOIN holdings h ON h.store_id = c.store_id"
                " JOIN channels ch ON ch.organisation_id = h.organisation_id"
                f" WHERE m.message_id IN (SELECT message_id FROM {_GIVEN}) AND m.topic LIKE 'case.%%'"
                " AND ch.removed_at IS NULL AND ch.created_at <= m.at AND CASE m.topic"
                f" WHEN 'case.opened' THEN {_true('ch.opened')} WHEN 'case.reminder' THEN {_true('ch.reminders')}"
                f" ELSE {_true('ch.closed')} END ON CONFLICT (message_id, channel_id) DO NOTHING",
                [],
            )
            given = int(cursor.rowcount)
            cursor.execute(f"UPDATE outbox SET sent_at = {now} WHERE message_id IN (SELECT message_id FROM {_GIVEN})")
        staging.drop(connection, _GIVEN)
    return given


def _true(column: str) -> str:
    return f"{column} = 1" if connection.vendor == "sqlite" else column


def send_due(at: datetime, *, link: str, send: Send = notify.send) -> Sent:
    """Gives out and sends everything that is due at `at`. link: where the pages are reached.

    A failure is tried again ever later and given up in the end; the log says so. One channel's failure is no other's.
    """
    given = give_out(at)
    sent, failed = _invite(at, link, send)
    waiting = Delivery.objects.select_related("channel", "message").filter(
        Q(taken_until=None) | Q(taken_until__lte=at), due_at__lte=at, channel__removed_at=None
    )
    due = sorted(waiting.order_by("due_at", "delivery_id")[:BATCH], key=lambda one: one.channel_id)
    for _number, group in groupby(due, key=lambda one: one.channel_id):
        for letters in _letters(list(group), at):
            took = [one for one in letters if _take(one, at)]
            if not took:
                continue
            if _send(took, at, link, send):
                sent += len(took)
            else:
                failed += len(took)
    return Sent(given, sent, failed)


def _invite(at: datetime, link: str, send: Send) -> tuple[int, int]:
    """Invitations go to the address of the invited person, by mail and whatever the hour; (sent, failed)."""
    sent = failed = 0
    waiting = OutboxMessage.objects.filter(topic=INVITATION, sent_at=None, due_at__lte=at)
    for message in waiting.order_by("due_at")[:BATCH]:
        mine = OutboxMessage.objects.filter(pk=message.pk, sent_at=None, due_at=message.due_at)
        if not mine.update(due_at=at + HOLDS, attempts=F("attempts") + 1):
            continue
        row = OutboxMessage.objects.filter(pk=message.pk)
        try:
            send("mail", message.payload["email"], invitation_letter(message, link), secret="", at=at)
            row.update(sent_at=at)
            sent += 1
        except NotSent as error:
            failed += 1
            tries = message.attempts
            if error.lasting or tries >= len(RETRIES):
                row.update(sent_at=at)  # nobody will take it; the link stands on the page of who invited
            else:
                row.update(due_at=at + RETRIES[tries])
    return sent, failed


def _letters(deliveries: list[Delivery], at: datetime) -> Iterator[list[Delivery]]:
    """What goes in one message: everything of a digest that is not of the last hours; else each by itself. What may not
    be told yet is put off."""
    hours = hours_of(deliveries[0].channel)
    digest = []
    for one in deliveries:
        left = left_of(one.message, at)
        told_at = hours.told_at(at, left) if one.attempts == 0 and not _is_its_hour(one, at) else at
        if told_at > at:
            Delivery.objects.filter(pk=one.pk, attempts=0).update(due_at=told_at)
        elif hours.digest is not None and one.attempts == 0 and _is_its_hour(one, at):
            digest.append(one)
        else:
            yield [one]
    if digest:
        yield digest


def _is_its_hour(one: Delivery, at: datetime) -> bool:
    """It was put off before, and the time that it was put off to has come."""
    return one.message is not None and one.due_at is not None and one.due_at > one.message.due_at and one.due_at <= at


def _take(one: Delivery, at: datetime) -> bool:
    free = Delivery.objects.filter(Q(taken_until=None) | Q(taken_until__lte=at), pk=one.pk, due_at__isnull=False)
    return free.update(taken_until=at + HOLDS, attempts=F("attempts") + 1) == 1


def _send(took: list[Delivery], at: datetime, link: str, send: Send) -> bool:
    channel = took[0].channel
    attempts = took[0].attempts + 1
    with speaking(channel.language):
        letters = [letter(one.message, at, link) for one in took]
        whole = letters[0] if len(letters) == 1 else together(letters)
    rows = Delivery.objects.filter(pk__in=[one.pk for one in took])
    try:
        send(channel.kind, channel.address, whole, secret=channel.secret, at=at)
    except NotSent as error:
        again = None if error.lasting or attempts > len(RETRIES) else at + RETRIES[attempts - 1]
        rows.update(due_at=again, taken_until=None, failed=error.reason)
        return False
    rows.update(due_at=None, taken_until=None, sent_at=at, failed="")
    return True


def hours_of(channel: Channel) -> Hours:
    """When somebody at that channel may be told. Raises OmbudError where a time is none."""
    begins, ends = time_of_day(channel.quiet_from), time_of_day(channel.quiet_to)
    quiet = (begins, ends) if begins is not None and ends is not None and begins != ends else None
    return Hours(channel.timezone, quiet, time_of_day(channel.digest_at))
