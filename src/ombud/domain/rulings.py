"""What is decided about a submission, and why (O14, S4, S6): a pure function of what was known, and its record.

Hard reasons decide: what the book says rejects, seen by a check that is sure of it, in something that the case needs.
Everything softer sends the submission to a person, with a recommendation and the strongest reasons first. The same
inputs and the same book give the same ruling to the byte, so a record proves itself by being made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from ombud.domain import gate
from ombud.domain.cases import State
from ombud.domain.chain import canonical
from ombud.domain.conditions import holds
from ombud.domain.evidence import Outcome, Piece, Reason
from ombud.domain.instants import parse_instant
from ombud.domain.judging import Judged, judge
from ombud.domain.judging.known import NOTHING
from ombud.domain.judging.language import is_translation
from ombud.domain.known_facts import typed_facts
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.rulings import RulingVersion
from ombud.domain.ruling_inputs import Inputs, piece_of
from ombud.domain.ruling_weights import WARNS, WEIGHS, buyer_factor, weights
from ombud.domain.seen_faults import NOT_INSPECTED, Seen, of_missing, of_piece, of_tracks

REJECTS = "rejects"
"""Decides against the seller."""
DOUBTS = "doubts"
"""The book says it rejects, and the check was not sure: a person decides."""
STRONGEST_FIRST = (REJECTS, DOUBTS, WARNS, WEIGHS)
"""The severities of the reasons of a ruling. What only warns counts, and a person looks."""
_UNSURE = Fraction(1, 2)
_EVEN = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Judgement:
    """outcome: won or rejected, as decided or as recommended to a person. reasons: the strongest first."""

    outcome: State
    decided: bool
    reasons: tuple[Reason, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "outcome": str(self.outcome),
            "decided": self.decided,
            "reasons": [asdict(reason) for reason in self.reasons],
        }


def rule(inputs: Inputs, book: Rulebook) -> Judgement:
    """Rules on a submission by the versions of `book` in force when its case was opened.

    Where the book has no clause `rulings`, it is for a person whatever is found.
    """
    case = inputs["case"]
    opened_at, fires_at = parse_instant(case["opened_at"]), parse_instant(case["fires_at"])
    version = book.version_at("rulings", opened_at)
    row = typed_facts(inputs["facts"])
    pieces = [piece_of(piece) for piece in inputs["pieces"]]
    by = gate.rules(book.clauses, lambda clause: book.version_at(clause, opened_at))
    rules_at = None if book.starts_at <= fires_at else book.starts_at
    needed = _needed(case["violation"], row, book, opened_at, fires_at, rules_at)
    judged = _judged(version.value if version else None, case["violation"], row, book, fires_at, rules_at)
    sure = Fraction(version.value.sure) if version and version.value.sure is not None else Fraction(1)

    seen = [*of_missing(gate.missing(needed, pieces), by), *of_tracks(judged & by.codes.keys(), row, book)]
    content = judge(pieces, row, inputs.get("known", NOTHING), by, book, at=opened_at)
    seen += _of_pieces(pieces, content, needed, inputs, row, by, sure)
    least = Fraction(version.value.least_doubt or 0) if version else Fraction(0)
    reasons = [reason for one in seen if (reason := _reason(one, by, sure, least)) is not None]
    reasons += weights(inputs, row, book, opened_at=opened_at, rules_at=rules_at)
    return _weighed(_sorted(reasons, book), inputs, may_decide=version is not None)


def _weighed(reasons: tuple[Reason, ...], inputs: Inputs, *, may_decide: bool) -> Judgement:
    hard = any(reason.severity == REJECTS for reason in reasons)
    for_person = any(reason.severity in (DOUBTS, WARNS) for reason in reasons)
    factor = buyer_factor(inputs["buyer"])
    doubt = max((_exact(reason.confidence) * factor for reason in reasons if reason.severity == DOUBTS), default=0)
    outcome = State.REJECTED if hard or doubt > _EVEN else State.WON
    return Judgement(outcome, may_decide and (hard or not for_person), reasons)


def _needed(
    violation: str,
    row: Mapping[str, Any],
    book: Rulebook,
    opened_at: datetime,
    fires_at: datetime,
    rules_at: datetime | None,
) -> list[str]:
    """The kinds of evidence without which the case is lost, in the order of the book."""
    asked = book.version_at(f"evidence.{violation}", opened_at)
    return [
        item.kind
        for item in (asked.value if asked else ())
        if item.required and holds(item.where, row, start=fires_at, book=book, rules_at=rules_at)
    ]


def _judged(
    ruling: RulingVersion | None,
    violation: str,
    row: Mapping[str, Any],
    book: Rulebook,
    fires_at: datetime,
    rules_at: datetime | None,
) -> frozenset[str]:
    """The faults of tracks that bear on the case."""
    return frozenset(
        fault
        for judged in (ruling.judges if ruling else ())
        if violation in judged.violations and holds(judged.where, row, start=fires_at, book=book, rules_at=rules_at)
        for fault in judged.faults
    )


def _of_pieces(
    pieces: Sequence[Piece],
    content: Sequence[Judged],
    needed: Sequence[str],
    inputs: Inputs,
    row: Mapping[str, Any],
    by: gate.Rules,
    sure: Fraction,
) -> list[Seen]:
    """What is seen in the pieces. A fault in one that the case can do without warns and no more: it is not asked for,
    or there is another of its kind with nothing against it that is sure."""
    seen = [
        [*of_piece(piece, judged, pieces, row, by), *_served(piece, inputs, by)]
        for piece, judged in zip(pieces, content, strict=True)
    ]
    counts = [not any(_is_hard(one, by, sure) for one in each) for each in seen]
    good = {piece.kind for piece, well in zip(pieces, counts, strict=True) if well}
    wanted = set(needed)
    if any(piece.kind in wanted and _is_foreign(piece, by) for piece in pieces):
        wanted |= {piece.kind for piece in pieces if is_translation(piece)}
    return [
        one if piece.kind in wanted and (well or piece.kind not in good) else replace(one, needed=False)
        for piece, well, each in zip(pieces, counts, seen, strict=True)
        for one in each
    ]


def _is_foreign(piece: Piece, by: gate.Rules) -> bool:
    kind = by.kinds.get(piece.kind)
    return bool(kind and kind.languages and piece.language and piece.language not in kind.languages)


def _served(piece: Piece, inputs: Inputs, by: gate.Rules) -> list[Seen]:
    """One proof serves one case (S6); whether it may serve two about the same order is for a person."""
    found = []
    if by.content and by.content.one_proof_one_case and (before := inputs["served"].get(piece.sha256)) is not None:
        outcome = Outcome.UNSURE if before["same_order"] else Outcome.FAILED
        found.append(Seen("evidence_reused", piece.name, f"#{before['case_id']}", outcome=outcome))
    if by.content and not by.content.same_file_again and piece.sha256 in inputs["rejected"]:
        found.append(Seen("same_file_again", piece.name))
    return found


def _is_hard(one: Seen, by: gate.Rules, sure: Fraction) -> bool:
    code = by.codes.get(one.fault)
    return (
        code is not None
        and code[1].value.severity != WARNS
        and one.outcome is Outcome.FAILED
        and _exact(one.confidence) >= sure
    )


def _reason(one: Seen, by: gate.Rules, sure: Fraction, least: Fraction) -> Reason | None:
    """What the book makes of it; None where it has no code for the fault: there it is none. least: what a doubt must
    be sure of to call a person."""
    if one.fault == NOT_INSPECTED:
        severity = WARNS if one.needed else WEIGHS
        return Reason(NOT_INSPECTED, "", severity, one.clause, one.rests_on, one.value, one.confidence)
    code = by.codes.get(one.fault)
    if code is None:
        return None
    name, version = code
    clause = f"reasons.{name}@{version.valid_from.date().isoformat()}"
    confidence = one.confidence
    if one.outcome is Outcome.UNSURE and _exact(confidence) < least:
        severity = WEIGHS
    elif version.value.severity == WARNS or not one.needed:
        severity = WARNS
    elif _is_hard(one, by, sure):
        severity = REJECTS
    else:
        severity = DOUBTS
    if one.outcome is Outcome.UNSURE:
        confidence = float(_exact(confidence) * _UNSURE)  # as likely as not, as far as the check knows
    return Reason(name, one.fault, severity, clause, one.rests_on, one.value, confidence)


def _sorted(reasons: Sequence[Reason], book: Rulebook) -> tuple[Reason, ...]:
    """The strongest first; of equals, as the book has them. What was seen twice in one place stands once."""
    place = {clause: index for index, clause in enumerate(book.clauses)}

    def strength(reason: Reason) -> tuple[Any, ...]:
        at = place.get(reason.clause.partition("@")[0], len(place))
        last = (reason.code, reason.rests_on, reason.value or "")
        return STRONGEST_FIRST.index(reason.severity), -_exact(reason.confidence), at, *last

    kept: dict[tuple[str, str], Reason] = {}
    for reason in sorted(reasons, key=strength):
        kept.setdefault((reason.clause or reason.code, reason.rests_on), reason)
    return tuple(kept.values())


def _exact(confidence: float) -> Fraction:
    """0.9 is nine tenths, and not the binary fraction beside it."""
    return Fraction(str(confidence))


def record(inputs: Inputs, judgement: Judgement, review: Mapping[str, Any] | None = None) -> str:
    """The whole of a ruling in canonical JSON: what it went by and what came of it. review: what a person did."""
    whole: dict[str, Any] = {"inputs": inputs, "judgement": judgement.plain()}
    return canonical(whole if review is None else {**whole, "review": dict(review)})
