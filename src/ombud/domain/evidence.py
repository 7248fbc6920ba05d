"""Evidence as data: pieces, what was found in them, and the reasons of the platform that follow.

A finding says what one check saw in one piece; the rules turn findings into reasons, each with the code of the book.
Nothing here opens a file: what a file says comes in as findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ombud.domain.said import Box, Said


class Outcome(StrEnum):
    """What a check says."""

    PASSED = "passed"
    FAILED = "failed"
    UNSURE = "unsure"  # a person must look


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw. `check` is a fault of the book's reasons (`wrong_language`), `code` the platform's code
    for it where whoever checked knows it. `field`: where in the piece, or the mark of the book that was looked for;
    `value`: what stood there; `expected`: what should have. `confidence`: 0 to 1. `source`: who says so (`inspect`,
    `facts`, a person). `page`, `box` and `at_ms` are the place, as in `domain.said`."""

    check: str
    outcome: Outcome
    code: str | None = None
    field: str | None = None
    value: str | None = None
    confidence: float = 1.0
    source: str = "inspect"
    expected: str | None = None
    page: int | None = None
    box: Box | None = None
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence. `format` is by content (`pdf`), `sha256` of the content, `size` in bytes.

    `stated`: the instants that it states of itself, by name (`made_at`). `findings` were handed in with it. `said` is
    what inspection read in it, by the version `inspected`; empty: nobody looked.
    """

    name: str
    kind: str
    language: str
    sha256: str
    size: int
    format: str
    stated: Mapping[str, datetime] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    said: tuple[Said, ...] = ()
    inspected: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why evidence does not count, or may be doubted. `code` and `clause` are the book's, `severity` gate, rejects or
    warns; `rests_on` names the piece or fact it was read from; `confidence` 0 to 1."""

    code: str
    fault: str
    severity: str
    clause: str
    rests_on: str = ""
    value: str | None = None
    confidence: float = 1.0
