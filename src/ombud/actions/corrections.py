"""Puts right what a settlement did wrong: by a posting the other way round, with a step and a reason of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from ombud.actions.moving import locked
from ombud.domain.cases import EventKind, State, move
from ombud.domain.instants import format_instant
from ombud.domain.ledger import HELD, REST_OF_HOLD, REVERSAL, SETTLEMENT, Entry, reversal
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.database import spoken
from ombud.store.models import Case, CaseEvent, OutboxMessage, Posting


def reverse(posting_id: int, *, reason: str, at: datetime, actor: str) -> list[Posting]:
    """Reverses one posting of a settled case; gives the new ones. The case stays as it ended.

    What the posting took from the hold goes back to the store through it, so that nothing is held afterwards. Raises
    OmbudError where there is no such posting, it was reversed already, its case is not settled, no reason is given, and
    where it would take from a hold that is over or has nothing to give back.
    """
    if not reason.strip():
        raise OmbudError(
            Problem("no_reason", N_("A reversal needs a reason."), mend=N_("Say in a few words what was wrong."))
        )
    with spoken(), transaction.atomic():
        posting = Posting.objects.filter(pk=posting_id).first()
        if posting is None:
            raise OmbudError(
                Problem(
                    "unknown_posting",
                    N_("There is no posting {posting}."),
                    {"posting": posting_id},
                    mend=N_("`ombud ledger STORE` shows the number of each."),
                )
            )
        case = locked(posting.case_id)
        _refuse(posting, case)
        move(State(case.state), EventKind.CORRECTED)
        last = CaseEvent.objects.filter(case=case).latest("seq")
        data = {"posting_id": posting_id, "reason": reason.strip()}
        if at < last.at:  # a clock that was set back does not make history run backwards
            data["clock"] = format_instant(at)
        event = CaseEvent.objects.create(
            case=case, seq=last.seq + 1, kind=EventKind.CORRECTED, at=max(at, last.at), actor=actor, data=data
        )
        OutboxMessage.objects.create(
            key=f"case.corrected:{case.pk}:{event.seq}",
            topic="case.corrected",
            payload={"case_id": case.pk, "posting_id": posting_id},
            at=event.at,
            due_at=event.at,
        )
        undone = _undo(posting, event)
        if undone.credit != HELD:
            return [undone]
        given_back = Entry(REST_OF_HOLD, HELD, SETTLEMENT, posting.currency, posting.amount_minor)
        return [undone, _post(given_back, posting, event)]


def take_back(case_id: int, reopened: CaseEvent) -> None:
    """Undoes what the last settlement of a case posted, and what was put right since: its hold is held again."""
    steps = CaseEvent.objects.filter(case_id=case_id, seq__lt=reopened.seq)
    settled = steps.filter(kind=EventKind.SETTLED).latest("seq")
    since = steps.filter(seq__gte=settled.seq)
    for posting in Posting.objects.filter(cause__in=since).order_by("posting_id"):
        _undo(posting, reopened)


def _undo(posting: Posting, cause: CaseEvent) -> Posting:
    line = f"{REVERSAL}{posting.pk}"
    entry = Entry(line, posting.debit, posting.credit, posting.currency, posting.amount_minor)
    return _post(reversal(entry), posting, cause)


def _post(entry: Entry, of: Posting, cause: CaseEvent) -> Posting:
    """`entry` as a posting of the same store, case and clause as `of`."""
    return Posting.objects.create(
        store_id=of.store_id,
        case_id=of.case_id,
        cause=cause,
        line=entry.line,
        debit=entry.debit,
        credit=entry.credit,
        currency=entry.currency,
        amount_minor=entry.amount_minor,
        clause=of.clause,
        at=cause.at,
    )


def _refuse(posting: Posting, case: Case) -> None:
    """Raises OmbudError where reversing would not be a correction of this case."""
    values = {"posting": posting.pk, "case": case.pk}
    if case.settled_at is None:
        raise OmbudError(
            Problem(
                "not_settled",
                N_("Case #{case} is not settled: what is held for it stays until it ends."),
                values,
                mend=N_("Wait for its end, then reverse what the settlement did."),
            )
        )
    if Posting.objects.filter(case=case, line=f"{REVERSAL}{posting.pk}").exists():
        raise OmbudError(
            Problem(
                "reversed_already",
                N_("The posting {posting} was reversed already."),
                values,
                mend=N_("To undo that, reverse the reversal."),
            )
        )
    if posting.credit == HELD:
        raise OmbudError(
            Problem(
                "beyond_hold",
                N_("Reversing the posting {posting} takes {amount} from the hold of case #{case}, which is over."),
                {**values, "amount": format_amount(posting.amount_minor, posting.currency)},
                mend=N_("Reverse what the settlement charged instead."),
            )
        )
    if (posting.debit, posting.credit) == (HELD, SETTLEMENT):
        raise OmbudError(
            Problem(
                "given_back",
                N_("The posting {posting} gave a hold back to the store: case #{case} is over and holds nothing."),
                values,
                mend=N_("Only what was charged can be reversed."),
            )
        )
