"""The page of a case: the clock leads, then the money, then what to do next; below it what happened and what is asked.

An operator sees the same without what the seller has not handed in yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from ombud.documents.response import response
from ombud.domain.cases import State
from ombud.domain.countdown import clock_of
from ombud.domain.evidence import Reason
from ombud.domain.ledger import Entry, balances
from ombud.domain.problems import OmbudError
from ombud.domain.roles import Right, Side
from ombud.domain.rulebook import Rulebook
from ombud.languages import _, language
from ombud.store import books
from ombud.store.case_file import CaseFile, Track
from ombud.store.drafts import draft_steps
from ombud.store.models import Ruling
from ombud.store.rulings import reasons_of
from ombud.web import answers, papers
from ombud.web.access import page
from ombud.web.complaint_files import shown
from ombud.web.evidence import section
from ombud.web.letters import letters
from ombud.web.middleware import Seen
from ombud.web.standing import acceptable, standing_of
from ombud.web.time_line import time_line
from ombud.words import cases, story, tracks
from ombud.words import reasons as words_of
from ombud.words.ready import Ready, ready

MOST_SCANS = 200
MOST_MESSAGES = 50
"""What is shown of a long track and a long talk: the latest."""
_TONES = {"rejects": "bad", "doubts": "warn", "warns": "warn", "weighs": ""}


@page(Right.SEE)
def show(request: Seen, case_id: int) -> HttpResponse:
    """Everything about one case."""
    case = request.scope.case(case_id)
    is_seller = request.scope.side is Side.SELLER
    found = ready(case.case_id, request.at, drafted=is_seller)
    file, book, clock = found.file, found.book, clock_of(found.file.standing)
    values = {
        "here": "queue",
        "case": file.case,
        "file": file,
        "book": book.title,
        "clock": clock,
        "zone": file.store.timezone,
        "is_seller": is_seller,
        **standing_of(found, clock, request.at),
        **section(request, found),
        "line": time_line(file, book, clock, request.at),
        "tracks": [_track(one) for one in file.tracks],
        "told": sorted(_told(file, book, request.at), key=lambda row: row[0]),
        "buyer_files": shown(file),
        "complaints": [(one, story.complaint(one.kind)) for one in file.complaints],
        "messages_of_order": file.messages[-MOST_MESSAGES:],
        "messages_before": max(0, len(file.messages) - MOST_MESSAGES),
        "why": _why(file, book),
        "postings": list(_postings(file, book)),
        "balances": list(_balances(file, book)),
        "handed_in": list(_handed_in(file, book)),
        "history": _history(found, request.at, is_seller=is_seller),
        "appeal": _appeal(file, book),
        "can_accept": request.scope.may(Right.CONCEDE) and acceptable(file.case, file.standing.state),
        "answer": _answer(found, request.at) if is_seller else None,
        "letters": letters(request, file) if is_seller and not found.takes_no_more else [],
    }
    return render(request, "ombud/case.html", values)


def _history(found: Ready, at: datetime, *, is_seller: bool) -> list[tuple[datetime, str, str]]:
    """(instant, what, by whom), oldest first. What was done with the draft is the seller's own."""
    rows = [(event.at, story.told(event, found.file, found.book), event.actor) for event in found.file.events]
    if is_seller:
        rows += [(step.at, story.drafted(step), step.actor) for step in draft_steps(found.file.case.case_id, at)]
    return sorted(rows, key=itemgetter(0))


def _why(file: CaseFile, book: Rulebook) -> dict[str, Any]:
    version = books.cited(book, file.case.clause)
    cited = version.cite.split(", ") if version else []
    decided = cases.handled_by(book, file.case.route, file.case.opened_at) if file.case.route else ""
    rows = [f"{row}: {_(book.rows[row])}" for row in cited if row in book.rows]
    return {"clause": file.case.clause, "rows": rows, "decided_by": decided}


def _track(track: Track) -> dict[str, Any]:
    rows = []
    before: datetime | None = None
    for scan in track.scans:
        silence = scan.scanned_at - before if before is not None else None
        gap = tracks.about(silence) if silence is not None and silence >= tracks.GAP else ""
        rows.append((scan.scanned_at, tracks.scan(scan), tracks.place(scan), gap))
        before = scan.scanned_at
    broken = tracks.disagreement(track.parcel.broken_by) if track.parcel.broken_by else ""
    left_out = max(0, len(rows) - MOST_SCANS)
    return {
        "parcel": track.parcel,
        "scans": rows[left_out:],
        "count": len(rows),
        "left_out": left_out,
        "broken": broken,
    }


