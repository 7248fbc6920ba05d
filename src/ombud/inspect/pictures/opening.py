"""A picture opened without trusting it: its pixels are counted before the first of them is decoded."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import ExifTags, Image

from ombud.domain.said import Said

TOOL: Final = "pillow"
VERSION: Final = version("pillow")

FORMATS: Final = ("JPEG", "PNG")
"""What is opened at all: the other decoders of Pillow are doors that nobody needs open."""
MOST_PIXELS: Final = 110_000_000
"""Of a JPEG: a phone's 108 million fit."""
MOST_PIXELS_WHOLE: Final = 26_000_000
"""A JPEG of more is decoded at a half or a quarter of its size; Pillow takes four bytes of memory a pixel."""
MOST_PIXELS_AT_ONCE: Final = 40_000_000
"""Of a PNG, which can be decoded in whole only, and of a progressive JPEG, which is held in whole meanwhile."""

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation -> what sets the picture upright."""


class TooManyPixelsError(Exception):
    """More than is decoded here."""


def open(path: Path) -> Image.Image:  # noqa: A001 (the word of `Image.open`)
    """The picture upright, in RGB, transparent parts white; decoded in whole, or smaller where it is very large.

    Raises whatever Pillow raises for a file that is broken, and TooManyPixelsError before decoding one too large.
    """
    with opened(path) as picture:
        return upright(picture, plain(picture))


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture with its header read and nothing decoded. Raises as `open` does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of broken EXIF and odd palettes: both are read as far as they go
        try:
            picture = Image.open(path, formats=FORMATS)
        except Image.DecompressionBombError as error:
            raise TooManyPixelsError from error
        with picture:
            if too_many_pixels(*picture.size, scales=picture.format != "PNG" and not picture.info.get("progressive")):
                raise TooManyPixelsError
            yield picture


def too_many_pixels(width: int, height: int, *, scales: bool) -> bool:
    """Whether a picture of that size is left alone. scales: it can be decoded at a part of its size."""
    return width * height > (MOST_PIXELS if scales else MOST_PIXELS_AT_ONCE)


def plain(picture: Image.Image) -> Image.Image:
    """Decoded to RGB as it is stored: not yet turned. Copied only where it must be."""
    if picture.width * picture.height > MOST_PIXELS_WHOLE:
        scale = 2 if picture.width * picture.height <= 4 * MOST_PIXELS_WHOLE else 4
        picture.draft("RGB", (picture.width // scale, picture.height // scale))
    picture.load()
    if picture.mode == "RGB" and "transparency" not in picture.info:
        return picture
    if picture.mode.startswith("I"):  # 16 bits a pixel: Pillow would cut off at 255 instead of scaling
        return Image.fromarray((np.asarray(picture).clip(0, 65_535) // 257).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        seen = picture if picture.mode in ("RGBA", "LA") else picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(seen, mask=seen.getchannel("A"))
        return paper
    return picture.convert("RGB")


def upright(picture: Image.Image, pixels: Image.Image) -> Image.Image:
    """`pixels` turned as the EXIF data of `picture` says."""
    turn = _UPRIGHT.get(exif(picture).get(ExifTags.Base.Orientation, 1))
    return pixels if turn is None else pixels.transpose(turn)


def lies_on_its_side(picture: Image.Image) -> bool:
    """Whether EXIF swaps its width and height."""
    return exif(picture).get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)


def exif(picture: Image.Image) -> dict[int, Any]:
    """EXIF tag -> value, of the picture and of the photo; empty where they cannot be read, which spoils no picture."""
    try:
        tags = picture.getexif()
        return {**tags, **tags.get_ifd(ExifTags.IFD.Exif)}
    except Exception:  # noqa: BLE001  struct.error, SyntaxError, OSError and more, by where the bytes are broken
        return {}


def problem(name: str) -> Said:
    """What is wrong with the file, by a word of the table."""
    return Said("problem", name, "container", tool=TOOL, version=VERSION)
