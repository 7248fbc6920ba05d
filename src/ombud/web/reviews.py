"""Reviews: the cases that wait for a person, what takes effect first on top, and the decision about each (O13, O14)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse

from ombud.actions.reviews import Known, Reviewed, confirm, overrule
from ombud.domain.cases import State
from ombud.domain.evidence import Reason
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import Right, Side
from ombud.domain.rulings import STRONGEST_FIRST
from ombud.languages import _
from ombud.store import books
from ombud.store.models import Case
from ombud.store.reviews import (
    FOR_PERSON,
    STAGES,
    Record,
    Reviewable,
    Stage,
    counted,
    following,
    records,
    reviewable,
)
from ombud.store.rulings import reasons_of
from ombud.web.access import page
from ombud.web.middleware import Seen
from ombud.web.review_page import drawn
from ombud.words import cases, times
from ombud.words.reasons import HEADS, named

PAGE = 50
MOST = 500
"""Cases that one page shows at most."""
ALL_OPEN = "open"
"""The list of all that waits for a person."""
FILTERS = ("store", "platform", "violation")
KEPT = ("list", *FILTERS)
"""What the address of one review keeps of the list that it was opened from."""


@dataclass(frozen=True, slots=True)
class Row:
    """A review as the table shows it. reason: the strongest one, with how sure it is; does: what such a reason does."""

    review: Reviewable
    record: Record
    reason: str
    does: str
    sure: str
    more: int


@page(Right.OPERATE, side=Side.OPERATOR)
def list_(request: Seen) -> HttpResponse:
    """The cases of one list, what takes effect first on top."""
    chosen = request.GET.get("list", ALL_OPEN)
    stages = (Stage(chosen),) if chosen in set(Stage) else FOR_PERSON
    wanted = _wanted(request)
    show = min(max(_number(request.GET.get("show", "")) or PAGE, PAGE), MOST)
    found = reviewable(request.at, stages, wanted=wanted, limit=show)
    done = records({one.case.store_id for one in found}, request.at)
    counts = counted(request.at, wanted)
    lists = [(ALL_OPEN, N_("For a person"), sum(counts[stage] for stage in FOR_PERSON))]
    own = request.scope.stores()
    context = {
        "here": "reviews",
        "rows": [_row(one, done[one.case.store_id]) for one in found],
        "lists": lists + [(str(stage), words, counts[stage]) for stage, words in STAGES.items()],
        "list": chosen if chosen in set(Stage) else ALL_OPEN,
        "kept": _kept(request),
        "chosen": request.GET,
        "platforms": sorted(own.order_by().values_list("platform", flat=True).distinct()),
        "filtered": any(request.GET.get(name) for name in FILTERS),
        "more": min(show + PAGE, MOST) if len(found) == show < MOST else None,
        "may_rule": request.scope.may(Right.RULE),
    }
    return render(request, "ombud/reviews.html", context)


@page(Right.OPERATE, side=Side.OPERATOR)
def review(request: Seen, case_id: int) -> HttpResponse:
    """One case with all that speaks for and against."""
    return _page(request, request.scope.case(case_id), status=200)


@page(Right.RULE, side=Side.OPERATOR, methods=("POST",))
def decide(request: Seen, case_id: int) -> HttpResponse:
    """Hears a reviewer's word, and opens the next case; where it is refused, the same one with the words kept."""
    case = request.scope.case(case_id)
    then = following(case, request.at, request.scope.actor, _wanted(request))
    try:
        done = _heard(request, case_id)
    except OmbudError as error:
        for problem in error.problems:
            messages.error(request, problem.say(_))
        case.refresh_from_db()
        return _page(request, case, status=422)
    messages.success(request, _told(done))
    return redirect(_address(then, request) if then else f"{reverse('reviews')}{_kept(request)}")


def _page(request: Seen, case: Case, *, status: int) -> HttpResponse:
    then = following(case, request.at, request.scope.actor, _wanted(request))
    context = drawn(case, request) | {
        "here": "reviews",
        "next": _address(then, request) if then else None,
        "back": f"{reverse('reviews')}{_kept(request)}",
        "action": f"{reverse('decide', args=[case.case_id])}{_kept(request)}",
        "may_rule": request.scope.may(Right.RULE),
        "said": request.POST.get("reason", ""),
    }
    return render(request, "ombud/review.html", context, status=status)


def _heard(request: Seen, case_id: int) -> Reviewed:
    """Raises OmbudError where it is refused."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    seen = Known(_number(request.POST.get("ruling", "")), _number(request.POST.get("proposals", "")) or 0)
    at, actor, in_use = request.at, request.scope.actor, books.in_use()
    if decision == "confirm":
        return confirm(case_id, at=at, actor=actor, books=in_use, reason=reason, seen=seen)
    if decision not in (State.WON, State.REJECTED):
        raise OmbudError(Problem("no_decision", N_("Nothing was decided."), mend=N_("Confirm, or rule for one side.")))
    return overrule(case_id, State(decision), reason, at=at, actor=actor, books=in_use, seen=seen)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _told(done: Reviewed) -> str:
    case = done.case
    values = {"case": f"#{case.case_id}", "amount": format_amount(case.held_minor, case.currency)}
    if done.ruling is None:
        words = _(N_("Case {case}: {outcome} is proposed. {amount} is held, so another reviewer must say the same."))
        return words.format(outcome=cases.state(done.proposal.outcome if done.proposal else ""), **values)
    values |= {"outcome": cases.state(done.ruling.outcome), "state": cases.state(case.state)}
    if done.in_effect:
        return _(N_("Case {case}: ruled, {outcome}. It is {state} now.")).format(**values)
    at = times.minutes(done.takes_effect_at) if done.takes_effect_at else ""
    return _(N_("Case {case}: ruled, {outcome}. It takes effect at {at} UTC.")).format(at=at, **values)


def _wanted(request: Seen) -> Q:
    """The filters that the address names, over the cases that the reader sees."""
    wanted = Q(store__in=request.scope.stores().values("store_id"))
    for name in FILTERS:
        if value := request.GET.get(name, "").strip():
            wanted &= Q(**{{"store": "store_id"}.get(name, name): value})
    return wanted


def _kept(request: Seen) -> str:
    kept = {name: request.GET[name] for name in KEPT if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def _address(case_id: int, request: Seen) -> str:
    return f"{reverse('review', args=[case_id])}{_kept(request)}"


def _row(one: Reviewable, record: Record) -> Row:
    reason, others = _strongest(one)
    if reason is None:
        return Row(one, record, "", "", "", 0)
    sure = f"{round(reason.confidence * 100)} %" if reason.confidence < 1 else ""
    book = books.kept(one.case.rulebook_id)
    return Row(one, record, named(reason, book), HEADS.get(reason.severity, ""), sure, others)


def _strongest(one: Reviewable) -> tuple[Reason | None, int]:
    told = (
        sorted(reasons_of(one.ruling), key=lambda reason: STRONGEST_FIRST.index(reason.severity)) if one.ruling else ()
    )
    return (told[0], len(told) - 1) if told else (None, 0)


urls = [
    path("reviews/", list_, name="reviews"),
    path("reviews/<int:case_id>/", review, name="review"),
    path("reviews/<int:case_id>/decide/", decide, name="decide"),
]
