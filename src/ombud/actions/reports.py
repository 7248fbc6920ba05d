"""What a buyer reports about an order becomes facts at once: a complaint, their words, what they show (S1, O2c, O2e).

It is merged as an import merges, and the order is read again by the next sweep, which opens the case. A complaint is
taken only for what the book opens a dispute for; for anything else the page says where to go.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from django.db import connection, transaction
from django.db.models import F

from ombud.actions import retention
from ombud.actions.merging import Merge
from ombud.actions.moving import refuse_after_the_clock
from ombud.actions.report_files import (
    MOST_FILES,
    NONE,
    Look,
    NewFile,
    Shown,
    media_of,
    received,
    too_many_files,
)
from ombud.actions.running import Books
from ombud.actions.withdrawals import withdraw_due
from ombud.domain.cases import EventKind
from ombud.domain.facts import COMPLAINTS, TABLES
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.scan.prospects import KINDS, MEDIA, OPENS, Prospects, prospects
from ombud.scan.schema import arrow_schema
from ombud.store import evidence_files, staging
from ombud.store.database import spoken
from ombud.store.models import Complaint, ComplaintFile, Order
from ombud.store.reported import Reported, reported, words_id

MOST_REPORTS = 5
"""Complaints of one order that come by its link."""
MOST_WORDS = 2_000
"""Characters."""
ACTOR = "buyer"
WANTS_WORDS = frozenset({"other"})
"""Kinds that say nothing without words."""
_PREFIX = "report-"
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form. once: of this one form, so that it counts once however often it is sent."""

    kind: str
    words: str
    once: str
    files: tuple[NewFile, ...] = ()


def report(order_id: str, filled: Filled, *, look: Look, at: datetime, books: Books) -> Complaint:
    """Takes the complaint in. Sent twice it is taken once.

    Raises OmbudError where the order is unknown, something is wrong with the words or a file, another complaint is
    open, or the book opens no dispute for it: then nothing is kept.
    """
    text = _words(filled)
    with spoken(), ExitStack() as stack:
        shown = received(stack, filled.files, look)
        with transaction.atomic():
            order = _locked(order_id)
            complaint_id = _id(order_id, filled.once)
            there = Complaint.objects.filter(complaint_id=complaint_id).first()
            if there is not None:
                return there
            media = media_of(NONE, shown)
            ahead = prospects(order, books.get(order.store.platform), at)
            _refuse(filled.kind, media, ahead, reported(order_id, at, books))
            row = {"complaint_id": complaint_id, "order_id": order_id, "kind": filled.kind, "opened_at": at}
            _merge("complaints", {**row, "withdrawn_at": None, "media": media}, at)
            if text:
                said = {"message_id": words_id(complaint_id), "order_id": order_id, "sent_at": at, "text": text}
                _merge("messages", {**said, "channel": "platform", "sender": "buyer"}, at)
            _keep(complaint_id, shown, at, books)
            _wake(order_id)
            return Complaint.objects.get(complaint_id=complaint_id)


def add(order_id: str, files: Sequence[NewFile], *, look: Look, at: datetime, books: Books) -> Complaint:
    """Adds photos or a video to the complaint that is open; it may now show more than before.

    Raises OmbudError where none is open and where something is wrong with a file.
    """
    with spoken(), ExitStack() as stack:
        shown = received(stack, files, look)
        if not shown:
            raise OmbudError(Problem("no_file", N_("No file was chosen.")))
        with transaction.atomic():
            order = _locked(order_id)
            found = open_report(order, at, books)
            if found is None:
                raise _nothing_open()
            fresh = {one.received.sha256 for one in shown} - {one.file_id for one in found.files}
            if len(found.files) + len(fresh) > MOST_FILES:
                raise OmbudError(too_many_files())
            complaint = found.complaint
            media = media_of(complaint.media, shown)
            if media != complaint.media:
                _merge("complaints", {**_row(complaint), "media": media}, at)
                _wake(order_id)
            _keep(complaint.complaint_id, [one for one in shown if one.received.sha256 in fresh], at, books)
            complaint.refresh_from_db()
            return complaint


def withdraw(order_id: str, *, at: datetime, books: Books) -> Complaint:
    """The buyer takes the open complaint back: its case ends, as the loop would end it (S4).

    Raises OmbudError where none is open, and where its case has ended, also where that has not been written yet.
    """
    with spoken(), transaction.atomic():
        order = _locked(order_id)
        found = open_report(order, at, books)
        if found is None:
            raise _nothing_open()
        if found.case is not None:
            try:
                refuse_after_the_clock(found.case, EventKind.WITHDRAWN, at)
            except OmbudError as error:
                raise OmbudError(
                    Problem("decided_already", N_("The time was over before: it is being closed as decided."))
                ) from error
        _merge("complaints", {**_row(found.complaint), "withdrawn_at": at}, at)
        rows = [_row(one) for one in Complaint.objects.filter(order=order_id)]
        complaints = pa.Table.from_pylist(rows, schema=arrow_schema(COMPLAINTS.columns))
        withdraw_due(complaints, at=at, books=books, actor=ACTOR)
        _wake(order_id)
        found.complaint.refresh_from_db()
        return found.complaint


