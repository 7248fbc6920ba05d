"""Blocks -> PDF/A-2b, by Typst. All text goes in as one JSON value, so that none of it can be read as code."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import fields, is_dataclass
from datetime import UTC
from fractions import Fraction
from importlib.resources import as_file, files
from typing import Any

import typst

from ombud.documents import fonts
from ombud.documents.blocks import Document
from ombud.domain.problems import N_, OmbudError, Problem

_TEMPLATE = "document.typ"
_NO_GLYPH = re.compile(r'the text `?"(?P<text>.*)"`? could not be displayed with', re.DOTALL)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def pdf(document: Document) -> bytes:
    """The document as a PDF/A-2b file, its fonts embedded; byte for byte the same for the same data.

    Raises OmbudError where a font is missing, or a letter that no font has.
    """
    second = document.at.astimezone(UTC).replace(microsecond=0)  # PDF knows no less; the page itself shows all of it
    drawn: bytes = _compile(document, format="pdf", pdf_standards="a-2b", timestamp=second)
    return drawn


def pages(document: Document, *, pixels_per_inch: float = 110) -> list[bytes]:
    """The pages as PNG, to look at. A letter that no font has is not noticed here."""
    drawn = _compile(document, format="png", ppi=pixels_per_inch)
    return drawn if isinstance(drawn, list) else [drawn]


def _compile(document: Document, **how: Any) -> Any:
    set_of_fonts, families = fonts.shipped_fonts()
    data = json.dumps({**_plain(document), "fonts": families}, ensure_ascii=False)
    with as_file(files(__package__) / "templates") as folder:
        compiler = typst.Compiler(
            folder / _TEMPLATE,
            root=folder,
            font_paths=set_of_fonts,
            ignore_system_fonts=True,
            sys_inputs={"data": data},
        )
        try:
            drawn, warnings = compiler.compile_with_warnings(**how)
        except typst.TypstError as error:
            raise _told(error) from None
    if warnings:
        raise AssertionError(f"Typst warns: {[warning.message for warning in warnings]}")
    return drawn


def _told(error: Any) -> Any:
    """A letter that no font has is for the reader; anything else is a fault of ours."""
    found = _NO_GLYPH.search(error.message)
    if not found:
        return error
    text = found["text"]
    return OmbudError(
        Problem(
            "glyph_missing",
            N_("No font of the documents ({fonts}) has {letters}: {text}."),
            {
                "fonts": ", ".join(fonts.shipped_fonts()[1]),
                "letters": ", ".join(sorted({f"U+{ord(letter):04X}" for letter in text})),
                "text": text,
                "setting": fonts.MORE,
            },
            mend=N_("Put a font that has it into a folder, and name the folder in {setting}."),
        )
    )


def _plain(value: Any) -> Any:
    """Dataclasses as objects that name their kind, text without what cannot be seen."""
    match value:
        case str():
            return visible(value)
        case bool() | int() | None:
            return value
        case Fraction():
            return round(float(value), 6)
        case _ if is_dataclass(value):
            named = {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name != "at"}
            return {"kind": type(value).__name__.lower(), **named}
    return [_plain(each) for each in value]


def visible(text: str) -> str:
    """Control characters and letters that turn the text around them, by their number: on paper nothing hides."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in _INVISIBLE else f"‹U+{ord(letter):04X}›"
        for letter in text
    )
