"""The ledger and the histories checked whole, on demand: what does not fit, where, who asked and when (O14, O20)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from ombud.actions import audits
from ombud.domain.problems import Problem
from ombud.domain.roles import Right, Side
from ombud.languages import _
from ombud.people.models import Deed
from ombud.store.models import Checkpoint
from ombud.web import background
from ombud.web.access import page
from ombud.web.background import Job
from ombud.web.middleware import Seen
from ombud.words.ledger_faults import RULES

KINDS: Mapping[str, tuple[str, Callable[..., Any]]] = {
    "ledger": (audits.LEDGER, audits.audit_ledger),
    "history": (audits.HISTORY, audits.audit_history),
}
_CHECKPOINTS = 10
_EARLIER = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A misfit in words, with its case where it has one."""

    case_id: int | None
    said: str
    posting_id: int | None = None
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """One audit: how far the running one is, what the last one found, and those before it."""

    kind: str
    job: Job
    last: Deed | None
    told: tuple[Told, ...]
    rules: tuple[tuple[str, int], ...]
    earlier: tuple[Deed, ...]


@page(Right.AUDIT, side=Side.OPERATOR, methods=("GET", "POST"))
def audit(request: Seen) -> HttpResponse:
    """Both audits; POST runs one."""
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in KINDS:
            raise Http404
        at, actor, organisation_id = request.at, request.scope.actor, request.scope.organisation_id
        run = KINDS[kind][1]
        background.start(_key(kind), lambda: _ran(run, organisation_id, at, actor), at=at)
        return redirect("audit")
    context = {
        "here": "audit",
        "audits": [_audited(kind) for kind in KINDS],
        "checkpoints": Checkpoint.objects.order_by("-checkpoint_id")[:_CHECKPOINTS],
    }
    partial = request.headers.get("HX-Request")
    return render(request, "ombud/audit_now.html" if partial else "ombud/audit.html", context)


def _ran(run: Callable[..., Any], organisation_id: int, at: Any, actor: str) -> bool:
    run(organisation_id=organisation_id, at=at, actor=actor)  # what it found is kept as a deed, for longer than here
    return True


def _key(kind: str) -> str:
    return background.key_of("audit", kind)


def _audited(kind: str) -> Audited:
    deeds = list(Deed.objects.filter(what=KINDS[kind][0]).order_by("-deed_id")[: 1 + _EARLIER])
    last = deeds[0] if deeds else None
    told = () if last is None else _faults(last.data) if kind == "ledger" else _misfits(last.data)
    counts = last.data.get("counts", {}) if last else {}
    rules = tuple((_(RULES.get(code, code)), count) for code, count in counts.items())
    return Audited(kind, background.look(_key(kind)), last, told, rules, tuple(deeds[1:]))


def _faults(data: Mapping[str, Any]) -> tuple[Told, ...]:
    return tuple(
        Told(one["case_id"], _(RULES.get(one["code"], one["code"])), one["posting_id"], one["expected"], one["found"])
        for one in data["first"]
    )


def _misfits(data: Mapping[str, Any]) -> tuple[Told, ...]:
    return tuple(
        Told(one["case_id"], Problem(one["code"], one["text"], one["values"]).say(_)) for one in data["misfits"]
    )


urls = [path("audit/", audit, name="audit")]
