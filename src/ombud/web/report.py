"""The buyer's page: report a problem with one order, by a signed link and without a login; see where it stands; take it
back (S1, S2, S4, O2c, O2e). Nothing here leads to another order, and no file that was handed in is given out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from ombud.actions import report_files, reports
from ombud.actions.report_files import NewFile
from ombud.actions.reports import Filled
from ombud.domain.problems import OmbudError, Problem
from ombud.domain.said import Said
from ombud.inspect.pool import Asked
from ombud.scan.prospects import KINDS, MEDIA, OPENS, Leads, Prospect, Prospects, prospects
from ombud.store import books, report_links
from ombud.store.models import Line, Order
from ombud.store.reported import Reported, reported
from ombud.web import complaint_files
from ombud.web.inspecting import readers
from ombud.web.middleware import Request
from ombud.words import buyer
from ombud.words.buyer import Told

MOST_BYTES_OF_ALL = 3 * report_files.MOST_BYTES
"""Of all files of one form; what comes after is read past."""
_KEPT = "ombud.kept"
_LONGEST_ONCE = 64


class Kept(FileUploadHandler):
    """Passes on what fits and reads past the rest, so that the words of the form are not lost with a video that is too
    large; `skipped` names what was."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped: list[str] = []
        self._left, self._of_file = MOST_BYTES_OF_ALL, 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Another file begins."""
        super().new_file(*args, **kwargs)
        self._of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Raises SkipFile where the file is too large, or all of them are."""
        del start
        self._of_file += len(raw_data)
        self._left -= len(raw_data)
        if self._of_file > report_files.MOST_BYTES or self._left < 0:
            self.skipped.append(self.file_name or "")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The handlers behind this one keep the file."""
        del file_size


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of problem that may be chosen. hint: what it takes, or where to go; wants: what must be shown with it."""

    kind: str
    title: str
    hint: str
    can: bool
    wants: str


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request, token: str) -> HttpResponseBase:
    """The page, and what its form sends."""
    return _private(_guarded(_report, request, _order(token), token))


@csrf_exempt
@require_http_methods(["POST"])
def add(request: Request, token: str) -> HttpResponseBase:
    """More photos, or a video, for what was reported."""
    return _private(_guarded(_add, request, _order(token), token))


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: Request, token: str) -> HttpResponseBase:
    """Asks once, and takes it back."""
    order, at_hand = _order(token), books.in_use()
    problems: Sequence[Problem] = ()
    if request.method == "POST":
        try:
            reports.withdraw(order.order_id, at=request.at, books=at_hand)
        except OmbudError as error:
            problems = error.problems
        else:
            return _private(redirect("report", token))
    found = reports.open_report(order, request.at, at_hand)
    if found is None and not problems:
        return _private(redirect("report", token))
    values = {**_of_order(order), "token": token, "one": found, "refused": problems}
    values["title"] = buyer.KINDS.get(found.complaint.kind, "") if found else ""
    return _private(render(request, "ombud/report_withdraw.html", values, status=422 if problems else 200))


def _order(token: str) -> Order:
    """The order of a link. What nobody here signed says no more than any address that is not there."""
    order_id = report_links.order_of(token)
    order = Order.objects.select_related("store").filter(order_id=order_id).first() if order_id else None
    if order is None:
        raise Http404
    return order


def _private(answer: HttpResponseBase) -> HttpResponseBase:
    """Whoever has the address has the order: no search finds it. (No other site is told of it, as of any page; the word
    `no-referrer` would have browsers hide the origin too, which the check against forged requests wants.)"""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _guarded(view: Any, request: Request, order: Order, token: str) -> HttpResponseBase:
    """The limit of what is taken must stand before anything is read of the request, and the check against forged
    requests reads it: so that check comes second here."""
    kept = Kept()
    if request.method == "POST":
        request.upload_handlers.insert(0, kept)
    request.META[_KEPT] = kept
    answer: HttpResponseBase = csrf_protect(view)(request, order, token)
    return answer


def _report(request: Request, order: Order, token: str) -> HttpResponse:
    if request.method != "POST":
        return _page(request, order, token)
    files, refused = _files(request)
    filled = Filled(
        request.POST.get("kind", ""), request.POST.get("words", ""), request.POST.get("once", "")[:_LONGEST_ONCE], files
    )
    if not refused:
        try:
            made = reports.report(order.order_id, filled, look=_look, at=request.at, books=books.in_use())
        except OmbudError as error:
            refused = list(error.problems)
        else:
            readers().read(made.complaintfile_set.values_list("file_id", flat=True), request.at)
            return redirect("report", token)
    return _page(request, order, token, filled, refused)


