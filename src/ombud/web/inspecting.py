"""Files that pages took in are read behind them: one pool of confined workers for a process of the server, one bounded
queue before it. What is lost with a process is asked for again by the next page that shows the file.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from queue import Full, Queue

from django.conf import settings
from django.db import connection

from ombud.actions import inspections
from ombud.domain.evidence import Piece
from ombud.domain.said import Said
from ombud.inspect.pool import Asked, Pool
from ombud.store.inspections import FORMATS

_LOG = logging.getLogger(__name__)
_MOST_WAITING = 200
_OTHERS_S = 8.0
"""For so long a file that this process was not handed is left to another that may be reading it."""
_AGAIN_S = 60.0
"""After so long a file whose reading failed here is tried again."""
_DRAWINGS = threading.BoundedSemaphore(4)


class Readers:
    """The pool of this process and the threads that feed it; both are started when they are first needed."""

    def __init__(self, workers: int, *, others_s: float = _OTHERS_S) -> None:
        """workers: 0 reads nothing here. others_s: how long a file may be in the hands of another process."""
        self._workers, self._others_s = workers, others_s
        self._lock = threading.Lock()
        self._pool: Pool | None = None
        self._queue: Queue[tuple[str, datetime] | None] = Queue(_MOST_WAITING)
        self._threads: list[threading.Thread] = []
        self._reading: dict[str, threading.Event] = {}
        self._seen: dict[str, float] = {}
        self._failed: dict[str, float] = {}

    def read(self, sha256s: Iterable[str], at: datetime) -> None:
        """Has them read, if nobody has; where too many wait, a later page asks again."""
        if not self._workers:
            return
        self._start()
        for sha256 in sha256s:
            with self._lock:
                if sha256 in self._reading:
                    continue
                try:
                    self._queue.put_nowait((sha256, at))
                except Full:
                    return
                self._reading[sha256] = threading.Event()

    def checking(self, pieces: Iterable[Piece], at: datetime) -> frozenset[str]:
        """Hashes of those that are being read, here or by another process; what seems forgotten is read here."""
        unread = {one.sha256 for one in pieces if not one.inspected and one.format.partition("+")[0] in FORMATS}
        if not self._workers or not unread:
            return frozenset()
        now = time.monotonic()
        with self._lock:
            unread -= {one for one in unread if now - self._failed.get(one, -_AGAIN_S) < _AGAIN_S}
            if len(self._seen) > 10 * _MOST_WAITING:
                self._seen.clear()
            forgotten = [one for one in unread if now - self._seen.setdefault(one, now) >= self._others_s]
        self.read(forgotten, at)
        return frozenset(unread)

    def wait(self, sha256s: Collection[str], seconds: float) -> None:
        """Until those that are being read here are read, or so long."""
        end = time.monotonic() + seconds
        for sha256 in sha256s:
            with self._lock:
                done = self._reading.get(sha256)
            if done is not None:
                done.wait(max(0.0, end - time.monotonic()))

    def draw(self, asked: Asked, *, page: int, at_ms: int) -> bytes:
        """A picture of a place in a file; empty where it cannot be drawn. Raises OmbudError where no worker starts."""
        with _DRAWINGS:  # else a page of many previews would take every thread of the server
            return self._at_hand().draw(asked, page=page, at_ms=at_ms)

    def look(self, asked: Asked) -> tuple[Said, ...]:
        """What a file says at a look, now, without recognising anything. Raises OmbudError where no worker starts."""
        with _DRAWINGS:
            return self._at_hand().inspect([asked], recognise=False)[0].said

    def close(self) -> None:
        """Ends workers and threads; what waits is left unread."""
        with self._lock:
            pool, threads, self._pool, self._threads = self._pool, self._threads, None, []
        if pool is not None:
            pool.close()
        for _ in threads:
            with suppress(Full):
                self._queue.put_nowait(None)
        for thread in threads:
            thread.join(5)

    def _at_hand(self) -> Pool:
        with self._lock:
            if self._pool is None:
                self._pool = Pool(max(1, self._workers))
            return self._pool

    def _start(self) -> None:
        with self._lock:
            if self._threads:
                return
            self._threads = [
                threading.Thread(target=self._keep, name=f"ombud-read-{number}", daemon=True)
                for number in range(self._workers)
            ]
            for thread in self._threads:
                thread.start()

    def _keep(self) -> None:
        while (waiting := self._queue.get()) is not None:
            sha256, at = waiting
            try:
                inspections.read([sha256], at=at, pool=self._at_hand())
            except Exception:  # noqa: BLE001 (the file stays unread and a person looks; the thread must go on)
                _LOG.exception("a file of evidence could not be read")
                with self._lock:
                    self._failed[sha256] = time.monotonic()
            finally:
                connection.close()
                with self._lock:
                    self._reading.pop(sha256).set()


_here: tuple[int, Readers] | None = None
_starting = threading.Lock()


def readers() -> Readers:
    """Those of this process: what a server started before it forked is not ours."""
    global _here  # noqa: PLW0603 (one pool a process is the point)
    with _starting:
        if _here is None or _here[0] != os.getpid():
            _here = (os.getpid(), Readers(settings.READERS))
            atexit.register(_here[1].close)
        return _here[1]
