"""What the cases of a month may cost (O21): an estimate from facts, assumptions and the priors of the book.

Everything but the counts is assumed or a prior; it decides no case. The cost is low and high by the priors: each that
bears on a case is taken as having its effect or none, whichever is better or worse for the seller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from ombud.domain.health import Share
from ombud.domain.ledger import settlement
from ombud.domain.money import amounts
from ombud.domain.rulebook import Dated, Rulebook
from ombud.domain.rulebook.clauses.estimates import Need, PriorVersion
from ombud.simulate.assumptions.clauses import Language, ShareVersion, Weight
from ombud.simulate.month import Month
from ombud.simulate.past import PastCase
from ombud.simulate.purse import charges
from ombud.simulate.sellers import Sellers
from ombud.store.books import version

MONTH_DAYS = 30
Side = Literal["low", "expected", "high"]
SIDES: tuple[Side, ...] = ("low", "expected", "high")
Minor = Mapping[str, Fraction]
"""Currency -> minor units, not yet rounded."""


@dataclass(frozen=True)
class Violation:
    """Expected of a month: cases, those lost, and what they cost by currency. Exact; rounded where they are shown."""

    violation: str
    cases: Fraction
    lost: Mapping[Side, Fraction]
    charged: Mapping[Side, Minor]


@dataclass(frozen=True)
class Bearing:
    """A prior of the book. `cases`: those of the month that it is about, of all; None where the facts do not tell.
    `saves`: what a month would cost less if it worked for the seller in every case; empty where the source gives no
    figure or nothing is assumed to go by it."""

    name: str
    prior: Dated[PriorVersion]
    cases: Share | None
    saves: Minor


@dataclass(frozen=True)
class Estimate:
    """`lines`: line of the book -> what it is expected to take. `missing`: needs of the book that nothing answers."""

    month: Month
    violations: tuple[Violation, ...]
    lines: Mapping[str, Minor]
    priors: tuple[Bearing, ...]
    missing: tuple[Need, ...]
    language: Language | None

    def total(self, side: Side) -> dict[str, Fraction]:
        """What a month costs, by currency."""
        return _sum(violation.charged[side] for violation in self.violations)

    def lost(self, side: Side) -> Fraction:
        """The cases of a month that are lost."""
        return sum((violation.lost[side] for violation in self.violations), Fraction(0))

    def part(self, of: Minor) -> Fraction:
        """How much of what is charged in all, in the currency in which it is most."""
        whole = self.total("expected")
        return max((amount / whole[c] for c, amount in of.items() if whole.get(c)), default=Fraction(0))

    @property
    def steps(self) -> list[Violation | Bearing]:
        """What to mend, the dearest first: a violation may be kept from happening, a prior be made to work."""
        found: list[tuple[Fraction, str, Violation | Bearing]] = [
            *((self.part(each.charged["expected"]), each.violation, each) for each in self.violations),
            *((self.part(each.saves), each.name, each) for each in self.priors),
        ]
        return [each for part, _name, each in sorted(found, key=lambda step: (-step[0], step[1])) if part > 0]


def estimate(
    month: Month, book: Rulebook, sellers: Sellers, *, language: Language | None, rules_at: datetime | None = None
) -> Estimate:
    """What 30 days like those of `month` are expected to bring. Raises OmbudError where the book or the assumptions
    lack what a case needs."""
    return _Reckoning(month, book, sellers, language, rules_at).all()


@dataclass(frozen=True)
class _Case:
    case: PastCase
    charged: Mapping[str, int]  # line -> minor units, were it lost


class _Reckoning:
    def __init__(
        self,
        month: Month,
        book: Rulebook,
        sellers: Sellers,
        language: Language | None,
        rules_at: datetime | None,
    ) -> None:
        self.month = month
        self.book = book
        self.sellers = sellers
        self.language = language
        self.rules_at = rules_at
        self.scale = Fraction(MONTH_DAYS, month.days)
        self.cases = [_Case(case, self._charged(case)) for case in month.cases or ()]

    def all(self) -> Estimate:
        won = {side: [self._won(each.case, side) for each in self.cases] for side in SIDES}
        charged = {side: self._charged_chances(won[side]) for side in SIDES}
        violations = []
        for name in sorted({each.case.violation for each in self.cases}):
            mine = [place for place, each in enumerate(self.cases) if each.case.violation == name]
            lost = {side: self.scale * sum((1 - won[side][place] for place in mine), Fraction(0)) for side in SIDES}
            cost = {side: self._cost({place: charged[side][place] for place in mine}) for side in SIDES}
            violations.append(Violation(name, self.scale * len(mine), lost, cost))
        lines: dict[str, list[Minor]] = {}
        for each, chance in zip(self.cases, charged["expected"], strict=True):
            for line, amount in each.charged.items():
                lines.setdefault(line, []).append({each.case.currency: self.scale * chance * amount})
        return Estimate(
            self.month,
            tuple(violations),
            {line: _sum(amounts_of) for line, amounts_of in lines.items()},
            tuple(self._bearing(name) for name in self.book.under("priors")),
            self._missing(),
            self.language,
        )

    def _charged(self, case: PastCase) -> dict[str, int]:
        rules = self.rules_at or case.fires_at
        held = sum(amount for _, amount in amounts(self.book.value("money.hold", rules), case.fields))
        lines = version(self.book, "money.charge", rules)
        values = {**case.fields, "case.held_minor": held}
        entries = settlement(lines.value if lines else (), values, held_minor=held, currency=case.currency)
        return charges(entries)

    def _charged_chances(self, won: Sequence[Fraction]) -> list[Fraction]:
        """The chance that each case is the one that its order is charged for: the first of them that is lost."""
        free: dict[str, Fraction] = {}
        chances = []
        for each, chance in zip(self.cases, won, strict=True):
            before = free.get(each.case.order_id, Fraction(1))
            chances.append(before * (1 - chance))
            free[each.case.order_id] = before * chance
        return chances

    def _cost(self, chances: Mapping[int, Fraction]) -> dict[str, Fraction]:
        return _sum(
            {self.cases[place].case.currency: self.scale * chance * sum(self.cases[place].charged.values())}
            for place, chance in chances.items()
        )

    def _won(self, case: PastCase, side: Side) -> Fraction:
        """The chance to win a case: as measured where rulings are known, within what assumptions and priors give."""
        measured = self.month.decided.rate if self.month.decided else None
        if side == "expected":
            return measured if measured is not None else self._assumed(case, self._expected)
        best: Callable[[Fraction, Fraction], Fraction] = max if side == "low" else min

        def factor(weight: Weight, holds: bool | None) -> Fraction:
            return Fraction(1) if holds is False else best(Fraction(1), self._factor(weight))

        return best(self._assumed(case, factor), self._won(case, "expected"))

    def _assumed(self, case: PastCase, factor: Callable[[Weight, bool | None], Fraction]) -> Fraction:
        def share(clause: str) -> Fraction:
            stated: ShareVersion = self.sellers.stated(clause, at)
            found = Fraction(self.sellers.plain_share(stated, case.fields, at))
            for weight in stated.times:
                found *= factor(weight, self._holds(weight, case))
            return min(found, Fraction(1))

        at = self.rules_at or case.fires_at
        accepted = share("accepted")
        ruling = version(self.book, "rulings", at)
        if ruling is not None and ruling.value.mend_in_window:
            accepted += (1 - accepted) * share("mended") * share("mended_accepted")
        return share("answered") * self._in_time(case, at) * accepted

    def _in_time(self, case: PastCase, at: datetime) -> Fraction:
        """The share of answers that come before the window shuts."""
        spans = self.sellers.spans("answer_after", case.fields, at)
        window: timedelta = self.book.value("windows.response", at)
        pieces = list(pairwise(spans))
        within = Fraction(0)
        for low, high in pieces:
            if high < window:
                within += 1
            elif low < window:
                within += Fraction((window - low) // _MICROSECOND, (high - low) // _MICROSECOND)
        return within / len(pieces)

    def _holds(self, weight: Weight, case: PastCase) -> bool | None:
        """Whether the prior bears on the case; None where neither facts nor the language told say so."""
        at = self.rules_at or case.fires_at
        if not self.sellers.holds(self.sellers.prior(weight.prior, at).value.where, case.fields, at):
            return False
        if weight.of is None:
            return True
        return self.language in weight.language if self.language and weight.language else None

    def _factor(self, weight: Weight) -> Fraction:
        return Fraction(self.sellers.prior(weight.prior, self.rules_at or self.month.at).value.factor or 1)

    def _expected(self, weight: Weight, holds: bool | None) -> Fraction:
        if holds is None:
            of = Fraction(weight.of or 0)
            return 1 - of + of * self._factor(weight)
        return self._factor(weight) if holds else Fraction(1)

    def _bearing(self, name: str) -> Bearing:
        at = self.rules_at or self.month.at
        prior = self.sellers.prior(name, at)
        share = None
        if prior.value.where:
            about = sum(self.sellers.holds(prior.value.where, each.case.fields, at) for each in self.cases)
            share = Share(about, len(self.cases))
        return Bearing(name, prior, share, self._saves(name))

    def _saves(self, name: str) -> Minor:
        """By assumptions alone, whatever was measured: with the prior as it is, less with it working in every case."""

        if not any(weight.prior == name for weight in self.sellers.weights(self.rules_at or self.month.at)):
            return {}

        def better(weight: Weight, holds: bool | None) -> Fraction:
            return max(Fraction(1), self._factor(weight)) if weight.prior == name else self._expected(weight, holds)

        now = self._charged_chances([self._assumed(each.case, self._expected) for each in self.cases])
        then = self._charged_chances([self._assumed(each.case, better) for each in self.cases])
        less = self._cost({place: now[place] - then[place] for place in range(len(self.cases))})
        return {currency: amount for currency, amount in less.items() if amount > 0}

    def _missing(self) -> tuple[Need, ...]:
        needs = version(self.book, "estimate", self.rules_at or self.month.at)
        return tuple(need for need in (needs.value.needs if needs else ()) if not self._known(need.name))

    def _known(self, need: str) -> bool:
        """Whether a need that the book names is answered; one that nobody here knows is not."""
        month = self.month
        answers: dict[str, object] = {
            "orders": month.orders,
            "cases": month.cases is not None,
            "carriers": month.parcels,
            "erp_link": month.parcels,
            "language_capability": self.language,
            "rating": any(month.tiers),
            "metrics": month.on_time.base and month.returned.base,
            "category": month.categories,
            "payments": month.gateways,
            "dispute_rate": month.dispute_rate and month.dispute_rate.base,
        }
        return bool(answers.get(need))


_MICROSECOND = timedelta(microseconds=1)


def _sum(amounts_by_currency: Iterable[Minor]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for each in amounts_by_currency:
        for currency, amount in each.items():
            found[currency] = found.get(currency, Fraction(0)) + amount
    return dict(sorted(found.items()))
