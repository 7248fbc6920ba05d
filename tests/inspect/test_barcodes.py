"""Barcodes: read where they check, at their place, and the numbers in them that may be a parcel's."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from zxingcpp import BarcodeFormat

from ombud.inspect import barcodes
from tests.inspect import drawn

SYMBOLS = [
    (BarcodeFormat.Code128, "80110093123456", ["80110093123456"]),
    (BarcodeFormat.Code128, "CDEK 1234-567890", ["CDEK1234567890"]),
    (BarcodeFormat.Code128, "lp00123456789cn", ["LP00123456789CN"]),
    (BarcodeFormat.Code128, "420100019400111899223197428490", ["9400111899223197428490"]),
    (BarcodeFormat.Code93, "AB12345678", ["AB12345678"]),
    (BarcodeFormat.QRCode, "https://track.example/t?id=RA123456785RU&x=1", ["RA123456785RU"]),
    (BarcodeFormat.QRCode, "спасибо за покупку", []),
    (BarcodeFormat.DataMatrix, "LP00123456789CN", ["LP00123456789CN"]),
    (BarcodeFormat.PDF417, "1234567890123", ["1234567890123"]),
    (BarcodeFormat.Aztec, "1234567890", ["1234567890"]),
    (BarcodeFormat.EAN13, "4006381333931", []),
    (BarcodeFormat.ITF, "10100082848688", ["10100082848688"]),
    (BarcodeFormat.Code39, "RA123456785RU", ["RA123456785RU"]),
    (BarcodeFormat.Codabar, "A123456789012B", ["123456789012"]),
    (BarcodeFormat.Code128, "ABCDEF", []),
    (BarcodeFormat.Code128, "1234", []),
]


def _page(symbol: Image.Image, place: tuple[int, int] = (300, 400)) -> Image.Image:
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste(symbol, place)
    return page


@pytest.mark.parametrize(("kind", "text", "numbers"), SYMBOLS)
def test_symbol_is_read_with_its_place_and_its_numbers(kind: BarcodeFormat, text: str, numbers: list[str]) -> None:
    symbol = drawn.barcode(text, kind)
    said = barcodes.read(_page(symbol), page=2)
    assert [one.value for one in said if one.field == "barcode"] == [text]
    assert [one.value for one in said if one.field == "number"] == numbers
    for one in said:
        assert (one.source, one.page, one.confidence, one.tool) == ("barcode", 2, 1.0, "zxing-cpp")
        assert one.box is not None
        left, top, right, bottom = one.box
        assert 300 / 1.24 - 2 <= left < right <= (300 + symbol.width) / 1.24 + 2
        assert 400 / 1.754 - 2 <= top < bottom <= (400 + symbol.height) / 1.754 + 2


def test_gs1_symbol_gives_the_numbers_of_parcel_and_consignment_only() -> None:
    content = "(00)123456789012345675(401)ABC1234567(21)987654321"
    symbol = zxingcpp.create_barcode(content, BarcodeFormat.Code128, gs1=True)
    image = Image.fromarray(np.array(symbol.to_image(scale=2))).convert("RGB").resize((900, 120))
    numbers = [one.value for one in barcodes.read(_page(image, (100, 400))) if one.field == "number"]
    assert numbers == ["123456789012345675", "ABC1234567"]


@pytest.mark.parametrize("degrees", [0, 7, 90, 180, 353])
def test_label_on_a_large_photo_is_read_however_it_lies(degrees: int) -> None:
    label = drawn.barcode("RA123456785RU", BarcodeFormat.Code128)
    photo = drawn.bench((3000, 2250))
    photo.paste(label.resize((label.width * 2, 200)).rotate(degrees, expand=True, fillcolor="white"), (900, 700))
    assert [one.value for one in barcodes.read(photo, at_ms=500)] == ["RA123456785RU"] * 2


def test_tables_hatching_and_noise_are_no_barcodes() -> None:
    random = np.random.default_rng(5)
    for seed in range(12):
        page = drawn.sheet()[0] if seed % 2 else Image.fromarray(random.integers(0, 255, (700, 900, 3), dtype=np.uint8))
        draw = ImageDraw.Draw(page)
        for left in np.cumsum(random.integers(3, 14, 60)).tolist():
            draw.line((200 + left, 300, 200 + left, 600), fill="black", width=int(random.integers(1, 5)))
        assert barcodes.read(page) == []


def test_short_symbol_without_check_digits_is_not_believed() -> None:
    for kind, text in (
        (BarcodeFormat.ITF, "123456"),
        (BarcodeFormat.Code39, "AB1234"),
        (BarcodeFormat.Codabar, "A12B"),
    ):
        assert barcodes.read(_page(drawn.barcode(text, kind))) == []
