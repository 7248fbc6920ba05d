"""An estimate for a person at a terminal, and for programs. What is a prior or assumed is said to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.table import Table
from rich.text import Text

from ombud.cli import cells, say
from ombud.cli.grid import Cell, Heading, Line, grid, sentence
from ombud.cli.reasons import BEARS
from ombud.cli.say import _
from ombud.domain.health import Share
from ombud.domain.instants import format_instant
from ombud.domain.money import format_amount
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.words import Texts
from ombud.simulate.assumptions import Assumptions
from ombud.simulate.estimate import SIDES, Bearing, Estimate, Minor, Violation
from ombud.simulate.month import CarrierUse
from ombud.simulate.purse import line_titles
from ombud.store.books import version

_LISTED = 8


def show(found: Estimate, book: Rulebook, name: str, assumptions: Assumptions) -> None:
    """Everything at once, the cost first."""
    width, month = say.out.width, found.month
    head = Text(name, style="bold")
    head.append(f"   {month.platform} · {cells.minutes(month.at)} UTC", style="dim")
    say.out.print(head)
    said = _("{orders} orders in {days} days; what 30 days like these are expected to bring:")
    say.out.print(sentence(said.format(orders=say.number(month.orders), days=month.days), width))
    for table in (_violations, _cost):
        _put(table(found, book, width))
    if month.cases is not None and not found.violations:
        say.out.print(_("No case was opened in these days."))
    _put(_steps(found, book, width))
    _put(_priors(found, width))
    _put(_carriers(found, width))
    say.out.print()
    for line in _figures(found):
        say.out.print(sentence(line, width))
    for line in _missing(found):
        say.out.print(sentence(line, width, "yellow"))
    title = assumptions.text.title.speak(say.language())
    said = _("An estimate and no ruling: {title} ({name}). Low and high take each prior as true or as without effect.")
    say.out.print(sentence(said.format(title=title, name=assumptions.name), width, "dim"))


def _put(table: Table | None) -> None:
    if table is not None:
        say.out.print()
        say.out.print(table)


def _violations(found: Estimate, book: Rulebook, width: int) -> Table | None:
    if not found.violations:
        return None
    headings = [Heading(_("violation")), Heading(_("cases"), True), Heading(_("lost"), True)]
    headings += [Heading(_("low to high"), True), Heading(_("charged"), True)]
    order = sorted(found.violations, key=lambda each: (-found.part(each.charged["expected"]), each.violation))
    rows = [
        (
            (Line(_step(each, book, found)[0], cut="end"),),
            (Line(_tenths(each.cases)),),
            (Line(_tenths(each.lost["expected"])),),
            (Line(f"{_tenths(each.lost['low'])} – {_tenths(each.lost['high'])}", "dim"),),
            _amounts(each.charged["expected"]),
        )
        for each in order
    ]
    return grid(headings, rows, width)


def _cost(found: Estimate, book: Rulebook, width: int) -> Table | None:
    if not found.violations:
        return None
    titles = line_titles(book, found.month.at)
    sides = [found.total(side) for side in SIDES]
    currencies = sorted({currency for side in sides for currency in side})
    headings = [Heading(_("charged a month")), Heading(_("expected"), True), Heading(_("low"), True)]
    headings += [Heading(_("high"), True)]
    low, expected, high = (tuple(Line(_amount(side, currency)) for currency in currencies) for side in sides)
    rows: list[tuple[Cell, ...]] = [((Line(_("in all"), "bold"),), expected, low, high)]
    for line in dict.fromkeys([*titles, *found.lines]):
        if line in found.lines:
            title = titles.get(line, {}).get(say.language(), line)
            none: Cell = (Line(""),)
            rows.append(((Line(f"  {title}", cut="end"),), _amounts(found.lines[line]), none, none))
    return grid(headings, rows, width)


def _steps(found: Estimate, book: Rulebook, width: int) -> Table | None:
    rows = []
    for each in found.steps[:_LISTED]:
        title, advice = _step(each, book, found)
        saves = each.charged["expected"] if isinstance(each, Violation) else each.saves
        lines = [Line(title, "bold", "end")]
        lines += [Line(str(part)) for part in sentence(advice, max(24, width - 24)).split("\n")] if advice else []
        rows.append((tuple(lines), _amounts(saves)))
    if not rows:
        return None
    return grid([Heading(_("mend first")), Heading(_("a month, at most"), True)], rows, width)


def _step(each: Violation | Bearing, book: Rulebook, found: Estimate) -> tuple[str, str]:
    """(title, what to do)."""
    if isinstance(each, Bearing):
        said = _("Have it in every case.") if each.prior.value.effect == "raises" else _("Avoid it in every case.")
        return each.prior.value.title.speak(say.language()), said
    told = version(book, f"violations.{each.violation}", found.month.at)
    if told is None:
        return each.violation, ""
    save: Texts | None = told.value.save
    return told.value.title.speak(say.language()), save.speak(say.language()) if save else ""


def _priors(found: Estimate, width: int) -> Table | None:
    bearing = [each for each in found.priors if each.cases is None or each.cases.part]
    if not bearing:
        return None
    headings = [Heading(_("priors: estimates, not rules")), Heading(_("effect")), Heading(_("of cases"), True)]
    headings += [Heading(_("source"))]
    rows = [
        tuple(
            (line,)
            for line in (
                Line(each.prior.value.title.speak(say.language()), cut="end"),
                Line(_effect(each), cut="end"),
                Line(_("not told") if each.cases is None else cells.rate(each.cases.rate)),
                Line(each.prior.cite, "dim"),
            )
        )
        for each in bearing
    ]
    return grid(headings, rows, width)


def _effect(each: Bearing) -> str:
    prior = each.prior.value
    said = _(BEARS[prior.affects, prior.effect])
    return f"{said}, × {prior.factor}" if prior.factor is not None else said


def _carriers(found: Estimate, width: int) -> Table | None:
    if not found.month.carriers:
        return None
    headings = [Heading(_("carrier")), Heading(_("parcels"), True), Heading(_("by API"), True)]
    headings += [Heading(_("form fits"), True), Heading(_("numbers begin with")), Heading(_("accepted"))]
    rows = [tuple((line,) for line in _carrier(each)) for each in found.month.carriers[:_LISTED]]
    return grid(headings, rows, width)


def _carrier(each: CarrierUse) -> Iterator[Line]:
    yield Line(each.carrier, cut="middle")
    yield Line(say.number(each.parcels))
    yield Line(cells.rate(Share(each.by_api, each.parcels).rate))
    yield Line("–" if each.well_formed is None else cells.rate(Share(each.well_formed, each.parcels).rate))
    yield Line(" ".join(each.prefixes), cut="end")
    accepted = "–" if each.accepted is None else _("yes") if each.accepted else _("no")
    yield Line(accepted, "" if each.accepted is not False else "bold red")


def _figures(found: Estimate) -> Iterator[str]:
    month = found.month
    yield _("Numbers pushed by API: {share} of {parcels} parcels.").format(
        share=cells.rate(month.by_api.rate), parcels=say.number(month.parcels)
    )
    tiers = ", ".join(f"{tier} {say.number(count)}" for tier, count in month.tiers.items() if tier)
    yield _("Over 90 days: shipped on time {on_time}, returned {returned}. Rating of the stores: {tiers}.").format(
        on_time=_rate(month.on_time), returned=_rate(month.returned), tiers=tiers or "–"
    )
    if month.decided is not None:
        rate = _rate(month.dispute_rate or Share(0, 0))
        yield _("Won of those decided over 90 days: {won}. Dispute rate: {rate}.").format(
            won=_rate(month.decided), rate=rate
        )


def _missing(found: Estimate) -> Iterator[str]:
    if found.missing:
        titles = "; ".join(need.title.speak(say.language()) for need in found.missing)
        yield _("Missing for this estimate, and not guessed: {needs}.").format(needs=titles)
    if found.month.cases is None:
        yield _("Orders still wait for the loop, so the cases are not all known: run `ombud work` first.")


def _rate(share: Share) -> str:
    return "–" if share.rate is None else f"{cells.rate(share.rate)} ({share.part} / {share.base})"


def _tenths(number: Fraction) -> str:
    return f"{Decimal(round(number * 10)).scaleb(-1):f}"


def _amounts(amounts: Minor) -> Cell:
    return tuple(Line(_amount(amounts, currency)) for currency in amounts) or (Line("–", "dim"),)


def _amount(amounts: Minor, currency: str) -> str:
    return format_amount(round(amounts.get(currency, Fraction(0))), currency)


def as_json(found: Estimate) -> dict[str, Any]:
    """For programs: counts a month as decimal texts, money in minor units by currency."""
    month = found.month
    return {
        "platform": month.platform,
        "at": format_instant(month.at),
        "days": month.days,
        "stores": month.stores,
        "orders": month.orders,
        "cases": len(month.cases) if month.cases is not None else None,
        "language": found.language,
        "month": {
            each.violation: {
                "cases": _decimal(each.cases),
                "lost": {side: _decimal(each.lost[side]) for side in SIDES},
                "charged_minor": {side: _minor(each.charged[side]) for side in SIDES},
            }
            for each in found.violations
        },
        "charged_minor": {side: _minor(found.total(side)) for side in SIDES},
        "lines_minor": {line: _minor(amounts) for line, amounts in found.lines.items()},
        "mend_first": [
            {"prior": each.name, "saves_minor": _minor(each.saves)}
            if isinstance(each, Bearing)
            else {"violation": each.violation, "saves_minor": _minor(each.charged["expected"])}
            for each in found.steps
        ],
        "priors": {
            each.name: {
                "estimate": True,
                "affects": each.prior.value.affects,
                "effect": each.prior.value.effect,
                "factor": str(each.prior.value.factor) if each.prior.value.factor is not None else None,
                "cases": _share(each.cases),
                "cite": each.prior.cite,
            }
            for each in found.priors
        },
        "carriers": [
            {
                "carrier": each.carrier,
                "parcels": each.parcels,
                "by_api": each.by_api,
                "well_formed": each.well_formed,
                "prefixes": list(each.prefixes),
                "accepted": each.accepted,
            }
            for each in month.carriers
        ],
        "tiers": {tier: count for tier, count in month.tiers.items() if tier},
        "categories": dict(month.categories),
        "gateways": dict(month.gateways),
        "by_api": _share(month.by_api),
        "on_time": _share(month.on_time),
        "returned": _share(month.returned),
        "decided": _share(month.decided),
        "dispute_rate": _share(month.dispute_rate),
        "missing": [{"name": need.name, "title": need.title.speak(say.language())} for need in found.missing],
    }


def _share(share: Share | None) -> dict[str, Any] | None:
    if share is None:
        return None
    return {"part": share.part, "base": share.base, "rate": None if share.rate is None else _decimal(share.rate, 6)}


def _decimal(number: Fraction, places: int = 2) -> str:
    return f"{Decimal(round(number * 10**places)).scaleb(-places):f}"


def _minor(amounts: Mapping[str, Fraction]) -> dict[str, int]:
    return {currency: round(amount) for currency, amount in amounts.items()}
