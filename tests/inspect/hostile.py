"""A reader for the tests of the pool: what a file that takes a worker over might do, by the word that stands in it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ombud.domain.said import Said


def warm() -> None:
    """Has no models."""


def looking(path: Path, format: str) -> Iterator[Sequence[Said]]:  # noqa: A002 (the name that a reader has)
    """Says what it is about to do, does it, says what became of it."""
    del format
    if path.read_text("utf-8") == "whole":
        yield [Said("line", "Ж\u202e\n", "ocr", 3, (1, 2, 3, 4), 5, 0.5, "tool", "1")]
        return
    word, _, argument = path.read_text("utf-8").partition(" ")
    yield [Said("line", f"about to {word}", "text_layer")]
    try:
        became = _DEEDS[word](argument)
    except OSError as error:
        became = f"denied: {type(error).__name__}"
    yield [Said("line", became, "text_layer")]


def recognising(path: Path, format: str, said: Sequence[Said]) -> Iterator[Sequence[Said]]:  # noqa: A002
    """The same again, but for what only recognition does."""
    del said
    if path.read_text("utf-8") == "abort_at_last":
        os.abort()
    yield from looking(path, format)


def _loop(_: str) -> str:
    while True:
        pass


def _sleep(_: str) -> str:
    threading.Event().wait()
    return "woke"


def _allocate(_: str) -> str:
    return f"{len(bytearray(4_000_000_000))} bytes"


def _abort(_: str) -> str:
    os.abort()


def _segfault(_: str) -> str:
    return str(ctypes.string_at(0))


def _be_killed(process: str) -> str:
    """As a machine that is out of memory does it; where a `process` is named, only to that one."""
    if process in ("", str(os.getpid())):
        signal.pthread_kill(threading.get_ident(), signal.SIGKILL)
    return "alive"


def _babble(_: str) -> str:
    os.write(1, b"nonsense" * 100)
    os.write(2, b"nonsense" * 100)
    return "talked"


def _say_much(_: str) -> str:
    return "x" * 20_000_000


def _connect(port: str) -> str:
    with socket.create_connection(("127.0.0.1", int(port))):
        return "connected"


def _write(where: str) -> str:
    with Path(where).open("w") as file:
        file.write("taken")
    return "written"


def _make(where: str) -> str:
    Path(where).touch()
    return "made"


def _remove(where: str) -> str:
    Path(where).unlink()
    return "removed"


def _open_up(where: str) -> str:
    Path(where).chmod(0o777)
    return "opened up"


def _read(where: str) -> str:
    return Path(where).read_text("utf-8")


def _start(_: str) -> str:
    return str(subprocess.run([sys.executable, "-c", ""], check=False).returncode)


def _fork(_: str) -> str:
    return str(os.fork())


def _kill(process: str) -> str:
    os.kill(int(process), signal.SIGTERM)
    return "killed"


def _litter(_: str) -> str:
    for folder in ("one", "one/two"):
        Path(folder).mkdir()
    for name in ("one/two/a", "b"):
        Path(name).touch()
    return "littered"


def _list(_: str) -> str:
    return ",".join(sorted(each.name for each in Path().iterdir()))


def _thread(_: str) -> str:
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append("ran"))
    thread.start()
    thread.join()
    return said[0]


def _environment(_: str) -> str:
    return ",".join(sorted(os.environ))


def _process(_: str) -> str:
    return str(os.getpid())


def _where(_: str) -> str:
    return str(Path.cwd())


def _lie(_: str) -> str:
    return {"no": "text"}  # type: ignore[return-value]


def _pause(_: str) -> str:
    return "rested"


_DEEDS: dict[str, Callable[[str], str]] = {
    "loop": _loop,
    "sleep": _sleep,
    "allocate": _allocate,
    "abort": _abort,
    "segfault": _segfault,
    "be_killed": _be_killed,
    "babble": _babble,
    "say_much": _say_much,
    "connect": _connect,
    "write": _write,
    "make": _make,
    "remove": _remove,
    "open_up": _open_up,
    "read": _read,
    "start": _start,
    "fork": _fork,
    "kill": _kill,
    "litter": _litter,
    "list": _list,
    "thread": _thread,
    "environment": _environment,
    "process": _process,
    "pause": _pause,
    "where": _where,
    "lie": _lie,
    "echo": str,
    "abort_at_last": lambda _: "looked",
}
