"""Barcodes in a picture, and the numbers in them that may be a parcel's.

A misread is worse than none, since a number read here may refuse a piece of evidence: only what carries check digits is
believed at once; what carries none is read a second time, from a picture of another size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

import zxingcpp
from PIL import Image
from zxingcpp import BarcodeFormat, BarcodeFormats

from ombud.domain.said import Box, Said

TOOL: Final = "zxing-cpp"
VERSION: Final = version("zxing-cpp")

_CHECKED: Final = (
    BarcodeFormat.Code128, BarcodeFormat.Code93, BarcodeFormat.QRCode, BarcodeFormat.DataMatrix, BarcodeFormat.Aztec,
    BarcodeFormat.PDF417, BarcodeFormat.MaxiCode, BarcodeFormat.EAN13, BarcodeFormat.UPCA, BarcodeFormat.DataBar,
)  # fmt: skip
_UNCHECKED: Final = (BarcodeFormat.ITF, BarcodeFormat.Code39, BarcodeFormat.Codabar)
"""Stripes of them are found in tables and crossed text; a short one is never believed."""
_SHORTEST_UNCHECKED: Final = 8
_OF_GOODS: Final = (BarcodeFormat.EANUPC, BarcodeFormat.DataBar)
"""What stands on goods: its number names a product, never a parcel."""
_LONGEST_SIDE: Final = 2400
"""Pixels. A label that fills a tenth of a phone's picture still has three pixels a stripe."""
_MOST: Final = 40
_LONGEST: Final = 300
_MOST_NUMBERS: Final = 5
"""Numbers taken out of one barcode; the ones in squares hold whole records."""
_NUMBER: Final = re.compile(r"[A-Z0-9]{6,40}")
_SEPARATOR: Final = "\x1d"
_POSTAL: Final = re.compile(r"420(?:\d{5}|\d{9})(?=9[1-5]\d{18,24}$)")
"""USPS puts the postal code of the recipient before the number of the parcel."""
_PARCEL_FIELDS: Final = {"00": 18, "401": 30, "402": 17}
"""GS1 application identifiers that number a parcel, a consignment or a shipment, and how long they may be."""
_FIXED: Final = {"00": 18, "01": 14, "02": 14, "11": 6, "13": 6, "15": 6, "17": 6, "20": 2, "402": 17, "410": 13}
"""Identifiers whose value ends without a separator."""


def read(image: Image.Image, page: int | None = None, at_ms: int | None = None) -> list[Said]:
    """A `barcode` for each symbol that is sure, and a `number` for what in it may be a tracking number."""
    grey = image.convert("L")
    scale = max(1.0, max(grey.size) / _LONGEST_SIDE)
    if scale > 1:
        grey = grey.resize((round(grey.width / scale), round(grey.height / scale)), Image.Resampling.BOX)
    said: list[Said] = []
    for symbol in _sure(grey)[:_MOST]:
        place = _box(symbol.position, grey.size)
        text = "".join(letter if letter.isprintable() else " " for letter in symbol.text).strip()
        if not text:
            continue
        said.append(_said("barcode", text[:_LONGEST], place, page, at_ms))
        said += [_said("number", number, place, page, at_ms) for number in numbers(symbol)]
    return said


def numbers(symbol: zxingcpp.Barcode) -> list[str]:
    """What in a barcode may be a tracking number: 6 to 40 capitals and digits, at least five digits; each once."""
    if symbol.symbology in _OF_GOODS:
        return []
    text = symbol.text.strip("ABCDabcd") if symbol.symbology == BarcodeFormat.Codabar else symbol.text
    if symbol.content_type == zxingcpp.ContentType.GS1:
        candidates = [value for key, value in _gs1(text) if key in _PARCEL_FIELDS]
    elif re.search(r"[:/|=,;{\n\x1d\x1e]", text):  # a record or an address
        candidates = re.split(r"[^A-Za-z0-9-]+", text)
    else:
        candidates = [text]
    bare = (_POSTAL.sub("", re.sub(r"[\s-]", "", one).upper()) for one in candidates)
    kept = (one for one in bare if _NUMBER.fullmatch(one) and sum(map(str.isdigit, one)) >= 5)
    return list(dict.fromkeys(kept))[:_MOST_NUMBERS]


def _sure(grey: Image.Image) -> list[zxingcpp.Barcode]:
    symbols = zxingcpp.read_barcodes(
        grey, formats=BarcodeFormats([*_CHECKED, *_UNCHECKED]), text_mode=zxingcpp.TextMode.Plain
    )
    sure = [one for one in symbols if not _unchecked(one)]
    doubted = [one for one in symbols if _unchecked(one) and len(one.text) >= _SHORTEST_UNCHECKED]
    if doubted:
        size = (max(1, round(grey.width * 0.9)), max(1, round(grey.height * 0.9)))
        again = _symbols(grey.resize(size, Image.Resampling.BICUBIC).rotate(180), BarcodeFormats(_UNCHECKED))
        seen = {(one.symbology, one.text) for one in again}
        sure += [one for one in doubted if (one.symbology, one.text) in seen]
    return sure


def _symbols(grey: Image.Image, formats: BarcodeFormats) -> list[zxingcpp.Barcode]:
    return zxingcpp.read_barcodes(grey, formats=formats, text_mode=zxingcpp.TextMode.Plain)


def _unchecked(symbol: zxingcpp.Barcode) -> bool:
    return symbol.symbology in _UNCHECKED


def _gs1(text: str) -> Iterator[tuple[str, str]]:
    """Application identifier, value; stops at one that it does not know the end of."""
    rest = text.strip(_SEPARATOR)
    while rest:
        key = next((rest[:long] for long in (2, 3) if rest[:long] in _FIXED or rest[:long] in _PARCEL_FIELDS), "")
        if not key:  # of unknown length unless a separator ends it
            _, found, rest = rest.partition(_SEPARATOR)
            if not found:
                return
            continue
        body = rest[len(key) :]
        if key in _FIXED:
            value, rest = body[: _FIXED[key]], body[_FIXED[key] :].lstrip(_SEPARATOR)
        else:
            value, _, rest = body.partition(_SEPARATOR)
        if len(value) <= _PARCEL_FIELDS.get(key, 40):
            yield key, value


def _box(position: zxingcpp.Position, size: tuple[int, int]) -> Box:
    corners = (position.top_left, position.top_right, position.bottom_left, position.bottom_right)
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    places = (min(across) / size[0], min(down) / size[1], max(across) / size[0], max(down) / size[1])
    left, top, right, bottom = (min(1000, max(0, round(1000 * place))) for place in places)
    return left, top, right, bottom


def _said(field: str, value: str, place: Box, page: int | None, at_ms: int | None) -> Said:
    return Said(field, value, "barcode", page, place, at_ms, tool=TOOL, version=VERSION)
