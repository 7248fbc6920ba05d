"""Flags and sanctions: who is a high risk, why and until when, for people and for order routing; what led to each
(O16, O17, S10, S11)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path

from ombud.domain.instants import format_instant
from ombud.domain.roles import Right, Side
from ombud.domain.sanctions import Over
from ombud.languages import language
from ombud.store import books
from ombud.store.grounds import cases_behind, clause_of, ends
from ombud.store.models import Sanction
from ombud.store.sanctions import listed
from ombud.web.access import page
from ombud.web.filters import page_number
from ombud.web.middleware import Seen
from ombud.words.sanctions import OVERS, title

FLAG = "flag_high_risk"
"""The measure of a book that flags; the others restrict or watch, and are listed as sanctions."""
PAGE = 50
CASES = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sanction as a table shows it. until: when it ended, or ends if nothing new happens; None: open."""

    one: Sanction
    until: datetime | None

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.one.ended_at is not None

    @property
    def over(self) -> str:
        """Whom it is over, in words of ours."""
        return OVERS[Over(self.one.over)]


@page(Right.OPERATE, side=Side.OPERATOR)
def list_flags(request: Seen) -> HttpResponse:
    """Who is flagged now, by kind; as a table to take away with ?format=csv."""
    over = request.GET.get("over", "")
    flagged = [one for one in listed(request.at) if one.measure == FLAG and over in ("", one.over)]
    until = ends(flagged, request.at)
    lines = [Line(one, until.get(one.pk)) for one in flagged]
    if request.GET.get("format") == "csv":
        return _csv(lines)
    context = {"here": "flags", "lines": lines, "overs": list(OVERS.items()), "over": over}
    return render(request, "ombud/flags.html", context)


def _csv(lines: list[Line]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="flags.csv"'
    answer.write("\ufeff")  # Excel takes a file without it for another encoding
    writer = csv.writer(answer)
    writer.writerow(("platform", "over", "subject", "measure", "title", "figure", "base", "since", "until", "clause"))
    for line in lines:
        one = line.one
        until = format_instant(line.until) if line.until else ""
        since = format_instant(one.begun_at)
        row = (one.platform, one.over, one.subject, one.measure, title(one), one.figure, one.base, since, until)
        writer.writerow([_plain(str(value)) for value in (*row, one.clause)])
    return answer


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


@page(Right.OPERATE, side=Side.OPERATOR)
def list_sanctions(request: Seen) -> HttpResponse:
    """In force or ended, the latest first, by measure and by whom they are over."""
    at, ended = request.at, request.GET.get("list") == "ended"
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    every = Sanction.objects.filter(begun_at__lte=at)
    of_list = every.filter(ended_at__lte=at) if ended else every.filter(running)
    found = _filtered(of_list, request)
    number = page_number(request.GET.get("page", ""))
    first = (number - 1) * PAGE
    rows = list(found.order_by("-ended_at" if ended else "-begun_at", "-sanction_id")[first : first + PAGE + 1])
    until = ends(rows, at)
    counts = every.aggregate(running=Count("pk", filter=running), ended=Count("pk", filter=~running))
    measures = of_list.order_by("measure").values_list("measure").annotate(Count("sanction_id"))
    context = {
        "here": "sanctions",
        "lines": [Line(one, one.ended_at or until.get(one.pk)) for one in rows[:PAGE]],
        "ended": ended,
        "counts": counts,
        "measures": [(name, _called(name), count) for name, count in measures],
        "overs": list(OVERS.items()),
        "chosen": request.GET,
        "filtered": any(request.GET.get(name) for name in ("measure", "over", "q")),
        "page": number,
        "more": len(rows) > PAGE,
    }
    return render(request, "ombud/sanctions.html", context)


def _filtered(rows: QuerySet[Sanction], request: Seen) -> QuerySet[Sanction]:
    for name in ("measure", "over"):
        if value := request.GET.get(name):
            rows = rows.filter(**{name: value})
    search = request.GET.get("q", "").strip()
    return rows.filter(subject__icontains=search) if search else rows


def _called(measure: str) -> str:
    """A measure by its title in a book in use; its own name where none has it."""
    for book in books.in_use().values():
        for versions in book.under("sanctions").values():
            if versions[-1].value.measure == measure:
                return str(versions[-1].value.title.speak(language()))
    return measure


@page(Right.OPERATE, side=Side.OPERATOR)
def show_sanction(request: Seen, sanction_id: int) -> HttpResponse:
    """What led to one: the figure, the clause with its note, and the cases behind it."""
    one = Sanction.objects.filter(pk=sanction_id, begun_at__lte=request.at).first()
    if one is None:
        raise Http404
    cases = cases_behind(one, CASES)
    until = one.ended_at or ends([one], request.at).get(one.pk)
    context = {
        "here": "flags" if one.measure == FLAG else "sanctions",
        "line": Line(one, until),
        "clause": clause_of(one),
        "cases": cases,
        "capped": len(cases) == CASES,
    }
    return render(request, "ombud/sanction.html", context)


urls = [
    path("flags/", list_flags, name="flags"),
    path("sanctions/", list_sanctions, name="sanctions"),
    path("sanctions/<int:sanction_id>/", show_sanction, name="sanction"),
]
