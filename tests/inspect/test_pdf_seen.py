"""What of a text layer is seen: hidden words must not speak for a document, and scans must be told from text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image, ImageDraw

from ombud.inspect import pdf
from ombud.inspect.pictures.likeness import digest
from tests.inspect.pdfs import lines, page, text, typeset, values, with_jpeg, written

RUSSIAN = """
Отправитель: ООО «Северный ветер», город Казань, улица Баумана, дом 12. Получатель: Смирнова Ольга Викторовна, город
Тверь, проспект Победы, дом 7, квартира 31. Груз принят к перевозке без внешних повреждений, упаковка целая, вес брутто
двенадцать килограммов. Перевозчик несёт ответственность за сохранность груза с момента принятия его к перевозке.
"""


def scan(width: int = 800, height: int = 1131, words: str = "Scanned words") -> Image.Image:
    """A sheet with noise and a line of words."""
    noise = Image.effect_noise((width, height), 20).point(lambda light: min(255, light + 90))
    ImageDraw.Draw(noise).text((100, 100), words, fill=0, font_size=40)
    return noise.convert("RGB")


WHOLE = "q 595 0 0 842 0 0 cm /P1 Do Q"


@pytest.mark.parametrize(
    "hidden",
    [
        text(50, 600, "hidden", how="3 Tr"),
        text(50, 600, "hidden", how="7 Tr"),
        text(50, 600, "hidden", how="1 g"),
        text(50, 600, "hidden", size=0.5),
        text(900, 600, "hidden"),
        text(50, -50, "hidden"),
        text(50, 600, "hidden") + " 1 g 40 590 200 30 re f",
        "0 0 0.6 rg 40 590 200 30 re f " + text(50, 600, "hidden", how="0 0 0.6 rg"),
        "0 g 40 590 200 30 re f " + text(50, 600, "hidden"),
    ],
    ids=["mode 3", "clip", "white", "tiny", "right of it", "below it", "covered", "blue on blue", "blacked out"],
)
def test_words_that_nobody_sees_are_not_text(tmp_path: Path, hidden: str) -> None:
    assert lines(pdf.read(written(tmp_path / "a.pdf", page(text(50, 700, "shown"), hidden)))) == ["shown"]


@pytest.mark.parametrize(
    "shown",
    [
        "0.2 g 40 590 200 30 re f " + text(50, 600, "also shown", how="1 g"),
        "1 g 40 590 200 30 re f 0 g " + text(50, 600, "also shown"),
        text(50, 600, "also shown", how="0.8 g"),
        text(50, 600, "also shown", how="0 0 0 1 k"),
        text(50, 600, "also shown", how="1 Tr 0 G 1 g"),
        text(50, 600, "also shown") + " 0 G 40 590 200 30 re S",
    ],
    ids=["white on black", "on a white field", "light grey", "four colours", "outlined", "framed"],
)
def test_words_that_somebody_sees_are_text_whatever_they_stand_on(tmp_path: Path, shown: str) -> None:
    said = pdf.read(written(tmp_path / "a.pdf", page(text(50, 700, "shown"), shown)))
    assert lines(said) == ["shown", "also shown"]
    assert {each.confidence for each in said if each.field == "line"} == {1.0}


@pytest.mark.parametrize("state", ["ON", "OFF"])
def test_words_on_a_layer_are_text_only_while_it_is_switched_on(tmp_path: Path, state: str) -> None:
    path = written(tmp_path / "a.pdf", page(text(50, 700, "shown"), "/OC /L1 BDC", text(50, 600, "layered"), "EMC"))
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        layer = opened.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String("Layer")))
        opened.pages[0].Resources.Properties = pikepdf.Dictionary(L1=layer)
        opened.Root.OCProperties = pikepdf.Dictionary(
            OCGs=pikepdf.Array([layer]), D=pikepdf.Dictionary({f"/{state}": pikepdf.Array([layer])})
        )
        opened.save(path)
    assert lines(pdf.read(path)) == (["shown", "layered"] if state == "ON" else ["shown"])


@pytest.mark.parametrize("order", ["above", "beneath"])
def test_the_layer_of_a_scanner_is_kept_as_recognised_and_the_page_is_a_scan(tmp_path: Path, order: str) -> None:
    content = {
        "above": page(WHOLE, text(75, 750, "Scanned words", how="3 Tr")),
        "beneath": page(text(75, 750, "Scanned words"), WHOLE),
    }[order]
    said = pdf.read(written(tmp_path / "a.pdf", content, pictures={"P1": scan()}))
    assert [(each.value, each.source, each.confidence < 1) for each in said if each.field == "line"] == [
        ("Scanned words", "ocr", True)
    ]
    assert values(said, "scanned_page") == [1]


def test_words_printed_on_a_background_picture_are_text(tmp_path: Path) -> None:
    words = [text(50, 700 - 20 * row, "These are the words of a letter on headed paper") for row in range(10)]
    said = pdf.read(written(tmp_path / "a.pdf", page(WHOLE, *words), pictures={"P1": scan()}))
    assert len(lines(said)) == 10
    assert values(said, "scanned_page") == []
    assert {each.source for each in said if each.field == "line"} == {"text_layer"}


@pytest.mark.parametrize(
    ("content", "is_scan"),
    [
        (WHOLE, True),
        (page(WHOLE, text(500, 20, "Page 1")), True),
        (page("q 300 0 0 400 100 200 cm /P1 Do Q"), True),
        (page("q 30 0 0 40 100 700 cm /P1 Do Q", text(50, 400, "A letter with a logo")), False),
        ("", False),
        (page(*[f"{9 * n} 700 m {9 * n + 6} 706 {9 * n} 706 {9 * n + 3} 712 c " * 4 + "f" for n in range(40)]), True),
    ],
    ids=["a picture", "with its number", "with margins", "a logo", "nothing", "letters as outlines"],
)
def test_a_page_whose_words_are_no_text_is_a_scan(tmp_path: Path, content: str, is_scan: bool) -> None:
    said = pdf.read(written(tmp_path / "a.pdf", content, pictures={"P1": scan()}))
    assert values(said, "scanned_page") == ([1] if is_scan else [])


def _shuffled(code: int) -> int:
    letters = list(range(0x430, 0x450))
    return random.Random(5).sample(letters, len(letters))[code - 0x430] if code in letters else code


@pytest.mark.parametrize(
    "wrong",
    [
        lambda code: 0xE000 + code % 1000,
        lambda code: 0xFFFD,
        lambda code: code - 0x410 + 0xC0 if 0x410 <= code <= 0x44F else code,
        lambda code: 33 + code * 7 % 90 if code > 0x400 else code,
        lambda code: 97 + code * 7 % 26 if code > 0x400 else code,
        _shuffled,
    ],
    ids=["private", "replaced", "another code page", "marks", "other letters", "shuffled"],
)
def test_a_layer_that_maps_its_glyphs_to_wrong_letters_lies_and_nothing_is_read_from_it(
    tmp_path: Path, wrong: Callable[[int], int]
) -> None:
    path = typeset(tmp_path / "a.pdf", RUSSIAN)
    assert values(pdf.read(path), "text_layer_lies") == []
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        for font in opened.objects:
            if isinstance(font, pikepdf.Dictionary) and "/ToUnicode" in font:
                font.ToUnicode = opened.make_stream(_mapped(font.ToUnicode.read_bytes(), wrong))
        opened.save(path)
    said = pdf.read(path)
    assert values(said, "text_layer_lies") == [1]
    assert values(said, "scanned_page") == [1]
    assert lines(said) == []


def _mapped(table: bytes, wrong: Callable[[int], int]) -> bytes:
    def other(found: re.Match[bytes]) -> bytes:
        return found[1] + b"%04X" % wrong(int(found[2], 16)) + b">"

    return re.sub(rb"(<[0-9A-Fa-f]{4}> <)([0-9A-Fa-f]{4})>", other, table)


def test_a_picture_is_known_again_by_its_pixels_wherever_it_stands(tmp_path: Path) -> None:
    jpeg = BytesIO()
    photo = scan(400, 300)
    photo.save(jpeg, "JPEG", quality=80)
    with Image.open(jpeg) as opened:
        own = digest(opened)
    content = "q 200 0 0 150 100 500 cm /P1 Do Q"
    said = pdf.read(with_jpeg(tmp_path / "a.pdf", jpeg.getvalue(), 400, 300, content))
    found = [each for each in said if each.field == "picture_sha256"]
    assert [each.value for each in found] == [own]
    assert (found[0].page, found[0].source) == (1, "picture")
    assert found[0].box == (168, 228, 504, 406)
    said = pdf.read(written(tmp_path / "b.pdf", WHOLE, pictures={"P1": photo}))
    assert values(said, "picture_sha256") == [digest(photo)]


def test_small_pictures_are_left_out_and_huge_ones_are_not_decoded(tmp_path: Path) -> None:
    assert values(pdf.read(written(tmp_path / "a.pdf", WHOLE, pictures={"P1": scan(127, 500)})), "picture_sha256") == []
    path = written(tmp_path / "b.pdf", WHOLE, pictures={"P1": scan(128, 128)})
    with pikepdf.open(path, allow_overwriting_input=True) as opened:
        held = opened.pages[0].Resources.XObject.P1
        held.Width = held.Height = 30_000
        opened.save(path)
    said = pdf.read(path)
    assert values(said, "picture_sha256") == []
    assert values(said, "cut") == ["pictures"]


def test_a_picture_larger_than_the_page_says_is_not_decoded(tmp_path: Path) -> None:
    jpeg = BytesIO()
    scan(400, 300).save(jpeg, "JPEG")
    head = jpeg.getvalue().replace(b"\x01\x2c\x01\x90", b"\x75\x30\x75\x30", 1)  # 300 by 400 -> 30,000 by 30,000
    assert head != jpeg.getvalue()
    said = pdf.read(with_jpeg(tmp_path / "a.pdf", head, 400, 300, WHOLE))
    assert values(said, "picture_sha256") == []
    assert values(said, "scanned_page") == [1]


def test_a_page_that_is_nothing_but_a_picture_as_large_as_a_screen_is_doubted(tmp_path: Path) -> None:
    page_of_shop = Image.new("RGB", (1080, 2400), "white")
    ImageDraw.Draw(page_of_shop).text((100, 300), "Order delivered", fill=0, font_size=60)
    shown = "q 380 0 0 842 100 0 cm /P1 Do Q"
    said = pdf.read(written(tmp_path / "a.pdf", shown, pictures={"P1": page_of_shop}))
    assert "screen_size" in values(said, "screenshot_sign")
    assert all(each.confidence < 1 and each.page == 1 for each in said if each.field == "screenshot_sign")
    said = pdf.read(written(tmp_path / "b.pdf", WHOLE, pictures={"P1": scan()}))
    assert values(said, "screenshot_sign") == []


@pytest.mark.real_data
@pytest.mark.parametrize("folder", ["pdf_russian", "pdf_other_language", "pdf_signed"])
def test_real_documents_are_read_and_none_is_said_to_lie(real_data: Path, folder: str) -> None:
    for path in (real_data / "evidence" / folder).glob("*.pdf"):
        said = pdf.read(path)
        assert values(said, "problem") == [], path.name
        assert values(said, "text_layer_lies") == [], path.name
        assert values(said, "scanned_page") == [], path.name
        assert all(each.confidence == 1.0 for each in said if each.field == "line"), path.name


@pytest.mark.real_data
def test_real_scans_are_scans(real_data: Path) -> None:
    for path in (real_data / "evidence" / "pdf_scanned").glob("*.pdf"):
        said = pdf.read(path)
        assert values(said, "scanned_page") == list(range(1, int(values(said, "pages")[0]) + 1)), path.name
        assert values(said, "screenshot_sign") == [], path.name


@pytest.mark.real_data
def test_a_real_letter_is_read_as_it_is_printed(real_data: Path) -> None:
    said = pdf.read(real_data / "evidence" / "pdf_russian" / "dedoc__example.pdf")
    assert "1  Иванов  Иван  ИСП  8-800" in lines(said)
