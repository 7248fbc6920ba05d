"""A place in a file as a picture that a browser shows: a page, a photo, a frame. In workers only, as files are hostile.

What is drawn is small enough to be looked at and sent, and says nothing else of the file: no metadata goes along.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ombud.inspect import readers

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE: Final = 1600
"""Pixels."""
MOST_BYTES: Final = 5_000_000
_DPI: Final = 130
_QUALITY: Final = 85


def draw(path: Path, format: str, page: int = 1, at_ms: int = 0) -> bytes:  # noqa: A002 (the field's own word)
    """PNG of a page (from 1) of a PDF, JPEG of a photo, and of the frame of a video that is shown at `at_ms`.

    Raises ValueError for any other format and for a place that is not there, and what a decoder raises.
    """
    shown = format.partition("+")[0]
    if shown == "pdf":
        return _encoded(readers.page(path, page, _DPI), "PNG")
    if shown in ("jpeg", "png"):
        return _encoded(readers.pixels(path), "JPEG")
    if shown == "mp4":
        return _encoded(readers.frame(path, at_ms), "JPEG")
    raise ValueError(f"nothing draws {shown or 'such files'}")


def _encoded(image: Image, how: str) -> bytes:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    for format_ in dict.fromkeys((how, "JPEG")):  # a scan makes a large PNG
        buffer = BytesIO()
        image.save(buffer, format_, quality=_QUALITY)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise ValueError("too large to be shown")
