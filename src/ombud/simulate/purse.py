"""The money of simulated cases: what is held and for how long, and what is charged, by the very lines of the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ombud.domain.health import LOST_STATES
from ombud.domain.ledger import BEYOND_HOLD, HELD, SETTLEMENT, Entry, settlement
from ombud.domain.money import MoneyLine, amounts
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.simulate.life import Life
from ombud.store.books import version

_OWN = frozenset({HELD, SETTLEMENT})
"""The accounts that are still the seller's."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A life with its money in minor units: what was held, and what each line of the book took for good."""

    life: Life
    held_minor: int
    charged_minor: Mapping[str, int]

    @property
    def loss_minor(self) -> int:
        """What the case cost the seller."""
        return sum(self.charged_minor.values())


@dataclass
class Money:
    """What some cases held and cost. Everything by currency, in minor units."""

    peak: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """The most held at once, and when that was first so."""
    charged: dict[str, dict[str, int]] = field(default_factory=dict)
    """Line of the book -> currency -> amount, in the order of the book."""
    held_for: timedelta = timedelta(0)
    """Of all cases together."""
    held_days: dict[str, int] = field(default_factory=dict)
    """The amounts held times the days that they were, whole ones."""


def settle(lives: Iterable[Life], book: Rulebook, *, rules_at: datetime | None) -> list[Settled]:
    """The lives with their money, in the order in which they closed. An order is charged once: a second case about it
    that is lost too gives its hold back. Raises OmbudError where the book has no line for what must be settled."""
    charged: set[str] = set()
    settled = []
    for life in sorted(lives, key=lambda life: (life.closed_at, life.opened_at, life.case.key)):
        case, rules = life.case, rules_at or life.opened_at
        held = sum(amount for _, amount in amounts(book.value("money.hold", rules), case.fields))
        name = "release"
        if life.state in LOST_STATES and case.order_id not in charged:
            charged.add(case.order_id)
            name = "charge"
        values = {**case.fields, "case.held_minor": held}
        entries = settlement(_lines(book, name, rules, held), values, held_minor=held, currency=case.currency)
        settled.append(Settled(life, held, charges(entries)))
    return settled


def _lines(book: Rulebook, name: str, rules: datetime, held: int) -> Sequence[MoneyLine]:
    found = version(book, f"money.{name}", rules)
    if found is not None:
        return tuple(found.value)
    if not held:
        return ()
    raise OmbudError(
        Problem(
            "no_clause_for_money",
            N_("The rulebook {book} has no clause {clause}, by which its cases would be settled."),
            {"book": book.name, "clause": f"money.{name}"},
            mend=N_("Give the book that clause."),
        )
    )


def charges(entries: Iterable[Entry]) -> dict[str, int]:
    """Line -> what it takes from the seller for good; what a hold could not bear belongs to its line."""
    found: dict[str, int] = {}
    for entry in entries:
        if entry.debit in _OWN and entry.credit not in _OWN:
            name = entry.line.removesuffix(BEYOND_HOLD)
            found[name] = found.get(name, 0) + entry.amount_minor
    return found


def count_money(settled: Sequence[Settled]) -> Money:
    """The money of these cases. A hold ends with its case: at that instant it is no longer there."""
    money = Money()
    moves: dict[str, Counter[datetime]] = {}
    microseconds: Counter[str] = Counter()
    for each in settled:
        life, currency = each.life, each.life.case.currency
        of_currency = moves.setdefault(currency, Counter())
        of_currency[life.opened_at] += each.held_minor
        of_currency[life.closed_at] -= each.held_minor
        money.held_for += life.held_for
        microseconds[currency] += each.held_minor * (life.held_for // timedelta(microseconds=1))
        for line, amount in each.charged_minor.items():
            by_currency = money.charged.setdefault(line, {})
            by_currency[currency] = by_currency.get(currency, 0) + amount
    day = timedelta(days=1) // timedelta(microseconds=1)
    money.held_days = {currency: total // day for currency, total in sorted(microseconds.items())}
    for currency, changes in sorted(moves.items()):
        held, most, when = 0, 0, min(changes)
        for at in sorted(changes):
            held += changes[at]
            if held > most:
                most, when = held, at
        money.peak[currency] = (most, when)
    return money


def line_titles(book: Rulebook, at: datetime) -> dict[str, Any]:
    """Line -> its title in three languages, as the book has it under `money.charge`."""
    found = version(book, "money.charge", at)
    lines = found.written.get("lines", ()) if found else ()
    return {line["name"]: line["title"] for line in lines}
