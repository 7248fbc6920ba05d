"""What happened to a case, in words: its steps, what lies ahead of it, what was decided and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from ombud.domain.case_texts import DRAFT_STEPS, STEPS
from ombud.domain.cases import EventKind
from ombud.domain.countdown import Awaits, Clock
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.languages import _, language
from ombud.store import books
from ombud.store.case_file import CaseFile
from ombud.store.models import CaseEvent, DraftStep, Ruling
from ombud.words import cases

_HAPPENED: tuple[tuple[str, str], ...] = (
    ("paid_at", N_("paid")),
    ("ship_by", N_("promised to be shipped")),
    ("shipped_at", N_("marked shipped")),
    ("delivered_at", N_("marked delivered")),
    ("completed_at", N_("completed")),
    ("cancelled_at", N_("cancelled")),
)
_COMPLAINTS = {
    "not_received": N_("not received"),
    "item_mismatch": N_("item mismatch"),
    "not_as_described": N_("not as described"),
    "other": N_("something else"),
}


def name(kind: str) -> str:
    """A step of the history in two or three words."""
    return _(STEPS.get(kind, kind))


def told(event: CaseEvent, file: CaseFile, book: Rulebook) -> str:
    """A step of the history with what its data adds to it."""
    said, data = name(event.kind), event.data
    if event.kind == EventKind.ROUTED:
        words = _("routed: {place} decides")
        return words.format(place=cases.place(book, file.case.route, file.case.opened_at))
    if data.get("reasons"):
        return f"{said}: {', '.join(map(str, data['reasons']))}"
    if data.get("cost_minor"):
        cost = format_amount(int(data["cost_minor"]), data["currency"])
        return _("{step}, at a cost of {amount}").format(step=said, amount=cost)
    if event.kind == EventKind.REOPENED and data.get("reason"):
        return f"{said}: {data['reason']}"
    return said


def drafted(step: DraftStep) -> str:
    """What was done with a file that lies ready."""
    return _(DRAFT_STEPS[step.what]).format(name=step.name, was=step.was)


def recommended(file: CaseFile) -> str:
    """What the ruling leads to if nothing changes; empty where nothing was recommended."""
    for event in reversed(file.events):
        if event.kind in _RECOMMENDS:
            found = event.data.get(_RECOMMENDS[EventKind(event.kind)])
            return _("Recommended: {state}.").format(state=cases.state(found)) if found else ""
    return ""


_RECOMMENDS = {EventKind.EVIDENCE_SUBMITTED: "recommended", EventKind.REVIEWED: "outcome", EventKind.REOPENED: ""}


def decision(ruling: Ruling) -> str:
    """`won, confirmed by anna`: what was decided and by whom."""
    words = _(_DECISIONS.get(ruling.decision, ruling.decision))
    return words.format(state=cases.state(ruling.outcome), actor=ruling.actor)


_DECISIONS = {
    "decided": N_("{state}, by hard reasons"),
    "for_person": N_("for a person; recommended: {state}"),
    "confirmed": N_("{state}, confirmed by {actor}"),
    "overruled": N_("{state}, ruled by {actor} against what was recommended"),
}


def kind(name: str, book: Rulebook, at: datetime) -> str:
    """A kind of evidence by its title in the book."""
    version = books.version(book, f"kinds.{name}", at)
    return version.value.title.speak(language()) if version else name


def complaint(kind: str) -> str:
    """What the buyer says."""
    return _(_COMPLAINTS.get(kind, kind))


def instants(file: CaseFile, book: Rulebook, shown: Callable[[str], str] = str) -> Iterator[tuple[datetime, str]]:
    """What happened to the order and its case, in no order. shown: how a tracking number is written."""
    for column, words in _HAPPENED:
        instant = getattr(file.order, column)
        if instant is not None:
            yield instant, _(words)
    for track in file.tracks:
        number = shown(track.parcel.tracking_number)
        yield track.parcel.registered_at, _("number {number} put on the order").format(number=number)
        if track.parcel.first_scan_at:
            yield track.parcel.first_scan_at, _("first scan of {number}").format(number=number)
        if track.parcel.delivered_at:
            yield track.parcel.delivered_at, _("{number} delivered by the track").format(number=number)
    for one in file.complaints:
        yield one.opened_at, _("buyer complains: {kind}").format(kind=complaint(one.kind))
        if one.withdrawn_at:
            yield one.withdrawn_at, _("buyer withdraws the complaint")
    case = file.case
    if not case.route:
        yield case.fires_at, _("{violation} fires").format(violation=cases.title(case))
    for event in file.events:
        yield event.at, told(event, file, book)


def ahead(file: CaseFile, book: Rulebook, clock: Clock) -> Iterator[tuple[datetime, str]]:
    """What is promised: the ship time, the shutting of the window and the reminders before it, the ruling."""
    if file.order.ship_by is not None:
        yield file.order.ship_by, _("promised to be shipped")
    if clock.until is None:
        return
    if clock.awaits is Awaits.RULING:
        yield clock.until, _("the ruling takes effect")
        return
    yield clock.until, _("window shuts")
    reminders = books.version(book, "windows.reminders", file.case.opened_at)
    for span in reminders.value if reminders else ():
        yield clock.until - span, _("reminder")
