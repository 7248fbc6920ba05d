"""At risk: orders that will become cases, with the time left and the one step that saves each (G3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from ombud.domain.countdown import Awaits, Clock, Urgency
from ombud.domain.instants import parse_span
from ombud.domain.roles import Right, Side
from ombud.languages import language
from ombud.scan.ahead import AtRisk, at_risk
from ombud.store import books
from ombud.web.access import page
from ombud.web.middleware import Seen

SPANS = ("6h", "1d", "2d", "7d")
USUAL = "2d"
MOST = 500
"""Orders that the page looks at: those that are due next."""


@dataclass(frozen=True, slots=True)
class Row:
    """An order at risk, with what its book says of it."""

    order: AtRisk
    title: str
    save: str

    @property
    def clock(self) -> Clock:
        """Until it becomes a case."""
        return Clock(Awaits.ANSWER, self.order.fires_at)


@page(Right.SEE, side=Side.SELLER)
def list_(request: Seen) -> HttpResponse:
    """The orders that become cases within a span if nothing changes, the next first."""
    ahead = request.GET.get("ahead", USUAL)
    span = ahead if ahead in SPANS else USUAL
    stores = list(request.scope.stores().order_by("store_id").values_list("store_id", flat=True))
    store = request.GET.get("store", "")
    wanted = [store] if store in stores else stores
    in_use = books.in_use()
    until = request.at + parse_span(span)
    found = at_risk(request.at, until, books=in_use, stores=wanted, limit=MOST)
    rows = []
    for order in found.rows:
        version = in_use[order.store.platform].version_at(f"violations.{order.violation}", order.fires_at)
        title = version.value.title.speak(language()) if version else order.violation
        rows.append(Row(order, title, version.value.save.speak(language()) if version else ""))
    under_a_day = sum(row.clock.urgency(request.at) in (Urgency.UNDER_AN_HOUR, Urgency.DUE_TODAY) for row in rows)
    context = {
        "here": "risk",
        "rows": rows,
        "stores": stores,
        "store": store,
        "span": span,
        "spans": SPANS,
        "under_a_day": under_a_day,
        "looked_until": found.until if found.until < until else None,
        "most": MOST,
    }
    return render(request, "ombud/risk.html", context)


urls = [path("risk/", list_, name="risk")]
