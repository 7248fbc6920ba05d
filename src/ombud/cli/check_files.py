"""Files as they lie on a disk, to be checked as one upload: whatever is wrong with one of them is said of that one."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ombud.domain import gate
from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.formats import Ends
from ombud.domain.gate import UNREADABLE, Rules
from ombud.domain.problems import N_
from ombud.languages import _

SOURCE = "file"
"""Who says so: the file system."""
_LONGEST_NAME = 255
_AT_ONCE = 1 << 20
_UNREAD = "unread "
"""Stands in the place of a hash, so that no two such files are the same one."""
_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_FILE = (
    (stat.S_ISDIR, N_("it is a folder")),
    (stat.S_ISFIFO, N_("it is a pipe")),
    (stat.S_ISSOCK, N_("it is a socket")),
    (lambda _: True, N_("it is a device")),
)


@dataclass(frozen=True, slots=True)
class Handed:
    """One of the files. Where it cannot be read at all, `piece` has no size and no format, and says why."""

    path: str
    piece: Piece

    @property
    def place(self) -> Path:
        """Where it lies, for a process that stands elsewhere."""
        return Path(self.path).absolute()

    @property
    def sha256(self) -> str | None:
        """None where nobody read all of it."""
        return None if self.piece.sha256.startswith(_UNREAD) else self.piece.sha256


def hand_over(paths: Sequence[str], by: Rules, *, kind: str | None = None, language: str | None = None) -> list[Handed]:
    """The files with their hashes and formats. kind, language: what they are; None: what their names say.

    A file larger than the whole upload may be is not read. Names are shown with what cannot be seen spelled out.
    """
    first: dict[str, str] = {}
    return [_handed(path, first, by, kind, language) for path in paths]


def _handed(path: str, first: dict[str, str], by: Rules, kind: str | None, language: str | None) -> Handed:
    raw = Path(path).name or path
    name = visible(raw)
    faults = [*_of_name(raw, name), *_of_twin(name, first)]
    read = _read(path, by)
    if isinstance(read, str):
        faults.append(Finding(UNREADABLE, Outcome.FAILED, field="file", value=read, source=SOURCE))
        read = (f"{_UNREAD}{path}", 0, "")
    said = gate.kind_of(name, by)
    kind, language = said[0] if kind is None else kind, said[1] if language is None else language
    return Handed(path, Piece(name, kind, language, *read, findings=tuple(faults)))


def visible(name: str) -> str:
    """`name` with everything spelled out that a reader does not see, or that turns what is beside it around."""
    return "".join(
        f"\\u{ord(letter):04x}"
        if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        else letter
        for letter in name
    )


def _of_name(raw: str, name: str) -> Iterator[Finding]:
    if raw != name or len(raw) > _LONGEST_NAME:
        yield Finding("bad_file_name", Outcome.FAILED, field="name", value=name[:_LONGEST_NAME], source=SOURCE)


def _of_twin(name: str, first: dict[str, str]) -> Iterator[Finding]:
    """Two names that differ in nothing but case are one in many folders and archives, so one of the files gets lost."""
    other = first.setdefault(unicodedata.normalize("NFKC", name).casefold(), name)
    if other is not name:
        outcome = Outcome.FAILED if other == name else Outcome.UNSURE
        yield Finding("bad_file_name", outcome, field="name", value=other, source=SOURCE)


def _read(path: str, by: Rules) -> tuple[str, int, str] | str:
    """(SHA-256, size, format); or, in words, why it cannot be read."""
    most = by.files.most_bytes if by.files else None
    try:
        if words := no_file(Path(path).stat().st_mode):
            return words
        with os.fdopen(os.open(path, os.O_RDONLY | _WITHOUT_WAITING), "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            if words := no_file(found.st_mode):  # it became one just now: nobody waits for its other end
                return words
            digest, size, ends = hashlib.sha256(), 0, Ends()
            while part := file.read(_AT_ONCE):
                size += len(part)
                digest.update(part)
                ends.take(part)
                if most is not None and size > most:
                    return f"{_UNREAD}{path}", max(size, found.st_size), ends.format
            return digest.hexdigest(), size, ends.format
    except OSError as error:
        return error.strerror or str(error)
    except ValueError:  # a NUL in the name
        return _("there can be no file of this name")


def no_file(mode: int) -> str:
    """What stands there instead of a file, in words; empty where it is one."""
    return "" if stat.S_ISREG(mode) else next(_(words) for is_one, words in _NO_FILE if is_one(mode))
