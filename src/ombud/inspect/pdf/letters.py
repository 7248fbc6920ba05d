"""The letters of a page as pdfium gives them -> runs: what is drawn one after the other on one baseline."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ombud.inspect.pdf.layout import Edges, Run

_NEW_RUN = 1.0
"""A gap of so many sizes of the letters ends a run; so does going back by half of one."""
_SMALLEST = 1.0
"""Points: smaller letters are not seen by anybody."""
_FAINT = 12
"""Of 255: fainter is not drawn."""
_ASLANT = 0.1
"""Radians off the next quarter of a turn."""
_NOT_DRAWN = {pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP}
_WHOLE = 1_000_000
"""Pixels of the imaginary screen that pdfium maps a page to, so that its whole numbers are exact enough."""
_LONGEST_RUN = 300
_MOST_MARKS = 20
_LAYER = "OC\0".encode("utf-16-le")


_object_of = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(pdfium.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)
"""The address of the text object that a letter belongs to: asked for every letter, so without a pointer made of it."""


@dataclass(slots=True)
class Shown:
    """How the letters of one text object are drawn. layered: on a layer of the page that may be switched off."""

    size: float
    turned: int
    colour: tuple[int, int, int]
    drawn: bool
    order: int
    layered: bool


@dataclass(slots=True)
class Stretch:
    """A run, and how it is drawn."""

    run: Run
    shown: Shown
    letters: int = 1


class Sight:
    """How a page is shown: from its own coordinates to points from its top left, turned as its /Rotate says."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.width, self.height = page.get_size()
        at = [self._at(page, x, y) for x, y in ((0, 0), (1000, 0), (0, 1000))]
        (self.x, self.y), (ax, ay), (bx, by) = at
        self.a, self.b = (ax - self.x) / 1000, (ay - self.y) / 1000
        self.c, self.d = (bx - self.x) / 1000, (by - self.y) / 1000

    def _at(self, page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
        right, down = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, _WHOLE, _WHOLE, 0, x, y, right, down)
        return right.value * self.width / _WHOLE, down.value * self.height / _WHOLE

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page is seen."""
        return self.a * x + self.c * y + self.x, self.b * x + self.d * y + self.y

    def edges(self, left: float, bottom: float, right: float, top: float) -> Edges:
        """Where a box of the page is seen."""
        (x, y), (to_x, to_y) = self.point(left, bottom), self.point(right, top)
        return min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)

    def direction(self, a: float, b: float) -> int:
        """Degrees to the right by which letters of the matrix `a b ...` are turned, in quarters; -1: aslant."""
        x, y = self.a * a + self.c * b, self.b * a + self.d * b
        angle = math.atan2(y, x)
        quarter = round(angle / (math.pi / 2))
        return (quarter % 4) * 90 if abs(angle - quarter * math.pi / 2) <= _ASLANT else -1


class Letters:
    """Reads one text page letter by letter; what holds of a whole text object is asked once.

    orders: address of a text object -> its place in the order of drawing. unmapped: glyphs without a letter, so far.
    """

    def __init__(self, text: pypdfium2.PdfTextPage, sight: Sight, orders: dict[int, int]) -> None:
        self.text, self.sight, self.orders = text, sight, orders
        self.known: dict[int, tuple[Shown, float] | None] = {}
        self.box, self.matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
        self.x, self.y = ctypes.c_double(), ctypes.c_double()
        self.colour = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
        self.spaced = True
        self.now: Stretch | None = None
        self.unmapped = 0
        self.raw = text.raw
        self.address = ctypes.cast(text.raw, ctypes.c_void_p)

    def stretches(self, most: int) -> list[Stretch]:
        """The runs in the order in which they are drawn, of at most so many letters."""
        stretches: list[Stretch] = []
        for index in range(min(self.text.count_chars(), most)):
            code = pdfium.FPDFText_GetUnicode(self.raw, index)
            if code <= 32 or code in (0xA0, 0xAD, 0xFFFE, 0x200B, 0xFEFF):
                self.spaced |= code not in (0xAD, 0xFFFE, 0x200B, 0xFEFF)
                continue
            done = self._letter(index, "\ufffd" if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF else chr(code))
            if done is not None:
                stretches.append(done)
        return [*stretches, self.now] if self.now is not None else stretches

    def _letter(self, index: int, letter: str) -> Stretch | None:
        """Puts the letter where it belongs; gives the run that it ended, if any."""
        of = _object_of(self.address, index) or 0
        if of not in self.known or not of:
            self.known[of] = self._shown(index, of)
        known = self.known[of]
        if known is None or not pdfium.FPDFText_GetLooseCharBox(self.raw, index, self.box):
            return None
        shown, baseline = known
        self.unmapped += pdfium.FPDFText_HasUnicodeMapError(self.raw, index) == 1
        edges = self.sight.edges(self.box.left, self.box.bottom, self.box.right, self.box.top)
        x, y = (edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2
        if not (0 <= x <= self.sight.width and 0 <= y <= self.sight.height):
            return None
        begin, end = _along(edges, shown.turned)
        now = self.now
        if now is not None and self._goes_on(now, shown, begin, baseline):
            run = now.run
            gap = self.spaced or begin - run.end > 0.3 * shown.size
            run.text += f" {letter}" if gap else letter
            left, top, right, bottom = run.edges
            run.edges = (
                edges[0] if edges[0] < left else left,  # noqa: FURB136  for every letter: twice as fast as min and max
                edges[1] if edges[1] < top else top,  # noqa: FURB136
                edges[2] if edges[2] > right else right,  # noqa: FURB136
                edges[3] if edges[3] > bottom else bottom,  # noqa: FURB136
            )
            run.end = max(run.end, end)
            now.letters += 1
            self.spaced = False
            return None
        first = f" {letter}" if self.spaced else letter
        self.now = Stretch(Run(first, edges, begin, end, baseline, shown.size, shown.turned), shown)
        self.spaced = False
        return now

    @staticmethod
    def _goes_on(now: Stretch, shown: Shown, begin: float, baseline: float) -> bool:
        run = now.run
        if shown is not now.shown and (
            shown.turned != run.turned
            or shown.drawn != now.shown.drawn
            or shown.colour != now.shown.colour
            or shown.layered != now.shown.layered
            or abs(shown.size - run.size) > 0.5 * run.size
        ):
            return False
        if shown.turned == -1:
            return shown is now.shown
        return (
            abs(baseline - run.baseline) < 0.25 * run.size
            and -0.5 * run.size < begin - run.end < _NEW_RUN * run.size
            and len(run.text) < _LONGEST_RUN
        )

    def _shown(self, index: int, of: int) -> tuple[Shown, float] | None:
        """How the text object of this letter is drawn, and its baseline; None where nobody could see it."""
        pdfium.FPDFText_GetMatrix(self.raw, index, self.matrix)
        size = pdfium.FPDFText_GetFontSize(self.raw, index) * math.hypot(self.matrix.c, self.matrix.d)
        if size < _SMALLEST:
            return None
        turned = self.sight.direction(self.matrix.a, self.matrix.b)
        pdfium.FPDFText_GetCharOrigin(self.raw, index, self.x, self.y)
        at = self.sight.point(self.x.value, self.y.value)
        baseline = {90: -at[0], 180: -at[1], 270: at[0]}.get(turned, at[1])
        painted = pdfium.FPDFText_GetTextObject(self.raw, index)
        if not painted:
            return Shown(size, turned, (0, 0, 0), True, -1, False), baseline
        colour, drawn = self._colour(painted)
        return Shown(size, turned, colour, drawn, self.orders.get(of, -1), self._layered(painted)), baseline

    @staticmethod
    def _layered(painted: Any) -> bool:
        for number in range(min(pdfium.FPDFPageObj_CountMarks(painted), _MOST_MARKS)):
            name, length = (ctypes.c_ushort * 3)(), ctypes.c_ulong()
            pdfium.FPDFPageObjMark_GetName(pdfium.FPDFPageObj_GetMark(painted, number), name, 6, length)
            if length.value == 6 and bytes(name) == _LAYER:
                return True
        return False

    def _colour(self, painted: Any) -> tuple[tuple[int, int, int], bool]:
        """The colour of the letters, and whether they are drawn at all."""
        mode = pdfium.FPDFTextObj_GetTextRenderMode(painted)
        red, green, blue, alpha = self.colour
        stroked = mode in (pdfium.FPDF_TEXTRENDERMODE_STROKE, pdfium.FPDF_TEXTRENDERMODE_STROKE_CLIP)
        ask = pdfium.FPDFPageObj_GetStrokeColor if stroked else pdfium.FPDFPageObj_GetFillColor
        if not ask(painted, red, green, blue, alpha):
            return (0, 0, 0), mode not in _NOT_DRAWN
        return (red.value, green.value, blue.value), mode not in _NOT_DRAWN and alpha.value >= _FAINT


def _along(edges: Edges, turned: int) -> tuple[float, float]:
    """Where a box begins and ends in the direction of its text."""
    match turned:
        case 90:
            return edges[1], edges[3]
        case 180:
            return -edges[2], -edges[0]
        case 270:
            return -edges[3], -edges[1]
    return edges[0], edges[2]
