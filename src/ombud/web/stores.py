"""Stores as an operator sees them: all of them with their figures, and one with its cases, sanctions and habits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from ombud.domain.roles import Right, Side
from ombud.domain.sanctions import Over
from ombud.languages import language
from ombud.store import books
from ombud.store.habits import habits
from ombud.store.health import Figure, Health, figures, figures_of_all
from ombud.store.models import Case, Sanction, Store
from ombud.store.queue import Wanted, opened_by, queue
from ombud.store.sanctions import listed
from ombud.web import flags
from ombud.web.access import page
from ombud.web.filters import page_number
from ombud.web.health import rating
from ombud.web.middleware import Seen

PAGE = 50
SHOWN = ("dispute_rate", "success_rate")
"""The figures that the list has a column for."""
CASES = 10
SANCTIONS = 50
WINDOW = timedelta(days=90)
"""Over which the habits of a store are counted: that of most figures."""


@dataclass(frozen=True, slots=True)
class Row:
    """A store in the list. held: minor units by currency."""

    store: Store
    rating: str
    figures: tuple[Figure | None, ...]
    open_cases: int
    held: Mapping[str, int]
    sanctions: tuple[Sanction, ...]


@page(Right.OPERATE, side=Side.OPERATOR)
def list_(request: Seen) -> HttpResponse:
    """Stores, those with most sanctions on top, then with most open cases."""
    search, platform = request.GET.get("q", "").strip(), request.GET.get("platform", "")
    own = request.scope.stores()
    found = _sorted(own.filter(platform=platform) if platform else own, request.at)
    if search:
        found = found.filter(Q(store_id__icontains=search) | Q(site__icontains=search))
    if request.GET.get("sanctioned"):
        found = found.filter(against__gt=0)
    number = page_number(request.GET.get("page", ""))
    first = (number - 1) * PAGE
    shown = list(found[first : first + PAGE + 1])
    context = {
        "here": "stores",
        "rows": _rows(shown[:PAGE], request.at),
        "search": search,
        "chosen": request.GET,
        "platforms": sorted(own.order_by().values_list("platform", flat=True).distinct()),
        "filtered": bool(search or platform or request.GET.get("sanctioned")),
        "page": number,
        "more": len(shown) > PAGE,
    }
    return render(request, "ombud/stores.html", context)


def _sorted(stores: QuerySet[Store], at: datetime) -> Any:
    """The query with `open_cases` and `against`, the number of sanctions in force, of each."""
    open_ = _open(at).filter(store=OuterRef("store_id")).values("store").annotate(count=Count("case_id"))
    own = Cast(OuterRef("store_id"), CharField())
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    over = Sanction.objects.filter(running, over=Over.STORE, subject=own, begun_at__lte=at).order_by()
    counted = over.values("subject").annotate(count=Count("sanction_id"))
    found = stores.annotate(
        open_cases=Coalesce(Subquery(open_.values("count")), Value(0)),
        against=Coalesce(Subquery(counted.values("count")), Value(0)),
    )
    return found.order_by("-against", "-open_cases", "store_id")


def _open(at: datetime) -> QuerySet[Case]:
    return Case.objects.filter(opened_by(at), closed_at__isnull=True).order_by()


def _rows(stores: list[Any], at: datetime) -> list[Row]:
    ids = [one.store_id for one in stores]
    measured = {health.store_id: health for health in _measured(stores, at)}
    held: dict[str, dict[str, int]] = {one: {} for one in ids}
    amounts = _open(at).filter(store__in=ids, held_minor__gt=0).values_list("store", "currency")
    for store_id, currency, minor in amounts.annotate(Sum("held_minor")):
        held[store_id][currency] = int(minor)
    over: dict[str, list[Sanction]] = {one: [] for one in ids}
    for sanction in listed(at, overs=(Over.STORE,), subjects=ids):
        over[sanction.subject].append(sanction)
    return [
        Row(
            one,
            rating(one),
            tuple(_figure(measured.get(one.store_id), name) for name in SHOWN),
            one.open_cases,
            held[one.store_id],
            tuple(over[one.store_id]),
        )
        for one in stores
    ]


def _measured(stores: list[Store], at: datetime) -> list[Health]:
    in_use = books.in_use()
    platforms = {one.platform for one in stores} & in_use.keys()
    return [
        health
        for platform in sorted(platforms)
        for health in figures_of_all(
            at, in_use[platform], stores=[one.store_id for one in stores if one.platform == platform]
        )
    ]


def _figure(health: Health | None, name: str) -> Figure | None:
    return next((one for one in health.figures if one.name == name), None) if health else None


@page(Right.OPERATE, side=Side.OPERATOR)
def show(request: Seen, store_id: str) -> HttpResponse:
    """One store: its figures, open cases, sanctions with their begin and end, and how it answers."""
    store, at = request.scope.store(store_id), request.at
    book = books.in_use().get(store.platform)
    open_ = _open(at).filter(store=store)
    held = open_.filter(held_minor__gt=0).values_list("currency").annotate(Sum("held_minor"))
    past = Sanction.objects.filter(over=Over.STORE, subject=store_id, begun_at__lte=at)
    answers = habits(store_id, at, WINDOW)
    context = {
        "here": "stores",
        "store": store,
        "rating": rating(store),
        "figures": figures(store_id, at, book).figures if book else (),
        "count": open_.count(),
        "cases": queue(at, Wanted(stores=[store_id]), limit=CASES),
        "held": {currency: int(minor) for currency, minor in held},
        "sanctions": [flags.Line(one, one.ended_at) for one in past.order_by("-begun_at", "-pk")[:SANCTIONS]],
        "habits": answers,
        "codes": [(code, _code(code, store.platform, at), count) for code, count in answers.codes],
    }
    return render(request, "ombud/store.html", context)


def _code(code: str, platform: str, at: datetime) -> str:
    """What a code of the platform means."""
    book = books.in_use().get(platform)
    found = books.version(book, f"reasons.{code}", at) if book else None
    return found.value.title.speak(language()) if found else ""


urls = [
    path("stores/", list_, name="stores"),
    path("stores/<path:store_id>/", show, name="store"),
    *flags.urls,
]
