"""Blocks -> a PDF with a text layer, a picture of a page, a scan. Set with fonts that the lock file pins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import typst
from PIL import Image

from tests.papers import marks

FONTS = ("Noto Sans", "Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern")
"""One comes with a package, the others inside Typst; all have Cyrillic."""
CHINESE = "Noto Sans CJK SC"
MADE_AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
Block: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document before it is paper. tint: the colour of its maker. size: of letters, in points."""

    title: str
    blocks: Sequence[Block]
    language: str = "ru"
    font: str = FONTS[0]
    size: float = 10
    tint: str = "#1f7a3d"
    paper: str = "a4"
    margin: float = 15
    author: str = ""

    def pdf(self, at: datetime = MADE_AT) -> bytes:
        """With a text layer; made `at`, as it says of itself. The same bytes for the same data."""
        made = self._compile(format="pdf", timestamp=at.replace(microsecond=0))
        return made if isinstance(made, bytes) else made[0]

    def pictures(self, dpi: float = 200) -> list[Image.Image]:
        """Its pages as pixels, RGB."""
        made = self._compile(format="png", ppi=dpi)
        return [Image.open(BytesIO(page)).convert("RGB") for page in ([made] if isinstance(made, bytes) else made)]

    def _compile(self, **how: Any) -> bytes | list[bytes]:
        data = {
            name: getattr(self, name) for name in ("title", "language", "size", "tint", "paper", "margin", "author")
        }
        data |= {"blocks": list(self.blocks), "fonts": [self.font, FONTS[0], CHINESE]}
        made = _compiler().compile(sys_inputs={"data": json.dumps(data, ensure_ascii=False)}, **how)
        assert made is not None
        return made


@cache
def _compiler() -> typst.Compiler:
    folders = [Path(next(iter(_spec(name)))) for name in ("fontpkg_noto_sans", "manimgx_fonts_cjk")]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
    return typst.Compiler(Path(__file__).with_name("sheet.typ"), font_paths=fonts, ignore_system_fonts=True)


def _spec(name: str) -> Sequence[str]:
    found = find_spec(name)
    assert found is not None
    assert found.submodule_search_locations
    return found.submodule_search_locations


def as_pdf(pages: Sequence[Image.Image], *, dpi: int = 200, quality: int = 75, producer: str = "") -> bytes:
    """Pictures of pages as a PDF without a text layer, as scanners and phones make them."""
    file = BytesIO()
    day = MADE_AT.timetuple()
    pages[0].save(
        file,
        "PDF",
        save_all=True,
        append_images=list(pages[1:]),
        resolution=dpi,
        quality=quality,
        producer=producer or "ScanTool 4.1",
        creationDate=day,
        modDate=day,
    )
    return file.getvalue()


def carrier(name: str, slogan: str, radius: float = 1) -> Block:
    """The name of a carrier as its logo, and what it says of itself."""
    return {"kind": "carrier", "name": name, "slogan": slogan, "radius": radius}


def title(text: str, *, centred: bool = False) -> Block:
    return {"kind": "title", "text": text, "centred": centred}


def heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def note(words: str) -> Block:
    return {"kind": "note", "text": words}


def gap(millimetres: float) -> Block:
    return {"kind": "gap", "height": millimetres}


def rule() -> Block:
    return {"kind": "rule"}


def pairs(
    rows: Sequence[tuple[str, str]], style: str = "inline", *, columns: int = 1, weight: str = "regular"
) -> Block:
    """Labels and what stands after them. style: `inline`, `above`, `dots`, `ruled` or `pale` (two kinds of table)."""
    return {"kind": "pairs", "rows": [list(row) for row in rows], "style": style, "columns": columns, "weight": weight}


def table(head: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] = ()) -> Block:
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "widths": list(widths) or [1] * len(head),
    }


def barcode(
    value: str,
    *,
    format: str = marks.CODE128,  # noqa: A002
    height: float = 14,
    shown: bool = True,
    drawn: bool = True,
    centred: bool = True,
) -> Block:
    """drawn: as lines rather than as a picture. shown: with its text below."""
    return {
        "kind": "barcode",
        "svg": marks.barcode_svg(value, format) if drawn else "",
        "png": [] if drawn else list(marks.barcode_png(value, format)),
        "text": value if shown else "",
        "height": height,
        "centred": centred,
    }


def sign(label: str, random: Random | None, name: str = "") -> Block:
    """A line to sign on; signed where `random` is given."""
    return {"kind": "sign", "label": label, "svg": marks.scribble(random) if random else "", "name": name}


def stamp(*lines: str) -> Block:
    return {"kind": "stamp", "svg": marks.stamp(lines)}


def picture(image: Image.Image, width: float) -> Block:
    """width: in millimetres."""
    file = BytesIO()
    image.save(file, "PNG")
    return {"kind": "picture", "png": list(file.getvalue()), "width": width}


def beside(*parts: Sequence[Block], widths: Sequence[float] = ()) -> Block:
    return {"kind": "beside", "parts": [list(part) for part in parts], "widths": list(widths) or [1] * len(parts)}


def boxed(*blocks: Block) -> Block:
    return {"kind": "boxed", "blocks": list(blocks)}


def margins(top: str, bottom: str) -> Block:
    """What a browser prints above and below a page."""
    return {"kind": "margins", "top": top, "bottom": bottom}
