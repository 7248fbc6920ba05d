"""Ink in a place to sign: a scribble is told from a line, from dots, from its label and from names beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ombud.domain.said import Said
from ombud.inspect import pictures, readers, reading, recognise
from tests.inspect import drawn
from tests.papers.making import made

SIGNED = 5
"""Thousandths: a scribble has ten and more, an empty place two at the most."""
ROW = 130 + 110 * 8
"""Where the ninth line of a sheet stands."""


def _place(text: str, *, ruled: bool, signed: bool, at: int) -> tuple[Image.Image, list[Said]]:
    lines = [*drawn.WAYBILL[:8], text, drawn.WAYBILL[9]]
    image, said = drawn.sheet(lines)
    if ruled:
        ImageDraw.Draw(image).line((at - 20, ROW + 36, at + 380, ROW + 36), fill=(40, 40, 40), width=2)
    if signed:
        drawn.scribble(image, at, ROW + 10)
    return image, said


PLACES = [
    ("Подпись получателя:", True, 440),
    ("Подпись получателя:", False, 440),
    ("Подпись получателя: ____________________", False, 440),
    ("Подпись: ................................................", False, 300),
    ("Signature:", True, 300),
]


@pytest.mark.parametrize(("text", "ruled", "at"), PLACES)
@pytest.mark.parametrize("signed", [True, False])
def test_ink_is_measured_beside_the_label(text: str, ruled: bool, at: int, signed: bool) -> None:
    image, lines = _place(text, ruled=ruled, signed=signed, at=at)
    (ink,) = pictures.signatures(image, [*lines, *reading.fields(lines)])
    assert (int(ink.value) >= SIGNED) is signed
    assert (ink.field, ink.source, ink.page) == ("ink", "picture", 1)
    assert ink.box is not None
    assert ink.box[0] <= at / 1.24 <= ink.box[2]


@pytest.mark.parametrize("signed", [True, False])
def test_ink_is_measured_over_a_label_that_stands_under_the_line(signed: bool) -> None:
    image, lines = drawn.sheet([*drawn.WAYBILL[:8], "(подпись)"])
    ImageDraw.Draw(image).line((80, ROW - 4, 480, ROW - 4), fill=(40, 40, 40), width=2)
    if signed:
        drawn.scribble(image, 110, ROW - 42)
    (ink,) = pictures.signatures(image, [*lines, *reading.fields(lines)])
    assert (int(ink.value) >= SIGNED) is signed


def test_name_printed_beside_the_line_is_no_ink() -> None:
    image, lines = _place("Подпись  Иванов П.С.", ruled=False, signed=False, at=300)
    lines[8] = Said("line", "Подпись  Иванов П.С.", "text_layer", 1, lines[8].box)
    (ink,) = pictures.signatures(image, [*lines, *reading.fields(lines)])
    assert int(ink.value) < SIGNED


@pytest.mark.parametrize("colour", [(20, 20, 20), (40, 60, 170), (150, 40, 60)])
def test_pen_of_any_colour_is_ink_and_rules_are_none(colour: tuple[int, int, int]) -> None:
    image = Image.new("RGB", (600, 200), "white")
    draw = ImageDraw.Draw(image)
    draw.line((0, 150, 600, 156), fill=(0, 0, 0), width=2)
    draw.line((300, 0, 300, 200), fill=(0, 0, 0), width=2)
    for left in range(10, 590, 12):
        draw.ellipse((left, 180, left + 3, 183), fill=(0, 0, 0))
    assert pictures.ink(image, (0, 0, 1000, 1000)) == 0
    drawn.scribble(image, 40, 100, colour)
    assert pictures.ink(image, (0, 0, 1000, 1000)) >= SIGNED


@drawn.needs_tesseract
@pytest.mark.parametrize(
    ("name", "seed", "signed"),
    [
        ("not signed, photo", 7000, False),  # letters narrower than those of the label
        ("not signed, photo", 7002, False),  # a stamp to the right of the line
        ("not signed, scan", 20260312, False),  # a label in larger letters
        ("waybill, cdek, photo", 31002, True),  # a scribble that is read as dashes
    ],
)
def test_ink_on_papers_is_the_pen_alone(name: str, seed: int, signed: bool, tmp_path: Path) -> None:
    path = tmp_path / "paper"
    path.write_bytes(made(name, seed).content)
    image = readers.page(path, 1, 200) if name.endswith("scan") else readers.pixels(path)
    lines = recognise.lines(image)
    found = pictures.signatures(image, [*lines, *reading.fields(lines)])
    assert found
    assert any(int(ink.value) >= SIGNED - 1 for ink in found) is signed


def test_nothing_is_said_where_there_is_no_place_to_sign() -> None:
    image, lines = drawn.sheet(drawn.WAYBILL[:5])
    assert pictures.signatures(image, lines) == []


@drawn.needs_tesseract
@pytest.mark.parametrize("signed", [True, False])
def test_ink_is_found_on_a_slanted_photo_in_shadow(signed: bool) -> None:
    image, _ = _place("Подпись получателя:", ruled=True, signed=signed, at=460)
    photo = drawn.photo(image, 6)
    lines = recognise.lines(photo)
    (ink,) = pictures.signatures(photo, [*lines, *reading.fields(lines)])
    assert (int(ink.value) >= SIGNED) is signed
