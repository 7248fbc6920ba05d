"""Pages as a phone sees them: askew, shaded, noisy, in a JPEG with or without EXIF; and as a scanner sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.papers.fonts import font

_CAMERAS = (
    ("Apple", "iPhone 14", "17.4.1"),
    ("samsung", "SM-A546E", "A546EXXS7BXA5"),
    ("Xiaomi", "2201117TG", "MIUI 14"),
    ("HUAWEI", "ELS-NX9", ""),
)
LONG_SIDES = (2000, 2560, 3264)
"""Pixels of the long side of a photo: what messengers leave of those that phones take, and what phones take."""


def scanned(page: Image.Image, random: Random) -> Image.Image:
    """A page off a flatbed: a little askew, grey, with dust. The size stays."""
    paper = 250 - random.randrange(8)
    turned = page.convert("L").rotate(random.uniform(-1.2, 1.2), Image.Resampling.BICUBIC, fillcolor=paper)
    grain = np.random.default_rng(random.getrandbits(32)).normal(
        0, random.uniform(1.5, 4), (turned.height, turned.width)
    )
    grey = np.clip(np.minimum(np.asarray(turned, np.float32), paper) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(grey)


def photographed(page: Image.Image, random: Random, *, long_side: int = 0, fills: float = 0.86) -> Image.Image:
    """The page on a table: turned by up to 7°, in perspective, in a shadow, blurred and noisy. RGB, 3 by 4.

    fills: the share of the width or height of the photo that the page takes.
    """
    noise = np.random.default_rng(random.getrandbits(32))
    long_side = long_side or random.choice(LONG_SIDES)
    size = (long_side * 3 // 4, long_side)
    table = _table(size, random, noise)
    placed, mask = _in_perspective(page, size, random, fills)
    seen = Image.composite(placed, table, mask)
    light = _light(size, random)
    pixels = np.asarray(seen, np.float32) * light[..., None]
    warm = np.array([1 + random.uniform(-0.03, 0.05), 1.0, 1 - random.uniform(-0.02, 0.07)], np.float32)
    pixels = pixels * warm + noise.normal(0, random.uniform(2, 6), (size[1], size[0], 1)).astype(np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(
        ImageFilter.GaussianBlur(random.uniform(0.3, 0.9))
    )


def on_a_parcel(page: Image.Image, random: Random) -> Image.Image:
    """A carton from above, with tape over it and the page stuck on somewhere: a photo of things."""
    noise = np.random.default_rng(random.getrandbits(32))
    size = (1500, 1300 + random.randrange(500))
    brown = np.array([random.randrange(150, 190), random.randrange(110, 140), random.randrange(70, 100)], np.float32)
    ribs = 8 * np.sin(np.arange(size[1], dtype=np.float32) / random.uniform(2, 5))[:, None, None]
    carton = np.clip(brown + ribs + noise.normal(0, 9, (size[1], size[0], 1)).astype(np.float32), 0, 255)
    image = Image.fromarray(carton.astype(np.uint8))
    across, tape = random.randrange(200, size[1] - 200), random.randrange(90, 160)
    ImageDraw.Draw(image).rectangle((0, across, size[0], across + tape), fill=(205, 180, 130))
    wide = random.randrange(700, 950)
    label = page.resize((wide, min(size[1] - 100, round(page.height * wide / page.width))))
    image.paste(
        label, (random.randrange(30, size[0] - label.width - 30), random.randrange(30, size[1] - label.height - 30))
    )
    return image


def jpeg(image: Image.Image, random: Random, *, taken: datetime | None = None, software: str = "") -> bytes:
    """As a phone writes it. taken: the clock of the phone, for EXIF; without, there is none, as messengers leave it."""
    file = BytesIO()
    quality = random.randrange(62, 92)
    if taken is None and not software:
        image.save(file, "JPEG", quality=quality)
        return file.getvalue()
    exif = Image.Exif()
    maker, model, version = random.choice(_CAMERAS)
    exif[0x010F], exif[0x0110] = maker, model
    if software or version:
        exif[0x0131] = software or version
    if taken is not None:
        clock = f"{taken:%Y:%m:%d %H:%M:%S}"
        exif[0x0132] = clock
        exif.get_ifd(0x8769).update({0x9003: clock, 0x9004: clock, 0x829A: 1 / random.randrange(30, 200)})
    image.save(file, "JPEG", quality=quality, exif=exif)
    return file.getvalue()


def watermarked(image: Image.Image, at: datetime, random: Random) -> Image.Image:
    """With the clock in a corner, as cameras with a time stamp burn it in. `at`: local."""
    marked = image.copy()
    clock(
        marked, clock_text(at, random), corner=random.choice(("top", "bottom")), size=image.width // 26, random=random
    )
    return marked


def clock_text(at: datetime, random: Random) -> str:
    """The form in which one camera writes the time."""
    return at.strftime(random.choice(CLOCKS))


CLOCKS = ("%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d-%m-%Y %H:%M:%S")


def clock(
    image: Image.Image, words: str, *, corner: str, size: int, random: Random | None = None, right: bool = True
) -> None:
    """Writes `words` into the upper or lower band of `image`."""
    drawn = ImageDraw.Draw(image)
    letters = font(size, weight=600)
    box = drawn.textbbox((0, 0), words, font=letters)
    x = image.width - box[2] - size // 2 if right else size // 2
    y = size // 3 if corner == "top" else image.height - box[3] - size // 2
    colour = random.choice(("#ffe14d", "#ffffff", "#ff8c1a")) if random else "#ffffff"
    drawn.text((x, y), words, font=letters, fill=colour, stroke_width=max(size // 14, 1), stroke_fill="#202020")


def _table(size: tuple[int, int], random: Random, noise: np.random.Generator) -> Image.Image:
    """A table with a grain."""
    base = np.array(random.choice(((112, 84, 58), (70, 74, 80), (150, 148, 142), (96, 66, 46))), np.float32)
    grain = noise.normal(0, 9, (size[1] // 40, size[0], 1)).astype(np.float32)
    wood = np.repeat(grain, 40, axis=0)[: size[1]] + base
    return Image.fromarray(np.clip(wood, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.5)).resize(size)


def _in_perspective(
    page: Image.Image, size: tuple[int, int], random: Random, fills: float
) -> tuple[Image.Image, Image.Image]:
    """The page as it lies in a picture of `size`, and where it covers it."""
    width, height = size
    scale = fills * min(width / page.width, height / page.height)
    half = (page.width * scale / 2, page.height * scale / 2)
    angle = np.radians(random.uniform(-7, 7))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([(-half[0], -half[1]), (half[0], -half[1]), half, (-half[0], half[1])]) @ turn.T
    corners = corners + np.array([width / 2, height / 2])
    corners += np.array([[random.uniform(-0.02, 0.02) * width, random.uniform(-0.02, 0.02) * height] for _ in range(4)])
    flat = [(0, 0), (page.width, 0), (page.width, page.height), (0, page.height)]
    sums = _coefficients(corners.tolist(), flat)
    method, smooth = Image.Transform.PERSPECTIVE, Image.Resampling.BICUBIC
    placed = page.convert("RGB").transform(size, method, sums, smooth)
    return placed, Image.new("L", page.size, 255).transform(size, method, sums, smooth)


def _coefficients(seen: Sequence[Sequence[float]], flat: Sequence[tuple[int, int]]) -> list[float]:
    """Of the projection that takes a point of the picture to the point of the page that is seen there."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(seen, flat, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows), np.array(wanted))]


def _light(size: tuple[int, int], random: Random) -> np.ndarray:
    """A lamp on one side and the shadow of a hand on the other: 0.45 to 1 for each pixel."""
    across, down = np.meshgrid(
        np.linspace(0, 1, size[0], dtype=np.float32), np.linspace(0, 1, size[1], dtype=np.float32)
    )
    lamp = 1 - random.uniform(0.05, 0.3) * (across if random.random() < 0.5 else 1 - across)
    edge = random.uniform(0.55, 1.1) + random.uniform(-0.3, 0.3) * (across - 0.5)
    shadow = 1 - random.uniform(0.15, 0.4) / (1 + np.exp(-(down - edge) * 40))
    return np.asarray(lamp * shadow, np.float32)
