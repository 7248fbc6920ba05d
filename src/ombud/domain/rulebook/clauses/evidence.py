"""What a case asks for: evidence by violation, and the kinds of evidence with what each must be and show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ombud.domain.conditions import Condition
from ombud.domain.rulebook.words import Flag, Part, Texts, Version, Where, Word


@dataclass(frozen=True)
class EvidenceItem:
    """One piece that a case asks for: its kind, whether it must be there, in which cases (`where`), and its title."""

    kind: str
    required: bool
    where: tuple[Condition, ...]
    title: Texts


class Asked(Part):
    """One piece of evidence. `where`: only in cases for which this holds; start is the firing."""

    kind: Word
    required: Flag
    where: Where = ()


class EvidenceVersion(Version):
    asks: Annotated[tuple[Asked, ...], Field(min_length=1)]


class KindVersion(Version):
    title: Texts
