"""A worker that a file took over reaches nothing: no network, no process, no file but its own (Linux)."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ombud.inspect import confine, landlock, seccomp
from ombud.inspect.pool import Asked, Pool
from tests.conftest import ROOT

DENIED = "denied: PermissionError"
needs_landlock = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
needs_seccomp = pytest.mark.skipif(not seccomp.held(), reason="system calls cannot be filtered here")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(ROOT))
        environment.setenv("DATABASE_URL", "postgres://user:secret@host/db")
        with Pool(1, reader="tests.inspect.hostile") as pool:
            yield pool


def does(pool: Pool, folder: Path, word: str) -> str:
    """What becomes of a worker's try."""
    path = folder / "asks"
    path.write_text(word, "utf-8")
    (inspection,) = pool.inspect([Asked(path, "pdf")], recognise=False)
    return str(inspection.said[-1].value)


@needs_landlock
@needs_seccomp
def test_a_worker_is_held_to_every_wall(pool: Pool) -> None:
    assert pool.held() == confine.WALLS


@needs_seccomp
def test_a_worker_reaches_no_network(pool: Pool, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert does(pool, tmp_path, f"connect {server.getsockname()[1]}") == DENIED


@needs_seccomp
@pytest.mark.parametrize("word", ["start", "fork", f"kill {os.getpid()}"], ids=["start", "fork", "kill"])
def test_a_worker_starts_no_process_and_ends_none(pool: Pool, tmp_path: Path, word: str) -> None:
    assert does(pool, tmp_path, word) == DENIED


def test_a_worker_may_start_a_thread(pool: Pool, tmp_path: Path) -> None:
    assert does(pool, tmp_path, "thread") == "ran"


@needs_landlock
@pytest.mark.parametrize("deed", ["write", "remove", "read"])
def test_a_worker_touches_no_file_outside_of_its_scratch(pool: Pool, tmp_path: Path, deed: str) -> None:
    other = tmp_path / "other"
    other.write_text("mine", "utf-8")
    assert does(pool, tmp_path, f"{deed} {other}") == DENIED
    assert other.read_text("utf-8") == "mine"


@needs_landlock
def test_a_worker_makes_no_file_outside_of_its_scratch(pool: Pool, tmp_path: Path) -> None:
    assert does(pool, tmp_path, f"make {tmp_path / 'new'}") == DENIED
    assert not (tmp_path / "new").exists()
    assert does(pool, tmp_path, "make here") == "made"


@needs_seccomp
def test_a_worker_gives_nobody_a_right(pool: Pool, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch(0o600)
    assert does(pool, tmp_path, f"open_up {other}") == DENIED
    assert other.stat().st_mode & 0o777 == 0o600


def test_a_worker_fills_no_disk(pool: Pool, tmp_path: Path) -> None:
    assert does(pool, tmp_path, "write here") == "denied: OSError"


@needs_landlock
def test_a_worker_does_not_see_what_its_server_knows(pool: Pool, tmp_path: Path) -> None:
    assert "DATABASE_URL" not in does(pool, tmp_path, "environment")
    assert does(pool, tmp_path, f"read /proc/{os.getpid()}/environ") == DENIED
    assert does(pool, tmp_path, "read /etc/passwd") == DENIED
