"""The dispute report: what a period's disputes were about, how they ended, what they cost, what they share (S12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from ombud.documents import parts
from ombud.documents.blocks import Bar, Block, Cell, Column, Document, Facts, Heading, Paragraph, Table, whole
from ombud.documents.voice import Voice, utc
from ombud.domain.case_texts import STATES
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.store import books
from ombud.store.causes import By, Cause, causes
from ombud.store.disputes import FIRST, OPEN, Period, Total, totals

MOST_OF_A_KIND = 15
"""SKUs, carriers, buyers that a report names: who shares a cause is at the top of the list."""
MOST_NAMED = 3
"""Stores that the title of a report names; of more it says how many."""
_CAUSES = {
    By.SKU: N_("By SKU"),
    By.CARRIER: N_("By carrier"),
    By.WAREHOUSE: N_("By warehouse"),
    By.BUYER: N_("By buyer"),
    By.CATEGORY: N_("By category"),
}


def report(period: Period, *, language: str) -> Document:
    """The report of a period, of one store or of all."""
    voice = Voice(language)
    _ = voice.say
    found = totals(period)
    whose = _whose(period, voice)
    words = _("opened up to {at}") if period.since == FIRST else _("opened after {since}, up to {at}")
    span = words.format(since=utc(period.since), at=utc(period.at))
    blocks: list[Block] = [Facts(tuple(_sums(found, whose, span, voice)))]
    if not found:
        blocks.append(Paragraph(_("No dispute was opened in this period.")))
    else:
        blocks += [Heading(_("By violation and outcome")), _by_violation(found, period.at, voice)]
        for by, words in _CAUSES.items():
            shared = causes(by, period.since, period.at, store_id=period.store_id, stores=period.stores)
            named = [cause for cause in shared if cause.name is not None][:MOST_OF_A_KIND]
            if named:
                blocks += [Heading(_(words)), _by_cause(named, _count(found), voice)]
        blocks.append(
            Paragraph(
                _("A dispute counts once for each SKU of its order. Of orders: those paid in the period that have it."),
                dim=True,
            )
        )
    return Document(
        language=language,
        at=period.at,
        series=_("Dispute report"),
        of=whose,
        title=_("Dispute report: {whose}").format(whose=whose),
        subtitle=span,
        foot=_("as of {at}").format(at=utc(period.at)),
        pages=_(parts.PAGES),
        blocks=tuple(blocks),
    )


def _whose(period: Period, voice: Voice) -> str:
    if period.store_id is not None or period.stores is None:
        return period.store_id or voice.say(N_("all stores"))
    if len(period.stores) <= MOST_NAMED:
        return voice.listed(period.stores)
    return voice.say(N_("{count} stores")).format(count=len(period.stores))


def _sums(found: list[Total], whose: str, span: str, voice: Voice) -> Iterator[tuple[str, Cell]]:
    _ = voice.say
    yield _("whose"), whole(whose)
    yield _("period"), span
    yield _("disputes"), str(_count(found))
    ended = [one for one in found if one.outcome in STATES]
    won = sum(one.cases for one in ended if one.outcome == "won")
    yield _("ended"), _("{count}, of these won {won}").format(count=_count(ended), won=won)
    held: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    for one in found:
        held.update(one.held_minor)
        cost.update(one.cost_minor)
    yield _("held"), _amounts(held)
    yield _("cost"), _amounts(cost)


def _amounts(amounts: Mapping[str, int]) -> Cell:
    """One line for each currency; a dash where there is nothing."""
    return tuple(format_amount(amount, currency) for currency, amount in sorted(amounts.items())) or "–"


def _count(found: list[Total]) -> int:
    return sum(one.cases for one in found)


def _by_violation(found: list[Total], at: datetime, voice: Voice) -> Table:
    _ = voice.say
    columns = (
        Column(_("violation"), 7),
        Column(_("outcome"), 4),
        Column(_("disputes"), right=True),
        Column(_("held"), 4, right=True),
        Column(_("cost"), 4, right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        version = books.version(books.kept(one.rulebook_id), f"violations.{one.violation}", at)
        title = voice.text(version.value.title) if version else one.violation
        outcome = _("open") if one.outcome == OPEN else voice.named(STATES, one.outcome)
        rows.append((title, outcome, str(one.cases), _amounts(one.held_minor), _amounts(one.cost_minor)))
    return Table(columns, rows)


def _by_cause(shared: list[Cause], of: int, voice: Voice) -> Table:
    _ = voice.say
    columns = (
        Column(_("name"), 6),
        Column(_("share of all"), 5),
        Column(_("disputes"), right=True),
        Column(_("lost"), right=True),
        Column(_("of orders"), right=True),
        Column(_("cost"), 4, right=True),
    )
    return Table(
        columns,
        [
            (
                whole(one.name or ""),
                Bar(Fraction(one.cases, of)),
                str(one.cases),
                str(one.lost),
                str(one.orders),
                _amounts(one.charged),
            )
            for one in shared
        ],
    )
