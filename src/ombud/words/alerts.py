"""What a mail, a chat or a webhook is told of a case: its clock first, then its money, then what to do (`ui.md`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from ombud.connectors.notify import Letter
from ombud.domain.cases import ENDS, State
from ombud.domain.countdown import countdown
from ombud.domain.instants import format_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.languages import _
from ombud.store.models import Case, OutboxMessage
from ombud.words import times
from ombud.words.cases import state, title

_TITLES = {
    "case.opened": N_("{store}: new case about order {order}: {title}"),
    "case.reminder": N_("{left} left: case {case} about order {order}"),
    "case.closed": N_("{store}: case {case} about order {order} is {state}"),
}
_MOVED = N_("{store}: case {case} about order {order} moved on: {state}")


def left_of(message: OutboxMessage | None, at: datetime) -> timedelta | None:
    """What is left to answer the case that a message is about; None where nobody has to."""
    case = _case(message)
    return None if case is None or case.shuts_at is None else case.shuts_at - at


def letter(message: OutboxMessage | None, at: datetime, link: str) -> Letter:
    """The message as of `at`, in the language that is spoken. link: where the pages are reached."""
    case = _case(message)
    if message is None or case is None:
        return Letter("Ombud", "", f"ombud:{message.key if message else ''}", dict(message.payload) if message else {})
    said = {
        "store": case.store_id,
        "order": case.order_id,
        "case": f"#{case.case_id}",
        "title": title(case),
        "state": state(case.state),
        "left": countdown(case.shuts_at, at).say(_) if case.shuts_at else "–",
    }
    lines = [f"{said['title']} · {case.platform} · {case.store_id} · {case.order_id}"]
    if case.shuts_at is not None and State(case.state) not in ENDS:
        words = _(N_("Answer by {until} UTC ({zone}): {left} left."))
        zone = times.in_zone(case.shuts_at, case.store.timezone)
        lines.append(words.format(until=times.minutes(case.shuts_at), zone=zone, left=said["left"]))
    if case.held_minor:
        lines.append(_(N_("Held: {amount}")).format(amount=format_amount(case.held_minor, case.currency)))
    address = f"{link.rstrip('/')}/cases/{case.case_id}/"
    lines.append(address)
    words = _(_TITLES.get(message.topic, _MOVED))
    return Letter(words.format(**said), "\n".join(lines), f"ombud:{message.key}", _data(message, case, address))


def together(letters: Sequence[Letter]) -> Letter:
    """A digest: all of them in one."""
    said = _(N_("{count} messages about your cases")).format(count=len(letters))
    text = "\n\n".join(f"{one.title}\n{one.text}" for one in letters)
    return Letter(said, text, f"digest:{letters[0].key}", {"messages": [one.data for one in letters]})


def test_letter(name: str, number: int) -> Letter:
    """What a test says."""
    said = _(N_("A test of the channel {name}")).format(name=name)
    text = _(N_("Whoever reads this is told of cases. Nothing has happened."))
    return Letter(said, text, f"ombud:test:{number}", {"topic": "test"})


def invitation_letter(message: OutboxMessage, link: str) -> Letter:
    """What an invited person reads."""
    said = message.payload
    title_ = _(N_("You are invited to {organisation}")).format(organisation=said["organisation"])
    text = _(N_("{by} invites you. Open this link within seven days:")).format(by=said["by"])
    address = f"{link.rstrip('/')}/invitation/{said['token']}/"
    return Letter(title_, f"{text}\n{address}", f"ombud:{message.key}", {})


def _case(message: OutboxMessage | None) -> Case | None:
    number = message.payload.get("case_id") if message else None
    return Case.objects.select_related("store").filter(case_id=number).first() if number else None


def _data(message: OutboxMessage, case: Case, address: str) -> dict[str, Any]:
    """For programs: instants in ISO 8601 UTC, money in minor units."""
    return {
        "topic": message.topic,
        "at": format_instant(message.at),
        "case_id": case.case_id,
        "order_id": case.order_id,
        "store_id": case.store_id,
        "platform": case.platform,
        "violation": case.violation,
        "state": case.state,
        "due_at": format_instant(case.due_at) if case.due_at else None,
        "held_minor": case.held_minor,
        "currency": case.currency,
        "link": address,
    }
