"""What the book threatens a store with: what is in force and since when, how near the rest is, what ends it (O16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Q
from django.utils.safestring import SafeString

from ombud.domain.levers import Goal
from ombud.domain.problems import N_
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.rulebook.clauses.rulings import SanctionVersion
from ombud.domain.sanctions import Over
from ombud.languages import _, language, number
from ombud.store.health import Figure, Health
from ombud.store.models import Sanction
from ombud.store.outlook import losses_in_a_row
from ombud.web import charts
from ombud.web.figures import fewest
from ombud.words import health as words
from ombud.words import sanctions, times

LOOKED_BACK = timedelta(days=90)
"""How long a sanction that has ended is still shown."""


@dataclass(frozen=True, slots=True)
class Threat:
    """One clause of a book. `begun`: since when it is in force; None while it is not."""

    title: str
    clause: str
    when: str
    now: str
    begun: Sanction | None
    ends: str
    drawn: SafeString


def threats(store_id: str, book: Rulebook, health: Health, past: list[Sanction], at: datetime) -> list[Threat]:
    """Every clause over stores in force at `at`, those that hold first; `past`: the store's sanctions of late."""
    by_name: dict[str, list[Sanction]] = {}
    for one in past:
        by_name.setdefault(_name(one), []).append(one)
    figures = {figure.name: figure for figure in health.figures}
    found = [
        _threat(store_id, name, version, figures, by_name.pop(name, []), at)
        for name in book.under("sanctions")
        for version in book.clauses[f"sanctions.{name}"]
        if version.holds_at(at) and version.value.over == Over.STORE
    ]
    found += [_gone(some[0], some, at) for some in by_name.values()]
    return sorted(found, key=lambda threat: threat.begun is None)


def of_late(store_id: str, at: datetime) -> list[Sanction]:
    """The sanctions over a store that are in force at `at` or ended shortly before, the latest first."""
    recent = Q(ended_at__isnull=True) | Q(ended_at__gt=at - LOOKED_BACK)
    rows = Sanction.objects.filter(recent, over=Over.STORE, subject=store_id, begun_at__lte=at)
    return list(rows.order_by("-begun_at", "-sanction_id"))


def _threat(
    store_id: str,
    name: str,
    version: Dated[SanctionVersion],
    figures: Mapping[str, Figure],
    past: list[Sanction],
    at: datetime,
) -> Threat:
    clause = version.value
    begun = next((one for one in past if one.ended_at is None or one.ended_at > at), None)
    figure = figures.get(clause.figure or "")
    if figure is not None:
        now, ends = words.value(figure), _ends_by_rate(clause, figure)
    elif clause.counts == "losses_in_a_row":
        row = losses_in_a_row(store_id, at, clause.window)
        now, ends = number(row), _(N_("the next dispute won"))
    else:
        now, ends = "–", ""
    return Threat(
        clause.title.speak(language()),
        f"sanctions.{name}@{version.valid_from.date().isoformat()}",
        _when(clause, figure),
        now,
        begun,
        ends,
        _drawn(clause.title.speak(language()), past, at),
    )


def _gone(one: Sanction, past: list[Sanction], at: datetime) -> Threat:
    """A sanction of a clause that the book no longer has."""
    begun = one if one.ended_at is None or one.ended_at > at else None
    title = sanctions.title(one)
    ends = _(N_("the book no longer threatens it"))
    return Threat(title, one.clause, "", sanctions.figure(one), begun, ends, _drawn(title, past, at))


def _ends_by_rate(clause: SanctionVersion, figure: Figure) -> str:
    """What brings the rate back: the fewest times, counted from now."""
    if clause.above is not None:
        goal = Goal(Fraction(clause.above), upper=True, touching=True)
    elif clause.below is not None:
        goal = Goal(Fraction(clause.below), upper=False, touching=True)
    elif clause.at_least is not None:
        goal = Goal(Fraction(clause.at_least), upper=True, touching=False)
    else:
        return ""
    return fewest(figure, goal)


def _when(clause: SanctionVersion, figure: Figure | None) -> str:
    """`dispute rate above 1.00 % for 30d`: the threshold in words."""
    if clause.counts == "losses_in_a_row" and clause.at_least is not None:
        return _(N_("disputes lost in a row: {count} or more")).format(count=f"{clause.at_least:f}")
    if clause.counts is not None:
        threshold = clause.at_least or clause.above or clause.below
        return _(N_("cases: {count}")).format(count=f"{threshold:f}")
    said = next(
        _(text).format(rate=times.rate(Fraction(threshold)))
        for threshold, text in (
            (clause.above, N_("above {rate}")),
            (clause.below, N_("below {rate}")),
            (clause.at_least, N_("{rate} or more")),
        )
        if threshold is not None
    )
    if clause.lasting is not None:
        said += " " + _(N_("for {span}")).format(span=times.span(clause.lasting))
    return f"{words.title(figure)}: {said}" if figure is not None else said


def _drawn(title: str, past: list[Sanction], at: datetime) -> SafeString:
    said = _(N_("{title}: when it was in force in the last 90 days")).format(title=title)
    return charts.spans(said, [(one.begun_at, one.ended_at) for one in past], at - LOOKED_BACK, at)


def _name(one: Sanction) -> str:
    return one.clause.partition("@")[0].removeprefix("sanctions.")
