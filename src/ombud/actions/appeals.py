"""Appeals: a case that was ruled for the buyer is reviewed again, where its book knows that."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from ombud.actions.corrections import take_back
from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.moving import Moved, locked, step
from ombud.actions.reviews import refuse_silence, refuse_without_authority
from ombud.actions.rulings import rules_of
from ombud.actions.running import Books
from ombud.domain.cases import EventKind
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import sql
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.health_counts import CASE_COUNTS
from ombud.store.models import CaseEvent


def reopen(case_id: int, reason: str, *, at: datetime, actor: str, books: Books) -> Moved:
    """An appeal: the case is under review again, nothing recommended, and what its settlement posted is reversed.

    Raises OmbudError where the book of the case knows no appeal, the actor may not rule, the reason is empty, and where
    the case did not end with a ruling for the buyer.
    """
    refuse_without_authority(actor)
    refuse_silence(reason)
    with spoken(), transaction.atomic():
        case = locked(case_id)
        ruling = rules_of(book_of(case.rulebook_id, books), case)
        if ruling is None or not ruling.appeal:
            raise OmbudError(
                Problem(
                    "no_appeal",
                    N_("The rulebook of case {case}, {book}, knows no appeal."),
                    {"case": f"#{case_id}", "book": book_of(case.rulebook_id, books).name},
                    mend=N_("Its ruling is final."),
                )
            )
        closed_at = case.closed_at
        moved = step(case_id, EventKind.REOPENED, at=at, actor=actor, books=books, data={"reason": reason.strip()})
        take_back(case_id, CaseEvent.objects.filter(case_id=case_id).latest("seq"))
        if closed_at is not None:  # the day on which it was lost counts it no more
            touched = TouchedDays(connection, books)
            touched.add([(case.store_id, closed_at.astimezone(UTC).date())])
            sql.one_at_a_time(connection, sql.HEALTH)
            refresh_days(touched, counts=CASE_COUNTS)
        return moved
