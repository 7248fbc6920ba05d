"""Rulebooks in use and their versions; a new one with its difference and a back-test, put in force (G7, O4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from ombud.actions.books_in_force import PUT_IN_FORCE, put_in_force
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.roles import Right, Side
from ombud.domain.rulebook import Change, Rulebook, compare, load
from ombud.languages import _, number
from ombud.people.models import Deed
from ombud.rulebooks import open_book, shipped
from ombud.store import books
from ombud.store.models import RulebookVersion
from ombud.web import background, backtest
from ombud.web.access import page
from ombud.web.middleware import Seen
from ombud.words import changes

_LARGEST = 4_000_000
_VERSIONS = 50
CONFIRMED = 8
"""So many signs of the digest are typed to put a book in force."""


@dataclass(frozen=True, slots=True)
class InUse:
    """A book in use, since when, and by whom where somebody put it in force."""

    book: Rulebook
    used_from: datetime | None
    by: Deed | None
    ships_another: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A version that was in use, and the deeds that brought it there."""

    version: RulebookVersion
    deeds: tuple[Deed, ...]
    is_in_use: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A difference in words."""

    change: Change
    kind: str
    since: str
    until: str
    before: str
    after: str
    is_ahead: bool


@page(Right.OPERATE, side=Side.OPERATOR)
def list_(request: Seen) -> HttpResponse:
    """The book of each platform."""
    in_use, deeds = books.in_use(), _deeds()
    used_from = dict(RulebookVersion.objects.values_list("digest", "used_from"))
    rows = [
        InUse(
            book,
            used_from.get(book.digest),
            next((deed for deed in deeds if deed.data["digest"] == book.digest), None),
            name in shipped() and open_book(name).digest != book.digest,
        )
        for name, book in sorted(in_use.items())
    ]
    return render(request, "ombud/books.html", {"here": "books", "rows": rows})


@page(Right.OPERATE, side=Side.OPERATOR, methods=("GET", "POST"))
def book(request: Seen, name: str) -> HttpResponse:
    """One book with its versions; a changed one is brought here, checked whole, and looked at before anything else."""
    in_use = _in_use(name)
    may_change = request.scope.may(Right.CARRIERS)
    problems: tuple[Problem, ...] = ()
    more = 0
    if request.method == "POST":
        if not may_change:
            raise Http404
        try:
            return redirect("book_draft", name, _brought(request, name))
        except OmbudError as error:
            problems, more = error.problems, error.more
    deeds = [deed for deed in _deeds() if deed.data["name"] == name]
    versions = RulebookVersion.objects.filter(name=name).exclude(text="").defer("text").order_by("-used_from")
    context = {
        "here": "books",
        "book": in_use,
        "clauses": len(in_use.clauses),
        "kept": [
            Kept(one, tuple(d for d in deeds if d.data["digest"] == one.digest), one.digest == in_use.digest)
            for one in versions[:_VERSIONS]
        ],
        "ships": open_book(name).digest if name in shipped() and open_book(name).digest != in_use.digest else "",
        "problems": problems,
        "more": more,
        "may_change": may_change,
    }
    return render(request, "ombud/book.html", context, status=422 if problems else 200)


@page(Right.OPERATE, side=Side.OPERATOR)
def text(request: Seen, name: str, digest: str) -> HttpResponse:
    """The text of a version, as a file."""
    del request
    answer = HttpResponse(_version(name, digest).text, content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}-{digest[:CONFIRMED]}.yaml"'
    return answer


@page(Right.OPERATE, side=Side.OPERATOR, methods=("GET", "POST"))
def draft(request: Seen, name: str, digest: str) -> HttpResponse:
    """A version beside the one in use: the difference, a back-test, and putting it in force."""
    old, new = _in_use(name), _version(name, digest)
    found = sorted(compare(old, new), key=lambda change: (change.valid_from, change.clause))
    rules_at, problems = _rules_at(request, found)
    if request.method == "POST" and not request.scope.may(Right.CARRIERS):
        raise Http404
    if request.method == "POST" and not problems:
        if request.POST.get("do") == "put":
            try:
                return _put(request, old, new)
            except OmbudError as error:
                problems = error.problems
        else:
            backtest.begin(old, new, rules_at, at=request.at)
            return redirect(f"{request.path}?rules_at={format_instant(rules_at) if rules_at else 'dated'}#backtest")
    job = background.look(backtest.key_of(old, new, rules_at))
    context = {
        "here": "books",
        "old": old,
        "book": new,
        "said": [_said(change, request.at) for change in found],
        "rules_at": rules_at,
        "last_change": max((change.valid_from for change in found), default=None),
        "job": job,
        "parts": backtest.parts(job, old, new, rules_at or request.at) if job.state == "done" else [],
        "confirmed": new.digest[:CONFIRMED],
        "problems": problems,
        "is_in_use": old.digest == new.digest,
        "may_change": request.scope.may(Right.CARRIERS),
    }
    if request.headers.get("HX-Request"):
        return render(request, "ombud/book_backtest.html", context)
    return render(request, "ombud/book_draft.html", context, status=422 if problems else 200)


def _put(request: Seen, old: Rulebook, new: Rulebook) -> HttpResponse:
    if request.POST.get("confirm", "").strip().lower() != new.digest[:CONFIRMED]:
        raise OmbudError(
            Problem(
                "not_confirmed",
                N_("That is not {text}."),
                {"text": new.digest[:CONFIRMED]},
                mend=N_("Type it as it stands beside the field: then nobody puts a book in force by a slip."),
            )
        )
    woken = put_in_force(
        new,
        against=request.POST.get("against", ""),
        organisation_id=request.scope.organisation_id,
        at=request.at,
        actor=request.scope.actor,
        why="book",
        note=request.POST.get("note", "").strip()[:500],
    )
    said = _(N_("The rulebook is in force. Orders to be read again: {count}."))
    messages.success(request, said.format(count=number(woken)))
    return redirect("book", old.name)


def _brought(request: Seen, name: str) -> str:
    """Checks the file whole and keeps its text; returns its digest."""
    file = request.FILES.get("file")
    if file is None:
        raise OmbudError(Problem("no_file", N_("No file was chosen."), mend=N_("Choose the YAML file of the book.")))
    content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise OmbudError(
            Problem("too_large", N_("It is larger than {bytes} bytes."), {"bytes": _LARGEST}, Place(str(file.name)))
        )
    try:
        brought = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise OmbudError(
            Problem("no_utf8", N_("It is not UTF-8."), {}, Place(str(file.name), line), N_("Save it as UTF-8."))
        ) from None
    found = load(brought, file=str(file.name))
    if found.name != name:
        raise OmbudError(
            Problem(
                "two_platforms",
                N_("The rulebooks are of two platforms, {old} and {new}: their cases cannot be compared."),
                {"old": name, "new": found.name},
                mend=N_("Name two rulebooks of one platform."),
            )
        )
    return background.keep_text(brought)


def _rules_at(request: Seen, found: Iterable[Change]) -> tuple[datetime | None, tuple[Problem, ...]]:
    """The instant whose rules a back-test puts to all past orders; None: each rule as it is dated.

    Where a change takes effect ahead, past orders would not meet it: then it is the last change's, if nobody chose."""
    wanted = (request.POST if request.method == "POST" else request.GET).get("rules_at")
    if wanted == "dated":
        return None, ()
    if wanted:
        try:
            return parse_instant(wanted.strip()), ()
        except OmbudError as error:
            return None, error.problems
    last = max((change.valid_from for change in found), default=None)
    return (last if last is not None and last > request.at else None), ()


