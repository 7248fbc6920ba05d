"""The DuckDB that facts are read with: on disk, bounded in memory, gone when done, and plain about a full disk."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa

from ombud.domain.problems import N_, OmbudError, Place, Problem

Progress: TypeAlias = Callable[[str, int, int | None], None]
"""Told (step, done, total or None) now and then, maybe from another thread."""

WHOLE_RESULTS = "SET streaming_buffer_size = '1TB'"
"""DuckDB 1.5.6 can wait for ever where the rows of a union are fetched as a stream and outgrow this buffer, whose usual
1 MB a few ten thousand rows fill. Results that are fetched whole anyway are not held back. It reserves nothing."""

DATABASE = "facts.duckdb"
_DEFAULT_MEMORY_MB = 4096
_INTERRUPTED = "Query interrupted"


def memory_limit_mb() -> int:
    """OMBUD_MEMORY_MB, else 4 GiB, or half of the machine's memory where that is less. In MiB."""
    named = os.environ.get("OMBUD_MEMORY_MB")
    if named:
        if not named.isdecimal() or int(named) < 64:
            raise OmbudError(
                Problem(
                    "bad_setting",
                    N_("OMBUD_MEMORY_MB is {value!r}."),
                    {"value": named},
                    mend=N_("Give a whole number of MiB, 64 or more."),
                )
            )
        return int(named)
    return min([_DEFAULT_MEMORY_MB, *(there // 2**21 for there in _machine_memory())])


def _machine_memory() -> Iterator[int]:
    """Bytes that the machine has, and that a container may have of them, where the system tells."""
    if hasattr(os, "sysconf"):
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):
        yield int(Path("/sys/fs/cgroup/memory.max").read_text())


def quoted(text: str) -> str:
    """A SQL string."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal_path(path: Path) -> str:
    """A SQL string that DuckDB takes for this very file, not for a pattern."""
    return quoted("".join(f"[{c}]" if c in "*?[" else c for c in str(path)))


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder for what does not fit into memory, in TMPDIR; it is gone afterwards, whatever happens meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="ombud-"))
    try:
        with plain_about(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settings(place: Path) -> tuple[str, ...]:
    """What every connection is set to."""
    return (
        "SET TimeZone = 'UTC'",
        f"SET memory_limit = '{memory_limit_mb()}MiB'",
        f"SET temp_directory = {quoted(str(place / 'spill'))}",
        "SET autoinstall_known_extensions = false",
        "SET autoload_known_extensions = false",
        "SET python_enable_replacements = false",
        # Without a bar DuckDB does not count, and there is nothing to ask for.
        "SET enable_progress_bar = true",
        "SET enable_progress_bar_print = false",
    )


class Engine:
    """One connection to the database in `place`; to one in memory where little is to be read and no mapping wrote one.

    Memory takes rows in less than two thirds of the time, but what then goes to disk goes there uncompressed.
    """

    def __init__(self, place: Path, progress: Progress | None, *, copied: int = 0) -> None:
        """`copied`: bytes of the files whose rows are copied."""
        self.place = place
        self.progress = progress
        on_disk = (place / DATABASE).exists() or copied > memory_limit_mb() * 2**20 // 4
        self.connection = duckdb.connect(str(place / DATABASE) if on_disk else ":memory:")
        for statement in settings(place):
            self.connection.execute(statement)

    def close(self) -> None:
        self.connection.close()

    def tell(self, step: str, done: int, total: int | None = None) -> None:
        """Passes progress on where somebody listens."""
        if self.progress:
            self.progress(step, done, total)

    def run(self, sql: str, *, step: str = "") -> duckdb.DuckDBPyConnection:
        """Runs one statement; with `step`, its progress is told in percent while it runs."""
        if not (step and self.progress):
            return self.connection.execute(sql)
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(step, done), daemon=True)
        watcher.start()
        try:
            return self.connection.execute(sql)
        finally:
            done.set()
            watcher.join()

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """All rows of a small answer. Instants come as text or microseconds: cast them in the query."""
        return self.connection.execute(sql).fetchall()

    def count(self, sql: str) -> int:
        """The one whole number of a one-row answer."""
        (number,) = self.rows(sql)[0]
        return int(str(number))

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
        """Adds rows of text to a table of the database."""
        if not rows:
            return
        arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
        self.connection.register("given_rows", pa.table(dict(zip(columns, arrays, strict=True))))
        try:
            self.connection.execute(f"INSERT INTO {table} SELECT * FROM given_rows")
        finally:
            self.connection.unregister("given_rows")

    def _watch(self, step: str, done: threading.Event) -> None:
        while not done.wait(0.2):
            percent = self.connection.query_progress()
            if percent >= 0:
                self.tell(step, int(percent), 100)


@contextmanager
def plain_about(folder: Path) -> Iterator[None]:
    """Turns what DuckDB and the system say about Ctrl-C, full disks and full memory into what a person can act on."""
    try:
        yield
    except (RuntimeError, duckdb.Error, OSError) as error:
        # DuckDB answers Ctrl-C with an error of its own.
        if _INTERRUPTED in str(error) or isinstance(error, duckdb.InterruptException):
            raise KeyboardInterrupt from None
        plain = _plain(error, folder)
        if plain is None:
            raise
        raise plain from error


def _plain(error: Exception, folder: Path) -> OmbudError | None:
    said = str(error)
    full = ("No space left on device", "File too large", "Disk quota exceeded", "max_temp_directory_size")
    if any(sign in said for sign in full):
        try:
            free = shutil.disk_usage(folder).free
        except OSError:
            free = 0
        return OmbudError(
            Problem(
                "disk_full",
                N_("The disk ran full: {folder} has {free_mb} MB free, and reading needed more."),
                {"folder": str(folder.parent), "free_mb": free // 10**6},
                Place(str(folder.parent)),
                mend=N_(
                    "Set TMPDIR to a folder with free space of about the size of the facts. Nothing was kept of this."
                ),
            )
        )
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return OmbudError(
            Problem(
                "memory_full",
                N_("Reading needs more than the {memory_mb} MiB of memory that it may use."),
                {"memory_mb": memory_limit_mb()},
                mend=N_("Set OMBUD_MEMORY_MB to more."),
            )
        )
    return None
