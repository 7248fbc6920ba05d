"""What goes into an upload while it is made: the files that came in, what became of each, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ombud.domain.checked import Checked
from ombud.domain.evidence import Finding, Piece
from ombud.domain.said import Said
from ombud.pack.changes import Change

READ = frozenset({"pdf", "jpeg", "png", "mp4"})
"""Formats that inspection reads."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that came in: a copy of it that nobody else writes to. kind, language: as its name or a person says;
    empty: nobody does. format: by content."""

    path: Path
    name: str
    sha256: str
    size: int
    format: str
    kind: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What became of one source. came: what was read in it first. base: the file and format that smaller ones are made
    of, always anew; said: what was read in that, all of which must be read to the end. now: what is read in it now.
    """

    source: Source
    kind: str
    language: str
    path: Path
    size: int
    format: str
    base: tuple[Path, str]
    came: tuple[Said, ...]
    said: tuple[Said, ...]
    now: tuple[Said, ...]
    changes: tuple[Change, ...] = ()
    against: tuple[Finding, ...] = ()
    """What was against it as it came, whatever is made of it."""

    @property
    def changed(self) -> bool:
        """Whether it is another file than the one that came in."""
        return self.path != self.source.path

    def has(self, *fields: str) -> bool:
        """Whether any of them was read in it as it came."""
        return any(one.field in fields for one in self.came)

    def because(self, *changes: Change) -> Part:
        """The same with more to say of it."""
        return replace(self, changes=(*self.changes, *changes))


@dataclass(frozen=True, slots=True)
class Item:
    """One file of an upload. changes: each thing that was changed, in the order in which it was. piece: as the judge
    reads it."""

    name: str
    parts: tuple[Part, ...]
    path: Path
    piece: Piece
    changes: tuple[Change, ...]

    @property
    def kind(self) -> str:
        """Of all its parts."""
        return self.piece.kind

    @property
    def size(self) -> int:
        """Bytes."""
        return self.piece.size

    def named(self, name: str) -> Item:
        """The same under another name."""
        return replace(self, name=name, piece=replace(self.piece, name=name))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is in no upload. reason: a key of `ombud.pack.dividing.REASONS`. tried: what was to be done about it."""

    names: tuple[str, ...]
    kind: str
    reason: str
    values: dict[str, object] = field(default_factory=dict)
    tried: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """What is handed in at once, and what the judge says of it."""

    number: int
    items: tuple[Item, ...]
    checked: Checked

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(item.size for item in self.items)


@dataclass(frozen=True, slots=True)
class Packed:
    """All of it. left_out: what would not go in, with the reason."""

    uploads: Sequence[Upload]
    left_out: Sequence[LeftOut]
