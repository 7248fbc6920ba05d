"""The workers that read files, and the queue before them. One pool serves all threads of a process.

Every worker is a process of its own with limits (`confine.py`) and lives for many files, so that its models are warm.
Each is kept by a thread that starts it, talks to it, ends it: a worker dies with the thread that started it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import PriorityQueue, SimpleQueue

from ombud.domain.said import Said
from ombud.inspect import VERSION, file
from ombud.inspect.child import Answer, Child, Limits
from ombud.inspect.scratch import Scratch

__all__ = ["Asked", "Inspection", "Limits", "Pool", "Progress"]

READER = "ombud.inspect.file"
MOST_FILES = 200
"""How many files one worker reads before another takes its place: what a library leaks ends with it."""
_LOOK, _RECOGNISE, _LEAVE = 0, 1, 2
_CLOSED = "the pool is closed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to read, and its format by content (`ombud.domain.formats.format_of`)."""

    path: Path
    format: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file says."""

    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `of` files; what: `look`, then `recognise`, where `of` is how many there are left to recognise."""

    done: int
    of: int
    what: str


@dataclass(slots=True)
class _Batch:
    """The tasks of one call: where their answers go, and whether anybody still waits for them."""

    answers: SimpleQueue[tuple[int, Answer | BaseException]] = field(default_factory=SimpleQueue)
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class _Task:
    batch: _Batch
    number: int
    what: str
    asked: Asked
    known: tuple[Said, ...] = ()
    page: int = 1
    at_ms: int = 0


class Pool:
    """`with Pool() as pool: pool.inspect([Asked(path, "pdf")])`. Workers are started when they are first needed.

    Make it in the process that uses it: it does not survive a fork. At the end of the context no process, no thread and
    no scratch is left, whatever the workers were doing.
    """

    def __init__(self, workers: int = 2, limits: Limits = Limits(), *, reader: str = READER) -> None:  # noqa: B008
        """reader: the module that the workers read files with, in the shape of `ombud.inspect.worker.Reader`."""
        self._limits, self._reader = limits, reader
        self._tasks: PriorityQueue[tuple[int, int, _Task | None]] = PriorityQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._children: dict[int, Child] = {}
        self._closed = False
        self._scratch = Scratch()
        self._threads = [
            threading.Thread(target=self._keep, args=(number,), name=f"ombud-inspect-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers at once. Who still waits in another thread gets RuntimeError."""
        with self._lock:
            self._closed = True
            for child in self._children.values():
                child.kill()
            for _ in self._threads:
                self._tasks.put((_LEAVE, next(self._numbers), None))
        for thread in self._threads:
            thread.join()
        self._scratch.remove()

    def inspect(
        self, asked: Sequence[Asked], *, recognise: bool = True, progress: Callable[[Progress], None] | None = None
    ) -> list[Inspection]:
        """What each file says, in the order of `asked`: first all are looked at, then what is left is recognised.

        A file that a worker dies of says `problem`, and the others are read all the same; where it dies of recognising,
        what was read before stays and the file says `off`. `progress` is called in this thread, once before the first
        file and after each. Raises OSError where a file cannot be read, OmbudError where no worker starts.
        """
        tell = progress or (lambda _: None)
        looked: list[tuple[Said, ...]] = [()] * len(asked)
        tasks = [("look", number, each, ()) for number, each in enumerate(asked)]
        for number, answer in self._all(tasks, tell):
            looked[number] = answer.said + ((_problem(answer.ended),) if answer.ended else ())
        if recognise:
            left = [
                ("recognise", number, each, looked[number])
                for number, each in enumerate(asked)
                if file.wants_recognition(each.format, looked[number])
            ]
            for number, answer in self._all(left, tell):
                looked[number] += answer.said + (file.unrecognised(asked[number].format) if answer.ended else ())
        return [Inspection(said) for said in looked]

    def draw(self, asked: Asked, *, page: int = 1, at_ms: int = 0) -> bytes:
        """PNG or JPEG of a page (from 1), photo or frame (`ombud.inspect.drawing`); empty where it cannot be drawn.

        Raises OSError where the file cannot be read, OmbudError where no worker starts.
        """
        batch = _Batch()
        try:
            self._put(_LOOK, _Task(batch, 0, "draw", asked, page=page, at_ms=at_ms))
            _, answer = batch.answers.get()
        finally:
            batch.wanted = False
        if isinstance(answer, BaseException):
            raise answer
        return b"" if answer.ended else answer.drawn

    def held(self) -> tuple[str, ...]:
        """What a worker is held to here (`confine.WALLS`). Starts one. Raises OmbudError where none starts."""
        child = Child(self._scratch.path / "held", self._limits, self._reader)
        try:
            return child.ready()
        finally:
            child.close()

    def _all(
        self, tasks: Sequence[tuple[str, int, Asked, tuple[Said, ...]]], tell: Callable[[Progress], None]
    ) -> Iterator[tuple[int, Answer]]:
        """(number, answer) of each task, as they come in."""
        batch = _Batch()
        try:
            if tasks:
                tell(Progress(0, len(tasks), tasks[0][0]))
            for what, number, asked, known in tasks:
                rank = _LOOK if what == "look" else _RECOGNISE
                self._put(rank, _Task(batch, number, what, asked, known))
            for done in range(1, len(tasks) + 1):
                number, answer = batch.answers.get()
                if isinstance(answer, BaseException):
                    raise answer
                yield number, answer
                tell(Progress(done, len(tasks), tasks[0][0]))
        finally:
            batch.wanted = False

    def _put(self, rank: int, task: _Task) -> None:
        with self._lock:
            if self._closed:
                raise RuntimeError(_CLOSED)
            self._tasks.put((rank, next(self._numbers), task))

    def _keep(self, number: int) -> None:
        """The life of a thread: one task after the other, with the worker of that number."""
        try:
            while (task := self._tasks.get()[2]) is not None:
                if not task.batch.wanted:
                    continue
                try:
                    answer: Answer | BaseException = self._answer(number, task)
                except Exception as error:  # noqa: BLE001 (it is raised where the answer is waited for)
                    answer = error
                task.batch.answers.put((task.number, answer))
        finally:
            self._leave(number)

    def _answer(self, number: int, task: _Task) -> Answer:
        """What a worker dies of may be left over from another file, or be a machine that has no more memory for it:
        then a new one is asked, once, so that what is said of a file depends on nothing but the file."""
        for again in (True, False):
            child = self._child(number)
            new = not child.files
            answer = child.ask(task.what, task.asked.path, task.asked.format, task.known, task.page, task.at_ms)
            if self._closed:
                raise RuntimeError(_CLOSED)
            if not again or not answer.failed or (new and not answer.by_others):
                break
            self._leave(number)
        return answer

    def _child(self, number: int) -> Child:
        child = self._children.get(number)
        if child is not None and not child.used_up and child.files < MOST_FILES:
            return child
        self._leave(number)
        with self._lock:
            if self._closed:
                raise RuntimeError(_CLOSED)
            child = Child(self._scratch.path / f"{number}", self._limits, self._reader)
            self._children[number] = child
        child.ready()
        return child

    def _leave(self, number: int) -> None:
        with self._lock:
            child = self._children.pop(number, None)
        if child is not None:
            child.close()


def _problem(what: str) -> Said:
    return Said("problem", what, "container", tool="ombud", version=VERSION)
