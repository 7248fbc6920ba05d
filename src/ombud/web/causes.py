"""Causes: what the cases of a time have in common, to show what to mend; as bars, a table, a report (O17, S12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString

from ombud.documents import sheets
from ombud.documents.cause_table import NAMES, table
from ombud.documents.report import report
from ombud.documents.typeset import pdf
from ombud.domain.problems import N_
from ombud.domain.roles import Right
from ombud.languages import _, language
from ombud.store import books
from ombud.store.causes import By, Cause, causes_of_whole
from ombud.store.disputes import Period
from ombud.store.sanctions import listed
from ombud.web import charts, filters
from ombud.web.access import page
from ombud.web.attached import attached
from ombud.web.middleware import Seen
from ombud.words import sanctions

SHOWN = 30
"""Causes on a page; a file has them all."""
FILES = ("csv", "xlsx")
FLAGGED = frozenset({By.CARRIER, By.WAREHOUSE, By.BUYER})
"""What a platform may flag as high risk."""


@dataclass(frozen=True, slots=True)
class Row:
    """A cause as the page shows it. `share`: of all cases of the time; `flags`: what the platform says of it."""

    cause: Cause
    title: str
    share: Fraction
    drawn: SafeString
    flags: Sequence[str]


@page(Right.SEE)
def list_(request: Seen) -> HttpResponse:
    """The causes that most cases share, on top; the same as a file where the address asks for one."""
    by, own, time = _by(request), filters.stores(request), _time(request)
    found, whole = causes_of_whole(by, time.since, time.until, stores=own.asked)
    form = request.GET.get("format", "")
    if form in FILES:
        return _file(request, by, found)
    flagged = _flags(request, by, found[:SHOWN]) if by in FLAGGED else {}
    titles = _violations() if by is By.VIOLATION else {}
    context = {
        "here": "health",
        "by": str(by),
        "by_words": _(NAMES[by]),
        "groupings": NAMES,
        "rows": [_row(cause, whole.cases, titles, flagged) for cause in found[:SHOWN]],
        "more": max(len(found) - SHOWN, 0),
        "cases": whole.cases,
        "lost": whole.lost,
        "won": whole.won,
        "cost": dict(sorted(whole.cost_minor.items())),
        "several": by is By.SKU,
        "stores": own.own,
        "store": own.chosen,
        "time": time,
        "times": filters.stretches(request.at),
    }
    return render(request, "ombud/causes.html", context)


@page(Right.SEE)
def report_pdf(request: Seen) -> HttpResponse:
    """The dispute report of a time, to print and to pass on."""
    own, time = filters.stores(request), _time(request)
    content = pdf(report(_period(own, time), language=language()))
    return attached(content, "pdf", "dispute-report", own.chosen or "all", time.key)


def _by(request: Seen) -> By:
    text = request.GET.get("by", "")
    return By(text) if text in set(By) else By.SKU


def _time(request: Seen) -> filters.Stretch:
    return filters.stretch(request.GET.get("period", ""), request.at)


def _period(own: filters.Stores, time: filters.Stretch) -> Period:
    if own.chosen:
        return Period(time.until, time.since, own.chosen)
    return Period(time.until, time.since, stores=None if own.asked is None else tuple(own.asked))


def _file(request: Seen, by: By, found: list[Cause]) -> HttpResponse:
    form = request.GET["format"]
    content = sheets.content("xlsx" if form == "xlsx" else "csv", _(N_("Causes")), *table(by, found), request.at)
    return attached(content, form, "causes", by)


def _flags(request: Seen, by: By, found: list[Cause]) -> dict[str, list[str]]:
    """What is in force over these, by name, once each."""
    names = [cause.name for cause in found if cause.name is not None]
    flags: dict[str, list[str]] = {}
    for one in listed(request.at, overs=(str(by),), subjects=names):
        said = sanctions.title(one)
        if said not in flags.setdefault(one.subject, []):
            flags[one.subject].append(said)
    return flags


def _violations() -> dict[str, str]:
    return {
        name: versions[-1].value.title.speak(language())
        for book in books.in_use().values()
        for name, versions in book.under("violations").items()
    }


def _row(cause: Cause, cases: int, titles: dict[str, str], flags: dict[str, list[str]]) -> Row:
    name = cause.name or ""
    drawn = charts.bar(cause.cases, cases, lost=cause.lost)
    return Row(cause, titles.get(name, name), Fraction(cause.cases, cases or 1), drawn, flags.get(name, ()))


urls = [
    path("health/causes/", list_, name="causes"),
    path("health/causes/report.pdf", report_pdf, name="dispute_report"),
]
