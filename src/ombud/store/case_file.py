"""Everything about one case: its order with lines, tracks, complaints and messages, its history and its money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from ombud.domain.cases import Standing
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.models import (
    Case,
    CaseEvent,
    Complaint,
    Line,
    Message,
    Order,
    Parcel,
    Piece,
    Posting,
    Recipient,
    Ruling,
    Scan,
    Store,
    Submission,
)
from ombud.store.standings import standing


@dataclass(frozen=True, slots=True)
class Track:
    """A parcel of the order with every scan of its number, the oldest first."""

    parcel: Parcel
    scans: tuple[Scan, ...]


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A submission with its pieces, in the order in which they were handed in."""

    submission: Submission
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """One case with what it is about: rows born by the instant asked for, as the store knows them now."""

    case: Case
    order: Order
    store: Store
    lines: tuple[Line, ...]
    tracks: tuple[Track, ...]
    complaints: tuple[Complaint, ...]
    messages: tuple[Message, ...]
    events: tuple[CaseEvent, ...]
    postings: tuple[Posting, ...]
    submissions: tuple[HandedIn, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    recipient: Recipient | None = None

    @property
    def standing(self) -> Standing:
        """Where the case stood at the instant asked for. Raises OmbudError where it was not there yet."""
        if not self.events:
            raise OmbudError(
                Problem(
                    "not_opened_yet",
                    N_("Case {text} was opened only at {at}."),
                    {"text": f"#{self.case.case_id}", "at": format_instant(self.case.opened_at)},
                )
            )
        return standing(self.events)

    def row(self) -> dict[str, Any]:
        """The facts as `domain.conditions.holds` reads them: `order.amount_minor`, and lists under `line` and `parcel`.

        `parcel.*` and `complaint.*` are those that opened the case, where one did.
        """
        row = {**fields_of("order", self.order), **fields_of("store", self.store)}
        row["line"] = [fields_of("line", line) for line in self.lines]
        row["parcel"] = [fields_of("parcel", track.parcel) for track in self.tracks]
        for track in self.tracks:
            if (track.parcel.carrier, track.parcel.tracking_number) == (self.case.carrier, self.case.tracking_number):
                row |= fields_of("parcel", track.parcel)
        for complaint in self.complaints:
            if complaint.complaint_id == self.case.complaint_id:
                row |= fields_of("complaint", complaint)
        return row


def case_file(case_id: int, at: datetime) -> CaseFile:
    """The file of one case as of `at`: later scans, complaints, messages, events, postings, submissions and rulings
    are left out.

    Raises OmbudError where there is no such case.
    """
    case = Case.objects.select_related("order", "store", "rulebook").filter(case_id=case_id).first()
    if case is None:
        raise _unknown(f"#{case_id}", may_be_order=False)
    of_order = {"order_id": case.order_id}
    parcels = Parcel.objects.filter(**of_order, registered_at__lte=at)
    return CaseFile(
        case,
        case.order,
        case.store,
        tuple(Line.objects.filter(**of_order).order_by("line")),
        tuple(_tracks(parcels.order_by("registered_at", "carrier", "tracking_number"), at)),
        tuple(Complaint.objects.filter(**of_order, opened_at__lte=at).order_by("opened_at", "complaint_id")),
        tuple(Message.objects.filter(**of_order, sent_at__lte=at).order_by("sent_at", "message_id")),
        tuple(CaseEvent.objects.filter(case=case, at__lte=at).order_by("seq")),
        tuple(Posting.objects.filter(case=case, at__lte=at).order_by("posting_id")),
        tuple(_handed_in(case, at)),
        tuple(Ruling.objects.filter(case=case, at__lte=at).order_by("seq")),
        Recipient.objects.filter(**of_order).first(),
    )


def _tracks(parcels: Iterable[Parcel], at: datetime) -> Iterator[Track]:
    found = list(parcels)
    scans: dict[tuple[str, str], list[Scan]] = {}
    if found:
        of_any = reduce(or_, (Q(carrier=one.carrier, tracking_number=one.tracking_number) for one in found))
        for scan in Scan.objects.filter(of_any, scanned_at__lte=at).order_by("scanned_at", "code"):
            scans.setdefault((scan.carrier, scan.tracking_number), []).append(scan)
    for one in found:
        yield Track(one, tuple(scans.get((one.carrier, one.tracking_number), ())))


def _handed_in(case: Case, at: datetime) -> Iterator[HandedIn]:
    submissions = list(Submission.objects.filter(case=case, received_at__lte=at).order_by("seq"))
    pieces: dict[int, list[Piece]] = {one.submission_id: [] for one in submissions}
    for piece in Piece.objects.filter(submission__in=pieces).order_by("submission_id", "position"):
        pieces[piece.submission_id].append(piece)
    for one in submissions:
        yield HandedIn(one, tuple(pieces[one.submission_id]))


def cases_named(text: str) -> list[Case]:
    """The cases that a person means by `text`: the number of a case, `12` or `#12`, or the id of an order.

    Raises OmbudError where there is none, and where it is the number of one case and the order of another: `case:12`
    and `order:12` say which.
    """
    kind, _, name = text.partition(":") if text.startswith(("case:", "order:")) else ("", "", text)
    number = name.removeprefix("#")
    by_number = list(Case.objects.filter(case_id=int(number))) if kind != "order" and _is_number(number) else []
    of_order = [] if kind == "case" else list(Case.objects.filter(order_id=name).order_by("opened_at", "case_id"))
    if by_number and of_order and of_order != by_number:
        raise OmbudError(
            Problem(
                "two_meanings",
                N_("{text} is the number of a case and also the id of an order with another case."),
                {"text": text, "number": number},
                mend=N_("Write case:{number} for the case or order:{text} for the order."),
            )
        )
    if not by_number and not of_order:
        raise _unknown(name, may_be_order=kind != "case")
    return by_number or of_order


def _unknown(name: str, *, may_be_order: bool = True) -> OmbudError:
    if may_be_order and Order.objects.filter(order_id=name).exists():
        return OmbudError(
            Problem(
                "no_case_yet",
                N_("The order {text} has no case."),
                {"text": name},
                mend=N_("`ombud scan store` shows what is ahead of it."),
            )
        )
    return OmbudError(
        Problem(
            "unknown_case",
            N_("There is no case {text}, and no order of that id."),
            {"text": name},
            mend=N_("`ombud cases` lists them; an ID is the number of a case or the id of its order."),
        )
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def fields_of(fact: str, row: Order | Store | Line | Parcel | Complaint) -> dict[str, Any]:
    """A row as conditions read it: `order.amount_minor`."""
    return {f"{fact}.{column.attname}": getattr(row, column.attname) for column in row._meta.concrete_fields}
