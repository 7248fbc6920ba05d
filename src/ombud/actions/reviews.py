"""What reviewers say: a recommendation is confirmed or overruled.

What a person says before the least of the review window is recorded at once and takes effect with it (O14). Where more
is held than the book lets one person rule on, the first word is a proposal, and it is ruled once somebody else says the
same; who says otherwise makes a proposal of their own, with a reason, and it goes back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from ombud.actions.moving import locked, refuse_after_the_clock, step
from ombud.actions.rulings import Recommendation, review_window, rules_of, take_effect, write_ruling
from ombud.actions.running import Books
from ombud.domain.cases import EventKind, State
from ombud.domain.chain import canonical
from ombud.domain.evidence import Reason
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.books import book_of
from ombud.store.database import spoken
from ombud.store.instants import Instants
from ombud.store.models import Case, CaseEvent, Proposal, Ruling
from ombud.store.reviews import CAME_UNDER_REVIEW, same_person

__all__ = ["Reviewed", "confirm", "overrule", "refuse_silence", "refuse_without_authority"]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What came of a reviewer's word. in_effect: whether the case has moved; else it does at `takes_effect_at`.

    proposal: it was no ruling yet, and another person must say the same; `ruling` and `takes_effect_at` are then null.
    """

    case: Case
    ruling: Ruling | None
    in_effect: bool
    takes_effect_at: datetime | None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a reviewer had before them: the last ruling and how many proposals. None there: nothing was ruled yet."""

    ruling_id: int | None
    proposals: int


@dataclass(frozen=True, slots=True)
class _Word:
    """What somebody says, as the case stands: its last ruling, and what others said since it came under review."""

    case: Case
    before: Ruling | None
    outcome: State
    decision: str
    reason: str
    at: datetime
    actor: str
    since_seq: int
    said: Sequence[Proposal]


def confirm(
    case_id: int, *, at: datetime, actor: str, books: Books, reason: str = "", seen: Known | None = None
) -> Reviewed:
    """A reviewer confirms the recommendation. seen: what they had before them; None: whatever there is now.

    Raises OmbudError where the actor may not rule, where there is no such case or nothing is recommended in it, where
    somebody has ruled already (of two reviewers, the second is told what the first did), where there is something that
    the actor has not seen, and where somebody else must say it.
    """
    with spoken(), transaction.atomic():
        case, since_seq = _for_review(case_id, actor, at)
        ruling = _last_ruling(case)
        if case.recommended is None or ruling is None:
            raise OmbudError(
                Problem(
                    "nothing_recommended",
                    N_("Nothing is recommended in case {case}."),
                    {"case": f"#{case_id}"},
                    mend=N_("Rule for the seller or the buyer, with a reason."),
                )
            )
        said = _said(case, since_seq, ruling, seen)
        outcome = State(ruling.outcome)
        return _heard(
            _Word(case, ruling, outcome, "confirmed", reason.strip(), at, actor, since_seq, said), books=books
        )


def overrule(
    case_id: int, outcome: State, reason: str, *, at: datetime, actor: str, books: Books, seen: Known | None = None
) -> Reviewed:
    """A reviewer rules for the seller (won) or the buyer (rejected), whatever is recommended, and writes why.

    Where it is what was recommended anyway, the ruling is a confirmation; where it is what another reviewer proposed,
    the reason is theirs and may be left out. Raises OmbudError as `confirm` does, and where a reason is missing.
    """
    with spoken(), transaction.atomic():
        case, since_seq = _for_review(case_id, actor, at)
        before = _last_ruling(case)
        said = _said(case, since_seq, before, seen)
        agrees = case.recommended is not None and before is not None and before.outcome == outcome
        if not (said and said[-1].outcome == outcome):
            refuse_silence(reason)
        decision = "confirmed" if agrees else "overruled"
        return _heard(_Word(case, before, outcome, decision, reason.strip(), at, actor, since_seq, said), books=books)


def _last_ruling(case: Case) -> Ruling | None:
    return Ruling.objects.filter(case=case).order_by("-seq").first()


def refuse_silence(reason: str) -> None:
    """Raises OmbudError where nothing is said."""
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


def _for_review(case_id: int, actor: str, at: datetime) -> tuple[Case, int]:
    """(the case, locked, that waits for somebody to rule; the step with which it came under review): no recommendation
    has stood before `at`."""
    refuse_without_authority(actor)
    case = locked(case_id)
    if case.state == State.UNDER_REVIEW:
        came = CaseEvent.objects.filter(case=case, kind__in=CAME_UNDER_REVIEW).order_by("-seq").first()
        since_seq = came.seq if came else 0
        _refuse_a_second(case, since_seq)
        refuse_after_the_clock(case, EventKind.REVIEWED, at)
        return case, since_seq
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


def _refuse_a_second(case: Case, since_seq: int) -> None:
    """A reviewer has ruled since the case last came under review, and the ruling waits for its time."""
    events = CaseEvent.objects.filter(case=case).order_by("-seq")
    ruled = events.filter(kind=EventKind.REVIEWED, seq__gt=since_seq).first()
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


def _said(case: Case, since_seq: int, ruling: Ruling | None, seen: Known | None) -> list[Proposal]:
    """What was proposed since the case came under review. Raises OmbudError where there is more than was seen."""
    said = list(Proposal.objects.filter(case=case, since_seq=since_seq).order_by("seq"))
    if seen is not None and (ruling.ruling_id if ruling else None) != seen.ruling_id:
        text = N_("There is a ruling on case {case} that you have not seen: by {actor} at {at}.")
        raise _unseen("ruled_meanwhile", text, case, ruling)
    if seen is not None and len(said) != seen.proposals:
        text = N_("{actor} has proposed a ruling on case {case} at {at} that you have not seen.")
        raise _unseen("proposed_meanwhile", text, case, said[-1] if said else None)
    return said


def _unseen(code: str, text: str, case: Case, by: Ruling | Proposal | None) -> OmbudError:
    values = {"actor": by.actor if by else "-", "at": format_instant(by.at) if by else "-"}
    mend = N_("Look at it and decide again.")
    return OmbudError(Problem(code, text, {"case": f"#{case.case_id}", **values}, mend=mend))


def _heard(word: _Word, *, books: Books) -> Reviewed:
    """Ruled, where one person's word is enough or somebody else has said the same; else it is a proposal."""
    case, last = word.case, word.said[-1] if word.said else None
    rules = rules_of(book_of(case.rulebook_id, books), case)
    if rules is not None and rules.takes_two(case.held_minor, case.currency):
        if last is None or last.outcome != word.outcome:
            return _proposed(word, last)
        if same_person(last.actor, word.actor):
            raise OmbudError(
                Problem(
                    "takes_another",
                    N_("You have proposed this for case {case} at {at} yourself; so much is held that another reviewer"
                       " must say the same."),
                    {"case": f"#{case.case_id}", "at": format_instant(last.at)},
                    mend=N_("Ask a colleague to look at it."),
                )
            )  # fmt: skip
    return _ruled(word, books=books)


