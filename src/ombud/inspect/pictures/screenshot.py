"""Whether a picture looks like a capture of a screen: signs, each with how much it is worth, and never more than that.

What carries a camera's name is no capture. Scans and photos that a messenger stripped of their EXIF data are honest and
have no camera either, so `no_camera` alone says next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from ombud.domain.said import Said, Source
from ombud.inspect.pictures import metadata
from ombud.inspect.pictures.opening import TOOL, VERSION

_Pixels = npt.NDArray[np.uint8]

_PROGRAMS: Final = re.compile(
    r"screen\s*shot|screen\s*capture|snip|snagit|sharex|greenshot|lightshot|flameshot|spectacle|ksnip|shutter"
    r"|monosnap|joxi|скрин|снимок экрана|截图|截屏|屏幕快照",
    re.IGNORECASE,
)
_PHONES: Final = frozenset(
    {
        (640, 1136), (750, 1334), (828, 1792), (1125, 2436), (1170, 2532), (1179, 2556), (1206, 2622), (1242, 2208),
        (1242, 2688), (1284, 2778), (1290, 2796), (1320, 2868), (720, 1440), (720, 1520), (720, 1560), (720, 1600),
        (720, 1612), (720, 1640), (720, 1650), (1080, 2160), (1080, 2220), (1080, 2240), (1080, 2244), (1080, 2246),
        (1080, 2248), (1080, 2280), (1080, 2310), (1080, 2316), (1080, 2340), (1080, 2376), (1080, 2388), (1080, 2392),
        (1080, 2400), (1080, 2408), (1080, 2412), (1080, 2424), (1080, 2460), (1080, 2520), (1116, 2480), (1176, 2400),
        (1200, 2608), (1200, 2640), (1200, 2664), (1200, 2670), (1216, 2640), (1220, 2712), (1224, 2700), (1240, 2772),
        (1260, 2720), (1260, 2800), (1264, 2780), (1280, 2800), (1312, 2848), (1344, 2772), (1344, 2992),
        (1440, 2880), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3168), (1440, 3200), (1440, 3216),
        (1640, 2360), (1668, 2224), (1668, 2388), (1668, 2420),
    }
)  # fmt: skip
"""Shorter and longer side of screens of phones and tablets, but those that are sizes of pictures too (3:4, 9:16)."""
_DESKTOPS: Final = frozenset(
    {
        (1366, 768), (1440, 900), (1536, 864), (1600, 900), (1680, 1050), (1792, 1120), (1920, 1080), (1920, 1200),
        (2240, 1260), (2256, 1504), (2304, 1440), (2560, 1080), (2560, 1440), (2560, 1600), (2880, 1800), (2880, 1864),
        (3024, 1964), (3072, 1920), (3200, 1800), (3440, 1440), (3456, 2234), (3840, 2160), (3840, 2400), (5120, 2880),
    }
)  # fmt: skip
_DRAWN: Final = 0.25
"""Share of flat fields from which on a picture is drawn by a program; below, no shape in it is looked for."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What of a file's own words bears on it: where a program for captures is named, a camera, the size as stored."""

    program: Source | None
    camera: bool
    size: tuple[int, int]


def hints(picture: Image.Image) -> Hints:
    """Reads them from an opened picture."""
    named = [source for name, source in metadata.programs(picture) if _PROGRAMS.search(name)]
    if not named and _PROGRAMS.search(metadata.comment(picture)):
        named = ["exif"]
    return Hints(named[0] if named else None, bool(metadata.camera(picture)), picture.size)


def signs(told: Hints, pixels: Callable[[], Image.Image], flat: float) -> list[Said]:
    """Every `screenshot_sign` of a picture. pixels: gives it decoded and upright, in RGB; asked for only where shapes
    are looked for in it. flat: the share of its flat fields."""
    found = [_sign("software", told.program, 0.95)] if told.program else []
    if told.camera:
        return found
    found.append(_sign("no_camera", "metadata", 0.2))
    if tuple(sorted(told.size)) in _PHONES:
        found.append(_sign("screen_size", "picture", 0.7))
    elif told.size in _DESKTOPS:  # a frame of a film and the pictures of some cameras are as large
        found.append(_sign("screen_size", "picture", 0.4))
    if flat < _DRAWN:
        return found
    shown = _scaled(pixels())
    shapes = (("status_bar", 0.8, _has_status_bar), ("browser", 0.75, _has_address_bar), ("chat", 0.75, _has_bubbles))
    return found + [_sign(name, "picture", sure) for name, sure, has in shapes if has(shown)]


def _scaled(pixels: Image.Image) -> _Pixels:
    """At most 1,600 pixels a side; by the nearest pixel, so that flat areas stay flat and edges sharp."""
    scale = max(1.0, max(pixels.size) / 1600)
    size = (max(1, round(pixels.width / scale)), max(1, round(pixels.height / scale)))
    return np.asarray(pixels.resize(size, Image.Resampling.NEAREST) if scale > 1 else pixels)


