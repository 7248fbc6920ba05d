"""The folder that a pool works in. A process that is killed leaves it behind, with the evidence that it was reading:
the next pool takes it away. Whose process lives holds a lock on it, which ends with the process."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

_NAME = "ombud-inspect."
_locks: Any
try:
    _locks = import_module("fcntl")
except ImportError:  # without locks of this kind nobody can tell what is left behind
    _locks = None


class Scratch:
    """A new folder, for this user alone, until `remove`."""

    def __init__(self) -> None:
        new = Path(tempfile.mkdtemp(prefix=f".{_NAME}"))
        self._lock = -1
        if _locks is not None:
            self._lock = _locked(new)
            _sweep(new.parent)
        # Only now it has the name by which it would be swept up.
        self.path = new.rename(new.with_name(new.name[1:]))

    def remove(self) -> None:
        """Takes it away with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def _locked(folder: Path) -> int:
    """A descriptor that holds the lock. Raises OSError where another holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        _locks.flock(descriptor, _locks.LOCK_EX | _locks.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep(folder: Path) -> None:
    """Removes what pools of this user left there whose processes are gone."""
    for left in folder.glob(f"{_NAME}*"):
        with suppress(OSError):
            if left.lstat().st_uid != os.getuid():
                continue
            lock = _locked(left)
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)
