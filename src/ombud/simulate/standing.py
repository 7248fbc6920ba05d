"""Where stores stand under a book (O16, O17, S10): figures as of an instant, when they passed a threshold, and what
sanctions would have begun. Exact, in whole numbers; instants are microseconds since 1970."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cache

import duckdb

from ombud.domain.health import LOST_STATES, WON_STATES, Bound, Share, Standing
from ombud.domain.instants import format_instant
from ombud.domain.rulebook import FigureVersion, Rulebook
from ombud.domain.rulebook.clauses.rulings import SanctionVersion
from ombud.domain.sanctions import Measured, is_passed
from ombud.simulate.life import Life
from ombud.store.books import version

DESK = {"dispute_rate": ("lost_cases", "completed_orders"), "success_rate": ("won_cases", "closed_cases")}
"""Shown for every platform; where its book does not measure it, over the window of both documents, without a bound."""
_DESK_WINDOW = timedelta(days=90)
_PAID = "paid_at <= ship_by AND (cancelled_at IS NULL OR cancelled_at > ship_by)"
_OF_ORDERS = {
    "completed_orders": ("completed_at", "completed_at IS NOT NULL"),
    "promised_orders": ("ship_by", f"ship_by IS NOT NULL AND {_PAID}"),
    "on_time_orders": ("ship_by", f"ship_by IS NOT NULL AND {_PAID} AND shipped_at <= ship_by"),
}
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)

Times = Mapping[str, Sequence[int]]
"""Subject -> the instants at which something happened to it, ascending."""


@dataclass(frozen=True)
class FigureOutcome:
    """One figure of all stores as of the end: `shares` by store; `passed`: those that were ever over their bound."""

    name: str
    title: Mapping[str, str]
    window: timedelta
    bound: Bound
    shares: Mapping[str, Share]
    passed: frozenset[str]
    cite: str

    @property
    def together(self) -> Share:
        """All stores as if they were one."""
        return Share(sum(s.part for s in self.shares.values()), sum(s.base for s in self.shares.values()))

    def count(self, standing: Standing) -> int:
        """How many stores stand so."""
        return sum(self.bound.standing(share) is standing for share in self.shares.values())


@dataclass(frozen=True)
class SanctionOutcome:
    """A sanction that the book names: every beginning of it, as (instant, subject)."""

    name: str
    title: Mapping[str, str]
    over: str
    measure: str
    began: tuple[tuple[str, str], ...]


@dataclass
class Standings:
    """Figures and sanctions of one book. `not_simulated`: clauses that past orders alone say nothing of."""

    figures: list[FigureOutcome] = field(default_factory=list)
    sanctions: list[SanctionOutcome] = field(default_factory=list)
    not_simulated: list[str] = field(default_factory=list)


class OrderCounts:
    """The instants of what counts in the figures and is the same whatever becomes of the cases."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, platform: str) -> None:
        self._connection = connection
        self._platform = platform
        self._known: dict[str, Times] = {}
        rows = connection.execute(
            "SELECT store_id FROM stores WHERE platform = ? ORDER BY store_id", [platform]
        ).fetchall()
        self.stores = tuple(str(store) for (store,) in rows)

    def times(self, count: str) -> Times:
        """The instants of a count of orders, by store."""
        if count not in self._known:
            instant, which = _OF_ORDERS[count]
            rows = self._connection.execute(
                f"SELECT store_id, list(epoch_us({instant}) ORDER BY {instant}) FROM orders"
                f" WHERE {which} AND store_id IN (SELECT store_id FROM stores WHERE platform = ?) GROUP BY store_id",
                [self._platform],
            ).fetchall()
            self._known[count] = {str(store): times for store, times in rows}
        return self._known[count]


def stand(
    lives: Sequence[Life], orders: OrderCounts, book: Rulebook, *, since: datetime, until: datetime, rules: datetime
) -> Standings:
    """How the stores of the book's platform stand at `until`, and the sanctions that would begin in [since, until].

    `lives`: all of them, also older ones than `since`: a figure looks back. `rules`: the instant whose versions hold.
    """
    return _Standing(lives, orders, book, since, until, rules).all()


