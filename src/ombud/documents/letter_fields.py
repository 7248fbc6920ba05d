"""What the fields of a response or letter stand for in one case (`ombud.domain.responses`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from operator import itemgetter

from ombud.documents.voice import in_zone
from ombud.domain.money import format_amount
from ombud.domain.rulebook import Rulebook
from ombud.domain.templates import Value
from ombud.store import books
from ombud.store.case_file import CaseFile
from ombud.store.models import DraftPiece, Parcel
from ombud.words import times


def values(file: CaseFile, at: datetime, language: str) -> dict[str, Value]:
    """Every field as of `at`, with the words of the book in `language`: en, ru or zh. None: nobody knows it."""
    order, case, store = file.order, file.case, file.store
    book = books.kept(case.rulebook_id)
    due_at = file.standing.due_at
    told = books.version(book, f"violations.{case.violation}", case.fires_at)
    return {
        "order_number": order.order_id,
        "case_number": str(case.case_id),
        "store": store.store_id,
        "platform": book.title.speak(language),
        "violation": told.value.title.speak(language) if told else case.violation,
        "buyer_name": order.buyer_id,
        "amount": format_amount(order.amount_minor, order.currency),
        "paid_at": _utc(order.paid_at),
        "ship_by": _utc(order.ship_by),
        "shipped_at": _utc(order.shipped_at),
        "opened_at": _utc(case.opened_at),
        "due_at": _utc(due_at),
        "due_at_store": in_zone(due_at, store.timezone) if due_at else None,
        "today": f"{at:%Y-%m-%d}",
        **_of_parcel(file, book, at),
        "items": [
            {"sku": line.sku, "quantity": line.quantity, "price": format_amount(line.price_minor, order.currency)}
            for line in file.lines
        ],
        "parcels": [_parcel(track.parcel, file, book, at) for track in file.tracks],
        "evidence": list(_evidence(file, book, language)) or None,
    }


def _of_parcel(file: CaseFile, book: Rulebook, at: datetime) -> dict[str, str | None]:
    """Of several parcels, the one that was signed for first; else the one that the case is about; else the first."""
    parcels = [track.parcel for track in file.tracks]
    signed = [
        (one.delivered_at, one) for one in parcels if one.delivered_at and one.signed_by and one.delivered_at <= at
    ]
    number = (file.case.carrier, file.case.tracking_number)
    of_case = [one for one in parcels if (one.carrier, one.tracking_number) == number]
    chosen = min(signed, key=itemgetter(0))[1] if signed else next(iter([*of_case, *parcels]), None)
    if chosen is None:
        return dict.fromkeys(("carrier", "tracking_number", "first_scan_at", "delivered_at", "signed_by"))
    return _parcel(chosen, file, book, at)


def _parcel(parcel: Parcel, file: CaseFile, book: Rulebook, at: datetime) -> dict[str, str | None]:
    """A parcel as it was known at `at`."""
    found = books.version(book, f"carriers.{parcel.carrier}", file.case.opened_at)
    delivered = parcel.delivered_at is not None and parcel.delivered_at <= at
    scanned = parcel.first_scan_at is not None and parcel.first_scan_at <= at
    return {
        "carrier": found.value.title if found else parcel.carrier,  # as its own people write it
        "tracking_number": parcel.tracking_number,
        "first_scan_at": _utc(parcel.first_scan_at) if scanned else None,
        "delivered_at": _utc(parcel.delivered_at) if delivered else None,
        "signed_by": parcel.signed_by if delivered else None,
    }


def _evidence(file: CaseFile, book: Rulebook, language: str) -> Iterator[dict[str, str | int | None]]:
    ready = [(one.name, one.kind) for one in DraftPiece.objects.filter(case=file.case).order_by("draft_piece_id")]
    handed_in = [(one.name, one.kind) for one in file.submissions[-1].pieces] if file.submissions else []
    for name, kind in ready or handed_in:
        found = books.version(book, f"kinds.{kind}", file.case.opened_at)
        yield {"name": name, "kind": found.value.title.speak(language) if found else kind}


def _utc(instant: datetime | None) -> str | None:
    return f"{times.minutes(instant)} UTC" if instant else None
