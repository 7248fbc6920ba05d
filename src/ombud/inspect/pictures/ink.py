"""How much of a place to sign is inked: strokes of a pen, not the line to sign on, its label, or what is printed."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ombud.domain.said import Box, Said
from ombud.inspect.pictures.opening import TOOL, VERSION

_Mask: TypeAlias = npt.NDArray[np.uint8]

_SIGNED: Final = 4
"""Thousandths from which on a place is taken to hold strokes, where several places are to choose from."""
_NARROWEST: Final = 60
_WIDEST: Final = 450
_PRINTED: Final = 0.7
"""How sure a recognised line must be to count as printed: a scribble is read as letters too, but never surely."""
_GAP: Final = re.compile(r"[_.…‗‾—–-]{3,}|_{2,}")


def ink(image: Image.Image, box: Box) -> int:
    """Share of the box that is inked, in thousandths; straight lines and dots in a row are no ink."""
    return _share(_strokes(_cut(image, box)))


def signatures(image: Image.Image, said: Sequence[Said]) -> list[Said]:
    """`ink` for each `signature_field` in `said` (all of the one page or photo that `image` shows).

    The box of each is the place that was looked at: beside, above or below its label, up to the next text.
    """
    printed = [one for one in said if one.field == "line" and one.box and not _may_be_scribble(one)]
    found: list[Said] = []
    for field in said:
        if field.field == "signature_field" and field.box is not None:
            share, place = _best(image, field, printed)
            found.append(Said("ink", share, "picture", field.page, place, tool=TOOL, version=VERSION))
    return found


def _may_be_scribble(line: Said) -> bool:
    return line.source == "ocr" and (line.confidence < _PRINTED or not re.search(r"[^\W_]{3}", str(line.value)))


def _best(image: Image.Image, field: Said, printed: Sequence[Said]) -> tuple[int, Box]:
    """The inked share of the place that belongs to the label, and that place."""
    places = _places(field, printed)
    looked = []
    for place in places:
        strokes, ruled = _looked_at(image, place, printed)
        looked.append((_share(strokes), ruled, place))
    # A line to sign on tells where the place is; without one it is the first place that there is room for.
    ruled_ones = [(share, place) for share, ruled, place in looked if ruled]
    if ruled_ones:
        return max(ruled_ones, key=lambda one: (one[0] >= _SIGNED, -places.index(one[1])))
    return looked[0][0], looked[0][2]


def _places(field: Said, printed: Sequence[Said]) -> list[Box]:
    """Where the signature may stand, the likeliest first; at least one."""
    left, top, right, bottom = field.box or (0, 0, 0, 0)
    tall = max(8, bottom - top)
    others = [one.box for one in printed if one.box and one.box != field.box]
    own = next((one for one in printed if one.box == field.box), None)
    start, end = _rest(str(own.value), str(field.value), left, right) if own else (right, right)
    if gap := start < end:
        right = end
    beside = _until(others, start, top, bottom, right)
    places: list[Box] = []
    if gap or beside - start >= _NARROWEST:
        places.append((start, max(0, top - round(1.2 * tall)), beside, min(1000, bottom + round(0.7 * tall))))
    wide = max(_NARROWEST, start - left) // 2
    across = (max(0, left - wide), min(1000, left + 3 * wide))
    above = max([box[3] for box in others if _meet(box, across) and box[3] <= top + 2] + [top - 70, 0])
    below = min([box[1] for box in others if _meet(box, across) and box[1] >= bottom - 2] + [bottom + 70, 1000])
    room = [(across[0], above, across[1], top), (across[0], bottom, across[1], below)]
    places += [box for box in room if box[3] - box[1] >= tall]
    return places or [(start, top, max(beside, min(1000, start + 1)), bottom)]


def _rest(text: str, label: str, left: int, right: int) -> tuple[int, int]:
    """What stands after the label in its own line is the place where it is a gap to fill; else the place is beside."""
    found = text.lower().find(label.lower())
    after = found + len(label) if found >= 0 else len(text)
    gap = _GAP.search(text, after)
    if gap is None:
        return right, right
    share = (right - left) / max(1, len(text))
    return round(left + gap.start() * share), round(left + gap.end() * share)


def _until(others: Sequence[Box], start: int, top: int, bottom: int, least: int) -> int:
    row = [box[0] for box in others if box[1] < bottom and box[3] > top and box[0] >= start]
    return max(least, min([*row, start + _WIDEST, 970]))


def _meet(box: Box, across: tuple[int, int]) -> bool:
    return box[0] < across[1] and box[2] > across[0]


def _looked_at(image: Image.Image, place: Box, printed: Sequence[Said]) -> tuple[_Mask, bool]:
    """The strokes in the place without what is printed, and whether there is a line to sign on."""
    dark = _dark(_cut(image, place))
    rules = _rules(dark)
    strokes = _without_rules(dark, rules)
    height, width = strokes.shape
    left, top, right, bottom = place
    for one in printed:
        if one.box is None or not _meet(one.box, (left, right)) or one.box[3] <= top or one.box[1] >= bottom:
            continue
        if one.box[0] < left and _GAP.search(str(one.value)):  # the label's own line
            continue
        across = [round((x - left) / (right - left) * width) for x in (one.box[0], one.box[2])]
        down = [round((y - top) / (bottom - top) * height) for y in (one.box[1], one.box[3])]
        strokes[max(0, down[0]) : max(0, down[1]), max(0, across[0] - 2) : max(0, across[1] + 2)] = 0
    return strokes, bool(rules.any(axis=0).mean() > 0.35)


def _cut(image: Image.Image, box: Box) -> _Mask:
    """The place in grey, at most 800 pixels wide."""
    left, top, right, bottom = box
    edges = (
        int(left * image.width / 1000),
        int(top * image.height / 1000),
        max(int(left * image.width / 1000) + 1, int(right * image.width / 1000)),
        max(int(top * image.height / 1000) + 1, int(bottom * image.height / 1000)),
    )
    # Ink of a coloured pen is dark in one channel at least.
    grey: _Mask = np.asarray(image.crop(edges).convert("RGB"), dtype=np.uint8).min(axis=2)
    scale = min(1.0, 800 / grey.shape[1])
    if scale == 1:
        return grey
    size = (800, max(1, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.uint8)


def _strokes(grey: _Mask) -> _Mask:
    dark = _dark(grey)
    return _without_rules(dark, _rules(dark))


def _dark(grey: _Mask) -> _Mask:
    """1 where it is clearly darker than the paper around it."""
    around = max(15, min(grey.shape) // 2 * 2 + 1)
    paper = cv2.blur(cv2.dilate(grey, np.ones((9, 9), np.uint8)), (around, around), borderType=cv2.BORDER_REPLICATE)
    return (grey < 0.72 * paper).astype(np.uint8)


def _rules(dark: _Mask) -> _Mask:
    """Straight lines, up to 8 degrees askew."""
    long = max(25, dark.shape[1] // 9)
    found = np.zeros_like(dark)
    for rise in range(-8, 9, 2):
        found |= cv2.morphologyEx(dark, cv2.MORPH_OPEN, _line(long, rise)).astype(np.uint8)
    return found


def _line(long: int, degrees: int, *, upright: bool = False) -> _Mask:
    offset = round(math.tan(math.radians(abs(degrees))) * (long - 1))
    kernel = np.zeros((offset + 1, long), np.uint8)
    ends = ((0, 0), (long - 1, offset)) if degrees >= 0 else ((0, offset), (long - 1, 0))
    cv2.line(kernel, *ends, 1)
    return np.ascontiguousarray(kernel.T) if upright else kernel


def _without_rules(dark: _Mask, rules: _Mask) -> _Mask:
    borders = np.zeros_like(dark)
    tall = max(25, round(0.8 * dark.shape[0]))  # the border of a cell goes through the whole place
    for lean in range(-8, 9, 2):
        borders |= cv2.morphologyEx(dark, cv2.MORPH_OPEN, _line(tall, lean, upright=True)).astype(np.uint8)
    left = np.where(cv2.dilate(rules | borders, np.ones((5, 3), np.uint8)) > 0, np.uint8(0), dark)
    _, labels, shapes, _ = cv2.connectedComponentsWithStats(left)
    # Dots, specks and what is left along a removed line are no strokes.
    strokes = (np.maximum(shapes[:, 2], shapes[:, 3]) > 7) & (shapes[:, 3] > 3)
    strokes[0] = False
    kept: _Mask = np.asarray(strokes, dtype=np.uint8)[labels]
    return kept


def _share(strokes: _Mask) -> int:
    return round(1000 * float(strokes.mean()))
