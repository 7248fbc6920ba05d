"""Rulings: recommended when evidence comes in, in effect when their time comes; `reviews` has what people say to them.

Every ruling is a row with its whole record. Between the least and the most of a book's review window a recommendation
waits (O14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ombud.actions.moving import Moved, step
from ombud.actions.rulings_due import rule_due
from ombud.actions.running import Books
from ombud.domain.cases import EventKind, State
from ombud.domain.chain import text_digest
from ombud.domain.evidence import Reason
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.rulings import RulingVersion
from ombud.domain.rulings import Judgement, record, rule
from ombud.store.books import book_of
from ombud.store.models import Case, Ruling, Submission
from ombud.store.ruling_inputs import gather

__all__ = ["Recommendation", "recommend", "rule_due", "take_effect"]

RULED: dict[State, EventKind] = {State.WON: EventKind.RULED_FOR_SELLER, State.REJECTED: EventKind.RULED_FOR_BUYER}
"""The step that a ruling takes when it takes effect."""
AT_MOST: dict[str, State] = {"seller_wins": State.WON, "buyer_wins": State.REJECTED}
"""What a book may say for a case on which nobody ruled; else the recommendation stands."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What becomes of a submission if nobody rules otherwise. rule_at: when (None: when somebody rules, or at once
    where it is decided and the book has no review window)."""

    ruling_id: int
    outcome: State
    decided: bool
    rule_at: datetime | None
    reasons: tuple[Reason, ...]


def recommend(case: Case, submission: Submission, *, at: datetime, actor: str, books: Books) -> Recommendation:
    """Rules on a submission as far as hard reasons do, and writes the ruling.

    Must run in the transaction of the submission, with the case locked and its pieces written. Raises OmbudError where
    a figure of the book cannot be read.
    """
    book = book_of(case.rulebook_id, books)
    inputs = gather(submission, at)
    judgement = rule(inputs, book)
    ruling = write_ruling(
        case.case_id,
        submission,
        at=at,
        outcome=judgement.outcome,
        decision="decided" if judgement.decided else "for_person",
        actor=actor,
        text=record(inputs, judgement),
    )
    outcome, rule_at = _takes_effect(case, book, judgement, submission.received_at)
    return Recommendation(ruling.ruling_id, outcome, judgement.decided, rule_at, judgement.reasons)


def write_ruling(
    case_id: int,
    submission: Submission | None,
    *,
    at: datetime,
    outcome: State,
    decision: str,
    actor: str,
    text: str,
    reason: str = "",
) -> Ruling:
    """One more ruling of a case, whose row the caller has locked. `text` is its record."""
    before = Ruling.objects.filter(case_id=case_id).order_by("-seq").values_list("seq", flat=True).first()
    return Ruling.objects.create(
        case_id=case_id,
        submission=submission,
        seq=(before or 0) + 1,
        at=at,
        outcome=outcome,
        decision=decision,
        actor=actor,
        reason=reason,
        record=text,
        digest=text_digest(text),
    )


def _takes_effect(
    case: Case, book: Rulebook, judgement: Judgement, received_at: datetime
) -> tuple[State, datetime | None]:
    """(state, instant) to which the case moves if nobody rules on it."""
    least, most = review_window(book, case)
    if judgement.decided:
        return judgement.outcome, received_at + least if least is not None else None
    ruling = rules_of(book, case)
    at_most = ruling.at_most if ruling else None
    if most is None or at_most is None:
        return judgement.outcome, None
    return AT_MOST.get(at_most, judgement.outcome), received_at + most


def review_window(book: Rulebook, case: Case) -> tuple[timedelta | None, timedelta | None]:
    """(least, most) from a submission to the ruling on it; None where the book sets none."""
    least, most = (book.version_at(f"windows.review_{name}", case.opened_at) for name in ("least", "most"))
    return least.value if least else None, most.value if most else None


def rules_of(book: Rulebook, case: Case) -> RulingVersion | None:
    """How the book decides the case; None where it does not say."""
    version = book.version_at("rulings", case.opened_at)
    return version.value if version else None


def take_effect(case: Case, recommendation: Recommendation, *, at: datetime, actor: str, books: Books) -> Moved:
    """The ruling takes effect at `at`: the case ends, or its evidence is rejected where it may still be mended.

    Must run in the transaction that ruled. Raises OmbudError where the case cannot take the step.
    """
    data: dict[str, object] = {"ruling_id": recommendation.ruling_id}
    book = book_of(case.rulebook_id, books)
    if recommendation.outcome is State.REJECTED and _is_mendable(case, book, at):
        data["reasons"] = list(dict.fromkeys(reason.code for reason in recommendation.reasons if reason.fault))
        return step(case.case_id, EventKind.EVIDENCE_REJECTED, at=at, actor=actor, books=books, data=data)
    kind = RULED[recommendation.outcome]
    return step(case.case_id, kind, at=at, actor=actor, books=books, data=data)


def _is_mendable(case: Case, book: Rulebook, at: datetime) -> bool:
    """Whether rejected evidence can be mended and sent again: the book says so and there is still time for it (S6)."""
    ruling = rules_of(book, case)
    if ruling is None or not ruling.mend_in_window or case.due_at is None or at >= case.due_at:
        return False
    files = book.version_at("files", case.opened_at)
    most = files.value.submissions if files else None
    return most is None or Submission.objects.filter(case=case).count() < most
