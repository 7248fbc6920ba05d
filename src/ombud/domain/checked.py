"""An upload that was checked before it is handed in: what the gate says and what judgement finds, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ombud.domain import gate
from ombud.domain.asked import Asked, for_place, for_violation
from ombud.domain.cases import State
from ombud.domain.evidence import Piece
from ombud.domain.gate import Rules, Upload, Verdict
from ombud.domain.judging import Judged, all_findings, judge
from ombud.domain.order_file import OrderFile
from ombud.domain.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Checked:
    """pieces and judged: in one order. by: the rules of `book` that hold for it. case_id: None where there is none."""

    order_id: str
    book: Rulebook
    by: Rules
    at: datetime
    pieces: tuple[Piece, ...]
    judged: tuple[Judged, ...]
    verdict: Verdict
    asked: tuple[Asked, ...]
    case_id: int | None = None

    @property
    def missing(self) -> list[str]:
        """Kinds that must be there and are not."""
        return gate.missing([one.kind for one in self.asked if one.required], self.pieces)


def rules_at(book: Rulebook, at: datetime) -> Rules:
    """What the gate goes by for a case opened at `at`."""
    return gate.rules(book.clauses, lambda clause: book.version_at(clause, at))


def check(order: OrderFile, pieces: Sequence[Piece], book: Rulebook, *, at: datetime) -> Checked:
    """Checks pieces against an order that no store knows. at: when they are handed in; the case is taken to be opened
    at the instant of the order, else then."""
    opened_at = order.at or at
    by = rules_at(book, opened_at)
    judged = judge(pieces, order.row, order.known, by, book, at=opened_at)
    whole = tuple(replace(piece, findings=all_findings(piece, one)) for piece, one in zip(pieces, judged, strict=True))
    verdict = gate.look(Upload(whole, at, order.order_id, State.EVIDENCE_REQUIRED, None), by)
    asked: tuple[Asked, ...] = ()
    if order.route:
        asked = for_place(book, order.route, opened_at=opened_at)
    elif order.violation:
        asked = for_violation(book, order.violation, order.row, opened_at=opened_at, fires_at=opened_at)
    return Checked(order.order_id, book, by, at, tuple(pieces), judged, verdict, asked)