class _Standing:
    def __init__(
        self,
        lives: Sequence[Life],
        orders: OrderCounts,
        book: Rulebook,
        since: datetime,
        until: datetime,
        rules: datetime,
    ) -> None:
        self.lives = lives
        self.orders = orders
        self.book = book
        self.since, self.until = _micros(since), _micros(until)
        self.rules = rules
        self._known: dict[tuple[str, str], Times] = {}
        self.found = Standings()

    def all(self) -> Standings:
        versions = {name: version(self.book, f"health.{name}", self.rules) for name in self.book.under("health")}
        for name, dated in versions.items():
            figure: FigureVersion | None = dated.value if dated else None
            if figure is None or figure.of is None:
                continue
            if not (self._measured(figure.share) and self._measured(figure.of)):
                if figure.limit is not None or figure.least is not None:
                    self.found.not_simulated.append(f"health.{name}")
                continue
            title, cite = _title(figure), dated.cite if dated else ""
            bound = Bound(_exact(figure.limit), _exact(figure.least))
            self._figure(name, title, figure.share, figure.of, figure.window, bound, cite)
        for name, (share, of) in DESK.items():
            if name not in versions:
                self._figure(name, {}, share, of, _DESK_WINDOW, Bound(), "")
        for name in self.book.under("sanctions"):
            sanction = version(self.book, f"sanctions.{name}", self.rules)
            if sanction is not None:
                self._sanction(name, sanction.value)
        return self.found

    def _measured(self, count: str) -> bool:
        return count in _OF_ORDERS or count in _OF_CASES

    def _times(self, count: str, over: str = "store") -> Times:
        if count in _OF_ORDERS:
            return self.orders.times(count)
        known = self._known.get((count, over))
        if known is None:
            instant, states = _OF_CASES[count]
            found: dict[str, list[int]] = {}
            for life in self.lives:
                subject = _subject(life, over)
                if subject and (not states or life.state in states):
                    found.setdefault(subject, []).append(_micros(instant(life)))
            known = self._known[count, over] = {subject: sorted(times) for subject, times in found.items()}
        return known

    def _figure(
        self, name: str, title: Mapping[str, str], share: str, of: str, window: timedelta, bound: Bound, cite: str
    ) -> None:
        parts, bases, span = self._times(share), self._times(of), window // _MICROSECOND
        shares = {
            store: Share(*(_within(times.get(store, ()), self.until, span) for times in (parts, bases)))
            for store in self.orders.stores
        }
        passed: frozenset[str] = frozenset()
        if bound.limit is not None or bound.least is not None:
            test = _beyond(bound)
            passed = frozenset(
                store
                for store in self.orders.stores
                for begin, end in _spans(parts.get(store, ()), bases.get(store, ()), span, test)
                if begin <= self.until and (end is None or end > self.since)
            )
        self.found.figures.append(FigureOutcome(name, title, window, bound, shares, passed, cite))

    def _sanction(self, name: str, sanction: SanctionVersion) -> None:
        spans = self._sanction_spans(sanction)
        if spans is None:
            self.found.not_simulated.append(f"sanctions.{name}")
            return
        lasting = (sanction.lasting or timedelta(0)) // _MICROSECOND
        began = sorted(
            (_instant(begin + lasting), subject)
            for subject, each in spans.items()
            for begin, end in each
            if self.since <= begin + lasting <= self.until and (end is None or end > begin + lasting)
        )
        self.found.sanctions.append(
            SanctionOutcome(name, _title(sanction), sanction.over, sanction.measure, tuple(began))
        )

    def _sanction_spans(self, sanction: SanctionVersion) -> dict[str, list[tuple[int, int | None]]] | None:
        """Subject -> when the threshold was passed and until when; None where past orders do not tell."""
        if sanction.figure is not None:
            figure = version(self.book, f"health.{sanction.figure}", self.rules)
            of: FigureVersion | None = figure.value if figure else None
            if of is None or of.of is None or sanction.over != "store":
                return None
            if not (self._measured(of.share) and self._measured(of.of)):
                return None
            parts, bases, span = self._times(of.share), self._times(of.of), of.window // _MICROSECOND
            test = _passes(sanction, of_cases=of.of in _OF_CASES or of.share not in _OF_CASES)
            return {
                store: _spans(parts.get(store, ()), bases.get(store, ()), span, test) for store in self.orders.stores
            }
        test = _passes(sanction, of_cases=False)
        if sanction.counts == "losses_in_a_row":
            return self._in_a_row(sanction, test) if sanction.window is None else None
        count = {"cases": "opened_cases", "weak_disputes": "won_cases"}.get(sanction.counts or "")
        if count is None:
            return None
        span = (sanction.window or _EVER) // _MICROSECOND
        return {subject: _spans(times, (), span, test) for subject, times in self._times(count, sanction.over).items()}

    def _in_a_row(self, sanction: SanctionVersion, test: _Test) -> dict[str, list[tuple[int, int | None]]]:
        spans: dict[str, list[tuple[int, int | None]]] = {}
        row: Counter[str] = Counter()
        for life in sorted(self.lives, key=lambda life: (life.closed_at, life.opened_at, life.case.key)):
            subject = _subject(life, sanction.over)
            if not subject or life.state not in (*LOST_STATES, *WON_STATES):
                continue
            row[subject] = row[subject] + 1 if life.state in LOST_STATES else 0
            mine = spans.setdefault(subject, [])
            if test(row[subject], 0):
                if not mine or mine[-1][1] is not None:
                    mine.append((_micros(life.closed_at), None))
            elif mine and mine[-1][1] is None:
                mine[-1] = (mine[-1][0], _micros(life.closed_at))
        return spans


