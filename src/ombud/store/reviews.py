"""Reads of the reviewers' room: which cases wait for a person, what was proposed in them, and how their stores do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias

from django.db.models import Case as Choice
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from ombud.domain.cases import EventKind, State
from ombud.domain.countdown import Awaits, Clock
from ombud.domain.health import LOST_STATES, WON_STATES
from ombud.domain.problems import N_
from ombud.domain.sanctions import Over
from ombud.store.models import Case, CaseEvent, Proposal, Ruling, Sanction, Store

CAME_UNDER_REVIEW = (EventKind.EVIDENCE_SUBMITTED, EventKind.REOPENED)
"""The steps that bring a case under review; what was proposed before the last of them holds no more."""
_BY_PERSON = ("confirmed", "overruled")
ANY = Q()
Annotated: TypeAlias = Any
"""A query of cases with `stage` and what it is made of, which no type of the models has."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class Stage(StrEnum):
    """How far the review of a case has come."""

    WAITING = "waiting"
    SECOND = "second"
    DECIDED = "decided"
    RULED = "ruled"


STAGES: Mapping[Stage, str] = {
    Stage.WAITING: N_("To be decided"),
    Stage.SECOND: N_("A second opinion"),
    Stage.DECIDED: N_("Decided by hard reasons"),
    Stage.RULED: N_("Ruled, waiting for its time"),
}
"""What people are told a stage is called."""
FOR_PERSON = (Stage.WAITING, Stage.SECOND)
"""Those in which somebody has something to do."""


@dataclass(frozen=True, slots=True)
class Reviewable:
    """A case under review. ruling: the last one, None where none was written. proposal: what was said last where two
    must say the same; None where nobody has spoken since it came under review."""

    case: Case
    stage: Stage
    ruling: Ruling | None
    proposal: Proposal | None

    @property
    def clock(self) -> Clock:
        """Until what is recommended stands by itself; without an end where the book sets none."""
        return Clock(Awaits.ANSWER, self.case.rule_at) if self.case.rule_at else Clock(Awaits.REVIEWER)


@dataclass(frozen=True, slots=True)
class Record:
    """How a store has done: disputes lost since the last one won, and the sanctions in force over it."""

    losses_in_a_row: int = 0
    sanctions: tuple[Sanction, ...] = ()


def same_person(actor: str, other: str) -> bool:
    """Whether two names of the history are of one person: login names and addresses are told apart without case."""
    return actor.casefold() == other.casefold()


def reviewable(
    at: datetime, stages: Iterable[Stage] = FOR_PERSON, *, wanted: Q = ANY, limit: int | None = None
) -> list[Reviewable]:
    """The cases under review in these stages, the first `limit` of them: what takes effect first on top, of one instant
    what holds most (in minor units of its own currency); what waits for a person without end comes last."""
    cases = _under_review(at).filter(wanted, stage__in=list(stages)).select_related("store", "order")
    with_end = cases.filter(rule_at__isnull=False).order_by("rule_at", "-held_minor", "case_id")
    found = list(with_end[:limit] if limit is not None else with_end)
    if limit is None or len(found) < limit:
        without = cases.filter(rule_at__isnull=True).order_by("-held_minor", "case_id")
        found += without[: limit - len(found)] if limit is not None else without
    return _read(found)


def counted(at: datetime, wanted: Q = ANY) -> dict[Stage, int]:
    """How many cases are in each stage."""
    rows = _under_review(at).filter(wanted).order_by().values("stage").annotate(cases=Count("case_id"))
    return dict.fromkeys(Stage, 0) | {Stage(row["stage"]): row["cases"] for row in rows}


def following(case: Case, at: datetime, actor: str, wanted: Q = ANY) -> int | None:
    """The case that comes next for this reviewer in the order of the queue, after the last one the first; None where
    there is no other. What they have proposed themselves waits for somebody else and is left out."""
    cases = _under_review(at).filter(wanted, stage__in=list(FOR_PERSON)).exclude(case_id=case.case_id)
    cases = cases.exclude(stage=Stage.SECOND, proposed_by__iexact=actor)
    smaller = Q(held_minor__lt=case.held_minor) | Q(held_minor=case.held_minor, case_id__gt=case.case_id)
    endless = Q(rule_at__isnull=True)
    later = smaller & endless if case.rule_at is None else endless | Q(rule_at__gt=case.rule_at)
    later |= Q(rule_at=case.rule_at) & smaller if case.rule_at is not None else Q()
    rows = cases.order_by(F("rule_at").asc(nulls_last=True), "-held_minor", "case_id").values_list("case_id", flat=True)
    found: int | None = rows.filter(later).first() or rows.first()
    return found


