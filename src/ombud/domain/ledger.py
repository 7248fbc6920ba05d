"""Double entry in minor units: every posting takes from one account of a store what it gives to another.

The accounts are the book's words; these are the ones that the system itself speaks of. A mistake is put right by a
posting the other way round, never by a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ombud.domain.money import MoneyLine

HELD = "held"
"""What is frozen while the cases of a store run."""
SETTLEMENT = "settlement"
"""What a store is owed: holds are taken from it, and given back to it."""
BEYOND_HOLD = "_beyond_hold"
"""Ends the name of a line that takes from the settlement what the hold of its case could not bear."""
REVERSAL = "reversal_of_"
"""Begins the name of a line that undoes a posting by hand; the number of that posting follows."""
REST_OF_HOLD = "rest_of_hold"
"""The line that gives back what is left of a hold when its case is settled."""

ROUTE_COST = "route_cost"
"""The line of what another process charged for deciding a routed case (S2)."""
ROUTES = "routes."
"""Begins the name of the account of another process: `routes.chargeback` has what it charged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount_minor` (above 0) moves from `debit` to `credit`. `line` is the book's money line that asks for it."""

    line: str
    debit: str
    credit: str
    currency: str
    amount_minor: int


def reversal(entry: Entry) -> Entry:
    """The entry that undoes `entry`."""
    return replace(entry, debit=entry.credit, credit=entry.debit)


def balances(entries: Iterable[Entry]) -> Mapping[tuple[str, str], int]:
    """(account, currency) -> what the entries left on it, in minor units. The sum over one currency is always 0."""
    totals: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        totals[entry.debit, entry.currency] -= entry.amount_minor
        totals[entry.credit, entry.currency] += entry.amount_minor
    return dict(totals)


def settlement(lines: Sequence[MoneyLine], values: Mapping[str, Any], *, held_minor: int, currency: str) -> list[Entry]:
    """The entries that settle one case: the lines of the book, after which nothing of its hold is left.

    What a line asks of the hold beyond what is in it comes from the settlement, as a line of its own; what no line asks
    for goes back there. `values`: the fields of the lines, as in `domain.money`. What comes to nothing is left out.
    """
    left = held_minor
    entries: list[Entry] = []
    for line in lines:
        amount = line.amount(values)
        if line.debit != HELD:
            entries.append(Entry(line.name, line.debit, line.credit, currency, amount))
            continue
        drawn = min(amount, left)
        left -= drawn
        entries.append(Entry(line.name, HELD, line.credit, currency, drawn))
        entries.append(Entry(f"{line.name}{BEYOND_HOLD}", SETTLEMENT, line.credit, currency, amount - drawn))
    entries.append(Entry(REST_OF_HOLD, HELD, SETTLEMENT, currency, left))
    return [entry for entry in entries if entry.amount_minor and entry.debit != entry.credit]
