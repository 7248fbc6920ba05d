"""Takes down how another process decided a routed case, and what it cost (S2)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ombud.actions.cases import Books
from ombud.actions.moving import Moved, locked, refuse_after_the_clock, step
from ombud.actions.routings import ENDINGS
from ombud.domain.cases import State
from ombud.domain.ledger import ROUTE_COST, ROUTES, SETTLEMENT
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.books import book_of, version
from ombud.store.database import spoken
from ombud.store.models import Case, CaseEvent, Posting

_MOST = 2**63 - 1
"""What the store can keep, in minor units."""


def take_outcome(case_id: int, outcome: State, *, cost_minor: int = 0, at: datetime, actor: str, books: Books) -> Moved:
    """Ends a routed case as `outcome` (won, rejected, withdrawn or conceded) and charges its cost to the settlement.

    cost_minor: what the process charged, in minor units of the currency of the order. Raises OmbudError where the case
    is a dispute of its own book, has ended already, or the cost is no amount that can be kept.
    """
    if not 0 <= cost_minor <= _MOST:
        raise OmbudError(
            Problem(
                "bad_cost",
                N_("A cost of {cost} minor units cannot be kept."),
                {"cost": cost_minor},
                mend=N_("Give what the process charged, 0 or more."),
            )
        )
    with spoken(), transaction.atomic():
        case = locked(case_id)
        if not case.route:
            raise OmbudError(
                Problem(
                    "not_routed",
                    N_("Case #{case} is a dispute of its own platform: no other process decides it."),
                    {"case": case_id},
                    mend=N_("`ombud case {case}` shows what it waits for."),
                )
            )
        refuse_after_the_clock(case, ENDINGS[outcome], at)
        told = {"cost_minor": cost_minor, "currency": case.currency, "decided_by": case.route}
        moved = step(case_id, ENDINGS[outcome], at=at, actor=actor, books=books, data=told)
        if cost_minor:
            _charge(case, ENDINGS[outcome], cost_minor, at=moved.at, books=books)
        return moved


def _charge(case: Case, kind: str, cost_minor: int, *, at: datetime, books: Books) -> None:
    clause = f"{ROUTES}{case.route}"
    found = version(book_of(case.rulebook_id, books), clause, case.opened_at)
    Posting.objects.create(
        store_id=case.store_id,
        case=case,
        cause=CaseEvent.objects.filter(case=case, kind=kind).latest("seq"),
        line=ROUTE_COST,
        debit=SETTLEMENT,
        credit=clause,
        currency=case.currency,
        amount_minor=cost_minor,
        clause=f"{clause}@{found.valid_from.date().isoformat()}" if found else clause,
        at=at,
    )
