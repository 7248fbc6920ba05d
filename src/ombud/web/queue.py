"""The queue: cases of all stores of all platforms, what runs out first on top (G4)."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from ombud.domain.countdown import WORDS
from ombud.domain.roles import Right
from ombud.store.queue import Wanted, load, queue
from ombud.web.access import page
from ombud.web.middleware import Seen

PAGE = 50
"""Cases to a page."""


@page(Right.SEE)
def list_(request: Seen) -> HttpResponse:
    """The first cases of the queue, with what all of it holds."""
    wanted = Wanted(stores=request.scope.stores())
    whole = load(request.at, wanted)
    found = {
        "here": "queue",
        "cases": queue(request.at, wanted, limit=PAGE),
        "load": whole,
        "urgencies": [(WORDS[urgency], count) for urgency, count in whole.by_urgency.items()],
    }
    return render(request, "ombud/queue.html", found)


urls = [path("queue/", list_, name="queue")]
