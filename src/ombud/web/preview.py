"""A file of evidence to look at: a page, a photo, a frame as a picture, with the place of each finding outlined on it.

Files are hostile: the picture is drawn in a confined worker, and the file itself leaves only to be saved, never shown.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from ombud.domain.evidence import Piece
from ombud.domain.gate import Verdict
from ombud.domain.roles import Right, Side
from ombud.domain.said import Box
from ombud.inspect.pool import Asked
from ombud.store import books, drafts, evidence_files
from ombud.store.models import Case, DraftPiece, StoredFile
from ombud.store.models import Piece as KeptPiece
from ombud.web.access import page
from ombud.web.checklist import DRAWN, Fault, faults
from ombud.web.inspecting import readers
from ombud.web.middleware import Seen
from ombud.words import remarks, story
from ombud.words.remarks import Remark

_KEPT_S = 86_400
_LARGEST_NUMBER = 10_000_000


@dataclass(frozen=True, slots=True)
class Outline:
    """A place on the picture, in thousandths of it. label: where the numbers of the findings stand, in per cent."""

    numbers: tuple[int, ...]
    level: str
    x: int
    y: int
    width: int
    height: int
    label_x: str
    label_y: str

    @property
    def label(self) -> str:
        """`4, 5` where two findings are about the same place."""
        return ", ".join(map(str, self.numbers))

    @property
    def label_width(self) -> int:
        """Pixels."""
        return 14 + 8 * len(self.label)


@dataclass(frozen=True, slots=True)
class Looked:
    """A file with what is said of it."""

    piece: Piece
    told: tuple[Remark, ...]
    unseen: tuple[str, ...]
    handed_in_at: datetime | None = None

    @property
    def pages(self) -> int:
        """Of a PDF; 1 for anything else."""
        return next((int(one.value) for one in self.piece.said if one.field == "pages"), 1)

    @property
    def faults(self) -> tuple[Fault, ...]:
        return faults(self.told)


@page(Right.SEE)
def look(request: Seen, case_id: int, which: str, piece_id: int) -> HttpResponse:
    """The page of a file. ?page, ?at: the place in it; ?finding: the number of the one to point at."""
    case = request.scope.case(case_id)
    row = _row(request, case, which, piece_id)
    looked = _looked(case, row, request.at)
    at_ms = _number(request, "at", _first_ms(looked))
    shown_page = min(max(1, _number(request, "page", _first_page(looked))), max(1, looked.pages))
    is_film = looked.piece.format.partition("+")[0] == "mp4"
    values = {
        "here": "queue",
        "case": case,
        "which": which,
        "piece_id": piece_id,
        "piece": looked.piece,
        "kind": story.kind(looked.piece.kind, books.kept(case.rulebook_id), case.opened_at),
        "faults": looked.faults,
        "fine": remarks.in_order(looked.told),
        "unseen": looked.unseen,
        "state": remarks.worst(looked.told),
        "outlines": list(_outlines(looked, shown_page, at_ms, is_film=is_film)),
        "finding": _number(request, "finding", 0),
        "page": shown_page,
        "pages": looked.pages,
        "at_ms": at_ms,
        "moments": [(one, remarks.where(None, None, one)) for one in _moments(looked, at_ms)] if is_film else (),
        "drawn": looked.piece.format.partition("+")[0] in DRAWN,
        "handed_in_at": looked.handed_in_at,
    }
    whole = not request.headers.get("HX-Request")
    return render(request, "ombud/case_look.html" if whole else "ombud/case_look_part.html", values)


@page(Right.SEE)
def image(request: Seen, case_id: int, which: str, piece_id: int) -> HttpResponse:
    """PNG or JPEG of a page, photo or frame. 404 where it cannot be drawn: the page says what the file is."""
    row = _row(request, request.scope.case(case_id), which, piece_id)
    return drawn(row.file, page=_number(request, "page", 1), at_ms=_number(request, "at", 0))


def drawn(file: StoredFile, *, page: int, at_ms: int) -> HttpResponse:
    """A picture of a place in a file, made by a confined worker. Raises Http404 where it cannot be drawn."""
    format_ = file.format.partition("+")[0]
    if format_ not in DRAWN:
        raise Http404
    with tempfile.TemporaryDirectory(prefix="ombud-look.") as folder:
        place = Path(folder) / "file"
        with evidence_files.open_file(file.sha256) as content, place.open("wb") as copy:
            shutil.copyfileobj(content, copy, 1 << 20)
        asked = Asked(place, format_)
        picture = readers().draw(asked, page=page, at_ms=at_ms)
    if not picture:
        raise Http404
    answer = HttpResponse(picture, content_type="image/png" if picture.startswith(b"\x89PNG") else "image/jpeg")
    answer.headers["Cache-Control"] = f"private, max-age={_KEPT_S}, immutable"
    return answer


@page(Right.SEE)
def file(request: Seen, case_id: int, which: str, piece_id: int) -> HttpResponse:
    """The file as it was handed in, to be saved: no browser is to show or run what is in it."""
    row = _row(request, request.scope.case(case_id), which, piece_id)
    return saved(row.file_id, row.name)


def saved(sha256: str, name: str) -> HttpResponse:
    """A file to be saved under that name."""
    content = evidence_files.open_file(sha256)
    answer = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return cast("HttpResponse", answer)


def _row(request: Seen, case: Case, which: str, piece_id: int) -> DraftPiece | KeptPiece:
    """A file of this case. What lies ready is for the seller alone until it is handed in."""
    found: DraftPiece | KeptPiece | None = None
    if which == "ready" and request.scope.side is Side.SELLER:
        found = DraftPiece.objects.select_related("file").filter(case=case, draft_piece_id=piece_id).first()
    elif which == "handed-in":
        of_case = KeptPiece.objects.select_related("file", "submission").filter(submission__case=case)
        found = of_case.filter(piece_id=piece_id, submission__received_at__lte=request.at).first()
    if found is None:
        raise Http404
    return found


def _looked(case: Case, row: DraftPiece | KeptPiece, at: datetime) -> Looked:
    """Judged together with what lies, or was handed in, beside it."""
    at_hand = books.in_use()
    handed_in_at = None
    if isinstance(row, DraftPiece):
        beside = drafts.drafted(case.case_id)
    else:
        of_submission = KeptPiece.objects.select_related("file").filter(submission=row.submission_id)
        beside, handed_in_at = drafts.pieces_of(of_submission.order_by("position")), row.submission.received_at
        at = handed_in_at
    judged = drafts.judged(case, beside, at=at, at_hand=at_hand)
    # What was handed in was taken: what the gate says of it today would be that it was handed in.
    verdict = Verdict() if handed_in_at else drafts.verdict(case, beside, at=at, at_hand=at_hand, found=judged)
    by, book = drafts.rules_of(case, at_hand), books.book_of(case.rulebook_id, at_hand)
    for piece, one in zip(beside, judged, strict=True):
        if piece.name == row.name:
            told = remarks.of_piece(piece, one, verdict, by, book)
            return Looked(piece, tuple(told), tuple(remarks.unseen(one.unseen, book)), handed_in_at)
    return Looked(drafts.piece_of(row), (), (), handed_in_at)


def _outlines(looked: Looked, shown_page: int, at_ms: int, *, is_film: bool) -> Iterator[Outline]:
    """The places on what is shown, as far as they have a box."""
    here: dict[Box, list[tuple[Remark, int]]] = {}
    for fault in looked.faults:
        for remark, number in fault.places:
            is_here = remark.at_ms == at_ms if is_film else (remark.page or 1) == shown_page
            if remark.box is not None and is_here:
                here.setdefault(remark.box, []).append((remark, number))
    for box, found in here.items():
        numbers = tuple(dict.fromkeys(number for _remark, number in found))
        yield _outline(numbers, remarks.worst(remark for remark, _number in found), box)


def _outline(numbers: tuple[int, ...], level: str, box: Box) -> Outline:
    left, top, right, bottom = (min(1000, max(0, edge)) for edge in box)
    left, top = max(0, left - 4), max(0, top - 4)
    width, height = min(1000 - left, right - left + 4), min(1000 - top, bottom - top + 4)
    return Outline(numbers, level, left, top, width, height, f"{max(left, 25) / 10:.1f}%", f"{max(top, 20) / 10:.1f}%")


def _moments(looked: Looked, at_ms: int) -> list[int]:
    """The frames that something is said of, and the one that is shown."""
    return sorted({at_ms, *(one.at_ms for one in looked.told if one.at_ms is not None)})


def _first_page(looked: Looked) -> int:
    return next((one.page for one in looked.told if one.level != "fine" and one.page), 1)


def _first_ms(looked: Looked) -> int:
    return next((one.at_ms for one in looked.told if one.level != "fine" and one.at_ms is not None), 0)


def _number(request: Seen, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return min(int(text), _LARGEST_NUMBER) if text.isascii() and text.isdigit() and len(text) <= 9 else otherwise


_FILE = "cases/<int:case_id>/<slug:which>/<int:piece_id>"
urls = [
    path(f"{_FILE}/", look, name="evidence_look"),
    path(f"{_FILE}/image/", image, name="evidence_image"),
    path(f"{_FILE}/file/", file, name="evidence_file"),
]
