"""A rulebook tried on the store's own past orders before it takes effect (G7): run aside, then shown old beside new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from ombud.domain.cases import State
from ombud.domain.health import Standing
from ombud.domain.instants import format_instant
from ombud.domain.money import format_amount
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.languages import _, language, number
from ombud.scan import sources
from ombud.simulate import report
from ombud.simulate.assumptions import SHIPPED, open_assumptions
from ombud.simulate.past import same_tracks
from ombud.simulate.purse import line_titles
from ombud.simulate.run import ENDS, simulate
from ombud.web import background
from ombud.web.background import Job
from ombud.words import times

ENDINGS = {
    State.WON: N_("won"),
    State.REJECTED: N_("rejected"),
    State.LOST: N_("lost by the clock"),
    State.WITHDRAWN: N_("withdrawn"),
}
_DESK = {"dispute_rate": N_("Dispute rate"), "success_rate": N_("Success rate")}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what comes of both books; a side may have several lines, one for each currency."""

    title: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    difference: tuple[str, ...]
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


def key_of(old: Rulebook, new: Rulebook, rules_at: datetime | None) -> str:
    """Which back-test it is."""
    return background.key_of("backtest", old.digest, new.digest, rules_at and format_instant(rules_at))


def begin(old: Rulebook, new: Rulebook, rules_at: datetime | None, *, at: datetime) -> None:
    """Runs both books over what has happened by `at`. rules_at: both as in force then, whatever the instants of the
    facts; None: as dated."""

    def work() -> dict[str, Any]:
        refold = rules_at is not None or not same_tracks(old, new)
        with sources.stored(old, refold=refold) as facts:
            found = simulate(
                facts, old=old, new=new, assumptions=open_assumptions(SHIPPED), until=at, rules_at=rules_at
            )
        return report.as_json(found)

    background.start(key_of(old, new, rules_at), work, at=at)


def parts(job: Job, old: Rulebook, new: Rulebook, at: datetime) -> list[Part]:
    """Cases, violations, money and health under both books."""
    told = job.result
    sides = (told["old"], told["new"])
    found = [
        Part(_(N_("cases")), tuple(_cases(*sides))),
        Part(_(N_("cases by violation")), tuple(_violations(old, new, *sides, at))),
        Part(_(N_("money")), tuple(_money(old, new, *sides, at))),
        Part(_(N_("health at the end")), tuple(_health(old, new, *sides, at))),
    ]
    return [part for part in found if part.rows]


def _cases(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Row]:
    cases = (old["cases"], new["cases"])
    yield _counts(_(N_("cases opened")), *(side["opened"] for side in cases))
    yield _counts(_(N_("answered in time")), *(side["answered_in_time"] for side in cases))
    for state in ENDS:
        yield _counts(_(ENDINGS[state]), *(side[str(state)] for side in cases), inner=True)
    days = (int(Fraction(side["money"]["held_days"])) for side in (old, new))
    yield _counts(_(N_("order-days with money held")), *days)


def _violations(
    old_book: Rulebook, new_book: Rulebook, old: Mapping[str, Any], new: Mapping[str, Any], at: datetime
) -> Iterator[Row]:
    sides = [{name: one["opened"] for name, one in side["violations"].items()} for side in (old, new)]
    for name in sorted({*sides[0], *sides[1]}, key=lambda name: (-max(side.get(name, 0) for side in sides), name)):
        said = new_book.version_at(f"violations.{name}", at) or old_book.version_at(f"violations.{name}", at)
        title = said.value.title.speak(language()) if said and hasattr(said.value, "title") else name
        yield _counts(title, *(side.get(name, 0) for side in sides))


def _money(
    old_book: Rulebook, new_book: Rulebook, old: Mapping[str, Any], new: Mapping[str, Any], at: datetime
) -> Iterator[Row]:
    peaks = [{c: one["amount_minor"] for c, one in side["money"]["peak_held"].items()} for side in (old, new)]
    yield from _amounts(_(N_("most held at once")), *peaks)
    lines = [side["money"]["charged_minor"] for side in (old, new)]
    sums = [_sum(side) for side in lines]
    yield from _amounts(_(N_("charged in all")), *sums)
    titles = {**line_titles(old_book, at), **line_titles(new_book, at)}
    for line in dict.fromkeys([*titles, *lines[0], *lines[1]]):
        title = titles.get(line, {}).get(language(), line)
        yield from _amounts(title, *(side.get(line, {}) for side in lines), inner=True)


def _sum(lines: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for by in lines.values():
        for currency, minor in by.items():
            found[currency] = found.get(currency, 0) + minor
    return found


_STANDINGS = (
    (N_("stores within the limit"), (Standing.WITHIN, Standing.REACHED)),
    (N_("stores beyond it"), (Standing.BEYOND,)),
)


def _health(
    old_book: Rulebook, new_book: Rulebook, old: Mapping[str, Any], new: Mapping[str, Any], at: datetime
) -> Iterator[Row]:
    for name, before in old["health"].items():
        after = new["health"].get(name)
        if after is None:
            continue
        said = new_book.version_at(f"health.{name}", at) or old_book.version_at(f"health.{name}", at)
        title = said.value.title.speak(language()) if said and getattr(said.value, "title", None) else ""
        title = title or _(_DESK.get(name, name))
        rates = [Fraction(one["all_stores"]["rate"]) if one["all_stores"]["rate"] else None for one in (before, after)]
        said_ = _(N_("{figure}, all stores together")).format(figure=title)
        yield Row(said_, (times.rate(rates[0]),), (times.rate(rates[1]),), (_moved(*rates),))
        if before["limit"] or before["least"] or after["limit"] or after["least"]:
            for words, standings in _STANDINGS:
                counts = (sum(one["stores"][str(each)] for each in standings) for one in (before, after))
                yield _counts(_(words), *counts, inner=True)


def _counts(title: str, old: int, new: int, *, inner: bool = False) -> Row:
    return Row(title, (number(old),), (number(new),), (_signed(new - old, number),), inner)


def _amounts(title: str, old: Mapping[str, int], new: Mapping[str, int], *, inner: bool = False) -> Iterator[Row]:
    currencies = sorted({*old, *new})
    if currencies:
        sides = [tuple(format_amount(side.get(one, 0), one) for one in currencies) for side in (old, new)]
        signed = tuple(
            _signed(new.get(one, 0) - old.get(one, 0), lambda minor, one=one: format_amount(minor, one))
            for one in currencies
        )
        yield Row(title, sides[0], sides[1], signed, inner)


def _moved(old: Fraction | None, new: Fraction | None) -> str:
    """By how much a rate moved, in percentage points."""
    if old is None or new is None or times.rate(old) == times.rate(new):
        return "–"
    return f"+{times.rate(new - old)}" if new > old else f"−{times.rate(old - new)}"


def _signed(difference: int, form: Any) -> str:
    if not difference:
        return "–"
    return f"+{form(difference)}" if difference > 0 else f"−{form(-difference)}"