def _said(change: Change, at: datetime) -> Said:
    before, after = changes.sides(change)
    until = changes.date(change.valid_until) if change.valid_until else ""
    since = changes.date(change.valid_from)
    return Said(change, _(changes.KINDS[change.kind]), since, until, before, after, change.valid_from > at)


def _in_use(name: str) -> Rulebook:
    found = books.in_use().get(name)
    if found is None:
        raise Http404
    return found


def _version(name: str, digest: str) -> Rulebook:
    """A version that is or was in use, ships with Ombud, or was brought and is not decided on yet."""
    if name in shipped() and open_book(name).digest == digest:
        return open_book(name)
    if RulebookVersion.objects.filter(digest=digest, name=name).exclude(text="").exists():
        return books.kept(digest)
    brought = background.text_of(digest)
    if brought is None:
        raise OmbudError(
            Problem(
                "unknown_version",
                N_("This version of the rulebook is not here any more."),
                mend=N_("What was brought and not put in force is forgotten after a while: bring the file again."),
            )
        )
    found = _loaded(brought, f"{name}@{digest[:CONFIRMED]}")
    if found.name != name:
        raise Http404
    return found


@lru_cache(maxsize=16)
def _loaded(brought: str, file: str) -> Rulebook:
    """Read once, however often its page looks whether a back-test is done."""
    return load(brought, file=file)


def _deeds() -> list[Deed]:
    """Who put which book in force, the last first."""
    return list(Deed.objects.filter(what=PUT_IN_FORCE).order_by("-deed_id"))


urls = [
    path("rulebooks/", list_, name="books"),
    path("rulebooks/<slug:name>/", book, name="book"),
    path("rulebooks/<slug:name>/<slug:digest>/", draft, name="book_draft"),
    path("rulebooks/<slug:name>/<slug:digest>/text/", text, name="book_text"),
]
