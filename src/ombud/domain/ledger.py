"""Double entry in minor units: every posting takes from one account of a store what it gives to another.

The accounts are the book's words; these are the ones that the system itself speaks of. A mistake is put right by a
posting the other way round, never by a change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

HELD = "held"
"""What is frozen while the cases of a store run."""


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