def _told(file: CaseFile, book: Rulebook, at: datetime) -> Iterator[tuple[datetime, str, bool]]:
    """(instant, what, whether it is ahead)."""
    for instant, words in story.instants(file, book):
        if instant <= at:
            yield instant, words, False
    for instant, words in story.ahead(file, book, clock_of(file.standing)):
        if instant > at:
            yield instant, words, True


def _postings(file: CaseFile, book: Rulebook) -> Iterator[Mapping[str, Any]]:
    since = file.case.opened_at
    for posting in file.postings:
        ways = (cases.account(name, book, since) for name in (posting.debit, posting.credit))
        yield {
            "posting": posting,
            "title": cases.money_line(posting.line, posting.clause, book),
            "ways": " → ".join(ways),
        }


def _balances(file: CaseFile, book: Rulebook) -> Iterator[tuple[str, int, str]]:
    entries = (Entry(one.line, one.debit, one.credit, one.currency, one.amount_minor) for one in file.postings)
    for (account, currency), amount in sorted(balances(entries).items()):
        yield cases.account(account, book, file.case.opened_at), amount, currency


def _handed_in(file: CaseFile, book: Rulebook) -> Iterator[dict[str, Any]]:
    """Submissions with their rulings, the last first; a ruling without a submission stands alone."""
    by_submission: dict[int | None, list[Ruling]] = {}
    for ruling in file.rulings:
        by_submission.setdefault(ruling.submission_id, []).append(ruling)
    for one in reversed(file.submissions):
        pieces = [(piece, story.kind(piece.kind, book, file.case.opened_at)) for piece in one.pieces]
        rulings = by_submission.pop(one.submission.submission_id, [])
        ruled = [ruled_on(ruling, book) for ruling in reversed(rulings)]
        yield {"submission": one.submission, "pieces": pieces, "rulings": ruled}
    rest = [ruled_on(ruling, book) for rulings in by_submission.values() for ruling in reversed(rulings)]
    if rest:
        yield {"submission": None, "pieces": [], "rulings": rest}


def ruled_on(ruling: Ruling, book: Rulebook) -> dict[str, Any]:
    """A ruling with its reasons under what they do; a person's has those of what it confirms or overrules."""
    found = reasons_of(ruling) if ruling.decision in {"decided", "for_person"} else ()
    groups = [
        {
            "head": words_of.HEADS.get(severity, severity),
            "tone": _TONES.get(severity, ""),
            "reasons": [_reason(one, book) for one in group],
        }
        for severity, group in groupby(found, key=lambda reason: reason.severity)
    ]
    return {"ruling": ruling, "said": story.decision(ruling), "groups": groups}


def _reason(reason: Reason, book: Rulebook) -> dict[str, str]:
    return {
        "code": reason.code if reason.fault else "",
        "title": words_of.title(reason, book),
        "rests_on": words_of.rests_on(reason, book),
        "mend": words_of.mend(reason, book),
    }


def _appeal(file: CaseFile, book: Rulebook) -> str:
    """What the book says of an appeal against a ruling for the buyer."""
    version = books.version(book, "rulings", file.case.opened_at)
    if file.standing.state is not State.REJECTED or version is None:
        return ""
    exception = getattr(version.value, "appeal_exception", None)
    if version.value.appeal:
        return _("This ruling may be appealed.")
    said = _("There is no appeal against this ruling.")
    return f"{said} {exception.speak(language())}" if exception else said


def _answer(found: Ready, at: datetime) -> dict[str, Any] | None:
    """The answer of the book, filled in; what is not known of the case is said instead of it."""
    if found.takes_no_more:
        return None
    try:
        made = response(found.file, at)
    except OmbudError as error:
        return {"problems": error.problems}
    if made is None:
        return None
    there = not made.attach or made.attach in {piece.kind for piece in found.ready}
    return {"text": made.text, "attach": "" if there else story.kind(made.attach, found.book, at)}


urls = [path("cases/<int:case_id>/", show, name="case"), *answers.urls, *papers.urls]
