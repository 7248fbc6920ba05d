"""A page as a picture."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pypdfium2
from PIL import Image

from ombud.inspect.pdf.limits import RENDERED_PIXELS

_POINTS = 72


def render(path: Path, page: int, dpi: int) -> Image.Image:
    """The page (from 1) as a reader sees it, RGB, with its annotations and the values of its form.

    It is drawn coarser than `dpi` where it would have more than 36 million pixels. Raises ValueError where the file
    cannot be opened or has no such page.
    """
    try:
        with pypdfium2.PdfDocument(path) as document:
            with suppress(pypdfium2.PdfiumError):  # a form that is broken: the page is there without it
                document.init_forms()
            if not 1 <= page <= len(document):
                raise ValueError(f"{path.name} has no page {page}")
            return draw(document[page - 1], dpi, RENDERED_PIXELS)
    except pypdfium2.PdfiumError as error:
        raise ValueError(f"{path.name}: page {page} cannot be drawn") from error


def draw(page: pypdfium2.PdfPage, dpi: float, most: int, *, grey: bool = False) -> Image.Image:
    """An open page, of at most so many pixels."""
    width, height = page.get_size()
    scale = min(dpi / _POINTS, (most / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, rev_byteorder=True, grayscale=grey)
    try:
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("L" if grey else "RGB")  # always a copy: the bitmap's own memory goes with it
    finally:
        bitmap.close()
