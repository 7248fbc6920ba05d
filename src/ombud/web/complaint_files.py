"""What a buyer showed with a complaint, for those who may see the case: with what speaks against it, drawn or to be
saved as any evidence is. The buyer's own page gives none of it out."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import path

from ombud.domain.problems import N_
from ombud.domain.roles import Right
from ombud.domain.said import Said
from ombud.languages import _
from ombud.store.case_file import CaseFile
from ombud.store.inspections import readings
from ombud.store.models import ComplaintFile
from ombud.web import preview
from ombud.web.access import page
from ombud.web.checklist import DRAWN
from ombud.web.middleware import Seen

SHORT_S = 10
"""An unpacking that is over sooner shows little: a doubt for who reviews, and no more."""
_NOTHING = frozenset({"no_video", "no_frames", "no_length"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that the buyer showed. doubts: what speaks against it, in sentences; drawn: whether there is a picture."""

    number: int
    name: str
    doubts: tuple[str, ...]
    drawn: bool


def shown(file: CaseFile) -> list[Shown]:
    """What was shown with the complaints about the order of a case."""
    ids = [one.complaint_id for one in file.complaints]
    if not ids:
        return []
    rows = list(ComplaintFile.objects.select_related("file").filter(complaint__in=ids).order_by("pk"))
    known = readings([row.file_id for row in rows]) if rows else {}
    return [
        Shown(
            row.pk,
            row.name,
            tuple(_doubts(known[row.file_id].said if row.file_id in known else None)),
            row.file.format in DRAWN,
        )
        for row in rows
    ]


def _doubts(said: tuple[Said, ...] | None) -> list[str]:
    if said is None:
        return [_(N_("It was not read yet."))]
    if any(one.field == "problem" and one.value in _NOTHING for one in said):
        return [_(N_("It has no picture to look at."))]
    seconds = [int(one.value) // 1000 for one in said if one.field == "duration_ms"]
    if seconds and seconds[0] < SHORT_S:
        return [_(N_("The video lasts only {seconds} s: an unpacking takes longer.")).format(seconds=seconds[0])]
    return []


@page(Right.SEE)
def image(request: Seen, case_id: int, number: int) -> HttpResponse:
    """The photo, or the first frame, drawn by a confined worker."""
    return preview.drawn(_row(request, case_id, number).file, page=1, at_ms=0)


@page(Right.SEE)
def save(request: Seen, case_id: int, number: int) -> HttpResponse:
    """The file as the buyer gave it, to be saved and never shown."""
    row = _row(request, case_id, number)
    return preview.saved(row.file_id, row.name)


def _row(request: Seen, case_id: int, number: int) -> ComplaintFile:
    case = request.scope.case(case_id)
    found = ComplaintFile.objects.select_related("file").filter(pk=number, complaint__order=case.order_id)
    row = found.filter(added_at__lte=request.at).first()
    if row is None:
        raise Http404
    return row


_FILE = "cases/<int:case_id>/complaint-files/<int:number>"
urls = [
    path(f"{_FILE}/picture/", image, name="complaint_picture"),
    path(f"{_FILE}/save/", save, name="complaint_file"),
]
