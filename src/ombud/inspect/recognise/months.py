"""The Russian month in a camera's clock: the photo reader knows no Cyrillic, so Tesseract is shown that one line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ombud.inspect.recognise import stamps, tesseract
from ombud.inspect.recognise.neural import Seen

_MONTHS: Final = ("янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_AROUND_MONTH: Final = re.compile(
    r"(?P<d>\d{1,2})(?=\D*[^\W\d_])\D{1,12}(?P<y>20\d\d)\D{0,4}(?P<t>\d\d:\d\d(?::\d\d)?)$"
)
_CYRILLIC: Final = str.maketrans("aAbBceEhHkKmMnoOpPrRtTuxy", "ааьвсееннккммпоорргяттиху")
_EXACT: Final = 2
"""Vote for a month of whose letters none is wrong."""
_TALL: Final = 64
"""Pixels that the line is brought to."""


Known: TypeAlias = dict[str, tuple[str, int]]
"""A text up to its time of day, as it was read before -> its month and the vote for it."""


def find(image: Image.Image, seen: Seen, known: Known | None = None) -> stamps.Stamp | None:
    """The instant of a text whose digits are those of a stamp with the month in letters; None where it is none.

    known: months of other frames of a video, added to: what is read alike there is the same month.
    """
    digits = _AROUND_MONTH.search(seen.text)
    if digits is None:
        return None
    known = {} if known is None else known
    day = seen.text[: digits.start("t")]
    month, vote = known.get(day) or _month(image, seen)
    if not vote:
        return None
    if vote == _EXACT:
        known[day] = month, vote
    stamp = stamps.find(f"{digits['d']} {month} {digits['y']} {digits['t']}")
    return stamp and stamps.Stamp(stamp.iso, stamp.sure * (0.95 if vote == _EXACT else 0.75))


def _month(image: Image.Image, seen: Seen) -> tuple[str, int]:
    """The month that fits best what is read, and how well; 0 where none fits, or several do. No more is read than until
    one fits exactly."""
    votes: dict[str, int] = {}
    best = _voted(votes, seen.text)
    for line in _lines(image, seen):
        best = _voted(votes, tesseract.words(Image.fromarray(line))[0])
        if best[1] == _EXACT:
            break
    return best


def _voted(votes: dict[str, int], text: str) -> tuple[str, int]:
    """Adds the months that words of the text are like; the one that is best by now, with 0 where there is none."""
    for word in re.findall(r"[^\W\d_]{3,12}", text.translate(_CYRILLIC).lower()):
        for month in _MONTHS:
            wrong = sum(one != other for one, other in zip(month, word, strict=False))
            if wrong <= 1:
                votes[month] = max(votes.get(month, 0), _EXACT - wrong)
    best = [month for month, vote in votes.items() if vote == max(votes.values())]
    return (best[0], votes[best[0]]) if len(best) == 1 else ("", 0)


def _lines(image: Image.Image, seen: Seen) -> Iterator[npt.NDArray[np.uint8]]:
    """The line as dark letters on white, by each of the ways in which a stamp stands out from what is behind it."""
    left, top, right, bottom = seen.box
    room = 0.2 * (bottom - top)
    crop = np.asarray(image.crop((int(left - room), int(top - room), int(right + room), int(bottom + room))))
    scale = _TALL / crop.shape[0]
    crop = cv2.resize(crop, (max(8, round(crop.shape[1] * scale)), _TALL), interpolation=cv2.INTER_CUBIC)
    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    bright = np.asarray(crop.max(axis=2), dtype=np.uint8)
    yield grey
    yield 255 - grey
    for way in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT):
        marked = cv2.morphologyEx(bright, way, np.ones((25, 25), np.uint8))
        _, letters = cv2.threshold(marked, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
        yield np.asarray(cv2.copyMakeBorder(letters, 12, 12, 20, 20, cv2.BORDER_CONSTANT, value=255.0), dtype=np.uint8)
