"""The reasons of a ruling on a terminal, the strongest first, each with how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from ombud.cli.grid import sentence
from ombud.cli.say import _
from ombud.domain.evidence import Reason
from ombud.domain.rulebook import Rulebook
from ombud.domain.ruling_weights import WARNS, WEIGHS
from ombud.domain.rulings import DOUBTS, REJECTS
from ombud.words.reasons import BEARS, HEADS, as_json, basis, mend, named, rests_on, title

__all__ = ["BEARS", "as_json", "basis", "draw", "mend", "named", "title"]

_STYLES = {REJECTS: "red", DOUBTS: "yellow", WARNS: "yellow", WEIGHS: "dim"}


def draw(reasons: Sequence[Reason], book: Rulebook, width: int) -> Iterator[RenderableType]:
    """All of them under what they do, each with what it rests on, its clause and how to mend it."""
    for severity, group in groupby(reasons, key=lambda reason: reason.severity):
        yield Text(f"\n{_(HEADS.get(severity, severity))}", style="bold")
        for reason in group:
            yield _under(named(reason, book), width, 2, _STYLES.get(severity, ""))
            yield _under(rests_on(reason, book), width, 4, "dim")
            if words := mend(reason, book):
                yield _under(words, width, 4)


def _under(text: str, width: int, deep: int, style: str = "") -> RenderableType:
    return Padding(sentence(text, width - deep, style), (0, 0, 0, deep))
