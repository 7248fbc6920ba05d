"""Health: where each store stands, how much remains before a limit is reached, and what would change it (O17, S10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString

from ombud.domain.health import Standing
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import Right
from ombud.domain.rulebook import Rulebook
from ombud.domain.sanctions import Over
from ombud.languages import _
from ombud.store import books
from ombud.store.health import Figure, Health, curves, figures, figures_of_all
from ombud.store.models import Case, Store
from ombud.store.outlook import outlook
from ombud.store.queue import opened_by
from ombud.store.sanctions import listed
from ombud.web import causes
from ombud.web import figures as panels
from ombud.web.access import page
from ombud.web.filters import page_number
from ombud.web.middleware import Seen
from ombud.web.threats import of_late, threats
from ombud.words import health as words

PAGE = 25
"""Stores to a page: each has its curve."""
FIRST = ("dispute_rate", "success_rate", "on_time", "tracking_completeness")
"""The figures that every list begins with, whichever of them a book measures."""
RATINGS = {"basic": N_("Basic"), "standard": N_("Standard"), "premium": N_("Premium")}
STALE = timedelta(days=2)
"""After so long without an import a page says so before anything else."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure in the list; empty where the store's book does not measure it."""

    title: str
    value: str = "–"
    base: str = ""
    standing: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A store in the list."""

    store: Store
    cells: list[Cell]
    nearest: str
    headroom: str
    headroom_tone: str
    tone: str
    standing: str
    drawn: SafeString | str
    sanctions: int
    open_cases: int

    @property
    def rating(self) -> str:
        """The platform's rating of the store."""
        return rating(self.store)


@page(Right.SEE)
def overview(request: Seen) -> HttpResponse:
    """Every store, the one nearest to its limit on top, or as the address sorts them."""
    stores = {one.store_id: one for one in request.scope.stores()}
    found = _figures(stores, request.at)
    titles = {figure.name: words.title(figure) for one in found for figure in one.figures}
    names = sorted(titles, key=_place)
    sort = request.GET.get("sort", "")
    found.sort(key=lambda one: _order(one, sort))
    number = page_number(request.GET.get("page", ""))
    first = (number - 1) * PAGE
    shown = found[first : first + PAGE]
    over = sum(one.closest is not None and one.closest.standing is Standing.BEYOND for one in found)
    context = {
        "here": "health",
        "rows": _rows(shown, stores, names, request.at),
        "columns": [(name, titles[name]) for name in names],
        "sort": sort if sort in {"store", *names} else "worst",
        "count": len(found),
        "over": over,
        "page": number,
        "more": len(found) > first + PAGE,
        "stale": [one for one in stores.values() if request.at - one.known_at >= STALE],
        "oldest": min((one.known_at for one in stores.values()), default=None),
    }
    return render(request, "ombud/health.html", context)


@page(Right.SEE)
def store(request: Seen, store_id: str) -> HttpResponse:
    """One store: every figure with its curve, what would change it, and what its book threatens."""
    one = request.scope.store(store_id)
    book = _book(books.in_use(), one.platform)
    health = figures(store_id, request.at, book)
    drawn = curves({store_id: health.figures}, request.at.astimezone(UTC).date() - _DAY)
    by_name = {figure.name: figure for figure in health.figures}
    tracking = book.in_force("health.tracking_completeness", request.at) if "tracking_completeness" in by_name else None
    wait = tracking.value.wait if tracking else None
    ahead = outlook(store_id, request.at, by_name["dispute_rate"].window, wait)
    main = health.closest or by_name["dispute_rate"]
    ordered = sorted(health.figures, key=lambda figure: (figure is not main, _place(figure.name)))
    found = threats(store_id, book, health, of_late(store_id, request.at), request.at)
    context = {
        "here": "health",
        "store": one,
        "rating": rating(one),
        "panels": [
            panels.panel(store_id, figure, drawn[store_id, figure.name], ahead, request.at) for figure in ordered
        ],
        "threats": found,
        "in_force": [threat for threat in found if threat.begun],
        "open_cases": ahead.open_cases,
        "stale_days": (request.at - one.known_at) // _DAY if request.at - one.known_at >= STALE else 0,
    }
    return render(request, "ombud/health_store.html", context)


