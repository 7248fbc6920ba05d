"""What an MP4 says of its own length. Read here because FFmpeg quietly puts right what a header says."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final

_MOST_BOXES: Final = 1000
_SECONDS: Final = 100_000_000  # what claims more than three years says nothing


def stated_length(path: Path) -> Fraction | None:
    """Seconds, as the movie header has it; None where it says nothing. Never raises for what a file holds."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        movie = _find(file, b"moov", 0, size)
        header = _find(file, b"mvhd", *movie) if movie else None
        if header is None:
            return None
        file.seek(header[0])
        content = file.read(32)
    wide = content[:1] == b"\x01"  # the second form of the box: times of 64 bits
    form, at = (">IQ", 20) if wide else (">II", 12)
    if len(content) < at + struct.calcsize(form):
        return None
    scale, length = struct.unpack_from(form, content, at)
    unknown = length == (2**64 - 1 if wide else 2**32 - 1)
    if not scale or not length or unknown or length > scale * _SECONDS:
        return None
    return Fraction(length, scale)


def _find(file: BinaryIO, name: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the content of the first box `name` between `start` and `end` begins and ends."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        head = file.read(16)
        if start + 8 > end or len(head) < 8:
            return None
        size, found = struct.unpack_from(">I4s", head)
        skip = 8
        if size == 1 and len(head) == 16:
            size, skip = struct.unpack_from(">Q", head, 8)[0], 16
        elif size == 0:
            size = end - start
        if size < skip:
            return None
        if found == name:
            return start + skip, min(start + size, end)
        start += size
    return None
