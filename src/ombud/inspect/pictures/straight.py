"""A slanted page made level for measuring in it, together with the boxes of what was read on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from PIL import Image

from ombud.domain.said import Box, Said
from ombud.inspect.recognise.upright import Page, level

_LEVEL: Final = 1.0
"""Degrees up to which boxes along the edges of the picture do."""


@dataclass(frozen=True, slots=True)
class Straight:
    """`image` is level, `said` has its boxes in it; `back` makes a box of it one of the picture as it was."""

    image: Image.Image
    said: tuple[Said, ...]
    page: Page | None = None

    def back(self, box: Box) -> Box:
        """What encloses the box in the picture as it was."""
        if self.page is None:
            return box
        height, width = self.page.grey.shape
        left, top, right, bottom = box
        return self.page.box(left * width / 1000, top * height / 1000, right * width / 1000, bottom * height / 1000)


def straight(image: Image.Image, said: Sequence[Said]) -> Straight:
    """Makes level what was recognised from a slanted or lying picture; anything else is left as it is."""
    if not any(one.field == "line" and one.source == "ocr" for one in said):
        return Straight(image, tuple(said))
    page = level(image)
    degrees = abs(math.degrees(math.atan2(page.back[1, 0], page.back[0, 0])))
    moved = [replace(one, box=_forward(page, one.box)) if one.box else one for one in said]
    if _on_its_head(moved):
        page = page.turned()
        moved = [replace(one, box=_forward(page, one.box)) if one.box else one for one in said]
    elif degrees < _LEVEL:
        return Straight(image, tuple(said))
    return Straight(Image.fromarray(page.grey), tuple(moved), page)


def _on_its_head(said: Sequence[Said]) -> bool:
    """Lines come in the order in which they are read: on a page on its head from the bottom to the top."""
    tops = [one.box[1] for one in said if one.field == "line" and one.box]
    rising = sum(after < before for before, after in pairwise(tops))
    return len(tops) > 2 and rising > 0.6 * len(tops)


def _forward(page: Page, box: Box) -> Box:
    """The box of a line on the level page, out of the box that encloses the slanted line in the picture."""
    across, down = ((box[2] - box[0]) * page.size[0] / 1000, (box[3] - box[1]) * page.size[1] / 1000)
    length = math.hypot(page.back[0, 0], page.back[1, 0])
    cosine, sine = abs(page.back[0, 0]) / length, abs(page.back[1, 0]) / length
    apart = cosine**2 - sine**2
    wide = max(4.0, (cosine * across - sine * down) / apart) / length
    tall = max(4.0, (cosine * down - sine * across) / apart) / length
    middle = ((box[0] + box[2]) * page.size[0] / 2000, (box[1] + box[3]) * page.size[1] / 2000)
    x, y = np.linalg.solve(page.back[:, :2], np.array(middle) - page.back[:, 2])
    height, width = page.grey.shape
    sides = ((x - wide / 2) / width, (y - tall / 2) / height, (x + wide / 2) / width, (y + tall / 2) / height)
    left, top, right, bottom = (min(1000, max(0, round(1000 * float(side)))) for side in sides)
    return left, top, right, bottom
