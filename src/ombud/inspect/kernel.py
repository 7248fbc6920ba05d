"""The few calls of Linux that Python has no word for."""

from __future__ import annotations

import ctypes
import os
from functools import cache

_NO_NEW_PRIVS, _DIES_WITH_PARENT = 38, 1


@cache
def _libc() -> ctypes.CDLL | None:
    """The C library, where it is one that speaks to Linux."""
    if not hasattr(os, "uname") or os.uname().sysname != "Linux":
        return None
    return ctypes.CDLL(None, use_errno=True)


def prctl(option: int, *values: int) -> int:
    """prctl(2); a pointer is handed over as its address. -1 where it fails, and where this is no Linux."""
    libc = _libc()
    if libc is None:
        return -1
    four = (*values, 0, 0, 0, 0)[:4]
    return int(libc.prctl(ctypes.c_int(option), *(ctypes.c_ulong(value) for value in four)))


def call(number: int, *values: int) -> int:
    """syscall(2), with whole numbers and addresses. -1 where it fails, and where this is no Linux."""
    libc = _libc()
    if libc is None:
        return -1
    libc.syscall.restype = ctypes.c_long
    return int(libc.syscall(ctypes.c_long(number), *(ctypes.c_ulong(value & (1 << 64) - 1) for value in values)))


def gain_nothing() -> bool:
    """From now on no program that this process starts gains a right; filters and rules may be set only then."""
    return prctl(_NO_NEW_PRIVS, 1) == 0


def die_with_parent(signal: int) -> bool:
    """When the *thread* that started this process ends, this process gets `signal`."""
    return prctl(_DIES_WITH_PARENT, signal) == 0
