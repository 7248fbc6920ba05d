"""What stands in a photo or a frame of a video: the clock in its margins, and the labels on what it shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PIL import Image

from ombud.domain.said import Box, Said, Source
from ombud.inspect.recognise import months, neural, stamps
from ombud.inspect.recognise.neural import Seen

_BAND: Final = 0.12
"""Of the height, at the top and at the bottom: where cameras print their clock."""
_APART: Final = 24
"""Pixels of grey between the two bands, so that nothing is read across."""
_CLOCK_FOUND_AT: Final = 960
"""Pixels of the height of a picture at which its clock is found: cameras print it no smaller than a fiftieth of it."""
_LONGEST: Final = 300
_MOST_LINES: Final = 100
_MOST_TIMES: Final = 3


def watermark(image: Image.Image, at_ms: int | None = None, known: months.Known | None = None) -> list[Said]:
    """`watermark_time` for each clock in the top and bottom bands, surest first, and the `line`s read there.
    known: what was learnt of its months from other frames of the same video.

    Where the reader is missing: one `off`.
    """
    tall = max(1, round(_BAND * image.height))
    below = tall + _APART
    bands = Image.new("RGB", (image.width, below + tall), (128, 128, 128))
    bands.paste(image.crop((0, 0, image.width, tall)), (0, 0))
    bands.paste(image.crop((0, image.height - tall, image.width, image.height)), (0, below))
    read = neural.read(bands, found_at=min(1.0, _CLOCK_FOUND_AT / image.height))
    if read is None:
        return [Said("off", "watermark", "container", at_ms=at_ms)]
    # Back to places of the picture: what is under the gap belongs to its bottom.
    moved = [_down(one, image.height - tall - below) if one.box[1] >= tall else one for one in read]
    said = [_line(one, image.size, at_ms) for one in moved[:_MOST_LINES]]
    found: dict[str, Said] = {}
    for shown in _rows(moved):
        stamp = stamps.find(shown.text) or months.find(image, shown, known)
        if stamp and (stamp.iso not in found or found[stamp.iso].confidence < stamp.sure * shown.sure):
            found[stamp.iso] = replace(
                _line(shown, image.size, at_ms),
                field="watermark_time",
                value=stamp.iso,
                source="picture" if at_ms is None else "frames",
                confidence=round(stamp.sure * shown.sure, 2),
            )
    times = sorted(found.values(), key=lambda one: -one.confidence)
    return times[:_MOST_TIMES] + said


def words(image: Image.Image, at_ms: int | None = None) -> list[Said]:
    """A `line` for each text in the picture, from top to bottom; one `off` where the reader is missing."""
    read = neural.read(image)
    if read is None:
        return [Said("off", "ocr", "container", at_ms=at_ms)]
    return [_line(one, image.size, at_ms) for one in read[:_MOST_LINES]]


def _rows(read: Sequence[Seen]) -> list[Seen]:
    """Each text by itself, and where none of two neighbours shows a clock, both together: a date and its time."""
    rows = [one for one in read if re.search(r"\d", one.text)]
    whole = [one for one in rows if stamps.find(one.text)]
    rest = [one for one in rows if one not in whole]
    joined = [
        Seen(f"{one.text} {other.text}", _around(one, other), min(one.sure, other.sure) * 0.95)
        for one in rest
        for other in rest
        if one is not other and _follows(one, other)
    ]
    return [*whole, *joined, *rest]


def _follows(one: Seen, other: Seen) -> bool:
    """Whether `other` goes on where `one` ends: beside it in the row, or under it."""
    tall = one.box[3] - one.box[1]
    if not 0.6 < (other.box[3] - other.box[1]) / max(1.0, tall) < 1.7:
        return False
    same_row = abs(one.box[1] - other.box[1]) < 0.5 * tall and -0.5 * tall < other.box[0] - one.box[2] < 3 * tall
    under = abs(one.box[0] - other.box[0]) < 2 * tall and -0.3 * tall < other.box[1] - one.box[3] < 0.8 * tall
    return same_row or under


def _around(one: Seen, other: Seen) -> tuple[float, float, float, float]:
    return (
        min(one.box[0], other.box[0]),
        min(one.box[1], other.box[1]),
        max(one.box[2], other.box[2]),
        max(one.box[3], other.box[3]),
    )


def _down(one: Seen, by: float) -> Seen:
    left, top, right, bottom = one.box
    return replace(one, box=(left, top + by, right, bottom + by))


def _line(seen: Seen, size: tuple[int, int], at_ms: int | None) -> Said:
    left, top, right, bottom = seen.box
    places = (left / size[0], top / size[1], right / size[0], bottom / size[1])
    one, two, three, four = (min(1000, max(0, round(1000 * place))) for place in places)
    box: Box = (one, two, three, four)
    source: Source = "ocr" if at_ms is None else "frames"
    sure = round(seen.sure, 2)
    return Said("line", seen.text[:_LONGEST], source, None, box, at_ms, sure, neural.TOOL, neural.installed())
