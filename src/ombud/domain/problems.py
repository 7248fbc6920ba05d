"""What is wrong, where, and how to mend it: the one shape of every error that a person reads.

A text is English with named fields, `"{value} is no instant"`, and is also the key of its translation. Only the door
(CLI, API, page) knows the reader's language, so it translates; below it nothing is rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Marks `text` for translation and returns it as it is; the door that shows it translates it."""
    return text


class Word(str):
    """A value that is a word of ours: it is said in the reader's language like the text around it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem stands. `line`, `row`, `character` count from 1; a Parquet file has rows and no lines."""

    file: str = ""
    line: int | None = None
    row: int | None = None
    column: str = ""
    character: int | None = None

    def __str__(self) -> str:
        return self.say()

    def say(self, translate: Callable[[str], str] = str) -> str:
        """`orders.csv:5, amount_minor`, `letter.liquid:5:12`; only the word for a row has a language."""
        at = self.file
        if self.line is not None:
            at += f":{self.line}" + (f":{self.character}" if self.character is not None else "")
        elif self.row is not None:
            at += translate(N_(" row {row}")).format(row=self.row)
        return ", ".join(part for part in (at, self.column) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: a stable `code` for programs, a translatable `text` with its `values`, and how to mend it."""

    code: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    place: Place | None = None
    mend: str = ""

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The problem in one line: place, what is wrong, how to mend it."""
        values = {name: translate(value) if isinstance(value, Word) else value for name, value in self.values.items()}
        said = translate(self.text).format(**values)
        if self.mend:
            said += ("" if said.endswith("。") else " ") + translate(self.mend).format(**values)
        place = self.place.say(translate) if self.place else ""
        return f"{place}: {said}" if place else said


class OmbudError(Exception):
    """Refused input, whole: nothing of it was done. Carries every problem found, in the order of the input.

    `more` counts problems found beyond those listed.
    """

    def __init__(self, *problems: Problem, more: int = 0) -> None:
        super().__init__(*problems)
        self.problems = problems
        self.more = more

    def __str__(self) -> str:
        return "\n".join(problem.say() for problem in self.problems)
