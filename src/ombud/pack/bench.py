"""What packing works with: the workshop that makes files, the pool that reads them, and who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ombud.domain.problems import Word
from ombud.domain.said import Said
from ombud.inspect.pool import Asked
from ombud.pack.changes import Change
from ombud.pack.part import READ, Part
from ombud.pack.workshop import Made, Workshop

Reads = Callable[[Sequence[Asked]], Sequence[tuple[Said, ...]]]
"""What each file says, in the same order."""
_TOLD = ("transparent", "depth", "colours", "turned", "exif")


@dataclass(frozen=True, slots=True)
class Bench:
    """expected: texts of the order that must stay legible where they were. tell: called with each step that is done."""

    workshop: Workshop
    reads: Reads
    expected: Collection[str] = ()
    tell: Callable[[], None] = lambda: None

    def make(self, what: str, sources: Sequence[tuple[Path, str]], **how: int) -> Made:
        """As `Workshop.make`."""
        made = self.workshop.make(what, sources, **how)
        self.tell()
        return made

    def read(self, path: Path, form: str) -> tuple[Said, ...]:
        """What a file says; nothing where nobody reads its format."""
        return self.reads([Asked(path, form)])[0] if form in READ else ()

    def converted(self, part: Part, what: str, change: str, **how: int) -> Part:
        """`part` as another format, from what it is now; what is read in it then must stay. Raises UnmadeError."""
        made = self.make(what, [(part.path, part.format)], **how)
        said = self.read(made.path, what)
        base = (part.path, part.format) if what == "jpeg" else (made.path, what)
        new = replace(part, path=made.path, size=made.size, format=what, base=base, said=said or part.said, now=said)
        values = {"old": part.source.format.upper(), "new": what.upper()}
        return new.because(Change(change, {**values, **made.said}), *told(made.said))


def told(said: Any) -> list[Change]:
    """What a worker says happened on the way, one change each."""
    found = [Change(name) for name in _TOLD if said.get(name)]
    found += [Change(name, {name: said[name]}) for name in ("sound", "rate") if said.get(name)]
    found = [Change("recompressed", change.values) if change.code == "rate" else change for change in found]
    return found + ([Change("tracks", {"count": said["tracks"]})] if said.get("tracks") else [])


def why(reason: str, words: Any) -> Word:
    """A reason by its key, to be said in the reader's language."""
    return Word(words.get(reason, reason))
