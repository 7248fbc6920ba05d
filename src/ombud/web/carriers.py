"""The monthly list of accepted carriers (O4): what holds now and what comes, a new one with what it will hit, in force
from an instant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from ombud.actions.books_in_force import put_in_force
from ombud.domain.carrier_list import CLAUSE, list_at, read_list, with_list
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.roles import Right, Side
from ombud.domain.rulebook import Dated, Rulebook
from ombud.languages import _, number
from ombud.store import books
from ombud.store.carriers import Hit, hits, seen_carriers
from ombud.web.access import page
from ombud.web.middleware import Seen

LATELY = timedelta(days=30)
SHOWN = 10
_LARGEST = 1_000_000
WHY = "carriers"
"""What a deed says that put a list in force."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of a list: with what it adds to the one before it and takes from it."""

    version: Dated[tuple[str, ...]]
    stands: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody typed. `since` empty: at once."""

    book: str
    text: str
    since: str
    note: str
    may_be_new: bool
    file: str = ""


@page(Right.OPERATE, side=Side.OPERATOR)
def carriers(request: Seen) -> HttpResponse:
    """The list in force now, those to come and those that were, of each book that has one."""
    return _page(request, Draft("", "", _next_month(request.at).isoformat(), "", may_be_new=False))


@page(Right.CARRIERS, side=Side.OPERATOR, methods=("POST",))
def preview(request: Seen) -> HttpResponse:
    """What a list will hit, before anything is kept; then it takes effect."""
    try:
        draft = _draft(request)
        book, new, wanted, since = _read(draft, request.at)
        if request.POST.get("do") == "put":
            return _put(request, new, wanted, since)
    except OmbudError as error:
        return _page(request, _draft(request, lenient=True), error.problems, error.more)
    before = list_at(book, since)
    now = tuple(before.value) if before else ()
    removed, added = _without(now, wanted), _without(wanted, now)
    lately = hits(book, {*removed, *added}, request.at - LATELY, request.at)
    at_hand = hits(book, removed, since)
    context = {
        "here": "carriers",
        "book": book,
        "draft": draft,
        "since": since,
        "wanted": wanted,
        "removed": removed,
        "added": added,
        "struck": _struck([hit for hit in lately if hit.carrier in removed]),
        "freed": _struck([hit for hit in lately if hit.carrier in added]),
        "at_hand": _struck(at_hand),
        "lately": LATELY.days,
        "until": next((one.valid_from for one in book.lists["accepted_carriers"] if one.valid_from > since), None),
        "may_change": True,
    }
    return render(request, "ombud/carriers_preview.html", context)


@dataclass(frozen=True, slots=True)
class Struck:
    """Orders with a number of certain carriers. `hits`: those of the stores with most of them."""

    orders: int
    stores: int
    per_day: str
    hits: Sequence[Hit]
    more: int


def _struck(found: Sequence[Hit]) -> Struck:
    orders = sum(hit.orders for hit in found)
    tenths = (orders * 10 + LATELY.days // 2) // LATELY.days
    per_day = number(tenths // 10) if tenths >= 100 else f"{tenths // 10}.{tenths % 10}"
    return Struck(orders, len({hit.store_id for hit in found}), per_day, found[:SHOWN], max(len(found) - SHOWN, 0))


def _put(request: Seen, new: Rulebook, wanted: Sequence[str], since: datetime) -> HttpResponse:
    woken = put_in_force(
        new,
        against=request.POST.get("against", ""),
        organisation_id=request.scope.organisation_id,
        at=request.at,
        actor=request.scope.actor,
        why=WHY,
        since=format_instant(since),
        carriers=list(wanted),
    )
    said = _(N_("The list takes effect at {at}. Orders to be read again: {count}."))
    messages.success(request, said.format(at=format_instant(since), count=number(woken)))
    return redirect("carriers")


def _page(request: Seen, draft: Draft, problems: Iterable[Problem] = (), more: int = 0) -> HttpResponse:
    at_hand = {name: book for name, book in books.in_use().items() if book.clauses.get(CLAUSE)}
    context = {
        "here": "carriers",
        "lists": [(book, _listed(book, request.at)) for _name, book in sorted(at_hand.items())],
        "draft": draft,
        "problems": tuple(problems),
        "more": more,
        "may_change": request.scope.may(Right.CARRIERS),
    }
    return render(request, "ombud/carriers.html", context, status=422 if problems else 200)


def _listed(book: Rulebook, at: datetime) -> list[Listed]:
    """The versions of a book's list, the newest first."""
    found: list[Listed] = []
    before: tuple[str, ...] = ()
    for version in book.clauses[CLAUSE]:
        values = tuple(version.value)
        stands = "now" if version.holds_at(at) else "ahead" if version.valid_from > at else "past"
        found.append(Listed(version, stands, _without(values, before), _without(before, values)))
        before = values
    return found[::-1]


def _draft(request: Seen, *, lenient: bool = False) -> Draft:
    file = request.FILES.get("file")
    text, name = request.POST.get("list", ""), _(N_("the list"))
    if file is not None:
        name = str(file.name)
        content = file.read(_LARGEST + 1)
        file.seek(0)
        if len(content) > _LARGEST and not lenient:
            raise OmbudError(
                Problem("too_large", N_("It is larger than {bytes} bytes."), {"bytes": _LARGEST}, Place(name))
            )
        try:
            text = content[:_LARGEST].decode("utf-8-sig")
        except UnicodeDecodeError:
            if not lenient:
                raise OmbudError(
                    Problem("no_utf8", N_("It is not UTF-8."), {}, Place(name), N_("Save it as UTF-8."))
                ) from None
    post = request.POST
    return Draft(
        post.get("book", ""), text, post.get("since", "").strip(), post.get("note", "").strip(), "new" in post, name
    )


def _read(draft: Draft, at: datetime) -> tuple[Rulebook, Rulebook, tuple[str, ...], datetime]:
    """(the book in use, the one with the list, the list, from when)."""
    book = books.in_use().get(draft.book)
    if book is None or not book.clauses.get(CLAUSE):
        raise OmbudError(Problem("no_list", N_("The rulebook {book} has no list of carriers."), {"book": draft.book}))
    since = parse_instant(draft.since) if draft.since else at
    if since < at:
        raise OmbudError(
            Problem(
                "list_in_the_past",
                N_("{since} is past: a number goes by the list that held when it was put on the order."),
                {"since": format_instant(since)},
                mend=N_("Choose an instant ahead, or leave the field empty: at once."),
            )
        )
    known = _known(book)
    wanted = read_list(draft.text, known, file=draft.file, may_be_new=draft.may_be_new)
    return book, with_list(book, wanted, since, note=draft.note), wanted, since


def _known(book: Rulebook) -> set[str]:
    listed = {carrier for version in book.clauses[CLAUSE] for carrier in version.value}
    return listed | set(book.under("carriers")) | seen_carriers()


def _without(some: Sequence[str], others: Iterable[str]) -> tuple[str, ...]:
    left = set(others)
    return tuple(one for one in some if one not in left)


def _next_month(at: datetime) -> date:
    return date(at.year + at.month // 12, at.month % 12 + 1, 1)


urls = [
    path("carriers/", carriers, name="carriers"),
    path("carriers/preview/", preview, name="carriers_preview"),
]
