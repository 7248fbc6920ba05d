"""Rulings: recommended when evidence comes in, confirmed or overruled by a reviewer, in effect when their time comes.

Every ruling is a row with its whole record. Between the least and the most of a book's review window a recommendation
waits; what a person says before is recorded at once and takes effect with the least (O14).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ombud.actions.corrections import take_back
from ombud.actions.health import TouchedDays, refresh_days
from ombud.actions.moving import Moved, locked, refuse_after_the_clock, step
from ombud.actions.rulings_due import rule_due
from ombud.actions.running import Books
from ombud.domain.cases import EventKind, State
from ombud.domain.chain import canonical, text_digest
from ombud.domain.evidence import Reason
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.rulings import RulingVersion
from ombud.domain.rulings import Judgement, record, rule
from ombud.store import sql
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.health_counts import CASE_COUNTS
from ombud.store.instants import Instants
from ombud.store.models import Case, CaseEvent, Ruling, Submission
from ombud.store.ruling_inputs import gather

__all__ = ["Recommendation", "confirm", "overrule", "recommend", "reopen", "rule_due", "take_effect"]

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


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a reviewer's word. in_effect: whether the case has moved; else it does at `takes_effect_at`."""

    case: Case
    ruling: Ruling
    in_effect: bool
    takes_effect_at: datetime


def confirm(case_id: int, *, at: datetime, actor: str, books: Books, reason: str = "") -> Reviewed:
    """A reviewer confirms the recommendation.

    Raises OmbudError where the actor may not rule, where there is no such case or nothing is recommended in it, and
    where somebody has ruled already: of two reviewers, the second is told what the first did.
    """
    with spoken(), transaction.atomic():
        case = _for_review(case_id, actor, at)
        ruling = Ruling.objects.filter(case=case).order_by("-seq").first()
        if case.recommended is None or ruling is None:
            raise OmbudError(
                Problem(
                    "nothing_recommended",
                    N_("Nothing is recommended in case {case}."),
                    {"case": f"#{case_id}"},
                    mend=N_("Rule for the seller or the buyer, with a reason."),
                )
            )
        return _reviewed(case, ruling, State(ruling.outcome), "confirmed", reason, at, actor, books)


def overrule(case_id: int, outcome: State, reason: str, *, at: datetime, actor: str, books: Books) -> Reviewed:
    """A reviewer rules for the seller (won) or the buyer (rejected), whatever is recommended, and writes why.

    Where it is what was recommended anyway, the ruling is a confirmation. Raises OmbudError as `confirm` does, and
    where the reason is empty.
    """
    _refuse_silence(reason)
    with spoken(), transaction.atomic():
        case = _for_review(case_id, actor, at)
        before = Ruling.objects.filter(case=case).order_by("-seq").first()
        agrees = case.recommended is not None and before is not None and before.outcome == outcome
        decision = "confirmed" if agrees else "overruled"
        return _reviewed(case, before, outcome, decision, reason.strip(), at, actor, books)


def _refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise OmbudError(
            Problem(
                "no_reason",
                N_("A ruling against the recommendation needs a written reason."),
                mend=N_("Say why, in your own words: it becomes part of the record."),
            )
        )


def refuse_without_authority(actor: str) -> None:
    """Raises OmbudError where the installation names its reviewers and `actor` is none of them."""
    if settings.REVIEWERS and actor not in settings.REVIEWERS:
        raise OmbudError(
            Problem(
                "no_authority",
                N_("{actor} may not rule on cases here."),
                {"actor": actor},
                mend=N_("OMBUD_REVIEWERS names those who may."),
            )
        )


def _for_review(case_id: int, actor: str, at: datetime) -> Case:
    """The case, locked, that waits for somebody to rule: no recommendation has stood before `at`."""
    refuse_without_authority(actor)
    case = locked(case_id)
    if case.state == State.UNDER_REVIEW:
        _refuse_a_second(case)
        refuse_after_the_clock(case, EventKind.REVIEWED, at)
        return case
    last = CaseEvent.objects.filter(case=case).order_by("-seq").first()
    raise OmbudError(
        Problem(
            "not_under_review",
            N_("Case {case} is not under review: it is {state} since {at}, by {actor}."),
            {
                "case": f"#{case_id}",
                "state": case.state,
                "at": format_instant(last.at if last else case.opened_at),
                "actor": last.actor if last else "-",
            },
            mend=N_("`ombud review` lists those that wait for a ruling."),
        )
    )


def _refuse_a_second(case: Case) -> None:
    """A reviewer has ruled since the case last came under review, and the ruling waits for its time."""
    events = CaseEvent.objects.filter(case=case).order_by("-seq")
    came = events.filter(kind__in=[EventKind.EVIDENCE_SUBMITTED, EventKind.REOPENED]).first()
    ruled = events.filter(kind=EventKind.REVIEWED, seq__gt=came.seq if came else 0).first()
    if ruled is not None:
        raise OmbudError(
            Problem(
                "already_ruled",
                N_("{actor} ruled on case {case} at {at} already; it takes effect at {rule_at}."),
                {
                    "actor": ruled.actor,
                    "case": f"#{case.case_id}",
                    "number": case.case_id,
                    "at": format_instant(ruled.at),
                    "rule_at": ruled.data["rule_at"],
                },
                mend=N_("`ombud ruling {number}` shows it."),
            )
        )


def _reviewed(
    case: Case,
    before: Ruling | None,
    outcome: State,
    decision: str,
    reason: str,
    at: datetime,
    actor: str,
    books: Books,
) -> Reviewed:
    review = {
        "actor": actor,
        "at": format_instant(at),
        "decision": decision,
        "outcome": str(outcome),
        "reason": reason,
    }
    text = with_review(before.record if before else "{}", review)
    submission = before.submission if before else None
    ruling = write_ruling(
        case.case_id, submission, at=at, outcome=outcome, decision=decision, actor=actor, text=text, reason=reason
    )
    least = review_window(book_of(case.rulebook_id, books), case)[0]
    earliest = case.submitted_at + least if case.submitted_at and least is not None else at
    if at < earliest:
        literal = Instants(connection).literal(earliest)
        moved = step(
            case.case_id,
            EventKind.REVIEWED,
            at=at,
            actor=actor,
            books=books,
            data={"ruling_id": ruling.ruling_id, "outcome": str(outcome), "rule_at": format_instant(earliest)},
            changes={"recommended": f"'{outcome}'", "rule_at": literal},
        )
        return Reviewed(moved.case, ruling, False, earliest)
    reasons = tuple(Reason(**one) for one in json.loads(text).get("judgement", {}).get("reasons", ()))
    recommendation = Recommendation(ruling.ruling_id, outcome, True, None, reasons)
    moved = take_effect(case, recommendation, at=at, actor=actor, books=books)
    return Reviewed(moved.case, ruling, True, moved.at)


def reopen(case_id: int, reason: str, *, at: datetime, actor: str, books: Books) -> Moved:
    """An appeal: the case is under review again, nothing recommended, and what its settlement posted is reversed.

    Raises OmbudError where the book of the case knows no appeal, the actor may not rule, the reason is empty, and where
    the case did not end with a ruling for the buyer.
    """
    refuse_without_authority(actor)
    _refuse_silence(reason)
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


def with_review(text: str, review: Mapping[str, Any]) -> str:
    """The record of a ruling with what a person made of it."""
    return canonical({**json.loads(text), "review": dict(review)})