def _has_status_bar(shown: _Pixels) -> bool:
    """A clock with its colon at the top left and at least two symbols at the top right, on one colour."""
    height, width = shown.shape[:2]
    if height < 1.5 * width or width < 300:
        return False
    strip = cv2.cvtColor(shown[: max(8, round(0.16 * width))], cv2.COLOR_RGB2GRAY)
    # Only the first row of text belongs to the bar; whatever follows it is the program's.
    base = int(np.bincount(strip[: max(2, round(0.02 * width))].ravel(), minlength=256).argmax())
    marked = (np.abs(strip.astype(np.int16) - base) > 60).astype(np.uint8)
    rows = np.flatnonzero(marked.any(axis=1))
    if not rows.size:
        return False
    gaps = np.flatnonzero(np.diff(rows) > 0.01 * width)
    top, bottom = int(rows[0]), int(rows[gaps[0]] if gaps.size else rows[-1]) + 1
    if top < 0.01 * width or not 0.015 * width <= bottom - top <= 0.08 * width or bottom == len(strip):
        return False
    _, _, shapes, _ = cv2.connectedComponentsWithStats(marked[top:bottom])
    parts = shapes[1:]
    middle = marked[top:bottom, round(0.4 * width) : round(0.6 * width)].mean()
    left = parts[parts[:, 0] + parts[:, 2] < 0.36 * width]
    right = parts[parts[:, 0] > 0.64 * width]
    return 4 <= len(left) <= 20 and 2 <= len(right) <= 25 and middle < 0.35 and _has_colon(left)


def _has_colon(parts: npt.NDArray[np.int32]) -> bool:
    """Two small dots, one above the other, with digits on both sides."""
    tallest = parts[:, 3].max()
    digits = parts[parts[:, 3] >= 0.8 * tallest]
    dots = parts[(parts[:, 3] <= 0.4 * tallest) & (parts[:, 2] <= 0.4 * tallest)]
    for one in dots:
        for other in dots:
            if other[1] <= one[1] or abs(int(one[0]) - int(other[0])) > max(1, 0.1 * tallest):
                continue
            before = (digits[:, 0] + digits[:, 2] <= one[0] + 1) & (digits[:, 0] > one[0] - 2.5 * tallest)
            after = (digits[:, 0] >= one[0] + one[2] - 1) & (digits[:, 0] < one[0] + 2.5 * tallest)
            if 1 <= before.sum() <= 2 and after.sum() >= 2:
                return True
    return False


def _has_address_bar(shown: _Pixels) -> bool:
    """Two bands of different colour from edge to edge at the top, and in one of them a long field with text in it."""
    height, width = shown.shape[:2]
    bands = _bands(shown[: round(0.3 * height)])
    return len(bands) >= 2 and any(_has_field(shown[top:bottom], width) for top, bottom in bands[:-1])


def _bands(top: _Pixels) -> list[tuple[int, int]]:
    """Rows whose left and right margins are of one and the same colour, by that colour, from the very top."""
    margin = 3
    ends = np.concatenate([top[:, :margin], top[:, -margin:]], axis=1).astype(np.int16)
    flat = (ends.max(axis=1) - ends.min(axis=1)).max(axis=1) <= 12
    colours = np.median(ends, axis=1)
    bands: list[tuple[int, int]] = []
    start = 0
    for row in range(1, len(top) + 1):
        if row == len(top) or not flat[row] or np.abs(colours[row] - colours[start]).max() > 5:
            if flat[start] and row - start >= 14:
                bands.append((start, row))
            start = row
    return bands if bands and bands[0][0] <= 4 else []


def _has_field(band: _Pixels, width: int) -> bool:
    grey = cv2.cvtColor(band, cv2.COLOR_RGB2GRAY)
    base = int(np.median(grey[:, [1, -2]]))
    other = (np.abs(grey.astype(np.int16) - base) >= 4).astype(np.uint8)
    _, labels, shapes, _ = cv2.connectedComponentsWithStats(other)
    for label, (left, top, wide, tall, area) in enumerate(shapes[1:], start=1):
        if not (0.3 * width <= wide <= 0.93 * width and 14 <= tall <= 90 and area >= 0.6 * wide * tall):
            continue
        inside = grey[top : top + tall, left : left + wide][labels[top : top + tall, left : left + wide] == label]
        common = int(np.bincount(inside, minlength=256).argmax())
        written = np.abs(inside.astype(np.int16) - common) > 60
        if (np.abs(inside.astype(np.int16) - common) <= 3).mean() > 0.6 and 0.002 < written.mean() < 0.2:
            return True
    return False


def _has_bubbles(shown: _Pixels) -> bool:
    """At least three flat fields one below the other, some at the left and some at the right side."""
    height, width = shown.shape[:2]
    step = 16
    coded = (shown // step).astype(np.int32) @ np.array([256, 16, 1])
    values, counts = np.unique(coded, return_counts=True)
    common = [
        (int(count), int(value)) for value, count in zip(values, counts, strict=True) if count > 0.02 * coded.size
    ]
    sides: list[tuple[int, int, bool]] = []
    for _, value in sorted(common, reverse=True)[:6]:
        filled = cv2.morphologyEx((coded == value).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
        for left, top, wide, tall, area in cv2.connectedComponentsWithStats(filled)[2][1:]:
            right = left + wide
            if not (0.18 * width <= wide <= 0.86 * width and 0.02 * height <= tall <= 0.4 * height):
                continue
            if area < 0.75 * wide * tall:
                continue
            at_left, at_right = left <= 0.2 * width, right >= 0.86 * width
            if at_left != at_right:
                sides.append((int(top), int(top + tall), bool(at_left)))
    sides.sort()
    apart = all(one[1] <= other[0] + 4 for one, other in pairwise(sides))
    return len(sides) >= 3 and apart and len({side for _, _, side in sides}) == 2


def _sign(value: str, source: Source, confidence: float) -> Said:
    return Said("screenshot_sign", value, source, confidence=confidence, tool=TOOL, version=VERSION)
