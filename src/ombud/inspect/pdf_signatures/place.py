"""Where on which page a field of a form is shown."""

from __future__ import annotations

from typing import Any

from ombud.domain.said import Box

_MOST_NODES = 10_000
_HIDDEN = 2 | 32
"""Flags of an annotation: hidden, no view."""
_A4 = [0, 0, 595, 842]

Place = tuple[int | None, Box | None]


def place(reader: Any, sig_field: Any) -> Place:
    """The page (from 1) and the box of a field where it is visible; `reader` is pyHanko's."""
    try:
        shown = sig_field if "/Rect" in sig_field else sig_field["/Kids"][0]
        left, bottom, right, top = (float(side) for side in shown["/Rect"])
        if left == right or bottom == top or int(shown.get("/F", 0)) & _HIDDEN:
            return None, None
        return _on_page(reader, shown, (left, bottom, right, top))
    except Exception:  # noqa: BLE001  a form out of shape: the signature counts, its place is not known
        return None, None


def _on_page(reader: Any, shown: Any, rect: tuple[float, float, float, float]) -> Place:
    wanted = shown.raw_get("/P") if "/P" in shown else None
    mine = getattr(shown, "container_ref", None)
    for number, (reference, page) in enumerate(_pages(reader.root), start=1):
        if wanted is not None and reference is not None:
            found = getattr(wanted, "reference", wanted) == reference
        else:
            found = any(getattr(each, "reference", None) == mine for each in page.get("/Annots", ()))
        if found:
            return number, _box(page, rect)
    return None, None


def _pages(root: Any) -> list[tuple[Any, Any]]:
    """Every page with its reference, in order."""
    pages: list[tuple[Any, Any]] = []
    left, met = [root.raw_get("/Pages")], set[Any]()
    while left and len(met) < _MOST_NODES:
        raw = left.pop()
        reference = getattr(raw, "reference", None)
        if reference in met:
            continue
        met.add(reference if reference is not None else id(raw))
        node = raw.get_object()
        if "/Kids" in node:
            left += [node["/Kids"].raw_get(index) for index in reversed(range(len(node["/Kids"])))]
        else:
            pages.append((reference, node))
    return pages


def _box(page: Any, rect: tuple[float, float, float, float]) -> Box:
    shown = _inherited(page, "/CropBox") or _inherited(page, "/MediaBox") or _A4
    x, y, to_x, to_y = (float(side) for side in shown)
    x, to_x, y, to_y = min(x, to_x), max(x, to_x), min(y, to_y), max(y, to_y)
    left, right = (sorted((rect[0] - x, rect[2] - x))[end] / (to_x - x) for end in (0, 1))
    top, bottom = (sorted((to_y - rect[1], to_y - rect[3]))[end] / (to_y - y) for end in (0, 1))
    for _ in range(int(_inherited(page, "/Rotate") or 0) % 360 // 90):
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    sides = [max(0, min(1000, round(1000 * side))) for side in (left, top, right, bottom)]
    return sides[0], sides[1], sides[2], sides[3]


def _inherited(page: Any, key: str) -> Any:
    for _ in range(50):
        if key in page:
            return page[key]
        if "/Parent" not in page:
            return None
        page = page["/Parent"]
    return None
