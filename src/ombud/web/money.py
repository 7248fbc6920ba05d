"""Money: what is held, was released and was charged, line by line; each sum leads to its postings, each posting to its
case, its clause and its cause (O15, S13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.safestring import SafeString

from ombud.documents.statement import statement_of
from ombud.documents.typeset import pdf
from ombud.domain.case_texts import STEPS
from ombud.domain.ledger import HELD, REVERSAL
from ombud.domain.problems import N_
from ombud.domain.roles import Right
from ombud.languages import _, language
from ombud.store import books
from ombud.store.flows import Flow, Moved, Sought, Sum, held, postings, sums
from ombud.web import charts, filters
from ombud.web.access import page
from ombud.web.attached import attached
from ombud.web.middleware import Seen
from ombud.words import cases as words

PAGE = 50
"""Postings to a page."""
FLOWS = {
    Flow.HELD: N_("put on hold"),
    Flow.RELEASED: N_("released"),
    Flow.CHARGED: N_("charged"),
    Flow.RETURNED: N_("given back"),
    Flow.OTHERS: N_("paid by others"),
}
"""What moved, as people say it."""


@dataclass(slots=True)
class Amount:
    """A sum with how to find its postings."""

    flow: str
    title: str
    line: str = ""
    amount_minor: int = 0
    postings: int = 0
    drawn: SafeString | str = ""


@dataclass(slots=True)
class Purse:
    """One currency: what is held now, what moved in the time by flow, and by line what cost or came back."""

    currency: str
    held_minor: int
    flows: list[Amount] = field(default_factory=list)
    lines: list[Amount] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """A posting, in words."""

    one: Moved
    title: str
    flow: str
    cause: str
    way: str


@page(Right.SEE)
def overview(request: Seen) -> HttpResponse:
    """The sums of a time, and the postings that they are made of, as the address narrows them."""
    own = filters.stores(request)
    time = filters.stretch(request.GET.get("period", ""), request.at)
    whole = Sought(time.until, time.since, own.asked)
    narrowed = _narrowed(request, whole)
    found = sums(whole)
    matching = found if narrowed == whole else sums(narrowed)
    number = filters.page_number(request.GET.get("page", ""))
    count = sum(one.postings for one in matching)
    rows = postings(narrowed, limit=PAGE, offset=(number - 1) * PAGE) if count else []
    context = {
        "here": "money",
        "purses": _purses(found, held(request.at, own.asked)),
        "rows": [_row(one) for one in rows],
        "count": count,
        "page": number,
        "more": number * PAGE < count,
        "sought": narrowed,
        "narrowed": narrowed != whole,
        "narrowed_by": _narrowed_by(narrowed, matching),
        "stores": own.own,
        "store": own.chosen,
        "time": time,
        "times": filters.stretches(request.at),
        "months": filters.months(request.at),
        "flows": FLOWS,
    }
    return render(request, "ombud/money.html", context)


@page(Right.SEE)
def statement(request: Seen) -> HttpResponse:
    """The statement of one store over one month, as PDF."""
    one = request.scope.store(request.GET.get("store", ""))
    months = filters.months(request.at)
    time = filters.stretch(request.GET.get("period", ""), request.at, usual=months[0])
    since = None if time.is_whole else time.since
    content = pdf(statement_of(one, time.until, since=since, language=language()))
    return attached(content, "pdf", "statement", one.store_id, time.key)


def _narrowed(request: Seen, whole: Sought) -> Sought:
    flow, case = request.GET.get("flow", ""), request.GET.get("case", "").removeprefix("#")
    return Sought(
        whole.at,
        whole.since,
        whole.stores,
        currency=request.GET.get("currency", ""),
        flow=flow if flow in set(Flow) else "",
        line=request.GET.get("line", ""),
        account=HELD if request.GET.get("account", "") == HELD else "",
        case_id=int(case) if case.isascii() and case.isdigit() and len(case) <= 18 else None,
    )


def _purses(found: Sequence[Sum], held_now: dict[str, int]) -> list[Purse]:
    """By currency; the flows in their order, those of nothing left out; the lines with the largest on top."""
    purses = {currency: Purse(currency, held_now.get(currency, 0)) for currency in sorted({*held_now, *_codes(found)})}
    for currency, purse in purses.items():
        mine = [one for one in found if one.currency == currency]
        for flow, title in FLOWS.items():
            some = [one for one in mine if one.flow == flow]
            if some or flow in (Flow.RELEASED, Flow.CHARGED):
                purse.flows.append(
                    Amount(flow, _(title), "", sum(one.amount_minor for one in some), sum(one.postings for one in some))
                )
        purse.lines = _lines([one for one in mine if one.flow in (Flow.CHARGED, Flow.RETURNED, Flow.OTHERS)])
    return list(purses.values())


def _codes(found: Sequence[Sum]) -> set[str]:
    return {one.currency for one in found}


def _lines(found: Sequence[Sum]) -> list[Amount]:
    """Several clauses may order the same line: it is one line."""
    lines: dict[tuple[str, str], Amount] = {}
    for one in found:
        line = lines.setdefault((one.flow, one.line), Amount(one.flow, _line(one), one.line))
        line.amount_minor += one.amount_minor
        line.postings += one.postings
    largest = max((line.amount_minor for line in lines.values()), default=0)
    for line in lines.values():
        line.drawn = charts.bar(line.amount_minor, largest)
    return sorted(lines.values(), key=lambda line: -line.amount_minor)


def _line(one: Sum | Moved) -> str:
    if one.line == REVERSAL:
        return _(N_("Put right by hand"))
    return words.money_line(one.line, one.clause, books.kept(one.rulebook_id))


def _narrowed_by(sought: Sought, matching: Sequence[Sum]) -> list[str]:
    """What the postings are narrowed by, in words."""
    said = [sought.currency, _(FLOWS[Flow(sought.flow)]) if sought.flow else ""]
    said.append(next((_line(one) for one in matching), sought.line) if sought.line else "")
    said.append(words.account(sought.account) if sought.account else "")
    said.append(f"#{sought.case_id}" if sought.case_id is not None else "")
    return [one for one in said if one]


def _row(one: Moved) -> Row:
    book = books.kept(one.rulebook_id)
    way = " → ".join(words.account(name, book, one.at) for name in (one.debit, one.credit))
    return Row(one, _line(one), _(FLOWS[Flow(one.flow)]), _(STEPS.get(one.kind, one.kind)), way)


urls = [
    path("money/", overview, name="money"),
    path("money/statement.pdf", statement, name="statement"),
]
