"""What a merchant does to end a case, each asked once: evidence handed in, the dispute accepted."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from ombud.actions.acceptances import accept, refuse_unknown
from ombud.actions.submissions import Answer, submit
from ombud.domain.cases import ENDS, State
from ombud.domain.countdown import clock_of
from ombud.domain.money import format_amount
from ombud.domain.roles import Right, Side
from ombud.languages import _
from ombud.store import books
from ombud.store.drafts import spent
from ombud.store.models import Case
from ombud.web.access import page
from ombud.web.evidence import section
from ombud.web.inspecting import readers
from ombud.web.middleware import Seen
from ombud.web.standing import standing_of
from ombud.words import cases, costs
from ombud.words.ready import Ready, ready
from ombud.words.times import minutes

PATIENCE = timedelta(minutes=5)
"""Where the window shuts sooner than this, nobody waits until files are read: a person looks at them afterwards."""
_WAIT_S = 12.0


@page(Right.ANSWER, side=Side.SELLER, methods=("GET", "POST"))
def hand_in(request: Seen, case_id: int) -> HttpResponse:
    """Says what is final, then hands in what lies ready. It counts by the instant at which the request was here."""
    case = request.scope.case(case_id)
    found = ready(case.case_id, request.at)
    if request.method != "POST":
        return _ask(request, found)
    if request.POST.get("submissions") != str(len(found.file.submissions)):
        messages.info(request, _("It was handed in already."))  # pressed twice, or by a colleague
        return redirect("case", case_id)
    if request.POST.get("ready") != _digest(found):
        messages.warning(request, _("What lies ready has changed since you looked. Look at it once more."))
        return redirect("case_submit", case_id)
    shuts_at = found.file.case.shuts_at
    if shuts_at is None or shuts_at - request.at >= PATIENCE:
        unread = readers().checking(found.ready, request.at)
        readers().read(unread, request.at)
        readers().wait(unread, _WAIT_S)
    answer = submit(case.case_id, at=request.at, actor=request.scope.actor, books=books.in_use())
    if answer.submission is None:
        return _refused(request, answer)
    messages.success(request, _told(answer))
    return redirect("case", case_id)


def _ask(request: Seen, found: Ready, status: int = 200) -> HttpResponse:
    file, clock = found.file, clock_of(found.file.standing)
    files = found.by.files
    rulings = books.version(found.book, "rulings", file.case.opened_at)
    most = files.submissions if files else None
    values = {
        "here": "queue",
        "case": file.case,
        "file": file,
        "clock": clock,
        "zone": file.store.timezone,
        "book": found.book.title,
        **standing_of(found, clock, request.at),
        **section(request, found),
        "left": None if most is None else max(0, most - spent(file.case, found.by)),
        "most": most,
        "gate_refuses": found.verdict.refused,
        "counts": found.counts,
        "mendable": bool(rulings and rulings.value.mend_in_window),
        "refusal_spends": bool(files and files.refusal_spends),
        "ready_digest": _digest(found),
    }
    return render(request, "ombud/case_submit.html", values, status=status)


def _refused(request: Seen, answer: Answer) -> HttpResponse:
    """What the gate says stands on the page that asks again; nothing is spent where the book does not count it."""
    if answer.verdict.takes_no_more:
        messages.error(request, _("Nothing was taken and nothing written; what lies ready stays."))
        return redirect("case", answer.case.case_id)
    messages.error(request, _("Refused at the gate. Nothing is spent, and what lies ready stays."))
    return _ask(request, ready(answer.case.case_id, request.at), status=422)


def _told(answer: Answer) -> str:
    said = _("Handed in at {at} UTC: submission {seq} of case #{case}, {state}.").format(
        at=minutes(answer.submission.received_at) if answer.submission else "",
        seq=answer.submission.seq if answer.submission else "",
        case=answer.case.case_id,
        state=cases.state(answer.case.state),
    )
    if answer.recommendation is None or answer.case.state != State.UNDER_REVIEW:
        return said
    words, rule_at = _("Recommended: {state}."), answer.case.rule_at
    if rule_at is not None:
        words = _("Recommended: {state}. It takes effect at {at} UTC if nobody rules otherwise.")
    at = minutes(rule_at) if rule_at else ""
    return f"{said} {words.format(state=cases.state(answer.recommendation.outcome), at=at)}"


def _digest(found: Ready) -> str:
    """Of what lies ready: who says yes means these files under these names."""
    said = "\n".join(f"{piece.name}\t{piece.kind}\t{piece.language}\t{piece.sha256}" for piece in found.ready)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


@page(Right.CONCEDE, side=Side.SELLER, methods=("GET", "POST"))
def give_in(request: Seen, case_id: int) -> HttpResponse:
    """Asks once, naming what it costs, then ends the case for good."""
    case = request.scope.case(case_id)
    in_use = books.in_use()
    refuse_unknown(case, in_use)
    if State(case.state) in ENDS:
        messages.info(request, _("The case is closed already."))
        return redirect("case", case_id)
    if request.method == "POST" and request.POST.get("sure") == "yes":
        moved = accept(case, at=request.at, actor=request.scope.actor, books=in_use)
        words = _("Case {case} is {state} since {at} UTC, and settled.")
        said = words.format(case=f"#{case_id}", state=cases.state(moved.state), at=minutes(moved.at))
        messages.success(request, said)
        return redirect("case", case_id)
    found = ready(case.case_id, request.at)
    clock, charged = clock_of(found.file.standing), costs.lines(case)
    values = {
        "here": "queue",
        "case": found.file.case,
        "file": found.file,
        "clock": clock,
        "zone": found.file.store.timezone,
        "book": found.book.title,
        **standing_of(found, clock, request.at),
        "sentences": costs.sentences(case)[: -1 if charged else None],  # (the last of them is the table)
        "in_all": _in_all(case, charged),
    }
    return render(request, "ombud/case_accept.html", values)


def _in_all(case: Case, charged: list[tuple[str, int]]) -> str:
    return format_amount(sum(amount for _title, amount in charged), case.currency)


urls = [
    path("cases/<int:case_id>/submit/", hand_in, name="case_submit"),
    path("cases/<int:case_id>/accept/", give_in, name="case_accept"),
]