def _proposed(word: _Word, last: Proposal | None) -> Reviewed:
    if last is not None:
        refuse_silence(word.reason)  # who says otherwise than a colleague says why
    before = Proposal.objects.filter(case=word.case).order_by("-seq").values_list("seq", flat=True).first()
    proposal = Proposal.objects.create(
        case=word.case,
        seq=(before or 0) + 1,
        since_seq=word.since_seq,
        at=word.at,
        actor=word.actor,
        outcome=word.outcome,
        reason=word.reason,
    )
    return Reviewed(word.case, None, False, None, proposal)


def _ruled(word: _Word, *, books: Books) -> Reviewed:
    case, at, actor, outcome = word.case, word.at, word.actor, word.outcome
    reason = word.reason or (word.said[-1].reason if word.said else "")
    review: dict[str, Any] = {
        "actor": actor,
        "at": format_instant(at),
        "decision": word.decision,
        "outcome": str(outcome),
        "reason": reason,
    }
    if word.said:
        review["proposals"] = [
            {"actor": one.actor, "at": format_instant(one.at), "outcome": one.outcome, "reason": one.reason}
            for one in word.said
        ]
    text = with_review(word.before.record if word.before else "{}", review)
    submission = word.before.submission if word.before else None
    ruling = write_ruling(
        case.case_id, submission, at=at, outcome=outcome, decision=word.decision, actor=actor, text=text, reason=reason
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


def with_review(text: str, review: Mapping[str, Any]) -> str:
    """The record of a ruling with what a person made of it."""
    return canonical({**json.loads(text), "review": dict(review)})