def review_of(case: Case) -> Reviewable | None:
    """The review of one case as it is now; None where it is not under review."""
    found = _read(list(_under_review(None).filter(case_id=case.case_id).select_related("store", "order")))
    return found[0] if found else None


def proposals_of(case_id: int) -> list[Proposal]:
    """Everything that reviewers proposed in a case, the first first."""
    return list(Proposal.objects.filter(case=case_id).order_by("seq"))


def since(case_id: int) -> int:
    """The step with which a case last came under review; 0 where it never did."""
    came = CaseEvent.objects.filter(case=case_id, kind__in=CAME_UNDER_REVIEW).order_by("-seq")
    return came.values_list("seq", flat=True).first() or 0


def standing_proposals(case_ids: Iterable[int]) -> dict[int, Proposal]:
    """By case: what was proposed last since it came under review."""
    cases = Case.objects.filter(case_id__in=list(case_ids), state=State.UNDER_REVIEW)
    return {one.case.case_id: one.proposal for one in _read(list(_staged(cases))) if one.proposal}


def records(store_ids: Iterable[str], at: datetime) -> dict[str, Record]:
    """By store: how it has done up to `at`."""
    names = sorted(set(store_ids))
    closed = Case.objects.filter(store=OuterRef("store_id"), route="", closed_at__lte=at).order_by()
    won = closed.filter(state__in=WON_STATES).order_by("-closed_at").values("closed_at")[:1]
    lost = closed.filter(state__in=LOST_STATES, closed_at__gt=Coalesce(OuterRef("won_at"), Value(_NEVER)))
    stores = Store.objects.filter(store_id__in=names).annotate(won_at=Subquery(won))
    stores = stores.annotate(losses=Subquery(lost.values("store").annotate(count=Count("case_id")).values("count")))
    losses = dict(stores.values_list("store_id", "losses"))
    over: dict[str, list[Sanction]] = {name: [] for name in names}
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    for one in Sanction.objects.filter(running, over=Over.STORE, subject__in=names, begun_at__lte=at).order_by("pk"):
        over[one.subject].append(one)
    return {name: Record(losses.get(name) or 0, tuple(over[name])) for name in names}


def _under_review(at: datetime | None) -> Annotated:
    """The open cases that were handed in and are under review, each with its `stage`: by an index of these alone."""
    cases = Case.objects.filter(state=State.UNDER_REVIEW, closed_at__isnull=True, submitted_at__isnull=False)
    return _staged(cases if at is None else cases.filter(submitted_at__lte=at))


def _staged(cases: QuerySet[Case]) -> Annotated:
    own = OuterRef("case_id")
    last = Ruling.objects.filter(case=own).order_by("-seq")
    said = Proposal.objects.filter(case=own).order_by("-seq")
    came = CaseEvent.objects.filter(case=own, kind__in=CAME_UNDER_REVIEW).order_by("-seq")
    found = cases.annotate(
        decision=Subquery(last.values("decision")[:1]),
        proposed=Subquery(said.values("proposal_id")[:1]),
        proposed_by=Subquery(said.values("actor")[:1]),
        proposed_since=Subquery(said.values("since_seq")[:1]),
        came=Subquery(came.values("seq")[:1]),
    )
    stage = Choice(
        When(recommended__isnull=False, decision__in=_BY_PERSON, then=Value(Stage.RULED)),
        When(proposed_since=F("came"), then=Value(Stage.SECOND)),
        When(recommended__isnull=False, decision="decided", then=Value(Stage.DECIDED)),
        default=Value(Stage.WAITING),
    )
    return found.annotate(stage=stage)


def _read(cases: Sequence[Any]) -> list[Reviewable]:
    """With the last ruling and what was said last of each: two queries for all of them."""
    own = [case.case_id for case in cases]
    newest = Ruling.objects.filter(case=OuterRef("case_id")).order_by("-seq").values("ruling_id")[:1]
    last = Case.objects.filter(case_id__in=own).values(newest=Subquery(newest))
    rulings = {one.case_id: one for one in Ruling.objects.filter(ruling_id__in=last)}
    in_second = [case.proposed for case in cases if case.stage == Stage.SECOND]
    said = {one.case_id: one for one in Proposal.objects.filter(proposal_id__in=in_second)} if in_second else {}
    return [Reviewable(case, Stage(case.stage), rulings.get(case.case_id), said.get(case.case_id)) for case in cases]
