"""The queue: cases of all stores of all platforms, what runs out first on top (G4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path

from ombud.domain.case_texts import STATES
from ombud.domain.countdown import WORDS
from ombud.domain.instants import parse_span
from ombud.domain.problems import OmbudError
from ombud.domain.roles import Right
from ombud.languages import language
from ombud.store import books
from ombud.store.queue import OPEN_STATES, QueuedCase, Wanted, queue, these
from ombud.store.queue_load import load
from ombud.store.readiness import Readiness, readiness
from ombud.web.access import page
from ombud.web.middleware import Seen
from ombud.words.cases import AWAITED

PAGE = 50
"""Cases to a page."""
MOST = 500
"""Cases that one page shows at most."""
SPANS = ("1h", "6h", "1d", "3d", "7d")
FILTERS = {"store": "store_id", "platform": "platform", "violation": "violation", "state": "state"}
"""What an address may name -> what the queue is asked for."""
STORES_LISTED = 200
"""Stores that the filter offers by name; with more of them, one is typed."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case as the table shows it."""

    case: QueuedCase
    ready: Readiness


@page(Right.SEE)
def list_(request: Seen) -> HttpResponse:
    """The first cases of the queue that the filters leave, with what all of it holds."""
    search = request.GET.get("q", "").strip()
    found = _named(request, search) if search else []
    if len(found) == 1:
        return redirect("case", found[0])
    wanted, show = _wanted(request.GET), _show(request.GET)
    own = request.scope.stores()
    scoped = Wanted(**wanted, stores=own.values_list("store_id", flat=True))
    whole = load(request.at, scoped)
    after = _after(request)
    cases = these(found, request.at) if search else queue(request.at, scoped, limit=show, after=after)
    ready = readiness(cases)
    rows = [Row(case, ready[case.case_id]) for case in cases]
    listed = list(own.order_by("store_id").values_list("store_id", "platform")[: STORES_LISTED + 1])
    platforms = own.order_by().values_list("platform", flat=True).distinct()
    context = {
        "here": "queue",
        "rows": rows,
        "load": whole,
        "urgencies": [(WORDS[urgency], str(urgency), count) for urgency, count in whole.by_urgency.items()],
        "waiting": [(AWAITED[awaits], count) for awaits, count in whole.waiting.items() if count],
        "more": min(show + PAGE, MOST) if len(cases) == show < MOST and not search else None,
        "last": cases[-1].case_id if len(cases) == show and not search else None,
        "behind": after is not None and not search,
        "filtered": bool(wanted) or bool(search),
        "search": search,
        "chosen": request.GET,
        "stores": [store_id for store_id, _ in listed],
        "too_many_stores": STORES_LISTED,
        "platforms": sorted({platform for _, platform in listed} if len(listed) <= STORES_LISTED else platforms),
        "violations": _violations(),
        "states": [(OPEN_STATES, OPEN_STATES), *STATES.items()],
        "spans": SPANS,
    }
    return render(request, "ombud/queue.html", context)


def _named(request: Seen, search: str) -> list[int]:
    """The cases that somebody means by a number, an order's id or a tracking number, of their own stores."""
    number = search.removeprefix("#")
    which = Q(order_id=search) | Q(tracking_number=search)
    if number.isascii() and number.isdigit() and len(number) <= 18:
        which |= Q(case_id=int(number))
    return list(request.scope.cases().filter(which).order_by("case_id").values_list("case_id", flat=True)[:MOST])


def _wanted(query: QueryDict) -> dict[str, Any]:
    """The filters that the address names; one that names nothing is left out, and its field shows that."""
    wanted: dict[str, Any] = {field: query[key] for key, field in FILTERS.items() if query.get(key)}
    span = _span(query.get("within", ""))
    return wanted | ({"due_within": span} if span else {})


def _span(text: str) -> timedelta | None:
    try:
        return parse_span(text) if text else None
    except OmbudError:
        return None


def _show(query: QueryDict) -> int:
    text = query.get("show", "")
    return min(max(int(text), PAGE), MOST) if text.isascii() and text.isdigit() and len(text) < 6 else PAGE


def _after(request: Seen) -> QueuedCase | None:
    """The last case of the page before; nothing where the address names none of the own stores."""
    text = request.GET.get("after", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    own = request.scope.cases().filter(case_id=int(text)).values_list("case_id", flat=True)
    return next(iter(these(own, request.at)), None)


def _violations() -> Sequence[tuple[str, str]]:
    """(name, title in the reader's language) of what opens cases in any book in use."""
    titles = {}
    for book in books.in_use().values():
        for name, versions in book.under("violations").items():
            titles[name] = versions[-1].value.title.speak(language())
    return sorted(titles.items(), key=lambda item: item[1])


urls = [path("queue/", list_, name="queue")]