def _add(request: Request, order: Order, token: str) -> HttpResponse:
    files, refused = _files(request)
    if not refused:
        try:
            made = reports.add(order.order_id, files, look=_look, at=request.at, books=books.in_use())
        except OmbudError as error:
            refused = list(error.problems)
        else:
            readers().read(made.complaintfile_set.values_list("file_id", flat=True), request.at)
            return redirect("report", token)
    return _page(request, order, token, refused=refused)


def _files(request: Request) -> tuple[tuple[NewFile, ...], list[Problem]]:
    kept: Kept = request.META[_KEPT]
    sent = request.FILES.getlist("file")  # (before `skipped` is looked at: reading them fills it)
    return (
        tuple(NewFile(one.name or "", one) for one in sent),  # type: ignore[arg-type]  # (it reads as a file does)
        [report_files.too_large(name) for name in kept.skipped],
    )


def _look(file: Path, format_: str) -> Sequence[Said]:
    return readers().look(Asked(file, format_))


def _page(
    request: Request, order: Order, token: str, filled: Filled | None = None, refused: Sequence[Problem] = ()
) -> HttpResponse:
    at, at_hand = request.at, books.in_use()
    book = at_hand.get(order.store.platform)
    ahead = prospects(order, book, at)
    told = reported(order.order_id, at, at_hand)
    still = reports.still_open(told, ahead)
    choices = [_choice(kind, ahead, book, at) for kind in KINDS]
    places = {one.place for one in ahead.values() if one.leads is Leads.ROUTE}
    values = {
        **_of_order(order),
        "token": token,
        "platform": buyer.platform(book) if book else "",
        "still": _told(still, ahead, at) if still else None,
        "before": [_told(one, ahead, at) for one in told if one is not still],
        "way": list(enumerate(buyer.WAY, start=1)),
        "choices": choices,
        "can": any(one.can for one in choices),
        "places": [buyer.elsewhere(book, place, at) for place in sorted(places)] if book else [],
        "until": min((one.until for one in ahead.values() if one.until), default=None),
        "filled": filled,
        "once": filled.once if filled and filled.once else secrets.token_urlsafe(16),
        "refused": refused,
        "most_files": report_files.MOST_FILES,
        "most_words": reports.MOST_WORDS,
        "most_bytes": report_files.MOST_BYTES,
        "most_megabytes": report_files.MOST_BYTES // 1_000_000,
        "may_add": still is not None and len(still.files) < report_files.MOST_FILES,
    }
    return render(request, "ombud/report.html", values, status=422 if refused else 200)


def _of_order(order: Order) -> dict[str, Any]:
    """The order in short: what is the buyer's own, and where it was bought."""
    return {"order": order, "site": order.store.site, "lines": list(Line.objects.filter(order=order).order_by("line"))}


def _told(one: Reported, ahead: Prospects, at: datetime) -> tuple[Reported, str, Told]:
    leads = ahead[(one.complaint.kind, one.complaint.media)].leads
    said = buyer.told(one, at, waits=leads is Leads.DELIVERED, opens=leads is Leads.CASE)
    return one, buyer.KINDS.get(one.complaint.kind, one.complaint.kind), said


def _choice(kind: str, ahead: Prospects, book: Any, at: datetime) -> Choice:
    found: dict[str, Prospect] = {media: ahead[(kind, media)] for media in MEDIA}
    wants = next((media for media in MEDIA if found[media].leads in OPENS), None)
    if wants is None:
        least = found[MEDIA[0]]
        _name, handled_by = buyer.elsewhere(book, least.place, at) if least.place else ("", "")
        return Choice(kind, buyer.KINDS[kind], buyer.not_here(str(least.leads), handled_by), can=False, wants="")
    waits = found[wants].leads is Leads.DELIVERED
    return Choice(kind, buyer.KINDS[kind], buyer.wanted(wants, waits=waits), can=True, wants=wants)


urls = [
    path("report/<str:token>/", report, name="report"),
    path("report/<str:token>/file/", add, name="report_file"),
    path("report/<str:token>/withdraw/", withdraw, name="report_withdraw"),
    *complaint_files.urls,
]
