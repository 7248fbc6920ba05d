"""What happened to a case, in words: its timeline, what was handed in and why it did not count, its history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ombud.cli import case_words, cells, reasons, say
from ombud.cli.grid import sentence, shortened
from ombud.cli.say import _
from ombud.domain.case_texts import STEPS
from ombud.domain.cases import EventKind
from ombud.domain.countdown import Awaits, Clock
from ombud.domain.evidence import Reason
from ombud.domain.instants import parse_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Dated, Rulebook
from ombud.store import books
from ombud.store.case_file import CaseFile
from ombud.store.models import CaseEvent, Piece, Ruling

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
        return words.format(place=case_words.place(book, file.case.route, file.case.opened_at))
    if data.get("reasons"):
        return f"{said}: {', '.join(map(str, data['reasons']))}"
    if data.get("cost_minor"):
        cost = format_amount(int(data["cost_minor"]), data["currency"])
        return _("{step}, at a cost of {amount}").format(step=said, amount=cost)
    if event.kind == EventKind.REOPENED and data.get("reason"):
        return f"{said}: {data['reason']}"
    return said


def recommended(file: CaseFile) -> str:
    """What the ruling leads to if nothing changes; empty where nothing was recommended."""
    for event in reversed(file.events):
        if event.kind in _RECOMMENDS:
            found = event.data.get(_RECOMMENDS[EventKind(event.kind)])
            return _("Recommended: {state}.").format(state=case_words.state(found)) if found else ""
    return ""


_RECOMMENDS = {EventKind.EVIDENCE_SUBMITTED: "recommended", EventKind.REVIEWED: "outcome", EventKind.REOPENED: ""}


def to_mend(file: CaseFile, book: Rulebook, width: int) -> Iterator[RenderableType]:
    """Why the last try did not count, reason by reason, with how to mend it."""
    last = file.events[-1]
    if last.kind in {EventKind.EVIDENCE_REFUSED, EventKind.EVIDENCE_REJECTED}:
        for code in dict.fromkeys(last.data.get("reasons", ())):
            version = books.version(book, f"reasons.{code}", file.case.opened_at)
            yield _under(_titled(str(code), version), width)
            if version:
                yield _under(version.value.mend.speak(say.language()), width, 4, "dim")


def _under(text: str, width: int, deep: int = 2, style: str = "") -> RenderableType:
    return Padding(sentence(text, width - deep, style), (0, 0, 0, deep))


def _titled(code: str, version: Dated[Any] | None) -> str:
    title = version.value.title.speak(say.language()) if version and getattr(version.value, "title", None) else ""
    return code if title in {"", code} else f"{code}  {title}"


def handed_in(file: CaseFile, book: Rulebook, width: int) -> Iterator[RenderableType]:
    """Every submission with its pieces, and the rulings on it with their reasons, the strongest first."""
    for one in file.submissions:
        words = _("{at} UTC by {actor}")
        head = words.format(at=cells.minutes(one.submission.received_at), actor=one.submission.actor)
        yield _under(f"{one.submission.seq}  {head}", width)
        table = cells.plain_table()
        for piece in one.pieces:
            table.add_row(_kind(piece, book, file.case.opened_at), shortened(piece.name, 32), _findings(piece))
        yield Padding(table, (0, 0, 0, 5))
        for ruling in file.rulings:
            if ruling.submission_id == one.submission.submission_id:
                yield from _ruled(ruling, book, width)


def _ruled(ruling: Ruling, book: Rulebook, width: int) -> Iterator[RenderableType]:
    words = _(_DECISIONS.get(ruling.decision, ruling.decision))
    said = words.format(state=case_words.state(ruling.outcome), actor=ruling.actor)
    why = f": {ruling.reason}" if ruling.reason else ""
    yield _under(f"{cells.minutes(ruling.at)}  {said}{why}", width, 5)
    if ruling.decision in {
        "decided",
        "for_person",
    }:  # a person's ruling has the reasons of what it confirms or overrules
        for one in json.loads(ruling.record).get("judgement", {}).get("reasons", ()):
            reason = Reason(**one)
            rests_on = f" ({reason.rests_on})" if reason.rests_on else ""
            yield _under(f"{reasons.named(reason, book)}{rests_on}", width, 7, "dim")


_DECISIONS = {
    "decided": N_("{state}, by hard reasons"),
    "for_person": N_("for a person; recommended: {state}"),
    "confirmed": N_("{state}, confirmed by {actor}"),
    "overruled": N_("{state}, ruled by {actor} against what was recommended"),
}


def _kind(piece: Piece, book: Rulebook, at: datetime) -> str:
    version = books.version(book, f"kinds.{piece.kind}", at)
    return version.value.title.speak(say.language()) if version else piece.kind


def _findings(piece: Piece) -> Text:
    """How many of its checks say what."""
    counts = {words: sum(one.get("outcome") == outcome for one in piece.findings) for outcome, words in _FOUND}
    said = " · ".join(f"{_(words)} {count}" for words, count in counts.items() if count)
    return Text(said, style="dim")


_FOUND = (("failed", N_("failed")), ("unsure", N_("unsure")), ("passed", N_("passed")))


def timeline(file: CaseFile, book: Rulebook, clock: Clock, at: datetime) -> RenderableType:
    """What happened to the order and its case by `at`, and what is ahead of them, the earliest first."""
    happened = [(instant, words, False) for instant, words in _instants(file, book) if instant <= at]
    ahead = [(instant, words, True) for instant, words in _ahead(file, book, clock) if instant > at]
    table = cells.plain_table()
    for instant, words, is_ahead in sorted(happened + ahead, key=lambda row: row[0]):
        style = "dim" if is_ahead else ""
        table.add_row(
            Text(cells.minutes(instant), style=style),
            Text(cells.in_zone(instant, file.store.timezone), style="dim"),
            Text(_("{words} (ahead)").format(words=words) if is_ahead else words, style=style),
        )
    return table


def _instants(file: CaseFile, book: Rulebook) -> Iterator[tuple[datetime, str]]:
    for column, words in _HAPPENED:
        instant = getattr(file.order, column)
        if instant is not None:
            yield instant, _(words)
    for track in file.tracks:
        number = shortened(track.parcel.tracking_number, 16)
        yield track.parcel.registered_at, _("number {number} put on the order").format(number=number)
        if track.parcel.first_scan_at:
            yield track.parcel.first_scan_at, _("first scan of {number}").format(number=number)
        if track.parcel.delivered_at:
            yield track.parcel.delivered_at, _("{number} delivered by the track").format(number=number)
    for complaint in file.complaints:
        kind = _(_COMPLAINTS.get(complaint.kind, complaint.kind))
        yield complaint.opened_at, _("buyer complains: {kind}").format(kind=kind)
        if complaint.withdrawn_at:
            yield complaint.withdrawn_at, _("buyer withdraws the complaint")
    case = file.case
    if not case.route:
        yield case.fires_at, _("{violation} fires").format(violation=case_words.title(case))
    for event in file.events:
        yield event.at, told(event, file, book)


def _ahead(file: CaseFile, book: Rulebook, clock: Clock) -> Iterator[tuple[datetime, str]]:
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


def history(file: CaseFile, book: Rulebook) -> RenderableType:
    """The steps as they are kept: number, instant, what, by whom."""
    table = cells.plain_table()
    for event in file.events:
        said = told(event, file, book)
        if clock := event.data.get("clock"):
            said += " · " + _("the clock showed {at}").format(at=cells.minutes(parse_instant(clock)))
        table.add_row(str(event.seq), cells.minutes(event.at), said, Text(event.actor, style="dim"))
    return table
