"""Packing videos: a table, a box, hands, a clock burnt in, the label of the goods seen for a while."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from io import BytesIO
from random import Random

import av
import numpy as np
from av.codec.context import Flags
from PIL import Image, ImageDraw, ImageFilter

from tests.papers import marks, photos
from tests.papers.fonts import font

SIZE = (640, 360)


@dataclass(frozen=True, slots=True)
class Filmed:
    """clock: what it shows at the start, local; None: no clock is burnt in. seconds: the real length. sku: on the
    label, which is not seen where it is empty. shown: when it is seen, in seconds. clocked: (from a second on, how far
    the clock is then from the start, how fast it goes from there); more than one make a video that was tampered with.
    """

    clock: datetime | None
    seconds: float
    sku: str
    shown: tuple[float, float] = (6, 13)
    clocked: tuple[tuple[float, float, float], ...] = ((0, 0, 1),)
    rate: int = 5
    coded: bool = True
    goods: str = ""
    form: str = photos.CLOCKS[0]
    seed: int = 0
    frozen_from: float | None = None

    def shown_clock(self, second: float) -> timedelta:
        """How far the burnt-in clock is from its start at a second of the video."""
        begun, offset, speed = next(part for part in reversed(self.clocked) if part[0] <= second)
        return timedelta(seconds=offset + (second - begun) * speed)


def mp4(film: Filmed, *, crf: int = 31) -> bytes:
    """H.264 in MP4, `moov` at the end as encoders leave it; the same bytes for the same film. crf: 0 best, 51 worst."""
    file = BytesIO()
    with av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=film.rate)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.codec_context.flags |= Flags.bitexact
        stream.options = {"preset": "ultrafast", "crf": str(crf), "g": "25"}
        stream.time_base = Fraction(1, film.rate)
        for number, frame in enumerate(_frames(film)):
            picture = av.VideoFrame.from_ndarray(np.asarray(frame), format="rgb24")
            picture.pts, picture.time_base = number, Fraction(1, film.rate)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return file.getvalue()


def claiming(content: bytes, seconds: float) -> bytes:
    """The same video with headers that say it is `seconds` long; its frames stay what they are."""
    changed = bytearray(content)
    for box, scale_at in ((b"mvhd", 16), (b"mdhd", 16)):
        at = content.index(box)
        assert content[at + 4] == 0  # version 0: times of 32 bits
        scale = int.from_bytes(content[at + scale_at : at + scale_at + 4], "big")
        changed[at + scale_at + 4 : at + scale_at + 8] = struct.pack(">I", int(seconds * scale))
        if box == b"mvhd":
            track = content.index(b"tkhd") + 24
            changed[track : track + 4] = struct.pack(">I", int(seconds * scale))
    return bytes(changed)


def _frames(film: Filmed) -> Iterator[Image.Image]:
    random = Random(film.seed)
    noise = np.random.default_rng(film.seed)
    bench = _bench(random, noise)
    label = _label(film, random) if film.sku else None
    hands = [(random.uniform(0, 6), random.uniform(0.4, 0.9)) for _ in range(2)]
    grains = [noise.normal(0, 2, (SIZE[1], SIZE[0], 1)) for _ in range(3)]
    corner, right = random.choice(("top", "bottom")), random.random() < 0.7
    for number in range(round(film.seconds * film.rate)):
        second = number / film.rate
        scene = second if film.frozen_from is None else min(second, film.frozen_from)
        frame = bench.copy()
        drawn = ImageDraw.Draw(frame)
        _box(drawn, scene / film.seconds)
        if label is not None and film.shown[0] <= scene <= film.shown[1]:
            frame.paste(label, (330 + int(6 * np.sin(scene)), 110 + int(4 * np.cos(scene))))
        for phase, speed in hands:
            x, y = 320 + 190 * np.sin(scene * speed + phase), 285 + 35 * np.cos(scene * speed * 1.7 + phase)
            drawn.ellipse((x - 34, y - 22, x + 34, y + 60), fill=(214, 170, 140))
        pixels = np.asarray(frame, np.float32) + grains[number % 3]
        frame = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
        if film.clock is not None:
            shown = film.clock + film.shown_clock(second)
            photos.clock(frame, shown.strftime(film.form), corner=corner, size=22, right=right)
        yield frame


def _bench(random: Random, noise: np.random.Generator) -> Image.Image:
    base = np.array(random.choice(((128, 122, 110), (104, 84, 62), (88, 96, 104))), np.float32)
    pixels = np.tile(base, (SIZE[1], SIZE[0], 1)) + np.repeat(noise.normal(0, 6, (SIZE[1] // 8, SIZE[0], 1)), 8, axis=0)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))


def _box(drawn: ImageDraw.ImageDraw, share: float) -> None:
    """A carton that is open at first and taped at the end."""
    drawn.polygon([(150, 120), (300, 100), (320, 230), (160, 255)], fill=(176, 132, 84), outline=(110, 80, 48))
    if share < 0.6:
        drawn.polygon([(165, 130), (290, 113), (303, 215), (172, 236)], fill=(92, 68, 44))
        drawn.rectangle((200, 145, 270, 205), fill=(40, 90, 160))
    else:
        drawn.line((155, 190, 312, 165), fill=(226, 214, 180), width=16)


def _label(film: Filmed, random: Random) -> Image.Image:
    """White, with the SKU in letters and mostly in a barcode too."""
    label = Image.new("RGB", (270, 110), "white")
    drawn = ImageDraw.Draw(label)
    drawn.rectangle((0, 0, 269, 109), outline=(60, 60, 60))
    words = random.choice(("SKU: {}", "SKU {}", "Арт. {}", "{}"))
    size = 26
    while drawn.textlength(words.format(film.sku), font=font(size, weight=600)) > 250:
        size -= 1
    drawn.text((10, 6), words.format(film.sku), font=font(size, weight=600), fill="black")
    if film.coded:
        code = Image.open(BytesIO(marks.barcode_png(film.sku, scale=1))).convert("L")
        label.paste(code.resize((250, 56), Image.Resampling.NEAREST).convert("RGB"), (10, 46))
    elif film.goods:
        drawn.text((10, 52), film.goods[:26], font=font(16), fill="black")
    return label
