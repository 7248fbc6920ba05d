"""Clips for tests, made here: frames at the instants asked for, and the boxes of an MP4 rewritten."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw, ImageFont

SIZE = (320, 240)
BEGAN = datetime(2026, 3, 1, 12, 30, 0)  # noqa: DTZ001 (a burnt-in clock has no zone)
_PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts"}

Draw = Callable[[ImageDraw.ImageDraw, int], None]
"""Draws the frame that belongs to an instant (milliseconds)."""


def moving(draw: ImageDraw.ImageDraw, at: int) -> None:
    """A box that goes on a little with every frame."""
    left = at // 50 % 280
    draw.rectangle((left, 100, left + 40, 140), fill="white")


def clock(draw: ImageDraw.ImageDraw, at: int, size: int = 22) -> None:
    """A box that moves and, over it, the clock of a camera that began at `BEGAN`."""
    moving(draw, at)
    now = BEGAN + timedelta(milliseconds=at)
    draw.text((6, 2), f"{now:%Y-%m-%d %H:%M:%S}", fill="white", font=ImageFont.load_default(size))


def clip(
    path: Path,
    instants: Iterable[int],
    draw: Draw = moving,
    *,
    drawn_as: Callable[[int], int] = lambda at: at,
    size: tuple[int, int] = SIZE,
    codec: str = "libx264",
    flags: str = "",
) -> Path:
    """An MP4 with a frame at each of `instants` (milliseconds), on which is what belongs to `drawn_as(instant)`."""
    with av.open(str(path), "w", format="mp4", options={"movflags": flags} if flags else {}) as container:
        stream: Any = container.add_stream(codec, rate=5)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for at in instants:
            picture = Image.new("RGB", size, (60, 70, 80))
            draw(ImageDraw.Draw(picture), drawn_as(at))
            frame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]
            frame.pts, frame.time_base = at, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound(path: Path, seconds: int) -> Path:
    """An MP4 with silence and no picture."""
    with av.open(str(path), "w", format="mp4") as container:
        stream: Any = container.add_stream("aac", rate=16_000)
        for number in range(seconds * 16_000 // 1024):
            frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
            frame.sample_rate, frame.pts = 16_000, number * 1024
            frame.planes[0].update(bytes(4096))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def rewrite(path: Path, name: bytes, change: Callable[[bytes], bytes]) -> Path:
    """Puts `change` of its content into every box `name`; sizes are set right, offsets into the file are not."""
    path.write_bytes(b"".join(_rewritten(path.read_bytes(), name, change)))
    return path


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of the boxes at the top of `data`."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at + 8 : at + size]
        at += size


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def _rewritten(data: bytes, name: bytes, change: Callable[[bytes], bytes]) -> Iterator[bytes]:
    for found, content in boxes(data):
        if found == name:
            yield box(found, change(content))
        elif found in _PARENTS:
            yield box(found, b"".join(_rewritten(content, name, change)))
        else:
            yield box(found, content)
