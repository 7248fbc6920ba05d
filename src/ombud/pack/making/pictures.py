"""Pictures into pictures: their pixels as they are, or a JPEG of fewer bytes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from ombud.inspect.pictures import opening
from ombud.pack.making import Done, UnmakableError

FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "tiff": "TIFF", "bmp": "BMP", "gif": "GIF"}
"""What can be opened, by our word and by Pillow's."""
MOST_PAGES = 20
_OPAQUE = 255
_FULL_COLOUR = 90
"""From this quality on the colours keep the resolution of the light."""


@contextmanager
def opened(path: Path, form: str) -> Iterator[Image.Image]:
    """The picture with its header read. Raises UnmakableError where it is none, or larger than is decoded here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of broken EXIF and odd palettes; what can be read is read
        try:
            picture = Image.open(path, formats=(FORMATS[form],))
        except Image.DecompressionBombError as error:
            raise UnmakableError("too_many_pixels") from error
        except (OSError, ValueError, SyntaxError) as error:
            raise UnmakableError("cannot_open") from error
        with picture:
            if opening.too_many_pixels(*picture.size, scales=False):
                raise UnmakableError("too_many_pixels")
            yield picture


def frames(picture: Image.Image) -> int:
    """How many pictures the file has."""
    return int(getattr(picture, "n_frames", 1))


def only_frame(picture: Image.Image) -> Image.Image:
    """Raises UnmakableError where there are more: what moves is not one picture of it."""
    if frames(picture) > 1:
        raise UnmakableError("moves")
    return picture


def decoded(picture: Image.Image) -> tuple[Image.Image, dict[str, int | str]]:
    """The pixels as they are stored, gray or RGB; and what of them another format does not have."""
    said: dict[str, int | str] = {}
    try:
        picture.load()
        if picture.has_transparency_data and picture.convert("RGBA").getchannel("A").getextrema()[0] != _OPAQUE:
            said["transparent"] = 1
        if picture.mode.startswith(("I", "F")):
            said["depth"] = 1
        if picture.mode in ("CMYK", "YCCK", "LAB"):
            said["colours"] = 1
        plain = picture if picture.mode == "L" and not picture.has_transparency_data else opening.plain(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnmakableError("cannot_open") from error
    gray = picture.mode in ("1", "L", "LA") and plain.mode == "RGB"
    return (plain.convert("L") if gray else plain), said


def kept(picture: Image.Image) -> dict[str, Any]:
    """What a picture says of itself that goes with it: EXIF with its times and its turn, colours, resolution."""
    return {name: picture.info[name] for name in ("exif", "icc_profile", "dpi") if picture.info.get(name)}


def same_pixels(path: Path, form: str, to: str) -> Done:
    """A PNG or WEBP with the same pixels."""
    with opened(path, form) as picture:
        pixels, said = decoded(only_frame(picture))
        file = BytesIO()
        more = {"lossless": True, "exact": True} if to == "webp" else {"optimize": True}
        pixels.save(file, FORMATS[to], **more, **kept(picture))
        return file.getvalue(), said


def jpeg(path: Path, form: str, quality: int, longest: int) -> Done:
    """A JPEG of that quality, no side longer than `longest` pixels (0: as it is); what EXIF says stays."""
    with opened(path, form) as picture:
        pixels, said = decoded(only_frame(picture))
        shrink = longest / max(pixels.size)
        if 0 < shrink < 1:
            size = (max(1, round(pixels.width * shrink)), max(1, round(pixels.height * shrink)))
            pixels = pixels.resize(size, Image.Resampling.LANCZOS)
        file = BytesIO()
        colours = {"subsampling": 0} if quality >= _FULL_COLOUR else {}
        pixels.save(file, "JPEG", quality=quality, optimize=True, **colours, **kept(picture))
        return file.getvalue(), {**said, "quality": quality, "width": pixels.width, "height": pixels.height}
