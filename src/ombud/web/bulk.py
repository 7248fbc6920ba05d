"""What is done to several cases of the queue at once: taken out as a table, or accepted after one question."""

from __future__ import annotations

import csv
from collections import defaultdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from ombud.actions.acceptances import accept, refuse_unknown
from ombud.domain.cases import ENDS, State
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import Right
from ombud.languages import _
from ombud.store import books
from ombud.store.models import Case
from ombud.web.access import page
from ombud.web.middleware import Seen
from ombud.words.cases import status, title

MOST = 500
"""Cases at once."""


@page(Right.ANSWER, methods=("POST",))
def bulk(request: Seen) -> HttpResponse:
    """Does what was asked to the cases chosen. Accepting asks first, naming what it costs, case by case."""
    chosen = _chosen(request)
    if not chosen:
        messages.warning(request, _(N_("No case was chosen.")))
        return redirect("queue")
    if request.POST.get("do") != "accept":
        return _export(chosen)
    if not request.scope.may(Right.CONCEDE):
        raise OmbudError(
            Problem("not_allowed", N_("Accepting a dispute is for the owner."), mend=N_("Ask the owner to do it."))
        )
    if request.POST.get("sure") != "yes":
        return _ask(request, chosen)
    return _accept(request, chosen)


def _chosen(request: Seen) -> list[Case]:
    numbers = {int(text) for text in request.POST.getlist("case")[:MOST] if text.isascii() and text.isdigit()}
    cases = request.scope.cases().select_related("order", "store").filter(case_id__in=numbers)
    return list(cases.order_by("shuts_at", "case_id"))


def _ask(request: Seen, chosen: list[Case]) -> HttpResponse:
    in_use = books.in_use()
    takes, refused = [], []
    held: dict[str, int] = defaultdict(int)
    for case in chosen:
        try:
            refuse_unknown(case, in_use)
        except OmbudError as error:
            refused.append((case, error.problems[0]))
            continue
        if State(case.state) in ENDS:
            refused.append((case, Problem("case_closed", N_("It is closed already."))))
            continue
        takes.append(case)
        held[case.currency] += case.order.amount_minor
    context = {"here": "queue", "takes": takes, "refused": refused, "held": dict(held)}
    return render(request, "ombud/accept_many.html", context)


def _accept(request: Seen, chosen: list[Case]) -> HttpResponse:
    """Each case on its own: what one refuses keeps none of the others from being accepted."""
    in_use = books.in_use()
    done = 0
    for case in chosen:
        try:
            accept(case, at=request.at, actor=request.scope.actor, books=in_use)
            done += 1
        except OmbudError as error:
            messages.error(request, f"#{case.case_id}: " + " ".join(one.say(_) for one in error.problems))
    if done:
        messages.success(request, _(N_("Disputes accepted: {count}.")).format(count=done))
    return redirect("queue")


def _export(chosen: list[Case]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="cases.csv"'
    answer.write("\ufeff")  # Excel takes a file without it for another encoding
    writer = csv.writer(answer)
    writer.writerow(
        ("case", "order", "store", "platform", "violation", "title", "status", "due_at", "held_minor", "currency")
    )
    for case in chosen:
        row = (case.case_id, case.order_id, case.store_id, case.platform, case.violation, title(case))
        due = format_instant(case.due_at) if case.due_at else ""
        writer.writerow((*row, status(case, case.state, case.platform_status), due, case.held_minor, case.currency))
    return answer


urls = [path("queue/bulk/", bulk, name="bulk")]
