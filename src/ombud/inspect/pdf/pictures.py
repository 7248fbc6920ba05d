"""Pictures inside a PDF: which picture it is, by its decoded pixels, and whether a page is a capture of a screen."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ombud.domain.said import Box, Said
from ombud.inspect.pdf import limits
from ombud.inspect.pdf.layout import thousandths
from ombud.inspect.pdf.letters import Sight
from ombud.inspect.pdf.objects import Fill
from ombud.inspect.pictures import screenshot
from ombud.inspect.pictures.likeness import digest_and_flat_share

_SCREENS = 3
"""Pages of nothing but a picture that are looked at for signs of a screen."""
_SCREEN_PIXELS = 15_000_000
_SHEETS = (2**0.5, 11 / 8.5, 14 / 8.5)
"""Longer by shorter side: A4 and its kin, Letter, Legal."""


@dataclass
class Album:
    """The pictures of one file, up to the limits."""

    said: list[Said] = field(default_factory=list)
    decoded: int = 0
    pixels: int = 0
    looked_at: int = 0
    cut: bool = False

    def add(self, pictures: Sequence[Fill], page: int, sight: Sight, *, alone: bool) -> None:
        """Notes the pictures of a page that are large enough to mean something. alone: no text stands beside them."""
        for picture in pictures:
            if not self._room(picture, page):
                continue
            decoded = _decoded(picture)
            if decoded is None:
                continue
            opened, pixels = decoded
            box = thousandths(picture.edges, sight.width, sight.height)
            sha256, flat = digest_and_flat_share(pixels)
            self.said.append(Said("picture_sha256", sha256, "picture", page=page, box=box))
            if alone and len(pictures) == 1 and self.looked_at < _SCREENS and not _is_sheet(pixels):
                self.looked_at += 1
                self.said += _screenshot(opened, pixels, flat, page, box)

    def _room(self, picture: Fill, page: int) -> bool:
        """Whether the picture is large enough to be decoded, and not too large."""
        width, height = ctypes.c_uint(), ctypes.c_uint()
        if not pdfium.FPDFImageObj_GetImagePixelSize(picture.raw, width, height):
            return False
        if min(width.value, height.value) < limits.SMALLEST_PICTURE:
            return False
        pixels = width.value * height.value
        too_many = pixels > limits.PICTURE_PIXELS or self.pixels + pixels > limits.ALL_PICTURE_PIXELS
        if self.decoded >= limits.MOST_PICTURES or too_many:
            if not self.cut:
                self.said.append(Said("cut", "pictures", "container", page=page))
            self.cut = True
            return False
        self.decoded += 1
        self.pixels += pixels
        return True


def _is_sheet(pixels: Image.Image) -> bool:
    """Whether a picture has the sides of a sheet of paper, or more pixels than screens: then a scanner made it."""
    shape = max(pixels.size) / min(pixels.size)
    return pixels.width * pixels.height > _SCREEN_PIXELS or any(abs(shape - each) < 0.03 for each in _SHEETS)


def _screenshot(opened: Image.Image, pixels: Image.Image, flat: float, page: int, box: Box) -> list[Said]:
    """Signs that the picture is a capture of a screen. That it names no camera is none: in a PDF hardly any does."""
    signs = screenshot.signs(screenshot.hints(opened), lambda: pixels.convert("RGB"), flat)
    return [replace(sign, page=page, box=box) for sign in signs if sign.value != "no_camera"]


def _decoded(picture: Fill) -> tuple[Image.Image, Image.Image] | None:
    """The picture as it is kept, and its pixels, in RGB or grey, as they are of the same picture in a file of its own;
    None where it cannot be decoded."""
    try:
        opened = _opened(picture)
        if opened is None:
            return None
        opened.load()
        return opened, opened if opened.mode in ("RGB", "L") else opened.convert("RGB")
    except Exception:  # noqa: BLE001  a broken picture makes Pillow raise nearly anything, down to struct.error
        return None


def _opened(picture: Fill) -> Image.Image | None:
    jpeg = _jpeg(picture)
    if jpeg:
        opened: Image.Image = Image.open(BytesIO(jpeg), formats=["JPEG"])
        # What the PDF says of its size was checked, but its own head is what counts.
        return opened if opened.width * opened.height <= limits.PICTURE_PIXELS else None
    raw = pdfium.FPDFImageObj_GetBitmap(picture.raw)
    # Its memory is freed when nothing refers to it any more.
    return pypdfium2.PdfBitmap.from_raw(raw).to_pil() if raw else None


def _jpeg(picture: Fill) -> bytes:
    """The bytes of a picture that is kept as a JPEG file and nothing else; empty where it is not."""
    if pdfium.FPDFImageObj_GetImageFilterCount(picture.raw) != 1:
        return b""
    name = ctypes.create_string_buffer(32)
    pdfium.FPDFImageObj_GetImageFilter(picture.raw, 0, name, len(name))
    if name.value != b"DCTDecode":
        return b""
    length = pdfium.FPDFImageObj_GetImageDataRaw(picture.raw, None, 0)
    held = ctypes.create_string_buffer(length)
    pdfium.FPDFImageObj_GetImageDataRaw(picture.raw, held, length)
    return held.raw
