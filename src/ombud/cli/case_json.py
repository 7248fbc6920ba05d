"""The page of one case for programs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from ombud.cli import case_words, cells, evidence_page, say
from ombud.cli.cases import platform_status
from ombud.domain.cases import ENDS
from ombud.domain.countdown import clock_of
from ombud.domain.instants import format_instant
from ombud.store import books, drafts, queue
from ombud.store.asked import asked_of
from ombud.store.case_file import CaseFile

_CASE = ("case_id", "violation", "route", "fires_at", "clause")
_STANDING = ("state", "opened_at", "due_at", "submitted_at", "rule_at", "closed_at", "settled_at", "held_minor")
_POSTING = ("posting_id", "line", "debit", "credit", "amount_minor", "currency", "clause", "cause_id", "at")
_DRAFT_STEP = ("what", "name", "was", "sha256", "at", "actor")
_SCAN = ("scanned_at", "code", "country", "city", "signed_by", "source_ip")
_RULING = ("ruling_id", "submission_id", "seq", "at", "outcome", "decision", "actor", "reason", "digest")


def as_json(file: CaseFile, at: datetime) -> dict[str, Any]:
    """Everything on the page: instants in ISO 8601 UTC, money in minor units.

    Raises OmbudError where the case was not there yet at `at`.
    """
    case, book, standing = file.case, books.kept(file.case.rulebook_id), file.standing
    version = books.cited(book, case.clause)
    clock = clock_of(standing)
    urgency = clock.urgency(at)
    return {
        "at": format_instant(at),
        **_row(case, *_CASE),
        **_row(standing, *_STANDING),
        "platform_status": platform_status(queue.of_case(case, standing)),
        "title": case_words.title(case),
        "awaits": str(clock.awaits),
        "until": _plain_value(clock.until),
        "left_seconds": (clock.until - at) // timedelta(seconds=1) if clock.until else None,
        "urgency": str(urgency) if urgency else None,
        "due_at_store": cells.iso_in_zone(standing.due_at, file.store.timezone) if standing.due_at else None,
        "cite": version.cite if version else None,
        "rulebook": {"name": book.name, "digest": book.digest},
        "currency": case.currency,
        "postings": [_row(posting, *_POSTING) for posting in file.postings],
        "evidence": [
            {"kind": one.kind, "required": one.required, "title": one.title.speak(say.language()), "cite": one.cite}
            for one in asked_of(file, book)
        ],
        "ready": _ready(file, at),
        "submissions": [
            {**_columns(one.submission), "pieces": [_columns(piece) for piece in one.pieces]}
            for one in file.submissions
        ],
        "rulings": [_row(ruling, *_RULING) for ruling in file.rulings],
        "store": _row(file.store, "store_id", "platform", "site", "country", "timezone", "tier"),
        "order": _columns(file.order),
        "lines": [_columns(one) for one in file.lines],
        "parcels": [
            {**_columns(track.parcel), "scans": [_row(scan, *_SCAN) for scan in track.scans]} for track in file.tracks
        ],
        "complaints": [_columns(one) for one in file.complaints],
        "messages": [_columns(one) for one in file.messages],
        "recipient": _columns(file.recipient) if file.recipient else None,
        "history": [_row(event, "event_id", "seq", "kind", "at", "actor", "data") for event in file.events],
        "drafted": [_row(step, *_DRAFT_STEP) for step in drafts.draft_steps(case.case_id, at)],
    }


def _ready(file: CaseFile, at: datetime) -> list[dict[str, Any]]:
    if file.standing.state in ENDS or not drafts.lies_ready(file.case.case_id, at):
        return []
    return [evidence_page.ready_json(*one) for one in evidence_page.page(file.case, at).told]


def _columns(row: Model) -> dict[str, Any]:
    return _row(row, *(column.attname for column in row._meta.concrete_fields if column.attname != "known_at"))


def _row(row: object, *names: str) -> dict[str, Any]:
    return {name: _plain_value(getattr(row, name)) for name in names}


def _plain_value(value: Any) -> Any:
    return format_instant(value) if isinstance(value, datetime) else value
