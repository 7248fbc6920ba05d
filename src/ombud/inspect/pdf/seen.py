"""Which of the letters in a text layer a reader sees: what is hidden must not speak for a document.

Letters that a picture covers, or that are not drawn above one, are what a scanner's software recognised: they are kept,
and told apart. Others that are not drawn, or in the colour of what lies beneath them, are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pypdfium2
from PIL import Image

from ombud.inspect.pdf import limits
from ombud.inspect.pdf.layout import Edges, Run
from ombud.inspect.pdf.letters import Stretch
from ombud.inspect.pdf.objects import Drawn, Fill
from ombud.inspect.pdf.rendering import draw

_COVERED = 0.6
"""Share of the box of a run that lies within a picture or shape."""
_ALIKE = 24
"""Of 255 a channel: nearer colours are looked at more closely."""
_CONTRAST = 16
"""Of 255: a box with less between its darkest and its lightest pixel has no letters."""
_DPI = 72
_PIXELS = 2_000_000
_WHITE = (255, 255, 255)


def seen(page: pypdfium2.PdfPage, stretches: list[Stretch], on_page: Drawn) -> list[Run]:
    """The runs that are seen, and those of a scanner's layer, marked as such."""
    fills, pictures = _largest(on_page.fills, len(stretches)), _largest(on_page.pictures, len(stretches))
    kept: list[Run] = []
    drawn: Image.Image | None = None
    for stretch in stretches:
        run = stretch.run
        above = _pictures(stretch, pictures)
        if above and (not stretch.shown.drawn or any(each.order > stretch.shown.order >= 0 for each in above)):
            run.layer = True
        elif not stretch.shown.drawn:
            continue
        elif not above and _may_be_hidden(stretch, fills):
            drawn = drawn or draw(page, _DPI, _PIXELS, grey=True)
            if not _contrast(drawn, run.edges, page.get_size()):
                continue
        kept.append(run)
    return kept


def _largest(shapes: Sequence[Fill], runs: int) -> list[Fill]:
    most = limits.MOST_COMPARED // max(1, runs)
    return sorted(shapes, key=lambda shape: _area(shape.edges), reverse=True)[:most]


def _pictures(stretch: Stretch, pictures: Iterable[Fill]) -> list[Fill]:
    return [each for each in pictures if _within(stretch.run.edges, each.edges) >= _COVERED]


def _may_be_hidden(stretch: Stretch, fills: Iterable[Fill]) -> bool:
    """Whether the letters are in the colour of what lies beneath, beneath something, or on a layer of their own."""
    if stretch.shown.layered:
        return True
    beneath, order = _WHITE, -1
    for fill in fills:
        if _within(stretch.run.edges, fill.edges) < _COVERED:
            continue
        if fill.order > stretch.shown.order >= 0:
            return True
        if fill.order > order and fill.colour is not None:
            beneath, order = fill.colour, fill.order
    return all(abs(own - other) < _ALIKE for own, other in zip(stretch.shown.colour, beneath, strict=True))


def _within(inner: Edges, outer: Edges) -> float:
    """The share of `inner` that lies within `outer`."""
    wide = min(inner[2], outer[2]) - max(inner[0], outer[0])
    high = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = _area(inner)
    return wide * high / area if wide > 0 and high > 0 and area > 0 else 0.0


def _area(edges: Edges) -> float:
    return (edges[2] - edges[0]) * (edges[3] - edges[1])


def _contrast(drawn: Image.Image, edges: Edges, size: tuple[float, float]) -> bool:
    across, down = drawn.width / size[0], drawn.height / size[1]
    left, top = max(0, int(edges[0] * across)), max(0, int(edges[1] * down))
    right, bottom = min(drawn.width, int(edges[2] * across) + 1), min(drawn.height, int(edges[3] * down) + 1)
    if left >= right or top >= bottom:
        return False
    darkest, lightest = drawn.crop((left, top, right, bottom)).getextrema()
    return bool(lightest - darkest >= _CONTRAST)  # type: ignore[operator]  # of one channel: two numbers