_Test = Callable[[int, int], bool]
"""Whether (part, base) has passed the threshold; a plain count has the base 0."""

_OF_CASES: Mapping[str, tuple[Callable[[Life], datetime], tuple[str, ...]]] = {
    "opened_cases": (lambda life: life.opened_at, ()),
    "won_cases": (lambda life: life.closed_at, WON_STATES),
    "lost_cases": (lambda life: life.closed_at, LOST_STATES),
    "closed_cases": (lambda life: life.closed_at, (*WON_STATES, *LOST_STATES)),
}
_SUBJECTS = {"carrier": "case.carrier", "warehouse": "case.warehouse", "buyer": "order.buyer_id"}
_EVER = timedelta(days=36_500)


def _subject(life: Life, over: str) -> str:
    return life.case.store_id if over == "store" else str(life.case.fields[_SUBJECTS[over]] or "")


def _beyond(bound: Bound) -> _Test:
    """The same shares come again and again: each is reckoned once."""

    @cache
    def test(part: int, base: int) -> bool:
        return bound.standing(Share(part, base)) is Standing.BEYOND

    return test


def _passes(sanction: SanctionVersion, *, of_cases: bool) -> _Test:
    """`of_cases`: whether the base of its figure are the cases that it speaks of; else the part is."""
    is_count = sanction.counts is not None

    @cache
    def test(part: int, base: int) -> bool:
        if is_count:
            return is_passed(sanction, Measured(Fraction(part), part, part))
        return is_passed(sanction, Measured(Share(part, base).rate, base, base if of_cases else part))

    return test


def _spans(parts: Sequence[int], bases: Sequence[int], span: int, test: _Test) -> list[tuple[int, int | None]]:
    """From when until when (None: to this day) the threshold was passed, over a window that holds an instant t during
    [t, t + span)."""
    changes: dict[int, list[int]] = {}
    for place, times in enumerate((parts, bases)):
        for at in times:
            changes.setdefault(at, [0, 0])[place] += 1
            changes.setdefault(at + span, [0, 0])[place] -= 1
    found: list[tuple[int, int | None]] = []
    part = base = 0
    begun: int | None = None
    for at in sorted(changes):
        more = changes[at]
        part, base = part + more[0], base + more[1]
        passed = test(part, base)
        if passed and begun is None:
            begun = at
        elif not passed and begun is not None:
            found.append((begun, at))
            begun = None
    return [*found, (begun, None)] if begun is not None else found


def _within(times: Sequence[int], at: int, span: int) -> int:
    return bisect_right(times, at) - bisect_right(times, at - span)


def _micros(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _instant(micros: int) -> str:
    return format_instant(_EPOCH + timedelta(microseconds=micros))


def _title(clause: FigureVersion | SanctionVersion) -> dict[str, str]:
    return {"en": clause.title.en, "ru": clause.title.ru, "zh": clause.title.zh}


def _exact(number: object) -> Fraction | None:
    return None if number is None else Fraction(str(number))
