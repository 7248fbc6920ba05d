"""When a case is told of again: the next reminder, as SQL over the rows of `cases`."""

from __future__ import annotations

from django.db import connection

from ombud.domain.rulebook import Rulebook
from ombud.store.instants import Instants


def following(book: Rulebook, after: str) -> str:
    """SQL of the first reminder later than the instant `after` (SQL too), or null; one for `windows.reminders` in the
    version of `book` that was in force when the case was opened, or the first one where the book began later."""
    instants = Instants(connection)
    found = "NULL"
    for index, version in enumerate(book.clauses.get("windows.reminders", ())):
        whens = [
            f"WHEN {ahead} > {after} THEN {ahead}"
            for span in sorted(version.value, reverse=True)
            for ahead in [instants.moved("due_at", -int(span.total_seconds()))]
        ]
        own = f"CASE {' '.join(whens)} END"
        dated = f"CASE WHEN opened_at >= {instants.literal(version.valid_from)} THEN {own} ELSE {found} END"
        found = dated if index else own
    return found
