"""The letters that are drawn into pictures and videos."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import ImageFont

_FILE = "NotoSans[wdth,wght].ttf"


@cache
def font(size: int, *, weight: int = 400, width: int = 100) -> ImageFont.FreeTypeFont:
    """Noto Sans. weight: 100 to 900; width: 62.5 to 100."""
    spec = find_spec("fontpkg_noto_sans")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations)))
    letters = ImageFont.truetype(folder / "files" / _FILE, size)
    letters.set_variation_by_axes([weight, width])
    return letters
