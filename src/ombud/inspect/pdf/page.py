"""One page: its lines as they are seen, whether its text can be had from them, its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium

from ombud.inspect.pdf import glyphs, layout, limits
from ombud.inspect.pdf.layout import Line
from ombud.inspect.pdf.letters import Letters, Sight
from ombud.inspect.pdf.objects import Drawn, drawn
from ombud.inspect.pdf.pictures import Album
from ombud.inspect.pdf.seen import seen

_LITTLE_TEXT = 200
"""Letters: a page with fewer beside a picture that fills it may be a scan with a stamp or a caption."""
_NO_TEXT = 8
_MOST_OF_PAGE = 0.5
_MOST_ANNOTATIONS = 500
_OUTLINES = 200
"""Corners of filled shapes on a page without letters from which its letters may have been turned into outlines: a
letter has 10 to 40."""


@dataclass(frozen=True)
class PageText:
    """lines: none where the layer lies. scanned: its text has to be recognised. width, height: points."""

    width: float
    height: float
    lines: list[Line] = field(default_factory=list)
    scanned: bool = False
    lies: bool = False


@dataclass
class Room:
    """How many letters and objects of a file may still be looked at."""

    letters: int = limits.LETTERS_READ
    objects: int = limits.MOST_OBJECTS


def read_page(document: pypdfium2.PdfDocument, number: int, album: Album, room: Room) -> PageText | None:
    """The page (from 1); None where it is larger than can be read. Raises PdfiumError where it cannot be opened."""
    page = _flat(document, number)
    try:
        width, height = page.get_size()
        if max(width, height) > limits.LARGEST_PAGE:
            return None
        if min(width, height) <= 0:
            return PageText(width, height)
        sight = Sight(page)
        on_page = drawn(page, sight, room.objects)
        room.objects -= on_page.count
        text = _text(page, sight, on_page, room)
        album.add(on_page.pictures, number, sight, alone=not text.lines and not text.lies)
        return text
    finally:
        page.close()


def _flat(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    """The page with what is shown of its annotations and of the fields of a form made part of it."""
    page = document[number - 1]
    if not any(kind != pdfium.FPDF_ANNOT_LINK for kind in _annotations(page)):
        return page
    if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
        page.close()
        page = document[number - 1]
    return page


def _annotations(page: pypdfium2.PdfPage) -> Iterator[int]:
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if annotation:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            pdfium.FPDFPage_CloseAnnot(annotation)
            yield kind


def _text(page: pypdfium2.PdfPage, sight: Sight, on_page: Drawn, room: Room) -> PageText:
    text = page.get_textpage()
    try:
        letters = Letters(text, sight, on_page.orders)
        most = min(room.letters, limits.MOST_TEXT)
        room.letters -= min(most, text.count_chars())
        runs = seen(page, letters.stretches(most), on_page)
    finally:
        text.close()
    lies = glyphs.lie([run.text for run in runs if not run.layer], letters.unmapped)
    printed = sum(len(run.text) for run in runs if not run.layer)
    scanned = lies or _scanned(printed, any(run.layer for run in runs), sight, on_page)
    return PageText(sight.width, sight.height, [] if lies else layout.lines(runs), scanned, lies)


def _scanned(printed: int, layered: bool, sight: Sight, on_page: Drawn) -> bool:
    size = sight.width * sight.height
    covered = sum(
        max(0.0, min(right, sight.width) - max(left, 0.0)) * max(0.0, min(bottom, sight.height) - max(top, 0.0))
        for left, top, right, bottom in (picture.edges for picture in on_page.pictures)
    )
    if covered >= _MOST_OF_PAGE * size:
        return printed < _LITTLE_TEXT or layered
    return printed < _NO_TEXT and (covered > 0.05 * size or on_page.corners >= _OUTLINES or layered)
