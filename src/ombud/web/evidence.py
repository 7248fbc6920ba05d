"""What lies ready for a case: files are taken in, checked at once, named as the platform wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from ombud.actions import drafts
from ombud.actions.drafts import NewPiece
from ombud.domain.countdown import clock_of
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import Right, Side
from ombud.languages import _, language
from ombud.store import books
from ombud.store.drafts import drafted, rules_of
from ombud.store.models import Case, DraftPiece
from ombud.web import preview
from ombud.web.access import NEEDS, page
from ombud.web.checklist import items, slots
from ombud.web.inspecting import readers
from ombud.web.middleware import Request, Seen
from ombud.web.receiving import MOST_BYTES, Counted
from ombud.web.standing import acceptable
from ombud.words import remarks
from ombud.words.meter import meter
from ombud.words.ready import Ready, ready

BY_NAME = ""
"""The kind of a file that its name says."""
_COUNTED = "ombud.counted"


def section(request: Seen, found: Ready) -> dict[str, Any]:
    """What the part of the page about evidence shows."""
    checking = readers().checking(found.ready, request.at) if not found.takes_no_more else frozenset()
    made = items(found, checking)
    files = found.by.files
    upload = remarks.of_upload(found.verdict, found.ready, found.by, found.book)
    listed = slots(found, made)
    named = {slot.kind for slot in listed}
    return {
        "slots": listed,
        "items": made,
        "against_upload": upload if found.ready else [],
        "checking": len(checking),
        "meter": meter(len(found.ready), sum(piece.size for piece in found.ready), files),
        "meter_bytes": (sum(piece.size for piece in found.ready), files.most_bytes) if files else None,
        "takes_no_more": found.takes_no_more,
        "can_answer": request.scope.may(Right.ANSWER) and request.scope.side is Side.SELLER and not found.takes_no_more,
        "kinds": [(name, kind.title.speak(language())) for name, kind in found.by.kinds.items() if name not in named],
        "most_bytes": min(files.most_bytes or MOST_BYTES, MOST_BYTES) if files else MOST_BYTES,
        "missing": [one.title.speak(language()) for one in found.asked if one.kind in found.missing],
    }


@page(Right.SEE, side=Side.SELLER)
def part(request: Seen, case_id: int) -> HttpResponse:
    """The part of the page about evidence. `checking`: how many files were being checked when it was last drawn; where
    as many still are, nothing has changed and nothing is sent."""
    case = request.scope.case(case_id)
    asked = request.GET.get("checking", "")
    if asked.isdecimal() and int(asked) == len(readers().checking(drafted(case.case_id), request.at)):
        return HttpResponse(status=204)
    return _part(request, case)


def _part(request: Seen, case: Case, refused: Sequence[Problem] = (), status: int = 200) -> HttpResponse:
    found = ready(case.case_id, request.at)
    values = {
        "case": found.file.case,
        "file": found.file,
        "clock": clock_of(found.file.standing),
        "zone": found.file.store.timezone,
        "is_seller": True,
        "refused": refused,
        "in_part": True,
        **section(request, found),
        "can_accept": request.scope.may(Right.CONCEDE) and acceptable(found.file.case, found.file.standing.state),
    }
    return render(request, "ombud/case_evidence.html", values, status=status)


@csrf_exempt
def add(request: Request, case_id: int) -> HttpResponseBase:
    """Takes files in; one that is too large is not kept to its end. The limit must stand before anything is read of the
    request, and the check against forged requests reads it: so that check comes second here."""
    scope = request.scope
    found = scope.cases().filter(case_id=case_id).first() if scope and scope.may(Right.ANSWER) else None
    counted = Counted(_most(found) if found else 0)  # whose case it is not, of them nothing is kept
    if request.method == "POST":
        request.upload_handlers.insert(0, counted)
    request.META[_COUNTED] = counted
    return _add(request, case_id)


@csrf_protect
@page(Right.ANSWER, side=Side.SELLER, methods=("POST",))
def _add(request: Seen, case_id: int) -> HttpResponse:
    case = request.scope.case(case_id)
    counted: Counted = request.META[_COUNTED]
    kind = request.POST.get("kind", BY_NAME)
    refused: list[Problem] = []
    taken: list[DraftPiece] = []
    for file in request.FILES.getlist("file"):
        try:
            taken += _take(request, case, file, kind, instead=file.name not in {row.name for row in taken})
        except OmbudError as error:
            refused += (_unsaid(problem, file.name or "") for problem in error.problems)
    for name in counted.skipped:
        refused += drafts.too_large(name, _most(case), case, books.in_use()).problems
    if not taken and not refused:
        refused.append(Problem("no_file", N_("No file was chosen.")))
    readers().read([row.file_id for row in taken], request.at)
    if request.headers.get("HX-Request"):
        answer = _part(request, case, refused)
        if any(problem.code == "unknown_kind" for problem in refused):
            answer.headers["X-Kind-Wanted"] = "1"
        return answer
    for problem in refused:
        messages.error(request, problem.say(_))
    return redirect(_address(case))


setattr(add, NEEDS, getattr(_add, NEEDS))


def _most(case: Case) -> int:
    """Bytes of one file."""
    files = rules_of(case, books.in_use()).files
    return min((files.most_bytes if files else None) or MOST_BYTES, MOST_BYTES)


def _unsaid(problem: Problem, name: str) -> Problem:
    """The same, mended on a page instead of a command line."""
    if problem.code != "unknown_kind":
        return problem
    text = N_("What kind of evidence is {name}? Its name does not say.")
    return Problem(problem.code, text, {"name": name}, mend=N_("Choose the kind, and put the file there again."))


def _take(request: Seen, case: Case, file: UploadedFile[Any], kind: str, *, instead: bool) -> list[DraftPiece]:
    piece = NewPiece(file.name or "", file, kind or None)  # type: ignore[arg-type]  # (it reads as a file does)
    return drafts.add(
        case.case_id, [piece], at=request.at, actor=request.scope.actor, books=books.in_use(), instead=instead
    )


@page(Right.ANSWER, side=Side.SELLER, methods=("POST",))
def remove(request: Seen, case_id: int, piece_id: int) -> HttpResponse:
    """Takes a file off."""
    case = request.scope.case(case_id)
    name, actor = _ready(case, piece_id).name, request.scope.actor
    drafts.remove(case.case_id, name, at=request.at, actor=actor, books=books.in_use())
    return _changed(request, case)


@page(Right.ANSWER, side=Side.SELLER, methods=("POST",))
def rename(request: Seen, case_id: int, piece_id: int) -> HttpResponse:
    """Gives a file the name that the platform wants."""
    case = request.scope.case(case_id)
    row, to = _ready(case, piece_id), request.POST.get("name", "")
    drafts.rename(case.case_id, row.name, to, at=request.at, actor=request.scope.actor, books=books.in_use())
    return _changed(request, case)


def _changed(request: Seen, case: Case) -> HttpResponse:
    return _part(request, case) if request.headers.get("HX-Request") else redirect(_address(case))


def _ready(case: Case, piece_id: int) -> DraftPiece:
    row = DraftPiece.objects.filter(case=case, draft_piece_id=piece_id).first()
    if row is None:
        raise Http404
    return row


def _address(case: Case) -> str:
    return f"{reverse('case', args=[case.case_id])}#evidence"


urls = [
    path("cases/<int:case_id>/evidence/", part, name="evidence"),
    path("cases/<int:case_id>/evidence/add/", add, name="evidence_add"),
    path("cases/<int:case_id>/evidence/<int:piece_id>/remove/", remove, name="evidence_remove"),
    path("cases/<int:case_id>/evidence/<int:piece_id>/rename/", rename, name="evidence_rename"),
    *preview.urls,
]
