"""What the page of one review shows: all that speaks for and against, and what the words of a reviewer would do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ombud.actions.rulings import review_window, rules_of
from ombud.domain import gate
from ombud.domain.cases import State
from ombud.domain.evidence import Piece, Reason
from ombud.domain.instants import parse_instant
from ombud.domain.judging import all_findings, judge
from ombud.domain.judging.known import NOTHING
from ombud.domain.known_facts import typed_facts
from ombud.domain.problems import N_
from ombud.domain.rulebook import Rulebook
from ombud.domain.ruling_inputs import piece_of
from ombud.domain.rulings import STRONGEST_FIRST
from ombud.languages import _
from ombud.store import books, drafts
from ombud.store.case_file import CaseFile, case_file
from ombud.store.models import Case, Proposal, Ruling
from ombud.store.reviews import Reviewable, proposals_of, records, review_of, same_person, since
from ombud.store.rulings import reasons_of
from ombud.store.sanctions import in_force
from ombud.web.complaint_files import shown
from ombud.web.middleware import Seen
from ombud.words import cases, costs, reasons, remarks, story
from ombud.words.remarks import Remark

OTHER = {State.WON: State.REJECTED, State.REJECTED: State.WON}
SIDES = {State.WON: N_("for the seller"), State.REJECTED: N_("for the buyer")}


@dataclass(frozen=True, slots=True)
class Told:
    """A reason in words."""

    title: str
    mend: str
    rests_on: str
    clause: str
    sure: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece of evidence with what is said of it, the worst first; fine: what is in order. piece_id: the row of it."""

    piece: Piece
    kind: str
    level: str
    remarks: tuple[Remark, ...]
    fine: tuple[str, ...]
    piece_id: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reviewer may say. outcome: the state that it leads to; side: for whom; ours: its name in the form;
    reason: whether a written one is asked for."""

    outcome: State
    side: str
    ours: str
    reason: bool


def drawn(case: Case, request: Seen) -> dict[str, Any]:
    """The context of the page. Raises OmbudError where the case was not opened yet."""
    at, actor = request.at, request.scope.actor
    file = case_file(case.case_id, at)
    book = books.kept(case.rulebook_id)
    review = review_of(case)
    ruling = file.rulings[-1] if file.rulings else None
    recommended = next((one for one in reversed(file.rulings) if one.decision in ("decided", "for_person")), None)
    said = proposals_of(case.case_id)
    since_seq = since(case.case_id)
    standing = [one for one in said if one.since_seq == since_seq] if review else []
    last = standing[-1] if standing else None
    rules = rules_of(book, case)
    own = last is not None and same_person(last.actor, actor)
    charged = costs.lines(case)
    return {
        "case": case,
        "file": file,
        "review": review,
        "ruling": ruling,
        "ruled": ruling if review and review.stage == "ruled" else None,
        "closed": None if review else _closed(file, ruling),
        "decision": story.decision(ruling) if ruling else "",
        "groups": _groups(recommended, book),
        "evidence": list(_evidence(file, recommended, book)),
        "record": records([case.store_id], at)[case.store_id],
        "buyer": in_force("buyer", file.order.buyer_id, at, platform=case.platform),
        "history": _history(file, said, book),
        "costs": charged,
        "charged": sum(minor for _title, minor in charged),
        "takes_two": bool(rules and rules.takes_two(case.held_minor, case.currency)),
        "proposals": len(standing),
        "last": last,
        "own": own,
        "first": _first(case, review, ruling, last, own=own),
        "others": _others(case, review, ruling, last),
        "takes_effect_at": _takes_effect(case, book, at),
        "facts": file.row(),
        "buyer_files": shown(file),
    }


def _first(
    case: Case, review: Reviewable | None, ruling: Ruling | None, last: Proposal | None, *, own: bool
) -> Choice | None:
    """What one key says: as a colleague proposed, else as is recommended."""
    if review is None or review.stage == "ruled" or own:
        return None
    if last is not None:
        outcome = State(last.outcome)
        as_recommended = case.recommended is not None and ruling is not None and ruling.outcome == outcome
        return Choice(outcome, SIDES[outcome], "confirm" if as_recommended else str(outcome), reason=False)
    if case.recommended is None or ruling is None:
        return None
    outcome = State(ruling.outcome)
    return Choice(outcome, SIDES[outcome], "confirm", reason=False)


def _others(case: Case, review: Reviewable | None, ruling: Ruling | None, last: Proposal | None) -> list[Choice]:
    """What else may be said, each with a reason."""
    if review is None or review.stage == "ruled":
        return []
    if last is not None:
        outcomes = [OTHER[State(last.outcome)]]
    elif case.recommended is None or ruling is None:
        outcomes = [State.WON, State.REJECTED]
    else:
        outcomes = [OTHER[State(ruling.outcome)]]
    return [Choice(outcome, SIDES[outcome], str(outcome), reason=True) for outcome in outcomes]


def _takes_effect(case: Case, book: Rulebook, at: datetime) -> datetime:
    least = review_window(book, case)[0]
    return max(at, case.submitted_at + least) if case.submitted_at and least is not None else at


def _closed(file: CaseFile, ruling: Ruling | None) -> str:
    """Who decided what, for whoever comes second."""
    last = file.events[-1]
    said = story.decision(ruling) if ruling else cases.state(file.case.state)
    return f"{said} ({last.actor})" if ruling is None else said


def _groups(ruling: Ruling | None, book: Rulebook) -> list[tuple[str, str, list[Told]]]:
    """(severity, what such reasons do, the reasons), the strongest first."""
    found = reasons_of(ruling) if ruling else ()
    grouped = [(name, [one for one in found if one.severity == name]) for name in STRONGEST_FIRST]
    return [(name, reasons.HEADS[name], [_told(one, book) for one in some]) for name, some in grouped if some]


def _told(reason: Reason, book: Rulebook) -> Told:
    sure = f"{round(reason.confidence * 100)} %" if reason.confidence < 1 else ""
    rests_on = " · ".join(reasons.basis(reason, book))
    return Told(reasons.named(reason, book), reasons.mend(reason, book), rests_on, reason.clause, sure)


def _evidence(file: CaseFile, ruling: Ruling | None, book: Rulebook) -> Iterator[Shown]:
    """The pieces of the submission under review, judged again from the record of the ruling: what it went by."""
    inputs = json.loads(ruling.record).get("inputs") if ruling else None
    rows = file.submissions[-1].pieces if file.submissions else ()
    if inputs is None:
        for row, piece in zip(rows, drafts.pieces_of(rows), strict=True):
            yield Shown(piece, _kind(piece, file, book), "fine", (), (), row.piece_id)
        return
    opened_at = parse_instant(inputs["case"]["opened_at"])
    pieces = [piece_of(one) for one in inputs["pieces"]]
    by = gate.rules(book.clauses, lambda clause: book.version_at(clause, opened_at))
    judged = judge(pieces, typed_facts(inputs["facts"]), inputs.get("known", NOTHING), by, book, at=opened_at)
    kept = {(row.name, row.file_id): row.piece_id for row in rows}
    for piece, found in zip(pieces, judged, strict=True):
        told = [remarks.of_finding(one, by, book) for one in all_findings(piece, found)]
        told.sort(key=lambda one: (remarks.LEVELS.index(one.level), -one.confidence))
        wrong, fine = tuple(one for one in told if one.level != "fine"), tuple(remarks.in_order(told))
        piece_id = kept.get((piece.name, piece.sha256))
        yield Shown(piece, _kind(piece, file, book), remarks.worst(told), wrong, fine, piece_id)


def _kind(piece: Piece, file: CaseFile, book: Rulebook) -> str:
    return story.kind(piece.kind, book, file.case.opened_at)


def _history(file: CaseFile, said: Sequence[Proposal], book: Rulebook) -> list[tuple[datetime, str, str, str]]:
    """(instant, what, by whom, their words) of every step and every proposal, the oldest first."""
    rulings = {one.ruling_id: one for one in file.rulings}
    steps = []
    for event in file.events:
        ruling = rulings.get(event.data.get("ruling_id", 0))
        steps.append((event.at, story.told(event, file, book), event.actor, ruling.reason if ruling else ""))
    words = _("proposed: {outcome}")
    steps += [(one.at, words.format(outcome=cases.state(one.outcome)), one.actor, one.reason) for one in said]
    return sorted(steps, key=lambda step: step[0])
