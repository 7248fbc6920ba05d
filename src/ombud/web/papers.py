"""Documents of a case to take along: its notice, and the record of the ruling on it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import path

from ombud.documents.blocks import Document
from ombud.documents.notice import notice
from ombud.documents.ruling import ruling_record
from ombud.documents.typeset import pdf
from ombud.domain.roles import Right
from ombud.languages import LANGUAGES
from ombud.languages import language as language_here
from ombud.store.case_file import CaseFile, case_file
from ombud.web.access import page
from ombud.web.middleware import Seen


@page(Right.SEE)
def document(request: Seen, case_id: int, name: str) -> HttpResponse:
    """PDF/A. ?lang: en, ru or zh; without it a notice is in the language of the book, a ruling in the reader's."""
    wanted = request.GET.get("lang") or None
    if wanted not in (None, *LANGUAGES):
        raise Http404
    file = case_file(request.scope.case(case_id).case_id, request.at)
    drawn = _drawn(name, file, request, wanted)
    answer = HttpResponse(pdf(drawn), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{case_id}-{drawn.language}.pdf"'
    return answer


def _drawn(name: str, file: CaseFile, request: Seen, wanted: str | None) -> Document:
    if name == "notice":
        return notice(file, request.at, language=wanted)
    if name == "ruling" and file.rulings:
        return ruling_record(file, request.at, language=wanted or language_here())
    raise Http404


urls = [path("cases/<int:case_id>/documents/<slug:name>/", document, name="case_document")]
