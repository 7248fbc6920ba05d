"""Letters of scanned pages, Cyrillic and Latin, by Tesseract with its data from the system."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final, TypeAlias

from PIL import Image

from ombud.domain.said import Said
from ombud.inspect.recognise.upright import Page, level, strip, without_leaders

TOOL: Final = "tesseract"
LANGUAGES: Final = ("rus", "eng")
MOST_LINES: Final = 400
MOST_TEXT: Final = 40_000
_LONGEST: Final = 300
_DPI: Final = 200
_LONGEST_WAIT: Final = 9_000
"""Milliseconds of one page: noise keeps Tesseract busy for minutes."""
_SHORTEST_WAIT: Final = 1_500
"""Of a strip, and of a page that has to be read a second time, at least."""
_FAINTEST: Final = 0.25
"""Below, a line is not said: shadows and creases are read as letters too."""
_STANDS: Final = 0.62
"""How sure the letters of a page must be for it to stand on its feet."""
_Read: TypeAlias = tuple[str, tuple[int, int, int, int], float]
_FOLDERS: Final = ("/usr/share/tesseract-ocr/*/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata",
                   "/opt/homebrew/share/tessdata")  # fmt: skip


def lines(image: Image.Image, page: int | None = None) -> list[Said]:
    """The `line`s of a page, from top to bottom, columns far apart in a line parted by two spaces.

    Where Tesseract or its data is missing: one `off`.
    """
    if (reader := _reader()) is None:
        return [Said("off", "ocr", "container", page)]
    seen = level(image)
    begun = time.monotonic()
    read = list(_read(reader, replace(seen, grey=without_leaders(seen.grey))))
    if _sureness(read) < _STANDS and _on_its_head(reader, seen):
        seen = seen.turned()
        left = max(_SHORTEST_WAIT, _LONGEST_WAIT - round(1000 * (time.monotonic() - begun)))
        read = list(_read(reader, replace(seen, grey=without_leaders(seen.grey)), milliseconds=left))
    said: list[Said] = []
    length = 0
    for text, box, sure in read:
        length += len(text)
        if len(said) == MOST_LINES or length > MOST_TEXT:
            said.append(Said("cut", "lines", "container", page))
            break
        place = seen.box(*box)
        said.append(Said("line", text, "ocr", page, place, None, round(min(0.99, sure), 2), TOOL, _version()))
    reader.Clear()
    return said


def words(grey: Image.Image) -> tuple[str, float]:
    """One line of text cut out of a picture, and how sure; empty where Tesseract or its data is missing."""
    if (reader := _reader()) is None:
        return "", 0.0
    import tesserocr

    reader.SetPageSegMode(tesserocr.PSM.SINGLE_LINE)
    try:
        reader.SetImageBytes(grey.tobytes(), grey.width, grey.height, 1, grey.width)
        text = " ".join(reader.GetUTF8Text().split())
        return text, max(0, reader.MeanTextConf()) / 100
    finally:
        reader.SetPageSegMode(tesserocr.PSM.AUTO)
        reader.Clear()


def data() -> dict[str, Path]:
    """Language -> its file, of those that are needed and there."""
    folder = _folder()
    found = {name: folder / f"{name}.traineddata" for name in LANGUAGES} if folder else {}
    return {name: path for name, path in found.items() if path.is_file()}


def installed() -> str:
    """The version of the wrapper; empty where it is not installed."""
    try:
        return version("tesserocr")
    except PackageNotFoundError:
        return ""


def warm() -> bool:
    """Loads the models; whether they are there."""
    return _reader() is not None


def _folder() -> Path | None:
    """The folder that has most of the languages."""
    named = os.environ.get("TESSDATA_PREFIX", "")
    folders = [Path(named), Path(named) / "tessdata"] if named else []
    for pattern in _FOLDERS:
        root, _, rest = pattern[1:].partition("*")
        folders += sorted(Path("/").glob(pattern[1:]), reverse=True) if rest or root else []
    held = [(sum((folder / f"{name}.traineddata").is_file() for name in LANGUAGES), folder) for folder in folders]
    most = max((count for count, _ in held), default=0)
    return next((folder for count, folder in held if count == most), None) if most else None


@cache
def _reader() -> Any:
    """One for the process, since loading the data takes longer than reading a page; None where a part is missing."""
    if len(data()) < len(LANGUAGES) or not installed():
        return None
    os.environ["OMP_THREAD_LIMIT"] = "1"  # read when the library is loaded
    import tesserocr

    tesserocr.set_leptonica_log_level(tesserocr.LeptLogLevel.NONE)
    reader = tesserocr.PyTessBaseAPI(
        path=str(_folder()), lang="+".join(LANGUAGES), psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY
    )
    reader.SetVariable("tessedit_do_invert", "0")
    reader.SetVariable("debug_file", os.devnull)
    return reader


@cache
def _version() -> str:
    import tesserocr

    return str(tesserocr.PyTessBaseAPI.Version())


def _on_its_head(reader: Any, page: Page) -> bool:
    """Whether some lines of a page that is read badly are read better when it is turned over."""
    sample = strip(page)
    upright, turned = (
        _sureness(list(_read(reader, each, milliseconds=_SHORTEST_WAIT))) for each in (sample, sample.turned())
    )
    return turned > upright + 0.05


def _sureness(read: Sequence[_Read]) -> float:
    """How sure the letters are, by their number; 0 where there are hardly any."""
    letters = sum(len(text) for text, _, _ in read)
    return sum(len(text) * sure for text, _, sure in read) / letters if letters >= 8 else 0.0


def _read(reader: Any, page: Page, milliseconds: int = _LONGEST_WAIT) -> Iterator[_Read]:
    """Text, box in pixels of the page, sureness of each line that says something."""
    from tesserocr import RIL, iterate_level

    height, width = page.grey.shape
    reader.SetImageBytes(page.grey.tobytes(), width, height, 1, width)
    reader.SetSourceResolution(_DPI)
    reader.Recognize(milliseconds)
    found = reader.GetIterator()
    if found is None:
        return
    line: list[_Read] = []
    for word in iterate_level(found, RIL.WORD):
        if line and word.IsAtBeginningOf(RIL.TEXTLINE):
            yield from _said(line)
            line = []
        box = word.BoundingBox(RIL.WORD)
        if box is None:
            continue
        line.append((word.GetUTF8Text(RIL.WORD).strip(), box, max(0.0, word.Confidence(RIL.WORD)) / 100))
    yield from _said(line)


def _said(
    line: list[_Read],
) -> Iterator[_Read]:
    parts = [part for part in line if part[0]]
    tall = max((box[3] - box[1] for _, box, _ in parts), default=0)
    text = ""
    for place, (word, box, _) in enumerate(parts):
        before = parts[place - 1][1] if place else box
        column = box[0] - before[2] > 1.5 * tall  # justified text has gaps as well, but narrower ones
        text += ("  " if column else " " if text else "") + word
    letters = sum(len(word) for word, _, _ in parts)
    sure = sum(len(word) * confidence for word, _, confidence in parts) / letters if letters else 0.0
    if sure < _FAINTEST or not re.search(r"\w", text):
        return
    boxes = [box for _, box, _ in parts]
    around = (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
    yield text[:_LONGEST], around, sure
