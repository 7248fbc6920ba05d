"""A worker: confines itself, then reads one file after the other for its pool, until the pool hangs up.

Over standard input and output, each message is JSON after its length (four bytes, the highest first). It says `ready`
once; asked for a file it says what it reads as it reads it, so that what was read stays said if it dies, and then
`done`. Asked to draw a place in a file it sends the picture in one message. Whatever a library prints goes nowhere.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from ombud.domain.said import Said, read_said
from ombud.inspect import VERSION, confine

LENGTH = 4
MOST = 8 << 20
"""Bytes of one message."""
NO_MEMORY = Said("problem", "too_much_memory", "container", tool="ombud", version=VERSION)


class Reader(Protocol):
    """What reads files: `ombud.inspect.file`, in parts as they are read."""

    def warm(self) -> None:
        """Loads what recognition needs, before the first file that is recognised."""

    def looking(self, path: Path, format: str) -> Iterator[Sequence[Said]]:  # noqa: A002
        """What can be read without recognition."""

    def recognising(self, path: Path, format: str, said: Sequence[Said]) -> Iterator[Sequence[Said]]:  # noqa: A002
        """What else the pixels say."""


def main(reader: str, scratch: str, address_space: str, parent: str) -> None:
    """Serves the pool until its end of the pipe is closed."""
    asks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _hush()
    with asks, answers:
        held = confine.confine(Path(scratch), address_space=int(address_space), parent=int(parent))
        reads: Any = import_module(reader)
        send(answers, {"ready": held})
        while (asked := receive(asks)) is not None:
            confine.allow(asked["cpu_s"], asked["wall_s"])
            if asked["what"] == "warm":
                reads.warm()
            elif asked["what"] == "draw":
                send(answers, {"drawn": _drawn(asked)})
            else:
                for said in _read(reads, asked):
                    send(answers, {"said": [each.plain() for each in said]})
            confine.rest()
            send(answers, {"done": confine.resident()})


def send(to: BinaryIO, message: dict[str, Any]) -> None:
    """Raises BrokenPipeError where nobody listens any more."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    to.write(len(text).to_bytes(LENGTH, "big") + text)
    to.flush()


def receive(of: BinaryIO) -> dict[str, Any] | None:
    """None where the other side has hung up. Raises ValueError on what is no message."""
    length = of.read(LENGTH)
    if len(length) < LENGTH:
        return None
    size = int.from_bytes(length, "big")
    if size > MOST:
        raise ValueError(f"a message of {size} bytes")
    text = of.read(size)
    if len(text) < size:
        return None
    message = json.loads(text)
    if not isinstance(message, dict):
        raise ValueError("a message that is no object")  # noqa: TRY004 (the other side's fault, not a caller's)
    return message


def _read(reader: Reader, asked: dict[str, Any]) -> Iterator[Sequence[Said]]:
    path, known = Path(asked["path"]), [read_said(each) for each in asked["said"]]
    try:
        if asked["what"] == "look":
            yield from reader.looking(path, asked["format"])
        else:
            yield from reader.recognising(path, asked["format"], known)
    except MemoryError:
        if asked["what"] != "look":
            raise  # it ends without it being a fault of the file
        yield [NO_MEMORY]


def _drawn(asked: dict[str, Any]) -> str:
    """In Base64; empty where nothing can be drawn."""
    from ombud.inspect.drawing import draw

    with suppress(Exception):  # what a hostile file makes a decoder raise is not foreseen
        return b64encode(draw(Path(asked["path"]), asked["format"], asked["page"], asked["at_ms"])).decode("ascii")
    return ""


def _hush() -> None:
    """From now on nothing that a library prints reaches the pool or the terminal."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool ends its workers itself
    main(*sys.argv[1:])
