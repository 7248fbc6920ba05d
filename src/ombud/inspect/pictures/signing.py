"""How much of a place to sign is inked: strokes of a pen, not the line to sign on, its label, or what is printed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from ombud.domain.said import Box, Said
from ombud.inspect.pictures import strokes
from ombud.inspect.pictures.opening import TOOL, VERSION
from ombud.inspect.pictures.straight import straight

_SIGNED: Final = 4
"""Thousandths from which on a place is taken to hold strokes, where several places are to choose from."""
_NARROWEST: Final = 60
_WIDEST: Final = 400
_TALLEST: Final = 60
"""Thousandths of the width and height that a place to sign takes."""
_SMALLER: Final = 0.85
"""The letters of a label are hardly ever smaller than this share of those that are usual on the page."""
_PRINTED: Final = 0.7
"""How sure a recognised line must be to count as printed: a scribble is read as letters too, but never surely."""
_GAP: Final = re.compile(r"[_.…‗‾—–-]{3,}|_{2,}")
_WORD, _LONG_WORD = re.compile(r"[^\W\d_]{3}"), re.compile(r"[^\W\d_]{4}")
"""A scribble is read as a few letters, and beside a label as surely as the label."""


def ink(image: Image.Image, box: Box) -> int:
    """Share of the box that is inked, in thousandths; straight lines and dots in a row are no ink."""
    return strokes.share_of(strokes.strokes_of(strokes.cut(image, box)))


def signatures(image: Image.Image, said: Sequence[Said]) -> list[Said]:
    """`ink` for each `signature_field` in `said` (all of the one page or photo that `image` shows).

    The box of each is the place that was looked at: beside, below or above its label, up to the next text.
    """
    if not any(one.field == "signature_field" and one.box for one in said):
        return []
    even = straight(image, said)
    cells = {place: _cells(even.image, one) for place, one in enumerate(even.said) if one.field == "line" and one.box}
    found: list[Said] = []
    for place, field in enumerate(said):
        if field.field == "signature_field" and field.box is not None:
            # Which line it is of is told by the boxes as they came: of a part of a slanted line they are too high.
            own = next((line for line in cells if _holds(said[line], field)), None)
            share, looked_at = _best(even.image, even.said[place], own, cells)
            found.append(Said("ink", share, "picture", field.page, even.back(looked_at), tool=TOOL, version=VERSION))
    return found


def _best(image: Image.Image, field: Said, line: int | None, by_line: Mapping[int, Sequence[Said]]) -> tuple[int, Box]:
    """The inked share of the place that belongs to the label, and that place. line: the one that the label is in."""
    held = [cell for cell in (by_line[line] if line is not None else ()) if _says(cell, field)]
    own = min(held, key=lambda cell: abs(_left(cell) - _left(field)), default=field)
    others = [cell for each in by_line.values() for cell in each if cell is not own and not _may_be_scribble(cell)]
    printed = [cell.box for cell in others if cell.box]
    looked = [_looked_at(image, place, printed) for place in _places(image, field, own, printed, _Type.of(others))]
    # A line to sign on tells which place is meant; but borders of cells look like one, so ink beside the label counts.
    ruled = [one for one in looked if one.ruled]
    signed = [one for one in (*ruled, looked[0]) if one.share >= _SIGNED]
    best = (signed or ruled or looked)[0]
    return best.share, best.place


class _Looked(NamedTuple):
    """share: of the place that is inked, in thousandths. ruled: there is a line to sign on."""

    share: int
    ruled: bool
    place: Box


class _Type(NamedTuple):
    """What is usual on a page: how high a line is, in thousandths, and how wide a letter is for that (share of it).
    letter: how wide it is, in thousandths. The boxes of slanted lines are too high, and letters too narrow for them."""

    tall: float
    wide: float
    letter: float = 0.0

    @classmethod
    def of(cls, cells: Sequence[Said]) -> _Type:
        """As the lines of the page have it."""
        boxes = [(cell.box, len(str(cell.value))) for cell in cells if cell.box and len(str(cell.value)) >= 6]
        if not boxes:
            return cls(_TALLEST / 4, 0.7)
        tall = median(box[3] - box[1] for box, _ in boxes)
        wide = median((box[2] - box[0]) / letters / max(1, box[3] - box[1]) for box, letters in boxes)
        return cls(tall, wide, median((box[2] - box[0]) / letters for box, letters in boxes))


def _cells(image: Image.Image, line: Said) -> list[Said]:
    """The parts of a line that two spaces part, each with its own box: the widest gaps between letters part them."""
    texts = re.split(r" {2,}", str(line.value).strip())
    if len(texts) == 1 or line.box is None:
        return [line]
    left, top, right, bottom = line.box
    dark = strokes.dark_of(strokes.cut(image, line.box))
    inked = np.flatnonzero(strokes.without_rules(dark, strokes.rules_of(dark)).any(axis=0))
    if inked.size < len(texts):
        return [line]
    gaps = np.diff(inked)
    ends = sorted(int(at) for at in np.argsort(gaps)[::-1][: len(texts) - 1])
    starts = [int(inked[0]), *(int(inked[at + 1]) for at in ends)]
    stops = [*(int(inked[at]) for at in ends), int(inked[-1])]
    scale = (right - left) / dark.shape[1]
    return [
        replace(line, value=text, box=(round(left + start * scale), top, round(left + stop * scale) + 1, bottom))
        for text, start, stop in zip(texts, starts, stops, strict=True)
    ]


def _holds(line: Said, field: Said) -> bool:
    """Whether the label stands in that line."""
    one, other = line.box or (0, 0, 0, 0), field.box or (0, 0, 0, 0)
    beside = one[0] < other[2] and other[0] < one[2]
    return beside and abs(one[1] - other[1]) <= 2 and _says(line, field)


def _says(line: Said, field: Said) -> bool:
    return str(field.value).lower() in str(line.value).lower()


def _left(cell: Said) -> int:
    return cell.box[0] if cell.box else 0


def _may_be_scribble(cell: Said) -> bool:
    return cell.source == "ocr" and (cell.confidence < _PRINTED or not _WORD.search(str(cell.value)))


def _places(image: Image.Image, field: Said, own: Said, printed: Sequence[Box], usual: _Type) -> list[Box]:
    """Where the signature may stand, the likeliest first; at least one."""
    _, top, _, bottom = own.box or (0, 0, 0, 0)
    left, start, beside = _gap(image, field, own, usual)
    tall = max(8, min(bottom - top, round(1.3 * usual.tall)))
    if beside is None:
        middle = (top + bottom) // 2
        row = [box[0] for box in printed if box[1] < middle < box[3] and box[0] >= start]
        beside = min([*row, start + _WIDEST, 970])
    places: list[Box] = []
    if beside - start >= _NARROWEST:
        places.append((start, max(0, top - round(1.2 * tall)), beside, min(1000, bottom + round(0.7 * tall))))
    wide = max(_NARROWEST, start - left)
    across = (max(0, left - wide // 2), min(1000, start + wide // 2))
    above = max([box[3] for box in printed if _meet(box, across) and box[3] <= top + 2] + [top - _TALLEST, 0])
    below = min([box[1] for box in printed if _meet(box, across) and box[1] >= bottom - 2] + [bottom + _TALLEST, 1000])
    under, over = (across[0], bottom + 1, across[1], below), (across[0], above, across[1], top - 1)
    places += [box for box in (under, over) if box[3] - box[1] >= tall]
    return places or [(start, top, max(beside, start + 1), bottom)]


def _gap(image: Image.Image, field: Said, own: Said, usual: _Type) -> tuple[int, int, int | None]:
    """Where the label begins and ends, and where after a gap to fill in its own line the next printed words begin."""
    left, top, right, bottom = own.box or (0, 0, 0, 0)
    text, label = str(own.value), str(field.value)
    begins = max(0, text.lower().find(label.lower()))
    rest = text[begins + len(label) :]
    # Where it is higher or longer than its words are, a scribble was taken into it.
    higher = own.source == "ocr" and bottom - top > 1.4 * usual.tall
    letter = max(usual.wide * (usual.tall if higher else bottom - top), _SMALLER * usual.letter)
    gap = _GAP.search(rest)
    if not gap and not higher and right - left < 1.25 * letter * len(text):
        letter = min(letter, (right - left) / max(1, len(text)))
        goes_on = _LONG_WORD.search(rest) and (own.source != "ocr" or own.confidence >= _PRINTED)
        if goes_on or not re.search(r"\w", rest):
            return round(left + begins * letter), right + 2, None
    words = _GAP.split(rest)[-1].strip(" :_.-/|()") if gap else ""
    more = rest[: gap.start()].rstrip() if gap else rest[: len(rest) - len(rest.lstrip(" :"))]
    if gap and not _WORD.search(more):
        more = ""  # a scribble that stands in front of the rest of the line to sign on
    label_ends = begins + len(label) + len(more)
    ends = _past_the_word(image, (round(left + label_ends * letter), top, right, bottom))
    # Where no blank parts it from what is left of its box, that is the rest of its letters, or a scribble read as some.
    bare = not higher and not re.search(r"\w", rest)
    start = ends if ends is not None else right + 2 if bare else round(left + label_ends * letter)
    beside = max(start, round(right - (len(words) + 1) * letter)) if _LONG_WORD.search(words) else None
    return round(left + begins * letter), start, beside


def _past_the_word(image: Image.Image, box: Box) -> int | None:
    """Where the word ends that begins or goes on at the left of the box; at most some letters further."""
    if box[2] <= box[0]:
        return box[0]
    dark = strokes.dark_of(strokes.cut(image, box))
    letters = np.asarray(strokes.without_rules(dark, strokes.rules_of(dark)).any(axis=0))
    blank = max(3, round(0.4 * dark.shape[0]))
    for start in range(min(len(letters) - blank, round(3.5 * dark.shape[0]))):
        if not letters[start : start + blank].any():
            return box[0] + round(start / len(letters) * (box[2] - box[0]))
    return None


def _meet(box: Box, across: tuple[int, int]) -> bool:
    return box[0] < across[1] and box[2] > across[0]


def _looked_at(image: Image.Image, place: Box, printed: Sequence[Box]) -> _Looked:
    """Looks for strokes in the place where nothing is printed; where there is a line to sign on, over its length."""
    dark = strokes.dark_of(strokes.cut(image, place))
    rules = strokes.rules_of(dark)
    left_over = strokes.without_rules(dark, rules)
    height, width = left_over.shape
    left, top, right, bottom = place
    for box in printed:
        if _meet(box, (left, right)) and box[3] > top and box[1] < bottom:
            across = [round((x - left) / (right - left) * width) for x in (box[0], box[2])]
            down = [round((y - top) / (bottom - top) * height) for y in (box[1], box[3])]
            left_over[max(0, down[0]) : max(0, down[1]), max(0, across[0] - 2) : max(0, across[1] + 2)] = 0
    ruled = strokes.longest_run(np.flatnonzero(rules.any(axis=0)), width // 20)
    if ruled.size < 0.3 * width:
        return _Looked(strokes.share_of(strokes.without_what_ends_it(left_over)), False, place)
    first, last = max(0, int(ruled[0]) - width // 20), min(width, int(ruled[-1]) + width // 20)
    scale = (right - left) / width
    starts = round(left + first * scale)
    narrowed = (starts, top, max(starts + 1, round(left + last * scale)), bottom)
    return _Looked(strokes.share_of(left_over[:, first:last]), True, narrowed)
