"""Pictures drawn for tests: sheets of text, photos of them, stamps of cameras, captures of screens, barcodes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from ombud.domain.said import Said
from ombud.inspect.recognise import tesseract

needs_tesseract = pytest.mark.skipif(
    len(tesseract.data()) < len(tesseract.LANGUAGES),
    reason="the data of Tesseract is not here: apt-get install tesseract-ocr-rus tesseract-ocr-eng",
)
WAYBILL = (
    "ТРАНСПОРТНАЯ НАКЛАДНАЯ",
    "Номер отправления: 80110093123456",
    "Отправитель: ООО «Ромашка», г. Москва",
    "Получатель: Иванов Пётр Сергеевич",
    "Адрес: г. Химки, ул. Победы, д. 3, кв. 15",
    "Вес: 1,250 кг    Объём: 0,012 м3",
    "Дата отправления: 12.03.2026 14:25",
    "Груз принят к перевозке в исправной упаковке.",
    "Подпись получателя:",
    "Документ составлен в двух экземплярах.",
)
INK = (30, 40, 130)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans, which knows Cyrillic, from the package that the lock file pins."""
    spec = find_spec("fontpkg_noto_sans")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or ())))
    return ImageFont.truetype(next(path for path in folder.rglob("*.ttf") if "Italic" not in path.name), size)


def sheet(lines: Sequence[str] = WAYBILL) -> tuple[Image.Image, list[Said]]:
    """A page at 150 dpi, and its lines as a text layer would say them."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    said = []
    for row, text in enumerate(lines):
        place = (110, 130 + 110 * row)
        draw.text(place, text, font=font(28), fill=(20, 20, 20))
        left, top, right, bottom = draw.textbbox(place, text, font=font(28))
        box = (int(left / 1.24), int(top / 1.754), int(right / 1.24) + 1, int(bottom / 1.754) + 1)
        said.append(Said("line", text, "text_layer", 1, box))
    return image, said


def scribble(image: Image.Image, left: int, middle: int, colour: tuple[int, int, int] = INK) -> None:
    """A signature, some 260 pixels wide and 60 high."""
    steps = [step / 60 for step in range(61)]
    points = [
        (left + 240 * at + 20 * math.sin(25 * at), middle + 30 * math.sin(19 * at) * (1 - at / 3)) for at in steps
    ]
    ImageDraw.Draw(image).line(points, fill=colour, width=4, joint="curve")


def photo(image: Image.Image, degrees: float) -> Image.Image:
    """The sheet as a phone sees it: on a table, slanted, in the shadow of a hand, with noise."""
    table = Image.new("RGB", (image.width + 300, image.height + 300), (90, 72, 55))
    table.paste(image, (150, 150))
    seen = np.asarray(table.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=(90, 72, 55)), dtype=np.float32)
    down, across = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]]
    shadow = 0.5 + 0.5 / (1 + np.exp(-(across + down / 2 - seen.shape[1]) / 60))
    noise = np.random.default_rng(7).normal(0, 6, seen.shape)
    return Image.fromarray(np.clip(seen * shadow[..., None] + noise, 0, 255).astype(np.uint8))


def bench(size: tuple[int, int] = (1280, 960), seed: int = 1) -> Image.Image:
    """Things on a bench: patches of light and colour, with the noise of a sensor."""
    random = np.random.default_rng(seed)
    patches = Image.fromarray(random.integers(30, 220, (7, 9, 3), dtype=np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    noise = random.normal(0, 8, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(patches) + noise, 0, 255).astype(np.uint8))


def stamped(text: str, *, top: bool = False, colour: str = "yellow") -> Image.Image:
    """A photo with the clock of its camera in a corner."""
    image = bench()
    place = (30, 20) if top else (image.width - 30, image.height - 70)
    ImageDraw.Draw(image).text(
        place, text, font=font(36), fill=colour, stroke_width=2, stroke_fill="black", anchor=None if top else "ra"
    )
    return image


def barcode(text: str, kind: zxingcpp.BarcodeFormat) -> Image.Image:
    """The symbol alone, on white; symbols of stripes are 120 pixels high."""
    symbol = np.array(zxingcpp.create_barcode(text, kind).to_image(scale=3))
    image = Image.fromarray(symbol).convert("RGB")
    return image.resize((image.width, 120)) if image.width > 2 * image.height else image


def chat(size: tuple[int, int] = (1080, 2400)) -> Image.Image:
    """A capture of a phone: status bar and bubbles on both sides."""
    image = Image.new("RGB", size, (236, 229, 221))
    draw = ImageDraw.Draw(image)
    width = size[0]
    draw.rectangle((0, 0, width, 250), fill=(0, 128, 105))
    draw.text((60, 24), "12:45", font=font(36), fill="white")
    for place in range(4):
        draw.rectangle((830 + place * 14, 60 - 6 * place, 838 + place * 14, 64), fill="white")
    draw.rectangle((930, 36, 1000, 64), outline="white", width=3)
    draw.rectangle((936, 42, 980, 58), fill="white")
    for row in range(8):
        left, fill = ((30, "white"), (width - 630, (220, 248, 198)))[row % 2]
        top = 320 + row * 210
        draw.rounded_rectangle((left, top, left + 600, top + 150), 24, fill=fill)
        draw.text((left + 30, top + 40), "Здравствуйте, где мой заказ?", font=font(34), fill=(30, 30, 30))
    return image


def browser() -> Image.Image:
    """A capture of a desktop: tabs, an address and a page."""
    image = Image.new("RGB", (1920, 1080), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 1920, 40), fill=(222, 225, 230))
    draw.rounded_rectangle((10, 6, 250, 44), 8, fill="white")
    draw.rectangle((0, 40, 1920, 84), fill="white")
    draw.rounded_rectangle((130, 46, 1660, 78), 16, fill=(241, 243, 244))
    draw.text((160, 50), "https://shop.example/product/123456789/", font=font(16), fill=(60, 64, 67))
    draw.line((0, 84, 1920, 84), fill=(200, 203, 206))
    for row in range(10):
        draw.text((60, 140 + row * 60), "Наушники беспроводные, чёрные", font=font(26), fill=(30, 30, 30))
    return image
