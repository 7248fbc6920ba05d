"""By what a picture is known again: its very pixels, or for photos their rough pattern of light."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from PIL import Image

_SMALL: Final = 400
"""Pixels of the longer side of what is looked at for its light."""
_BAND: Final = 128
"""Rows that are hashed at once; whole fields of 8."""


def digest(picture: Image.Image) -> str:
    """SHA-256 in hexadecimal over `WIDTHxHEIGHT`, a line feed, and the green of every pixel row by row, as stored.

    As stored means not turned by EXIF: so the same JPEG in a PDF and as a file has one digest. Green is what light is
    mostly made of: pictures that differ have another one, and it is hashed in a third of the time of all three.
    """
    return digest_and_flat_share(picture)[0]


def digest_and_flat_share(picture: Image.Image) -> tuple[str, float]:
    """`digest`, and the share of 8 by 8 fields in which all pixels are the same, as only drawn pictures and
    black-and-white scans are."""
    width, height = picture.size
    hashed = hashlib.sha256(f"{width}x{height}\n".encode())
    step = max(1, int((height * width / 64 / 20_000) ** 0.5))  # 20,000 fields are enough
    flat = fields = 0
    for top, green in _bands(picture):
        hashed.update(green)
        light = np.frombuffer(green, np.uint8).reshape(-1, width)
        rows = light[: len(light) // 8 * 8, : width // 8 * 8].reshape(-1, 8, width // 8, 8)
        some = rows[-(top // 8) % step :: step, :, ::step].transpose(1, 3, 0, 2).reshape(64, -1)
        if some.size:
            flat += int((some.max(axis=0) - some.min(axis=0) <= 1).sum())  # all fields at once, pixel by pixel
            fields += some.shape[1]
    return hashed.hexdigest(), flat / fields if fields else 0.0


def _bands(picture: Image.Image) -> Iterator[tuple[int, bytes]]:
    """Row on which it starts, the green of its pixels (of a grey picture its grey): band by band, each small enough
    to stay in the processor's memory."""
    plain, raw = (picture, ("raw", "L")) if picture.mode == "L" else (_rgb(picture), ("raw", "G"))
    for top in range(0, plain.height, _BAND):
        below = min(plain.height, top + _BAND)
        yield top, plain.crop((0, top, plain.width, below)).tobytes(*raw)


def _rgb(picture: Image.Image) -> Image.Image:
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def dhash(shrunk: Image.Image) -> str:
    """16 hexadecimal digits: whether light grows or falls between 9 by 8 fields, from left to right. shrunk: `small`.

    No library is used for it: ImageHash brings SciPy and PyWavelets along for these lines.
    """
    fields = np.asarray(shrunk.convert("L").resize((9, 8), Image.Resampling.BOX), dtype=np.int16)
    return np.packbits(fields[:, 1:] > fields[:, :-1]).tobytes().hex()


def is_photo(shrunk: Image.Image) -> bool:
    """Whether a picture that is not flat shows things, not paper and not a screen. shrunk: its `small`.

    Scans of one template and captures of one screen have the same pattern of light, so theirs says nothing.
    """
    return paper_share(shrunk) < 0.55


def paper_share(shrunk: Image.Image) -> float:
    """Share of the picture that is as bright as its surroundings and without colour: paper, also in shadow. shrunk:
    `small`."""
    red, green, blue = cv2.split(np.asarray(shrunk))
    light, dark = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    around = cv2.blur(cv2.dilate(light, np.ones((15, 15), np.uint8)), (31, 31))
    spread = cv2.subtract(light, dark)
    return float(((light >= 0.85 * around) & (light > 90) & (spread < 0.25 * light)).mean())


def small(picture: Image.Image) -> Image.Image:
    """The same picture, its longer side not much over 400 pixels: each the mean of a square of the large ones."""
    return picture.reduce(max(1, max(picture.size) // _SMALL))
