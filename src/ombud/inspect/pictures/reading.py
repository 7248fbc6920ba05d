"""All that a JPEG or PNG says without letters being recognised in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PIL import Image

from ombud.domain.said import Said
from ombud.inspect.pictures import metadata, screenshot
from ombud.inspect.pictures.likeness import dhash, digest_and_flat_share, is_photo, small
from ombud.inspect.pictures.opening import (
    TOOL,
    VERSION,
    TooManyPixelsError,
    lies_on_its_side,
    opened,
    plain,
    problem,
    upright,
)

_FLAT: Final = 0.3
"""Share of flat fields from which on it is no photo."""


def read(path: Path) -> list[Said]:
    """What the picture says; what is wrong with it is a `problem` among it. Never raises for what the file contains."""
    return _read(path)[0]


def read_and_open(path: Path) -> tuple[list[Said], Image.Image | None]:
    """`read` and `open` with one decoding; no picture where it could not be decoded."""
    said, turned = _read(path)
    return said, turned() if turned else None


def _read(path: Path) -> tuple[list[Said], Callable[[], Image.Image] | None]:
    """What it says, and what sets it upright: turning millions of pixels is left to who needs them so."""
    if path.stat().st_size == 0:
        return [problem("empty")], None
    try:
        with opened(path) as picture:
            size = picture.size  # decoded at half its size it would say so
            pixels = plain(picture)
            said = _sides(*size, swapped=lies_on_its_side(picture)) + metadata.read(picture)
            hints = screenshot.hints(picture)
    except TooManyPixelsError:
        return [problem("too_many_pixels")], None
    except MemoryError:
        return [problem("too_much_memory")], None
    except Exception:  # noqa: BLE001  a broken file makes Pillow raise nearly anything, down to struct.error
        return [problem("cannot_open")], None

    turned = partial(upright, picture, pixels)
    sha256, flat = digest_and_flat_share(pixels)
    said.append(_of_pixels("picture_sha256", sha256))
    if flat < _FLAT and is_photo(shrunk := upright(picture, small(pixels))):
        said.append(_of_pixels("picture_dhash", dhash(shrunk)))
    return said + screenshot.signs(hints, turned, flat), turned


def _sides(width: int, height: int, *, swapped: bool) -> list[Said]:
    width, height = (height, width) if swapped else (width, height)
    return [_of_pixels("width", width), _of_pixels("height", height)]


def _of_pixels(field: str, value: str | int) -> Said:
    return Said(field, value, "picture", tool=TOOL, version=VERSION)
