"""Hands in what lies ready for a case: the gate looks at it, and what passes is a submission (O9, O11, S3, S6).

What the gate refuses spends nothing and leaves the draft as it is. A submission counts by the instant at which the
server had all of it; at the instant at which the window shuts it is too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ombud.actions import rulings
from ombud.actions.cases import Books
from ombud.actions.drafts import case_for
from ombud.actions.moving import locked, step
from ombud.actions.rulings import Recommendation
from ombud.domain.cases import MOVES, EventKind, State, move
from ombud.domain.gate import Verdict
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import drafts, sql
from ombud.store.database import spoken
from ombud.store.instants import Instants
from ombud.store.models import Case, CaseEvent, DraftPiece, Piece, Submission


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it. `case` as it stands after; `submission` None: nothing was taken, and `verdict` says why."""

    case: Case
    verdict: Verdict
    submission: Submission | None = None
    recommendation: Recommendation | None = None


def submit(case_id: int, *, at: datetime, actor: str, books: Books, store_id: str | None = None) -> Answer:
    """Hands in the draft of a case, whole at the server at the instant `at`.

    Of two at once one is taken and the other is answered that nothing more is. After the window nothing at all is
    written. Raises OmbudError where there is no such case (of `store_id`), where it has ended, and where nothing lies
    ready; the draft stays whatever goes wrong.
    """
    with spoken(), transaction.atomic():
        case_for(case_id, store_id)
        case = locked(case_id)
        # Where the clock was set back, what happened already is not undone by it: time goes on from the last step.
        received_at = max(at, CaseEvent.objects.filter(case=case).order_by("-seq").values_list("at", flat=True)[0])
        pieces = drafts.drafted(case_id)
        verdict = drafts.verdict(case, pieces, at=received_at, at_hand=books)
        if verdict.takes_no_more:
            return Answer(case, verdict)
        move(State(case.state), EventKind.EVIDENCE_SUBMITTED)
        if not pieces:
            raise OmbudError(
                Problem(
                    "nothing_ready",
                    N_("Nothing lies ready for case {text}."),
                    {"text": f"#{case_id}", "number": case_id},
                    mend=N_("`ombud evidence add {number} FILE` puts a file ready."),
                )
            )
        if verdict.refused:
            return Answer(_refused(case, verdict, at=at, actor=actor, books=books), verdict)
        submission = _write(case, received_at=received_at, actor=actor)
        recommendation = None
        if not case.route:
            recommendation = rulings.recommend(case, submission, at=received_at, actor=actor, books=books)
        moved = step(
            case_id,
            EventKind.EVIDENCE_SUBMITTED,
            at=at,
            actor=actor,
            books=books,
            data=_told(submission, recommendation),
            changes=_changes(recommendation),
        )
        if recommendation is not None and recommendation.decided and recommendation.rule_at is None:
            rulings.take_effect(moved.case, recommendation, at=received_at, actor=actor, books=books)
        DraftPiece.objects.filter(case=case).delete()
        case.refresh_from_db()
        return Answer(case, verdict, submission, recommendation)


def _refused(case: Case, verdict: Verdict, *, at: datetime, actor: str, books: Books) -> Case:
    """The history keeps what the gate refused, where the table of moves knows that step: a routed case stays routed."""
    if (State(case.state), EventKind.EVIDENCE_REFUSED) not in MOVES:
        return case
    told = {"reasons": verdict.codes, "problems": [problem.code for problem in verdict.problems]}
    return step(case.case_id, EventKind.EVIDENCE_REFUSED, at=at, actor=actor, books=books, data=told).case


def _write(case: Case, *, received_at: datetime, actor: str) -> Submission:
    seq = Submission.objects.filter(case=case).count() + 1
    submission = Submission.objects.create(case=case, seq=seq, received_at=received_at, actor=actor)
    ready = DraftPiece.objects.filter(case=case).order_by("draft_piece_id")
    Piece.objects.bulk_create(
        Piece(
            submission=submission,
            position=position,
            name=row.name,
            kind=row.kind,
            language=row.language,
            file_id=row.file_id,
            stated=row.stated,
            findings=row.findings,
        )
        for position, row in enumerate(ready, start=1)
    )
    return submission


def _told(submission: Submission, recommendation: Recommendation | None) -> Mapping[str, Any]:
    rule_at = recommendation and recommendation.rule_at
    return {
        "submission_id": submission.submission_id,
        "ruling_id": recommendation and recommendation.ruling_id,
        "rule_at": format_instant(rule_at) if rule_at else None,
        "recommended": recommendation and str(recommendation.outcome),
        "decided": bool(recommendation and recommendation.decided),
    }


def _changes(recommendation: Recommendation | None) -> Mapping[str, str]:
    """What the ruling is to be and when; nothing for a routed case, which is decided elsewhere."""
    if recommendation is None:
        return {}
    rule_at = recommendation.rule_at
    literal = Instants(connection).literal
    return {"recommended": sql.text(recommendation.outcome), "rule_at": literal(rule_at) if rule_at else "NULL"}
