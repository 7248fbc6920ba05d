"""A page as a camera or a scanner saw it, made even: of one brightness, its lines level, its top at the top."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias
from weakref import ReferenceType, ref

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ombud.domain.said import Box

Grey: TypeAlias = npt.NDArray[np.uint8]

LONGEST_SIDE: Final = 2800
"""Pixels: A4 at 240 dpi. More makes recognition slower and no better, and takes memory that is never given back. At
2340 a photo of 12 megapixels is read in 0.1 s less and loses a number in twelve."""
_SMALLEST_SIDE: Final = 1100
"""Below, letters are too small for the recogniser, and the picture is doubled."""
_STEEPEST: Final = 10.0
"""Degrees."""
_LEADER: Final = 8
"""Dots in a row that lead the eye, or are there to be written on."""
_LOOKED_AT: Final = 700
"""Pixels of the longer side at which slant is measured."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page made even. `back` maps a point of it to the original (2 by 3, in pixels), `size` is the original's."""

    grey: Grey
    back: npt.NDArray[np.float64]
    size: tuple[int, int]

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """A box of this page in thousandths of the original: what encloses it there."""
        corners = np.array([[left, right, left, right], [top, top, bottom, bottom], [1, 1, 1, 1]])
        across, down = self.back @ corners
        places = (across.min() / self.size[0], down.min() / self.size[1])
        ends = (across.max() / self.size[0], down.max() / self.size[1])
        one, two, three, four = (min(1000, max(0, round(1000 * float(at)))) for at in (*places, *ends))
        return one, two, three, four

    def turned(self) -> Page:
        """The same, upside down."""
        height, width = self.grey.shape
        over = np.array([[-1.0, 0.0, width], [0.0, -1.0, height], [0.0, 0.0, 1.0]])
        return Page(np.ascontiguousarray(self.grey[::-1, ::-1]), self.back @ over, self.size)


class _Last:
    """The page made level last, as long as its picture is there: it is asked for once to be read, once for its ink."""

    def __init__(self) -> None:
        self.of: ReferenceType[Image.Image] | None = None
        self.page: Page | None = None

    def forget(self, gone: ReferenceType[Image.Image]) -> None:
        if gone is self.of:
            self.of = self.page = None


_last = _Last()


def level(image: Image.Image) -> Page:
    """The page with level lines; it may still stand on its head, which only its letters tell."""
    if _last.page is None or _last.of is None or _last.of() is not image:
        _last.of, _last.page = ref(image, _last.forget), _level(image)
    return _last.page


def _level(image: Image.Image) -> Page:
    scale = min(1.0, LONGEST_SIDE / max(image.size))
    if scale == 1.0 and max(image.size) < _SMALLEST_SIDE:
        scale = 2.0
    grey = np.asarray(image.convert("L"))
    if scale != 1.0:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC))
    grey = _even(grey)
    degrees = _slant(grey)
    grey, matrix = _rotated(grey, degrees) if abs(degrees) >= 0.15 else (grey, np.eye(3))
    back = np.linalg.inv(np.diag([scale, scale, 1.0])) @ np.linalg.inv(matrix)
    return Page(grey, back[:2], image.size)


