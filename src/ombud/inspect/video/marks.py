"""What is to be read in a video: the clock in its frames, the labels and barcodes held before it, and where it stands
still."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageStat

from ombud.domain.said import Said
from ombud.inspect.video.length import STILL
from ombud.inspect.video.sample import frames
from ombud.inspect.video.timeline import TOOL, VERSION

FRAMES: Final = 8
"""Read for their clock and for barcodes: enough to see a clock run slow, jump or stand over a part of the clip. One
costs 0.06 s of CPU."""
LABELLED_FRAMES: Final = 2
"""Read whole, for labels: the sharpest of each half. One costs 0.13 s and more."""
DECODING_S: Final = 4.0
"""Seconds of CPU after which only key frames are decoded."""
READING_S: Final = 10.0
"""Seconds of CPU after which nothing more is read."""
SAME: Final = 8
"""Levels of 256: two frames of which no part differs by more are one picture. A digit of a clock differs by 50 and
more, noise and a new key frame of one picture by less than 5."""
_GRID: Final = (160, 90)
"""Parts that are compared."""

Shot = tuple[int, Image.Image]
"""Milliseconds from the first frame; the frame."""


def recognise(path: Path) -> list[Said]:
    """`watermark_time`, `line`, `barcode`, `number` and `still_ms` of a sample of frames, each with its instant;
    `cut` where there was no time for all, `no_frames` where nothing in it can be decoded."""
    from ombud.inspect import barcodes  # heavy, and `read` does without
    from ombud.inspect import recognise as recognising

    started = time.process_time()
    late = False

    def spent(seconds: float) -> bool:
        nonlocal late
        late = late or time.process_time() - started > seconds
        return late

    shots = list(frames(path, FRAMES, lambda: spent(DECODING_S)))
    if not shots:
        return [_said("problem", "no_frames")]
    late_decoding, late = late, False
    said = standing_still(shots)
    months: dict[str, tuple[str, int]] = {}
    for index in spread(len(shots)):
        if spent(READING_S):
            break
        at, picture = shots[index]
        said += recognising.watermark(picture, at_ms=at, known=months)
        said += barcodes.read(picture, at_ms=at)
    for at, picture in sharpest(shots, LABELLED_FRAMES):
        if spent(READING_S):
            break
        said += recognising.words(picture, at_ms=at)
    if late or late_decoding:
        said.append(_said("cut", "frames"))
    return once(said)


def spread(count: int) -> list[int]:
    """The numbers below `count` so that who stops early has looked all over: both ends, the middle, the quarters."""
    order = [0, count - 1]
    step = count
    while step > 1:
        step = (step + 1) // 2
        order += range(step, count, step)
    return list(dict.fromkeys(order))


def sharpest(shots: Sequence[Shot], parts: int) -> list[Shot]:
    """Of each of `parts` stretches of the clip the frame with the most edges."""
    cuts = [len(shots) * part // parts for part in range(parts + 1)]
    stretches = [shots[start:end] for start, end in pairwise(cuts) if end > start]
    return [max(stretch, key=lambda shot: _edges(shot[1])) for stretch in stretches]


def standing_still(shots: Sequence[Shot]) -> list[Said]:
    """The longest stretch over which every frame taken shows the same picture, where it is a second or more."""
    grids = [(at, picture.convert("L").resize(_GRID, Image.Resampling.BOX)) for at, picture in shots]
    longest = (0, 0)
    since = 0
    for index, (at, grid) in enumerate(grids):
        while not _same(grids[since][1], grid):
            since += 1
        if since == index:
            continue
        longest = max(longest, (at - grids[since][0], grids[since][0]), key=lambda stretch: stretch[0])
    still, at = longest
    if still < STILL * 1000:
        return []
    return [Said("still_ms", still, "frames", at_ms=at, tool=TOOL, version=VERSION)]


def once(said: Iterable[Said]) -> list[Said]:
    """The same words of several frames once, where they are seen first; but every clock, since clocks are compared.
    What could not be read is no matter of one frame."""
    kept: dict[tuple[object, ...], Said] = {}
    whole = [replace(one, at_ms=None) if one.field == "off" else one for one in said]
    for one in sorted(whole, key=lambda one: one.at_ms if one.at_ms is not None else -1):
        kept.setdefault((one.field, one.value, one.at_ms if one.field == "watermark_time" else None), one)
    return list(kept.values())


def _same(one: Image.Image, other: Image.Image) -> bool:
    return int(ImageChops.difference(one, other).getextrema()[1]) <= SAME  # type: ignore[arg-type]  # one band


def _edges(picture: Image.Image) -> float:
    return ImageStat.Stat(picture.convert("L").reduce(2).filter(ImageFilter.FIND_EDGES)).var[0]


def _said(field: str, value: str | int) -> Said:
    return Said(field, value, "container", tool=TOOL, version=VERSION)
