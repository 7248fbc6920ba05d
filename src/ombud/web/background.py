"""What takes longer than a page may: done in a thread of the server, its result kept in a file by its key until then.

Nothing here is a fact of the store: what was cut short is begun again, and the page says so. Several processes of one
server see the same files; a lock of the file system tells what still runs from what died with its process.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import OmbudError, Place, Problem

_NAME = re.compile(r"[0-9a-f]{64}")
_MOST_FILES = 200
_log = logging.getLogger(__name__)
_one_after_the_other = threading.Lock()


@dataclass(frozen=True, slots=True)
class Job:
    """How far something is. state: none, running, done, failed (`problems` say why) or lost: it died half-way."""

    state: str
    begun_at: datetime | None = None
    result: Any = None
    problems: tuple[Problem, ...] = ()


def key_of(*parts: object) -> str:
    """The name of a piece of work: the same parts, the same work."""
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()


def start(key: str, work: Callable[[], Any], *, at: datetime) -> threading.Thread | None:
    """Begins `work`, whose result must be JSON, unless it runs already. Done at once where the settings say so."""
    lock = os.open(_file(key, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    _tidy()
    _write(key, {"state": "running", "begun_at": format_instant(at)})

    def run() -> None:
        try:
            with _one_after_the_other:
                _write(key, {**_outcome(work), "begun_at": format_instant(at)})
        finally:
            os.close(lock)

    def apart() -> None:
        try:
            run()
        finally:
            connection.close()

    if not settings.BACKGROUND:
        run()
        return None
    thread = threading.Thread(target=apart, name=f"ombud-{key[:8]}", daemon=True)
    thread.start()
    return thread


def look(key: str) -> Job:
    """How far it is."""
    try:
        told = json.loads(_file(key, "json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return Job("none")
    begun_at = parse_instant(told["begun_at"])
    if told["state"] == "running" and not _runs(key):
        try:  # it may have ended between the two looks
            told = json.loads(_file(key, "json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return Job("none")
        if told["state"] == "running":
            return Job("lost", begun_at)
    return Job(told["state"], begun_at, told.get("result"), tuple(map(problem_of, told.get("problems", ()))))


def forget(key: str) -> None:
    """As if it had never been done."""
    _file(key, "json").unlink(missing_ok=True)


def keep_text(text: str) -> str:
    """Keeps a text that nobody has decided on yet; returns the SHA-256 under which it is found."""
    digest = sha256(text.encode()).hexdigest()
    _put(_file(digest, "text"), text)
    _tidy()
    return digest


def text_of(digest: str) -> str | None:
    """The text kept under it; None: it is not there, or not any more."""
    if not _NAME.fullmatch(digest):
        return None
    try:
        return _file(digest, "text").read_bytes().decode()
    except FileNotFoundError:
        return None


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem that a file or a deed can hold."""
    values = {name: value if isinstance(value, int) else str(value) for name, value in problem.values.items()}
    place = problem.place
    at = [place.file, place.line, place.row, place.column, place.character] if place else None
    return {"code": problem.code, "text": problem.text, "values": values, "place": at, "mend": problem.mend}


def problem_of(told: dict[str, Any]) -> Problem:
    """The problem again."""
    place = Place(*told["place"]) if told["place"] else None
    return Problem(told["code"], told["text"], told["values"], place, told["mend"])


def _outcome(work: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"state": "done", "result": work()}
    except OmbudError as error:
        return {"state": "failed", "problems": [as_json(problem) for problem in error.problems[:20]]}
    except Exception:  # noqa: BLE001 (nobody waits for ever for what nobody thought of: the log has it)
        _log.exception("what ran in the background failed")
        return {"state": "failed", "problems": []}


def _runs(key: str) -> bool:
    lock = os.open(_file(key, "lock"), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def _write(key: str, told: dict[str, Any]) -> None:
    _put(_file(key, "json"), json.dumps(told))


def _put(file: Path, text: str) -> None:
    draft = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    draft.write_bytes(text.encode())
    draft.replace(file)


def _file(key: str, kind: str) -> Path:
    return _folder() / f"{key}.{kind}"


def _folder() -> Path:
    """Ours alone: nobody else of the machine puts results or books there."""
    folder = Path(settings.WORKPLACE)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise PermissionError(f"{folder} belongs to somebody else, or others may write there")
    return folder


def _tidy() -> None:
    files = sorted(
        (file for file in _folder().iterdir() if file.suffix in (".json", ".text")),
        key=lambda file: file.stat().st_mtime,
        reverse=True,
    )
    for file in files[_MOST_FILES:]:
        file.unlink(missing_ok=True)
