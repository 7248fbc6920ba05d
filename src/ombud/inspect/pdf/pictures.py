"""Pictures inside a PDF: which picture it is, by its decoded pixels, and whether a page is a capture of a screen."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

from ombud.domain.said import Said
from ombud.inspect.pdf import limits
from ombud.inspect.pdf.layout import thousandths
from ombud.inspect.pdf.letters import Sight
from ombud.inspect.pdf.objects import Fill
from ombud.inspect.pictures.likeness import digest


@dataclass
class Album:
    """The pictures of one file, each named once, up to the limits."""

    said: list[Said] = field(default_factory=list)
    decoded: int = 0
    pixels: int = 0
    cut: bool = False

    def add(self, pictures: list[Fill], page: int, sight: Sight) -> None:
        """Notes the pictures of a page that are large enough to mean something."""
        for picture in pictures:
            width, height = ctypes.c_uint(), ctypes.c_uint()
            if not pdfium.FPDFImageObj_GetImagePixelSize(picture.raw, width, height):
                continue
            if min(width.value, height.value) < limits.SMALLEST_PICTURE:
                continue
            pixels = width.value * height.value
            if (
                self.decoded >= limits.MOST_PICTURES
                or pixels > limits.PICTURE_PIXELS
                or self.pixels + pixels > limits.ALL_PICTURE_PIXELS
            ):
                if not self.cut:
                    self.said.append(Said("cut", "pictures", "container", page=page))
                self.cut = True
                continue
            self.decoded += 1
            self.pixels += pixels
            digest = _sha256(picture)
            if digest:
                box = thousandths(picture.edges, sight.width, sight.height)
                self.said.append(Said("picture_sha256", digest, "picture", page=page, box=box))


def _sha256(picture: Fill) -> str:
    """SHA-256 of the decoded pixels, as of the same picture in a file of its own; empty where it cannot be decoded."""
    jpeg = _jpeg(picture)
    if jpeg:
        try:
            with Image.open(BytesIO(jpeg), formats=["JPEG"]) as opened:
                return digest(opened)
        except (OSError, ValueError, Image.DecompressionBombError):
            return ""
    raw = pdfium.FPDFImageObj_GetBitmap(picture.raw)
    if not raw:
        return ""
    bitmap = pypdfium2.PdfBitmap.from_raw(raw)
    try:
        return digest(bitmap.to_pil())
    finally:
        bitmap.close()


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
