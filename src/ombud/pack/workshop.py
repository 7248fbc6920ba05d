"""Where files are made anew: each by a process that reaches nothing but its scratch and is ended in time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from ombud.domain.problems import N_, OmbudError, Problem
from ombud.inspect.child import Limits, environment
from ombud.inspect.worker import receive, send
from ombud.pack import worker

PICTURES = Limits(address_space=2_000_000_000, cpu_s=60, wall_s=90)
VIDEOS = Limits(address_space=3_000_000_000, cpu_s=900, wall_s=900)
MOST = 1_000_000_000
"""Bytes of one file that is made."""
_AT_ONCE = 1 << 20

REASONS: Mapping[str, str] = {
    "cannot_open": N_("it cannot be opened"),
    "died": N_("making it anew failed"),
    "locked": N_("it is locked against changes"),
    "moves": N_("it is not one picture but several that follow each other"),
    "no_length": N_("the video has no length"),
    "no_video": N_("there is no video in it"),
    "signed": N_("it is digitally signed, and any change would break the signature"),
    "too_large": N_("the new file would be too large"),
    "too_many_pages": N_("it has too many pages"),
    "too_many_pixels": N_("the picture is too large"),
    "too_much_memory": N_("making it anew takes too much memory"),
    "too_slow": N_("making it anew takes too long"),
    "too_small": N_("so few bytes leave no picture"),
}
"""Why a file was not made, by the word of the worker."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made, and what is to be said of how."""

    path: Path
    size: int
    said: Mapping[str, int | str]


class UnmadeError(Exception):
    """It was not made: `reason` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason if reason in REASONS else "died"


class Workshop:
    """Makes files in a folder, which must be there and is its own."""

    def __init__(self, folder: Path, *, pictures: Limits = PICTURES, videos: Limits = VIDEOS) -> None:
        self._folder, self._pictures, self._videos = folder, pictures, videos
        self._count = 0

    def make(self, what: str, sources: Sequence[tuple[Path, str]], **how: int) -> Made:
        """`what`: pdf, jpeg, png, webp, smaller_pdf, mp4, smaller_mp4; sources: files with their formats.

        Raises UnmadeError, and OmbudError where no process can be started.
        """
        self._count += 1
        limits = self._videos if what.endswith("mp4") else self._pictures
        out, scratch = self._folder / f"made-{self._count}", self._folder / f"scratch-{self._count}"
        scratch.mkdir(mode=0o700)
        try:
            copies = []
            for number, (path, form) in enumerate(sources):
                copies.append(str(scratch / f"{number}.{form}"))
                shutil.copyfile(path, copies[-1])
            asked = {"what": what, "paths": copies, "forms": [form for _, form in sources], "most": MOST, **how}
            said = _Process(scratch, limits).run(asked, out)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return Made(out, out.stat().st_size, said)


class _Process:
    def __init__(self, scratch: Path, limits: Limits) -> None:
        self._limits, self._late = limits, False
        arguments = (str(scratch), str(limits.address_space), str(os.getpid()))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", worker.__name__, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
            )
        except OSError as error:
            raise OmbudError(
                Problem(
                    "no_worker",
                    N_("No process can be started that makes files: {reason}."),
                    {"reason": error.strerror or str(error)},
                    mend=N_("`ombud doctor` shows what is missing here."),
                )
            ) from error

    def run(self, asked: Mapping[str, object], out: Path) -> Mapping[str, int | str]:
        asks, answers = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)
        clock = threading.Timer(self._limits.wall_s, self._too_late)
        clock.daemon = True
        clock.start()
        try:
            send(asks, {**asked, "cpu_s": self._limits.cpu_s, "wall_s": self._limits.wall_s + 1})
            answer = receive(answers)
            if answer is None:
                raise UnmadeError(self._ended())
            if "reason" in answer:
                raise UnmadeError(str(answer["reason"]))
            if not _take(answers, out, int(answer["size"])):
                raise UnmadeError(self._ended())
            return {str(name): value for name, value in answer["said"].items() if isinstance(value, int | str)}
        except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:  # it hung up, or raves
            raise UnmadeError(self._ended()) from error
        finally:
            clock.cancel()
            self._process.kill()
            self._process.wait()
            for pipe in (asks, answers):
                with suppress(OSError):
                    pipe.close()

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()

    def _ended(self) -> str:
        return "too_slow" if self._late else "died"


def _take(answers: BinaryIO, out: Path, size: int) -> bool:
    """Whether all of it came."""
    if size > MOST:
        return False
    with out.open("wb") as file:
        while size and (part := answers.read(min(size, _AT_ONCE))):
            file.write(part)
            size -= len(part)
    return size == 0
