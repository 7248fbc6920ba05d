"""By what a picture is known again: its very pixels, or for photos their rough pattern of light."""

from __future__ import annotations

import hashlib
from typing import Final

import cv2
import numpy as np
from PIL import Image

_SMALL: Final = 400
"""Pixels of the longer side of what is looked at for its light."""


def digest(picture: Image.Image) -> str:
    """SHA-256 in hexadecimal over `WIDTHxHEIGHT`, a line feed, and the green of every pixel row by row, as stored.

    As stored means not turned by EXIF: so the same JPEG in a PDF and as a file has one digest. Green is what light is
    mostly made of: pictures that differ have another one, and it is hashed in a third of the time of all three.
    """
    green = picture if picture.mode == "L" else _rgb(picture).getchannel("G")
    return hashlib.sha256(f"{green.width}x{green.height}\n".encode() + green.tobytes()).hexdigest()


def _rgb(picture: Image.Image) -> Image.Image:
    return picture if picture.mode == "RGB" else picture.convert("RGB")


def dhash(picture: Image.Image) -> str:
    """16 hexadecimal digits: whether light grows or falls between 9 by 8 fields, from left to right.

    No library is used for it: ImageHash brings SciPy and PyWavelets along for these lines.
    """
    fields = np.asarray(_small(picture).convert("L").resize((9, 8), Image.Resampling.BOX), dtype=np.int16)
    return np.packbits(fields[:, 1:] > fields[:, :-1]).tobytes().hex()


def is_photo(picture: Image.Image, flat: float) -> bool:
    """Whether it shows things, not paper and not a screen. flat: its `flat_share`.

    Scans of one template and captures of one screen have the same pattern of light, so theirs says nothing.
    """
    return flat < 0.3 and paper_share(picture) < 0.55


def flat_share(picture: Image.Image) -> float:
    """Share of 8 by 8 fields in which all pixels are the same, as only drawn pictures and black-and-white scans are."""
    grey = np.asarray(picture.getchannel("G") if picture.mode == "RGB" else picture.convert("L"))
    height, width = (side // 8 * 8 for side in grey.shape)
    if not height or not width:
        return 0.0
    step = max(1, int((height * width / 64 / 20_000) ** 0.5))  # 20,000 fields are enough
    some = grey[:height, :width].reshape(height // 8, 8, width // 8, 8)[::step, :, ::step]
    fields = np.ascontiguousarray(some.transpose(0, 2, 1, 3)).reshape(-1, 64)
    return float((fields.max(axis=1) - fields.min(axis=1) <= 1).mean())


def paper_share(picture: Image.Image) -> float:
    """Share of the picture that is as bright as its surroundings and without colour: paper, also in shadow."""
    pixels = np.asarray(_small(picture))
    light = pixels.max(axis=2)
    around = cv2.blur(cv2.dilate(light, np.ones((15, 15), np.uint8)), (31, 31))
    spread = light.astype(np.int16) - pixels.min(axis=2)
    return float(((light >= 0.85 * around) & (light > 90) & (spread < 0.25 * light)).mean())


def _small(picture: Image.Image) -> Image.Image:
    """The same picture, its longer side not much over 400 pixels: each the mean of a square of the large ones."""
    return picture.reduce(max(1, max(picture.size) // _SMALL))
