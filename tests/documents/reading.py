"""What a PDF says, read back from its bytes."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

from ombud.documents import typeset
from ombud.documents.blocks import Block, Document
from tests.store.rows import KNOWN_AT


class Paper:
    """A document as it was drawn. `phrase in paper`: wherever lines and pages break, so spaces do not count."""

    def __init__(self, drawn: Document | bytes) -> None:
        self.content = drawn if isinstance(drawn, bytes) else typeset.pdf(drawn)
        self.reader = PdfReader(io.BytesIO(self.content))
        self.text = "\n".join(page.extract_text() for page in self.reader.pages)
        self._squeezed = _squeezed(self.text)

    def __contains__(self, phrase: str) -> bool:
        return _squeezed(phrase) in self._squeezed

    def lacking(self, *phrases: str) -> list[str]:
        """Those of `phrases` that it does not say."""
        return [phrase for phrase in phrases if phrase not in self]

    @property
    def fonts(self) -> set[str]:
        """The fonts it is set with, without the mark of a subset; each is embedded."""
        names = set()
        for page in self.reader.pages:
            resources: Any = page["/Resources"]
            for font in resources["/Font"].values():
                described = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & described.keys(), "a font is not embedded"
                names.add(str(described["/FontName"]).partition("+")[2])
        return names


def _squeezed(text: str) -> str:
    return "".join(text.split())


def a_document(*blocks: Block, language: str = "en", title: str = "Title", subtitle: str = "") -> Document:
    """A document with as little around its blocks as may be."""
    return Document(language, KNOWN_AT, "Series", "Of", title, subtitle, "Foot", "{page} of {pages}", blocks)
