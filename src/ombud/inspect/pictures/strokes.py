"""The dark of a picture as strokes of a pen, straight lines, dots and specks."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ombud.domain.said import Box

Mask: TypeAlias = npt.NDArray[np.uint8]
_SHORTEST: Final = 25
"""Pixels of a line; what is shorter may be part of a letter."""


def longest_run(columns: npt.NDArray[np.intp], apart: int) -> npt.NDArray[np.intp]:
    """Of rising numbers the most that follow one another with less than `apart` between them: a line, not the arc of a
    stamp beside it."""
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > max(1, apart)) + 1)
    return max(runs, key=len)


def without_what_ends_it(strokes: Mask) -> Mask:
    """Without what only comes in at the right end of the place: the edge of a stamp, the next field."""
    _, labels, shapes, _ = cv2.connectedComponentsWithStats(strokes)
    width = strokes.shape[1]
    kept = (shapes[:, 0] + shapes[:, 2] < width) | (shapes[:, 0] < width // 2)
    kept[0] = False
    inside: Mask = np.asarray(kept, dtype=np.uint8)[labels]
    return inside


def cut(image: Image.Image, box: Box) -> Mask:
    """The place in grey, at most 800 pixels wide."""
    left, top, right, bottom = box
    edges = (
        int(left * image.width / 1000),
        int(top * image.height / 1000),
        max(int(left * image.width / 1000) + 1, int(right * image.width / 1000)),
        max(int(top * image.height / 1000) + 1, int(bottom * image.height / 1000)),
    )
    # Ink of a coloured pen is dark in one channel at least.
    grey: Mask = np.asarray(image.crop(edges).convert("RGB"), dtype=np.uint8).min(axis=2)
    scale = min(1.0, 800 / grey.shape[1])
    if scale == 1:
        return grey
    size = (800, max(1, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def strokes_of(grey: Mask) -> Mask:
    """What is dark and no line."""
    dark = dark_of(grey)
    return without_rules(dark, rules_of(dark))


def dark_of(grey: Mask) -> Mask:
    """1 where it is clearly darker than the paper around it."""
    around = max(15, min(grey.shape) // 2 * 2 + 1)
    paper = cv2.blur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), (around, around), borderType=cv2.BORDER_REPLICATE)
    dark = (grey < 0.72 * paper).astype(np.uint8)
    # What is wide in both directions is no stroke: the table under the paper, a shadow's edge, a filled field.
    wide = cv2.dilate(cv2.erode(dark, np.ones((15, 15), np.uint8)), np.ones((21, 21), np.uint8))
    return np.where(wide > 0, np.uint8(0), dark)


def rules_of(dark: Mask) -> Mask:
    """Straight lines, up to 8 degrees askew."""
    long = max(_SHORTEST, dark.shape[1] // 9)
    found = np.zeros_like(dark)
    if dark.shape[1] < long:  # what is as wide as the whole picture cannot be told from a letter
        return found
    for rise in range(-8, 9, 2):
        found |= _opened(dark, _line(long, rise))
    return found


def _opened(dark: Mask, kernel: Mask) -> Mask:
    """Where the whole kernel fits in. Beyond the edge nothing is dark: else a letter there would be half a line."""
    fits = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    return fits.astype(np.uint8)


def _line(long: int, degrees: int, *, upright: bool = False) -> Mask:
    offset = round(math.tan(math.radians(abs(degrees))) * (long - 1))
    kernel = np.zeros((offset + 1, long), np.uint8)
    ends = ((0, 0), (long - 1, offset)) if degrees >= 0 else ((0, offset), (long - 1, 0))
    cv2.line(kernel, *ends, 1)
    return np.ascontiguousarray(kernel.T) if upright else kernel


def without_rules(dark: Mask, rules: Mask) -> Mask:
    """Without `rules`, upright borders, dots and specks."""
    borders = np.zeros_like(dark)
    tall = max(_SHORTEST, round(0.8 * dark.shape[0]))  # the border of a cell goes through the whole place
    for lean in range(-8, 9, 2) if dark.shape[0] >= tall else ():
        borders |= _opened(dark, _line(tall, lean, upright=True))
    left = np.where(cv2.dilate(rules | borders, np.ones((5, 3), np.uint8)) > 0, np.uint8(0), dark)
    _, labels, shapes, _ = cv2.connectedComponentsWithStats(left)
    # Dots, specks and what is left along a removed line are no strokes.
    strokes = (np.maximum(shapes[:, 2], shapes[:, 3]) > 7) & (shapes[:, 3] > 3)
    strokes[0] = False
    kept: Mask = np.asarray(strokes, dtype=np.uint8)[labels]
    return kept


def share_of(strokes: Mask) -> int:
    """In thousandths."""
    return round(1000 * float(strokes.mean()))