def strip(page: Page) -> Page:
    """The part with the most writing, two or three lines: enough to see whether the page stands on its head."""
    changes = cv2.absdiff(page.grey[:, 1:], page.grey[:, :-1]) > 60
    height, width = changes.shape
    tall, wide = min(height, max(120, height // 16)), min(width, max(900, width // 2))
    top = _densest(np.count_nonzero(changes, axis=1), tall)
    left = _densest(np.count_nonzero(changes[top : top + tall], axis=0), wide)
    moved = np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    part = np.ascontiguousarray(page.grey[top : top + tall, left : left + wide])
    return Page(part, page.back @ moved, page.size)


def without_leaders(grey: Grey) -> Grey:
    """Without rows of dots: Tesseract takes them for noise and leaves out the words before them as well."""
    dark = (grey < 185).astype(np.uint8)
    largest = max(5, max(grey.shape) // 400)
    _, _, shapes, middles = cv2.connectedComponentsWithStats(dark)
    dots = np.flatnonzero((shapes[:, 2] <= largest) & (shapes[:, 3] <= largest))
    order = dots[np.lexsort((middles[dots, 0], np.round(middles[dots, 1] / 4)))]
    places = middles[order]
    goes_on = (np.abs(np.diff(places[:, 1])) <= 3) & (np.abs(np.diff(places[:, 0])) <= 4 * largest)
    cleared = grey.copy()
    for run in np.split(order, np.flatnonzero(~goes_on) + 1):
        if len(run) >= _LEADER:
            for left, top, wide, tall, _ in shapes[run]:
                cleared[max(0, top - 1) : top + tall + 1, max(0, left - 1) : left + wide + 1] = 250
    return cleared


def _densest(counts: npt.NDArray[np.int64], long: int) -> int:
    """Where the stretch of that length starts that holds the most."""
    sums = np.concatenate([[0], np.cumsum(counts)])
    return int(np.argmax(sums[long:] - sums[:-long]))


def _even(grey: Grey) -> Grey:
    """Divided by the brightness of the paper around each point, so that no shadow is left; a clean scan as it is."""
    height, width = grey.shape
    scale = max(1, max(height, width) // 350)
    small = cv2.resize(grey, (max(1, width // scale), max(1, height // scale)), interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(np.asarray(cv2.dilate(small, np.ones((7, 7), np.uint8)), dtype=np.uint8), 21)
    if float(np.percentile(paper, 90)) - float(np.percentile(paper, 10)) < 12 and np.median(paper) > 225:
        return grey
    light = cv2.resize(cv2.GaussianBlur(paper, (15, 15), 0), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(grey, np.maximum(light, 40).astype(np.uint8), scale=250.0), dtype=np.uint8)


def _slant(grey: Grey) -> float:
    """Degrees to turn by, counter-clockwise, so that lines are level: near 0 or near 90."""
    scale = min(1.0, _LOOKED_AT / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    # What is dark and thin, in shades: at this size letters are not black any more. The edge of the paper is not thin.
    ink = np.asarray(cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((9, 9), np.uint8)), dtype=np.uint8)
    ink[ink < 25] = 0
    lying, standing = _best_angle(ink), _best_angle(np.ascontiguousarray(np.rot90(ink)))
    return lying[0] if lying[1] * 1.15 >= standing[1] else 90.0 + standing[0]


def _best_angle(ink: npt.NDArray[np.uint8]) -> tuple[float, float]:
    """The angle at which rows of writing and the gaps between them stand out most, and by how much. Looked for from
    degree to degree at half the size, then near the best of them."""
    half = np.asarray(cv2.resize(ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    _, coarse = max((_contrast(half, float(angle)), float(angle)) for angle in np.arange(-_STEEPEST, _STEEPEST + 0.1))
    fine = max((_contrast(ink, coarse + step), coarse + step) for step in np.arange(-0.8, 0.9, 0.2))
    level_at = _contrast(ink, 0.0)
    return (0.0, level_at) if level_at >= 0.97 * fine[0] else (fine[1], fine[0])


def _contrast(ink: npt.NDArray[np.uint8], angle: float) -> float:
    """Rows of writing are far apart in ink from one row to the next where the angle is right."""
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    turned = cv2.warpAffine(ink, turn, (width, height), flags=cv2.INTER_LINEAR)
    rows = cv2.reduce(turned, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() / width
    return float(np.square(np.diff(rows)).sum())


def _rotated(grey: Grey, degrees: float) -> tuple[Grey, npt.NDArray[np.float64]]:
    height, width = grey.shape
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0.0, 0.0, 1.0]])
    sine, cosine = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    size = (math.ceil(width * cosine + height * sine), math.ceil(width * sine + height * cosine))
    turn[0, 2] += (size[0] - width) / 2
    turn[1, 2] += (size[1] - height) / 2
    border = int(np.percentile(grey[:: max(1, height // 200)], 75))
    turned = cv2.warpAffine(grey, turn[:2], size, flags=cv2.INTER_CUBIC, borderValue=border)
    return np.asarray(turned, dtype=np.uint8), turn
