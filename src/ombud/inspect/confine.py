"""What a worker gives up before it reads the first file, and the limits that it sets itself for each.

What this machine cannot hold it to is missing from what `confine` returns, and `parts.py` says so.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from ombud.inspect import kernel, landlock, seccomp

resource: Any
try:
    resource = import_module("resource")
except ImportError:  # no POSIX: the parent's clock alone ends a worker
    resource = None

WALLS = ("orphans", "address_space", "processor_time", "files", "calls")
"""What a worker can be held to: not to outlive the pool, the two limits, to open only its scratch and the libraries,
and to ask the kernel for no network and no process."""

_MOST_OPEN = 128
_LIBRARIES = ("/usr", "/lib", "/lib64", "/opt", "/nix/store", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types",
              "/dev/urandom", "/dev/random", "/dev/zero", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
              "/sys/devices/system/cpu")  # fmt: skip


def confine(scratch: Path, *, address_space: int, parent: int) -> tuple[str, ...]:
    """Confines this process for good to `scratch` and `address_space` bytes; returns those of WALLS that hold now.

    Call it before anything else has started a thread. `parent`: the process that must not be outlived.
    """
    _own_temporary_folder(scratch)
    held = []
    if kernel.die_with_parent(signal.SIGKILL) if os.name == "posix" else False:
        held.append("orphans")
        if os.getppid() != parent:  # it ended before this was said
            os._exit(1)
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no reader writes files: what it makes stays empty
        resource.setrlimit(resource.RLIMIT_NOFILE, (_MOST_OPEN, _MOST_OPEN))
        if _limits("RLIMIT_AS", address_space):
            held.append("address_space")
        held.append("processor_time")
    # RLIMIT_NPROC counts all that a user runs, not what this process starts: new processes are denied as calls.
    if landlock.restrict(scratch, _reads()):
        held.append("files")
    if seccomp.restrict():
        held.append("calls")
    return tuple(held)


def allow(cpu_s: int, wall_s: int) -> None:
    """For the next file: the kernel ends this process after `cpu_s` seconds of processor time (SIGXCPU), and, should
    the parent be gone or blind, after `wall_s` seconds in all (SIGALRM)."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.alarm(wall_s)


def rest() -> None:
    """Between two files no clock runs."""
    if resource is not None:
        signal.alarm(0)


def resident() -> int:
    """Bytes of this process in memory now; 0 where that cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _own_temporary_folder(scratch: Path) -> None:
    os.chdir(scratch)
    for name in ("TMPDIR", "TEMP", "TMP", "HOME"):
        os.environ[name] = str(scratch)
    tempfile.tempdir = str(scratch)


def _limits(name: str, most: int) -> bool:
    """Whether the kernel takes the limit: some know it by name only."""
    try:
        resource.setrlimit(getattr(resource, name), (most, most))
    except (ValueError, OSError):
        return False
    return True


def _reads() -> list[Path]:
    """The libraries of this interpreter and of the system, and the data of Tesseract."""
    own = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path, os.environ.get("TESSDATA_PREFIX", "")]
    return [Path(each) for each in (*own, *_LIBRARIES) if each]
