"""The pictures inside a PDF made smaller; its text, its pages and what it says of itself stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Name
from PIL import Image

from ombud.inspect.pictures import opening
from ombud.pack.making import Done, pdfs

_SMALL = 20_000
"""Bytes below which a picture is not worth touching."""
_CHANNELS = {"L": 1, "RGB": 3}


def smaller(path: Path, quality: int, dpi: int, *, fresh: bool) -> Done:
    """Every picture of its pages as a JPEG of that quality, where that is smaller, with at least `dpi` pixels an inch
    were it as large as its page (0: as many as it has). quality 0: nothing but what loses nothing. fresh: it was made
    here a moment ago, so it has no past to tell of."""
    with pdfs.opened(path) as pdf:
        count = 0
        for image, page_in in _images(pdf) if quality else ():
            # A picture that pikepdf or Pillow cannot take apart, in whichever of these ways they say so, stays as it
            # is: the paper is only larger than it could be, and whether it fits is asked of the whole file.
            with suppress(pikepdf.PdfError, NotImplementedError, ValueError, OSError, AttributeError, TypeError):
                count += _replaced(image, quality, round(dpi * page_in))
        if fresh and "/ID" in pdf.trailer:
            del pdf.trailer.ID
        return pdfs.saved(pdf), {"pictures": count, "quality": quality, "dpi": dpi}


def _images(pdf: pikepdf.Pdf) -> Iterator[tuple[Any, float]]:
    """Each picture once, with the long side of the largest page it stands on, in inches."""
    found: dict[tuple[int, int], tuple[Any, float]] = {}
    for page in pdf.pages:
        box = [float(each) for each in page.mediabox]
        longest_in = max(abs(box[2] - box[0]), abs(box[3] - box[1])) * float(page.obj.get("/UserUnit", 1)) / 72
        for image in page.get_images().values():
            _, before = found.get(image.objgen, (image, 0.0))
            found[image.objgen] = (image, max(before, longest_in))
    yield from found.values()


def _replaced(image: Any, quality: int, longest: int) -> bool:
    """Masks, drawings in one colour and colours that only print knows stay as they are."""
    before = len(image.read_raw_bytes())
    if (
        before < _SMALL
        or image.get("/ImageMask", False)
        or image.get("/BitsPerComponent", 8) == 1
        or "/Mask" in image
        or opening.too_many_pixels(int(image.Width), int(image.Height), scales=False)
    ):
        return False
    own = pikepdf.PdfImage(image)
    pixels: Image.Image = own.as_pil_image()
    if pixels.mode in ("P", "1"):
        pixels = pixels.convert("RGB")
    if pixels.mode not in _CHANNELS:
        return False
    shrink = longest / max(pixels.size)
    if 0 < shrink < 1:
        size = (max(1, round(pixels.width * shrink)), max(1, round(pixels.height * shrink)))
        pixels = pixels.resize(size, Image.Resampling.LANCZOS)
    file = BytesIO()
    pixels.save(file, "JPEG", quality=quality, optimize=True)
    if file.tell() >= before:
        return False
    profile = image.get("/ColorSpace") if _profiled(image, _CHANNELS[pixels.mode]) else None
    image.write(file.getvalue(), filter=Name.DCTDecode)
    image.ColorSpace = profile or (Name.DeviceGray if pixels.mode == "L" else Name.DeviceRGB)
    image.Width, image.Height, image.BitsPerComponent = pixels.width, pixels.height, 8
    for name in ("/Decode", "/DecodeParms"):
        if name in image:
            del image[name]
    return True


def _profiled(image: Any, channels: int) -> bool:
    """Whether its colours are by a profile with as many channels, which then still holds."""
    colours = image.get("/ColorSpace")
    if not isinstance(colours, pikepdf.Array) or len(colours) < 2 or colours[0] != Name.ICCBased:
        return False
    return int(colours[1].get("/N", 0)) == channels
