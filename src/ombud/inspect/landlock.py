"""What a worker may open: the libraries to read, its scratch to read and write, nothing else (landlock(7), Linux).

Without a library: three system calls. An older kernel knows fewer rights; those that it knows are taken away.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from ombud.inspect import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_ASK_VERSION, _BENEATH = 1, 1

_READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
_OF_FILES = 1 | _READ_FILE | _WRITE_FILE | _TRUNCATE | 1 << 15  # of these a rule for a file, not a folder, may speak
_IN_SCRATCH = _READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights over files a version knows; 16 since the fifth
_NETWORK, _SCOPED = 0b11, 0b11  # TCP; sockets without a name and signals to others


def version() -> int:
    """Which Landlock the kernel has, from 1; 0: none."""
    return max(0, kernel.call(_CREATE, 0, 0, _ASK_VERSION))


def restrict(scratch: Path, reads: Iterable[Path]) -> bool:
    """From now on this thread, and those that it starts, may read beneath `reads` and use `scratch`, and open nothing
    else. False where the kernel cannot. Call it before there is any other thread."""
    known = version()
    if not known or not kernel.gain_nothing():
        return False
    handled = (1 << _RIGHTS.get(known, 16)) - 1
    size = 24 if known >= 6 else 16 if known >= 4 else 8
    attributes = ctypes.create_string_buffer(struct.pack("=QQQ", handled, _NETWORK, _SCOPED))
    rules = kernel.call(_CREATE, ctypes.addressof(attributes), size, 0)
    if rules < 0:
        return False
    try:
        for path in reads:
            _allow(rules, path, (_READ_FILE | _READ_DIR) & handled)
        _allow(rules, Path(os.devnull), (_READ_FILE | _WRITE_FILE) & handled)
        _allow(rules, scratch, _IN_SCRATCH & handled)
        return kernel.call(_RESTRICT, rules, 0) == 0
    finally:
        os.close(rules)


def _allow(rules: int, path: Path, rights: int) -> None:
    """What is not there needs no rule."""
    try:
        beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not path.is_dir():
            rights &= _OF_FILES
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, beneath))
        kernel.call(_ADD, rules, _BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(beneath)
