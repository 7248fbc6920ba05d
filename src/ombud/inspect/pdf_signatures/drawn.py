"""Whether two states of one PDF look the same on paper."""

from __future__ import annotations

from itertools import chain

import pypdfium2
from PIL import Image, ImageChops

from ombud.inspect.pdf.rendering import draw

_DPI = 48
_PIXELS = 1_000_000
_MOST_PAGES = 20
_DIFFERENT = 24
"""Of 255: pixels differ less where the same thing is drawn twice."""


def drawn_alike(before: memoryview, after: memoryview) -> bool:
    """Whether the pages, of which the first 20 are drawn, show the same. False where that cannot be told."""
    try:
        with pypdfium2.PdfDocument(bytes(before)) as one, pypdfium2.PdfDocument(bytes(after)) as other:
            if not 0 < len(one) == len(other) <= _MOST_PAGES:
                return False
            return all(_alike(_page(one, number), _page(other, number)) for number in range(len(one)))
    except pypdfium2.PdfiumError:
        return False


def _page(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    return draw(document[number], _DPI, _PIXELS, grey=True)


def _alike(one: Image.Image, other: Image.Image) -> bool:
    if one.size != other.size:
        return False
    most = chain.from_iterable([ImageChops.difference(one, other).getextrema()])
    return max(int(value) for value in most if isinstance(value, int | float)) < _DIFFERENT
