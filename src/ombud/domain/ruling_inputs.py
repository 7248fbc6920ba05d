"""Everything that a ruling goes by, as plain JSON: what the record of a ruling keeps.

Instants are ISO 8601 with Z, fractions are text. Nothing else may have a say in a ruling: it could not be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict

from ombud.domain.evidence import Piece
from ombud.domain.findings import plain_findings, read_findings
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.judging.known import Known
from ombud.domain.said import read_said


class CaseInput(TypedDict):
    """The case; `submitted_at` is when the submission was received."""

    case_id: int
    violation: str
    fires_at: str
    opened_at: str
    due_at: str | None
    submitted_at: str


class PieceInput(TypedDict):
    """One piece; `stated` has instants as text, `findings` are those of `domain.findings`. `said` is what inspection
    read in it and `inspected` the version that did; both are left out where nobody looked."""

    name: str
    kind: str
    language: str
    sha256: str
    size: int
    format: str
    stated: dict[str, str]
    findings: list[dict[str, Any]]
    said: NotRequired[list[dict[str, Any]]]
    inspected: NotRequired[str]


class Served(TypedDict):
    """The case that a file was handed in for before, and whether it is about the same order."""

    case_id: int
    same_order: bool


class SanctionInput(TypedDict):
    """A sanction in force. `clause` with its version date; `figure` is what was measured, `factor` what the book
    multiplies by, or null."""

    measure: str
    clause: str
    figure: str
    factor: str | None


class StoreInput(TypedDict):
    """The history of the store. figures: name -> [part, base]."""

    figures: dict[str, list[int]]
    losses_in_a_row: int
    sanctions: list[SanctionInput]


class Inputs(TypedDict):
    """What a ruling goes by.

    at: when it is made. book: the SHA-256 of the book that the case was opened under. facts: the row of the case file,
    as known when the submission was received. served: SHA-256 -> the other case that the file served. rejected: SHA-256
    of the files that this case had handed in before. buyer: the sanctions over the buyer. known: what inspected pieces
    are held against beside the facts; left out where there is none.
    """

    at: str
    book: str
    case: CaseInput
    facts: dict[str, Any]
    pieces: list[PieceInput]
    served: dict[str, Served]
    rejected: list[str]
    store: StoreInput
    buyer: list[SanctionInput]
    known: NotRequired[Known]


def plain_piece(piece: Piece) -> PieceInput:
    """A piece -> JSON; `piece_of` reads it back."""
    plain: PieceInput = {
        "name": piece.name,
        "kind": piece.kind,
        "language": piece.language,
        "sha256": piece.sha256,
        "size": piece.size,
        "format": piece.format,
        "stated": {name: format_instant(instant) for name, instant in piece.stated.items()},
        "findings": plain_findings(piece.findings),
    }
    if piece.inspected:
        plain |= {"said": [one.plain() for one in piece.said], "inspected": piece.inspected}
    return plain


def piece_of(plain: Mapping[str, Any]) -> Piece:
    """The piece that `plain_piece` wrote."""
    return Piece(
        plain["name"],
        plain["kind"],
        plain["language"],
        plain["sha256"],
        plain["size"],
        plain["format"],
        {name: parse_instant(text) for name, text in plain["stated"].items()},
        read_findings(plain["findings"]),
        tuple(read_said(one) for one in plain.get("said", ())),
        plain.get("inspected", ""),
    )
