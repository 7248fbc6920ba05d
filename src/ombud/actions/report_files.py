"""What a buyer shows with a complaint: what is taken, and what it counts as. Opened by a confined worker at once, so
that what is wrong with a file is said while the buyer is still there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.said import Said
from ombud.scan.prospects import MEDIA
from ombud.store import evidence_files
from ombud.store.evidence_files import Received

MOST_FILES = 6
"""With one complaint."""
MOST_BYTES = 100_000_000
"""Of one file: a phone films a minute in less."""
NONE, PHOTO, VIDEO = MEDIA
TAKEN: Mapping[str, str] = {"jpeg": PHOTO, "png": PHOTO, "mp4": VIDEO, "mov": VIDEO}
"""Format by content -> what it may count as."""
_ALIKE = {"mov": "mp4"}  # the same boxes: one reader opens both
_LONGEST_NAME = 120
_SHOWS_NOTHING = frozenset({"no_video", "no_frames", "no_length"})
_OF_FILES = frozenset({"too_large", "bad_format", "unreadable"})

Look = Callable[[Path, str], Sequence[Said]]
"""(file, format) -> what it says at a look, read by a confined worker."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A photo or video as it comes in."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that is here and was opened. media: what it counts as."""

    name: str
    received: Received
    media: str


def received(stack: ExitStack, files: Sequence[NewFile], look: Look) -> list[Shown]:
    """The files, each once, all of them or OmbudError with what is wrong with each."""
    if len(files) > MOST_FILES:
        raise OmbudError(too_many_files())
    shown: dict[str, Shown] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            here = stack.enter_context(evidence_files.receive(file.content, most_bytes=MOST_BYTES))
            if here.sha256 not in shown:
                shown[here.sha256] = _opened(_name(file.name), here, look)
        except OmbudError as error:
            if any(problem.code not in _OF_FILES for problem in error.problems):
                raise
            problems += (too_large(file.name) if one.code == "too_large" else one for one in error.problems)
    if problems:
        raise OmbudError(*problems)
    return list(shown.values())


def _opened(name: str, received: Received, look: Look) -> Shown:
    """What the file counts as. One that shows nothing, a sound without a picture, is kept and counts as nothing."""
    media = TAKEN.get(received.format)
    if media is None:
        raise OmbudError(
            Problem(
                "bad_format",
                N_("This file is no photo or video that can be taken here."),
                place=Place(name),
                mend=N_("Choose a JPEG or PNG photo, or an MP4 or MOV video."),
            )
        )
    said = look(received.path, _ALIKE.get(received.format, received.format))
    wrong = {str(one.value) for one in said if one.field == "problem"}
    if wrong - _SHOWS_NOTHING:
        raise OmbudError(
            Problem(
                "unreadable",
                N_("This file cannot be opened: it is damaged."),
                place=Place(name),
                mend=N_("Take it once more, or choose another file."),
            )
        )
    return Shown(name, received, NONE if wrong else media)


def too_large(name: str) -> Problem:
    """What is said of a file that has more bytes than one may have."""
    text = N_("This file is larger than {most} MB.")
    mend = N_("Choose a shorter video, or film it with a lower resolution.")
    return Problem("too_large", text, {"most": MOST_BYTES // 1_000_000}, Place(name), mend)


def _name(name: str) -> str:
    """As it may be kept and shown: a phone's names are nobody's fault."""
    return "".join(letter for letter in name if letter.isprintable() and letter not in "/\\")[-_LONGEST_NAME:] or "–"


def too_many_files() -> Problem:
    return Problem("too_many_files", N_("At most {most} files."), {"most": MOST_FILES}, mend=N_("Leave some out."))


def media_of(before: str, shown: Sequence[Shown]) -> str:
    """The most that is shown."""
    return max([before, *(one.media for one in shown)], key=MEDIA.index)
