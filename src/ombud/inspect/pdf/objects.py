"""What is drawn on a page besides letters: pictures and filled shapes, in the order in which they are drawn."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from ombud.inspect.pdf.layout import Edges
from ombud.inspect.pdf.letters import Sight

_SMALLEST_FILL = 4.0
"""Points on either side: what is thinner is a rule of a table and hides no word."""
_OPAQUE = 128
_RECTANGLE = 5
_DEEPEST = 8
_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled shape, or a picture (colour None): where it is seen, and its place in the order of drawing."""

    edges: Edges
    order: int
    colour: tuple[int, int, int] | None
    raw: Any = None


@dataclass(slots=True)
class Drawn:
    """All of a page: pictures, filled shapes, the order of its text objects by their address.

    corners: of all filled shapes with more than a rectangle has.
    """

    pictures: list[Fill] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    orders: dict[int, int] = field(default_factory=dict)
    corners: int = 0
    count: int = 0
    most: int = 0


def drawn(page: pypdfium2.PdfPage, sight: Sight, most: int) -> Drawn:
    """Everything drawn on the page, up to so many objects."""
    found = Drawn(most=most)
    _collect(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, _SAME, 0, sight, found)
    return found


def _collect(of: Any, count: Any, get: Any, matrix: _Matrix, depth: int, sight: Sight, found: Drawn) -> None:
    for index in range(count(of)):
        if found.count >= found.most:
            return
        raw = get(of, index)
        if not raw:
            continue
        found.count += 1
        match pdfium.FPDFPageObj_GetType(raw):
            case pdfium.FPDF_PAGEOBJ_TEXT:
                found.orders[ctypes.cast(raw, ctypes.c_void_p).value or 0] = found.count
            case pdfium.FPDF_PAGEOBJ_IMAGE:
                found.pictures.append(Fill(_edges(raw, matrix, sight), found.count, None, raw))
            case pdfium.FPDF_PAGEOBJ_PATH:
                _path(raw, matrix, sight, found)
            case pdfium.FPDF_PAGEOBJ_FORM if depth < _DEEPEST:
                inner = pdfium.FS_MATRIX()
                pdfium.FPDFPageObj_GetMatrix(raw, inner)
                within = _times((inner.a, inner.b, inner.c, inner.d, inner.e, inner.f), matrix)
                forms = pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject
                _collect(raw, *forms, within, depth + 1, sight, found)


def _path(raw: Any, matrix: _Matrix, sight: Sight, found: Drawn) -> None:
    how, stroked = ctypes.c_int(), ctypes.c_int()
    if not pdfium.FPDFPath_GetDrawMode(raw, how, stroked) or how.value == pdfium.FPDF_FILLMODE_NONE:
        return
    red, green, blue, alpha = (ctypes.c_uint(0) for _ in range(4))
    if not pdfium.FPDFPageObj_GetFillColor(raw, red, green, blue, alpha) or alpha.value < _OPAQUE:
        return
    corners = pdfium.FPDFPath_CountSegments(raw)
    found.corners += corners if corners > _RECTANGLE else 0
    edges = _edges(raw, matrix, sight)
    if edges[2] - edges[0] >= _SMALLEST_FILL and edges[3] - edges[1] >= _SMALLEST_FILL:
        found.fills.append(Fill(edges, found.count, (red.value, green.value, blue.value)))


def _edges(raw: Any, matrix: _Matrix, sight: Sight) -> Edges:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(raw, left, bottom, right, top)
    corners = [_moved(x, y, matrix) for x in (left.value, right.value) for y in (bottom.value, top.value)]
    seen = [sight.point(x, y) for x, y in corners]
    xs, ys = [x for x, _ in seen], [y for _, y in seen]
    return min(xs), min(ys), max(xs), max(ys)


def _moved(x: float, y: float, matrix: _Matrix) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    right = _moved(e, f, then)
    return (
        a * then[0] + b * then[2],
        a * then[1] + b * then[3],
        c * then[0] + d * then[2],
        c * then[1] + d * then[3],
        *right,
    )
