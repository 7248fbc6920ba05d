"""One worker as the pool sees it: a process with two pipes and a scratch folder, which may end at any instant."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast, get_args

from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.said import Said, Source, read_said
from ombud.inspect import worker

_START_S = 60
"""How long a worker may take until it is ready; a slow disk that is read for the first time needs some."""
_ENDING_S = 1
"""How long one that hung up may take to end; one that talks nonsense does not end by itself."""
_MOST_SAID = 5_000
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH",
         "TESSDATA_PREFIX", "TZ", "SYSTEMROOT")  # fmt: skip
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_QUIET = {"ORT_DISABLE_TELEMETRY": "1"}  # ONNX Runtime tells its makers of its use otherwise
_ARENAS = {"MALLOC_ARENA_MAX": "2"}  # each thread's own would take 64 MB of the address space
_KILLED = getattr(signal, "SIGKILL", None)
_CLOCKS = {getattr(signal, name) for name in ("SIGXCPU", "SIGALRM") if hasattr(signal, name)}
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_SOURCES = frozenset(get_args(Source))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take: bytes of address space, seconds of processor time, seconds in all; `resident`: bytes
    that a worker may still hold after a file, beyond which it is not used again."""

    address_space: int = 1_500_000_000
    cpu_s: int = 15
    wall_s: int = 20
    resident: int = 700_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker said of one file, as far as it came, and of what it ended, if it did: a value of `problem`."""

    said: tuple[Said, ...]
    ended: str = ""
    drawn: bytes = b""
    by_others: bool = False
    """It was killed, and neither by the pool nor by a limit: that tells nothing of the file."""

    @property
    def failed(self) -> bool:
        """Whether another worker might do better."""
        return self.ended == "died" or worker.NO_MEMORY in self.said


class Child:
    """A running worker. Only the thread that made it may use it; `kill` may come from any."""

    def __init__(self, scratch: Path, limits: Limits, reader: str) -> None:
        """Starts it. Raises OmbudError where the system does not let it."""
        scratch.mkdir(mode=0o700)
        self._scratch, self.files = scratch, 0
        self._warm = False
        self._limits, self._late, self._resident = limits, False, 0
        self._drawn = b""
        command = [sys.executable, "-P", "-m", "ombud.inspect.worker"]
        arguments = (reader, str(scratch), str(limits.address_space), str(os.getpid()))
        try:
            self._process = subprocess.Popen(
                [*command, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for the pool
            )
        except OSError as error:
            raise _no_worker(error.strerror or str(error)) from error

    def ready(self) -> tuple[str, ...]:
        """Waits until it is confined; what it is held to (`confine.WALLS`). Raises OmbudError where it ends instead."""
        message = self._within(_START_S, self._receive)
        if message is None or "ready" not in message:
            self.close()
            raise _no_worker(f"{self._process.returncode}")
        return tuple(message["ready"])

    @property
    def used_up(self) -> bool:
        """Whether the next file needs another worker: this one has ended, or keeps too much in memory."""
        return self._process.poll() is not None or self._late or self._resident > self._limits.resident

    def ask(
        self, what: str, path: Path, file_format: str, known: Sequence[Said], page: int = 1, at_ms: int = 0
    ) -> Answer:
        """`what`: look, recognise or draw. The worker reads a copy of the file, under a name that nobody chose.

        page, at_ms: the place to draw. Raises OSError where the file cannot be read.
        """
        said: list[Said] = []
        try:
            if what == "recognise" and not self._warm:
                self._warm = self._asked({"what": "warm"}, said, cpu_s=_START_S, wall_s=_START_S)
                if not self._warm:
                    return self._ended(said)
            copy = self._scratch / f"file.{file_format.partition('+')[0] or 'bin'}"
            shutil.copyfile(path, copy)
            self.files += 1
            asked: dict[str, Any] = {"what": what, "path": str(copy), "format": file_format}
            asked |= {"said": [each.plain() for each in known], "page": page, "at_ms": at_ms}
            self._drawn = b""
            if not self._asked(asked, said, cpu_s=self._limits.cpu_s, wall_s=self._limits.wall_s):
                return self._ended(said)
            return Answer(tuple(said), drawn=self._drawn)
        finally:
            _empty(self._scratch)

    def kill(self) -> None:
        """Ends it at once; whoever waits for its answer gets none."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """Ends it and leaves nothing of it: no process, no pipe, no scratch."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast("BinaryIO", pipe).close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _asked(self, asked: dict[str, Any], said: list[Said], *, cpu_s: int, wall_s: int) -> bool:
        """Adds what it says to `said`; whether it came to the end."""
        # Its own clock is for the case that nobody is left here to look at this one.
        whole = {**asked, "cpu_s": cpu_s, "wall_s": wall_s + 1}
        return bool(self._within(wall_s, lambda: self._conversation(whole, said)))

    def _conversation(self, asked: dict[str, Any], said: list[Said]) -> bool:
        worker.send(cast("BinaryIO", self._process.stdin), asked)
        while (message := self._receive()) is not None:
            if "done" in message:
                self._resident = int(message["done"])
                return True
            if "drawn" in message:
                self._drawn = _picture(message["drawn"])
                continue
            said.extend(_sound(read_said(each)) for each in message["said"])
            if len(said) > _MOST_SAID:
                return False
        return False

    def _receive(self) -> dict[str, Any] | None:
        return worker.receive(cast("BinaryIO", self._process.stdout))

    def _within(self, seconds: float, what: Any) -> Any:
        """What `what` gives; None where the worker ends, talks nonsense, or takes longer and is ended for it."""
        clock = threading.Timer(seconds, self._too_late)
        clock.daemon = True
        clock.start()
        try:
            return what()
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError):  # hung up, or raving
            return None
        finally:
            clock.cancel()

    def _too_late(self) -> None:
        self._late = True
        self.kill()

    def _ended(self, said: Sequence[Said]) -> Answer:
        """It is over: why, as far as that can be told."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING_S)
        by_itself = self._process.poll() is not None
        self.close()
        code = -self._process.returncode
        if self._late or code in _CLOCKS:
            return Answer(tuple(said), "too_slow")
        return Answer(tuple(said), "died", by_others=by_itself and code == _KILLED)


def environment() -> dict[str, str]:
    """What a confined process is told of the one that starts it: where its libraries are, and no secret."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_ONE_THREAD, **_ARENAS, **_QUIET, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def _sound(said: Said) -> Said:
    """A worker that a file took over may say what it likes, but in this shape. Raises ValueError."""
    texts = (said.field, said.source, said.tool, said.version)
    numbers = (said.page, said.at_ms, *(said.box or ()))
    if (
        not all(isinstance(text, str) for text in texts)
        or not all(number is None or isinstance(number, int) for number in numbers)
        or not isinstance(said.value, str | int)
        or not isinstance(said.confidence, float | int)
        or said.source not in _SOURCES
    ):
        raise ValueError("a worker said what is no fact")
    return said


def _picture(text: str) -> bytes:
    """A picture as a worker sent it: PNG, JPEG, or nothing. Raises ValueError for anything else."""
    drawn = b64decode(text, validate=True)
    if drawn and not drawn.startswith(_PICTURES):
        raise ValueError("a worker drew what is no picture")
    return drawn


def _empty(scratch: Path) -> None:
    """What cannot be removed now goes with the folder, where it is still there."""
    for each in scratch.iterdir() if scratch.is_dir() else ():
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)


def _no_worker(reason: str) -> OmbudError:
    return OmbudError(
        Problem(
            "no_worker",
            N_("No process can be started that reads files: {reason}."),
            {"reason": reason},
            mend=N_("`ombud doctor` shows what is missing here."),
        )
    )