def rating(one: Store) -> str:
    """The platform's rating of a store, in words; empty where it told none."""
    return _(RATINGS.get(one.tier, one.tier)) if one.tier else ""


def _figures(stores: dict[str, Store], at: datetime) -> list[Health]:
    in_use = books.in_use()
    by_platform: dict[str, list[str]] = {}
    for one in stores.values():
        by_platform.setdefault(one.platform, []).append(one.store_id)
    return [
        health
        for platform, some in sorted(by_platform.items())
        for health in figures_of_all(at, _book(in_use, platform), stores=some)
    ]


def _book(in_use: dict[str, Rulebook], platform: str) -> Rulebook:
    book = in_use.get(platform)
    if book is None:
        raise OmbudError(
            Problem("no_book", N_("There is no rulebook for the platform {platform!r}."), {"platform": platform})
        )
    return book


def _rows(shown: Sequence[Health], stores: dict[str, Store], names: Sequence[str], at: datetime) -> list[Row]:
    ids = [one.store_id for one in shown]
    nearest = {one.store_id: _drawn_of(one) for one in shown}
    drawn = curves({store_id: [figure] for store_id, figure in nearest.items()}, at.astimezone(UTC).date() - _DAY)
    against: dict[str, int] = {}
    for sanction in listed(at, overs=(Over.STORE,), subjects=ids):
        against[sanction.subject] = against.get(sanction.subject, 0) + 1
    counted: Counter[str] = Counter()
    for still_open in (Q(closed_at__isnull=True), Q(closed_at__gt=at)):  # each by an index of its own
        open_ = Case.objects.filter(still_open, opened_by(at), store__in=ids, route="").order_by()
        counted.update(dict(open_.values_list("store_id").annotate(Count("case_id"))))
    rows = []
    for one in shown:
        closest, figure = one.closest, nearest[one.store_id]
        rows.append(
            Row(
                store=stores[one.store_id],
                cells=[_cell(one, name) for name in names],
                nearest=words.title(figure),
                headroom=words.headroom(closest) if closest else "",
                tone=panels.TONES.get(closest.standing, "") if closest else "",
                headroom_tone=panels.tone_of_headroom(closest) if closest else "",
                standing=words.standing(closest) if closest else words.standing(figure),
                drawn=panels.spark(figure, drawn[one.store_id, figure.name], at),
                sanctions=against.get(one.store_id, 0),
                open_cases=counted[one.store_id],
            )
        )
    return rows


def _drawn_of(one: Health) -> Figure:
    """The figure whose curve stands for the store: the one nearest to its limit."""
    return one.closest or next((figure for figure in one.figures if figure.name == FIRST[0]), one.figures[0])


def _cell(one: Health, name: str) -> Cell:
    figure = next((figure for figure in one.figures if figure.name == name), None)
    if figure is None:
        return Cell("")
    tone = panels.TONES.get(figure.standing, "")
    standing = words.standing(figure) if tone else ""
    return Cell(words.title(figure), words.value(figure), words.base(figure), standing, tone)


def _order(one: Health, sort: str) -> tuple[Fraction, int, str]:
    """The worst on top; what is measured on more, first."""
    if sort == "store":
        return (Fraction(0), 0, one.store_id)
    figure = next((figure for figure in one.figures if figure.name == sort), None)
    if figure is None:
        closest = None if sort in FIRST else one.closest
        return (-closest.closeness, -closest.share.base, one.store_id) if closest else (Fraction(2), 0, one.store_id)
    rate = Fraction(figure.share.part) if figure.counts[1] is None else figure.share.rate
    if rate is None:
        return (Fraction(2), 0, one.store_id)
    return (-rate if figure.counts[0] in panels.RISES else rate, -figure.share.base, one.store_id)


def _place(name: str) -> tuple[int, str]:
    return (FIRST.index(name), name) if name in FIRST else (len(FIRST), name)


urls = [
    *causes.urls,
    path("health/", overview, name="health"),
    path("health/store/<path:store_id>/", store, name="store_health"),
]