def open_report(order: Order, at: datetime, books: Books) -> Reported | None:
    """The complaint that is being dealt with, or waits for something the book names; None where none does."""
    told = [one for one in reported(order.order_id, at, books) if not one.is_over]
    if not told:
        return None
    return still_open(told, prospects(order, books.get(order.store.platform), at))


def still_open(told: Sequence[Reported], ahead: Prospects) -> Reported | None:
    """One without a case counts as long as it can still come to one: what leads nowhere must not stand in the way."""
    for one in told:
        leads = ahead[(one.complaint.kind, one.complaint.media)].leads
        if not one.is_over and (one.case is not None or leads in OPENS):
            return one
    return None


def _refuse(kind: str, media: str, ahead: Prospects, told: Sequence[Reported]) -> None:
    if still_open(told, ahead) is not None:
        raise OmbudError(
            Problem(
                "reported_already",
                N_("A problem with this order is being dealt with already."),
                mend=N_("Add what you want to show to that one, or take it back first."),
            )
        )
    if sum(one.complaint.complaint_id.startswith(_PREFIX) for one in told) >= MOST_REPORTS:
        raise OmbudError(
            Problem(
                "too_many_reports",
                N_("Too many problems were reported about this order."),
                mend=N_("Write to the store."),
            )
        )
    if ahead[(kind, media)].leads in OPENS:
        return
    if any(ahead[(kind, other)].leads in OPENS for other in MEDIA):
        raise OmbudError(
            Problem(
                "video_wanted",
                N_("For this the platform wants a video of the unpacking."),
                mend=N_("Choose a video in which the parcel is opened and one sees what was in it."),
            )
        )
    raise OmbudError(
        Problem("no_dispute_here", N_("No dispute can be opened here for this."), mend=N_("The page says where to go."))
    )


def _words(filled: Filled) -> str:
    """The words as they are kept. Raises OmbudError with everything that is wrong with what was typed and chosen."""
    text = _UNWRITABLE.sub("", filled.words.replace("\r\n", "\n")).strip()
    problems = []
    if filled.kind not in KINDS:
        problems.append(Problem("no_kind", N_("Say what is wrong."), mend=N_("Choose one of the kinds.")))
    if len(text) > MOST_WORDS:
        values = {"count": len(text), "most": MOST_WORDS}
        text_ = N_("The words are too long: {count} of at most {most} characters.")
        problems.append(Problem("too_long", text_, values, mend=N_("Make them shorter.")))
    if not text and filled.kind in WANTS_WORDS:
        problems.append(Problem("no_words", N_("Say in a few words what is wrong.")))
    if len(filled.files) > MOST_FILES:
        problems.append(too_many_files())
    if problems:
        raise OmbudError(*problems)
    return text


def _nothing_open() -> OmbudError:
    return OmbudError(Problem("nothing_open", N_("Nothing that was reported about this order is open.")))


def _id(order_id: str, once: str) -> str:
    return _PREFIX + hashlib.sha256(f"{order_id}\n{once}".encode(errors="replace")).hexdigest()[:20]


def _locked(order_id: str) -> Order:
    """The order, about which nobody else reports until the transaction ends."""
    found = Order.objects.select_related("store").select_for_update(of=("self",), no_key=True)
    order = found.filter(order_id=order_id).first()
    if order is None:
        raise OmbudError(Problem("unknown_order", N_("There is no such order.")))
    return order


def _row(complaint: Complaint) -> dict[str, Any]:
    return {column.name: getattr(complaint, column.name) for column in COMPLAINTS.columns}


def _merge(name: str, row: Mapping[str, Any], at: datetime) -> None:
    """One row of a fact, as an import of that instant would take it."""
    merge = Merge(TABLES[name], at)
    staging.create(connection, merge.staged, merge.fields)
    table = pa.Table.from_pylist([dict(row)], schema=arrow_schema(TABLES[name].columns))
    for _ in staging.fill(connection, merge.staged, merge.fields, table.to_batches()):
        merge.rows = 1
    merge.classify()
    merge.write()
    staging.drop(connection, merge.staged, f"changed_{name}")


def _keep(complaint_id: str, shown: Sequence[Shown], at: datetime, books: Books) -> None:
    for one in shown:
        file = evidence_files.keep(one.received, at=at)
        ComplaintFile.objects.create(complaint_id=complaint_id, file=file, name=one.name, added_at=at)
    retention.note({one.received.sha256 for one in shown}, books=books)


def _wake(order_id: str) -> None:
    """Nothing fires before an order is paid: its triggers are read again from there."""
    Order.objects.filter(order_id=order_id).update(check_at=F("paid_at"))
