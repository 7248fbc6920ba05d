"""What a document is made of: plain text in blocks. Text is data here, never code of whatever sets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Styled:
    """A run of text that stands out. `whole`: an id or a hash, which may break anywhere and never gets a hyphen."""

    text: str
    strong: bool = False
    dim: bool = False
    whole: bool = False


def strong(text: str) -> Styled:
    """What the eye is to find first."""
    return Styled(text, strong=True)


def dim(text: str) -> Styled:
    """What is there for those who look for it."""
    return Styled(text, dim=True)


def whole(text: str) -> Styled:
    """An id, a number, a hash: shown to its last character, however long."""
    return Styled(text, whole=True)


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of 1, drawn."""

    share: Fraction


@dataclass(frozen=True, slots=True)
class Points:
    """Short lines, each with a dash before it."""

    lines: tuple[str, ...]


Line: TypeAlias = str | Styled | Bar
Cell: TypeAlias = Line | Points | tuple[Line, ...]
"""One line, or several below each other."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section; what follows it stays on its page."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Lead:
    """What the document is about, at a glance: a label, one line in large type, lines and a note below it."""

    label: str
    text: str
    lines: tuple[Line, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with their values."""

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`share`: of the width, against the other columns; 0: as wide as its widest cell."""

    title: str
    share: int = 0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head that is repeated on every page. `foot`: rows that sum up."""

    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    foot: Sequence[Sequence[Cell]] = ()


@dataclass(frozen=True, slots=True)
class Verbatim:
    """A text to the letter, in small type."""

    text: str


Block: TypeAlias = Heading | Paragraph | Points | Lead | Facts | Table | Verbatim


@dataclass(frozen=True, slots=True)
class Document:
    """One document in one `language` (en, ru, zh), as of `at`: the date that it bears, also in the file's own data.

    `series`: what kind of paper it is; `of`: whose, at the head of every page; `foot`: at the foot of every page;
    `pages`: how its pages are counted, with the fields page and pages.
    """

    language: str
    at: datetime
    series: str
    of: str
    title: str
    subtitle: str
    foot: str
    pages: str
    blocks: tuple[Block, ...]
