"""A PDF, opened once: its pages read in order until there is enough."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ombud.domain.said import Said
from ombud.inspect.pdf import limits, metadata, pictures
from ombud.inspect.pdf.layout import Line
from ombud.inspect.pdf.page import PageText, Room, read_page

_LOCKED = {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}


def read(path: Path) -> list[Said]:
    """What the PDF says without recognising letters in pixels; what is wrong with it is a `problem` among it."""
    if path.stat().st_size == 0:
        return [_by_tool(_problem("empty"))]
    try:
        with pypdfium2.PdfDocument(path) as document:
            with suppress(pypdfium2.PdfiumError):  # a form that is broken: the pages are there without it
                document.init_forms()
            said = _Reading(document, path).read()
    except pypdfium2.PdfiumError as error:
        said = [_problem("encrypted" if error.err_code in _LOCKED else "cannot_open")]
    return [_by_tool(each) for each in said]


@dataclass
class _Reading:
    """What is said so far, and how much may still be said."""

    document: pypdfium2.PdfDocument
    path: Path
    said: list[Said] = field(default_factory=list)
    lines: int = 0
    letters: int = 0
    room: Room = field(default_factory=Room)

    def read(self) -> list[Said]:
        count = len(self.document)
        if count == 0:
            return [_problem("cannot_open")]
        self.said.append(Said("pages", count, "container"))
        if count > limits.MOST_PAGES:
            return [*self.said, _problem("too_many_pages")]
        self.said += metadata.read(self.document, self.path)
        album = pictures.Album()
        opened = 0
        for number in range(1, min(count, limits.PAGES_READ) + 1):
            if self._full():
                self._cut("lines", number)
                break
            opened += self._page(number, album)
        if not opened:
            return [_problem("cannot_open")]
        if count > limits.PAGES_READ:
            self._cut("pages")
        self.said += album.said
        return self.said

    def _page(self, number: int, album: pictures.Album) -> bool:
        """Whether the page could be opened."""
        try:
            text = read_page(self.document, number, album, self.room)
        except pypdfium2.PdfiumError:
            self._cut("pages", number)
            return False
        if text is None:
            self.said.append(replace(_problem("page_too_large"), page=number))
            return True
        if text.lies:
            self.said.append(Said("text_layer_lies", number, "text_layer", page=number))
        if text.scanned:
            self.said.append(Said("scanned_page", number, "container", page=number))
        for line in text.lines:
            if self.lines >= limits.MOST_LINES or self.letters >= limits.MOST_TEXT:
                self._cut("lines", number)
                break
            self._line(number, line, text)
        return True

    def _line(self, number: int, line: Line, text: PageText) -> None:
        self.lines += 1
        self.letters += len(line.text)
        how = Said("line", line.text, "text_layer", page=number, box=line.box(text.width, text.height))
        self.said.append(replace(how, source="ocr", confidence=limits.OTHERS_OCR) if line.layer else how)

    def _full(self) -> bool:
        said = self.lines >= limits.MOST_LINES or self.letters >= limits.MOST_TEXT
        return said or self.room.letters <= 0 or self.room.objects <= 0

    def _cut(self, what: str, page: int | None = None) -> None:
        if all((each.field, each.value) != ("cut", what) for each in self.said):
            self.said.append(Said("cut", what, "container", page=page))


def _problem(what: str) -> Said:
    return Said("problem", what, "container")


def _by_tool(said: Said) -> Said:
    return replace(said, tool=limits.TOOL, version=limits.VERSION)
