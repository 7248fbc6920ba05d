"""Which reader looks at a file, in which order, and what is left to recognition."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from ombud.domain.said import Said
from ombud.inspect import file
from ombud.inspect.recognise import parts
from tests.inspect.clips import clip
from tests.inspect.pdfs import typeset, values, written

NUMBER = "CDEK1234567890"

RUSSIAN = """
= Накладная
Получатель: Иванов Пётр Сергеевич \\
Отправитель: Общество с ограниченной ответственностью «Ромашка» \\
Перевозчик доставил отправление в указанный срок, получатель проверил его в присутствии курьера. \\
Трек-номер: 12345678901234 \\
#v(2em)
Подпись получателя: #box(width: 6cm, stroke: (bottom: 0.5pt))
"""


def barcode(text: str = NUMBER) -> Image.Image:
    made = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str("QRCode"))
    return Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(made, scale=6))).convert("RGB")


def scan(folder: Path, markup: str = "", *, pages: int = 1, code: bool = True) -> Path:
    """Pages of a size that is soon read, without a text layer: a barcode, and what Typst sets of `markup`."""
    from ombud.inspect import pdf

    sheet = Image.new("RGB", (827, 1169), "white")
    if markup:
        sheet = pdf.render(typeset(folder / "set.pdf", markup), 1, 200)
    if code:
        sheet.paste(barcode(), (sheet.width - 250, sheet.height - 250))
    path = folder / "scan.pdf"
    sheet.save(path, "PDF", save_all=True, append_images=[sheet] * (pages - 1), resolution=200)
    return path


def photo(path: Path) -> Path:
    sheet = Image.new("RGB", (800, 600), "#b0a080")
    ImageDraw.Draw(sheet).rectangle((50, 50, 400, 500), fill="#604020")
    sheet.paste(barcode(), (450, 200))
    sheet.save(path, quality=90)
    return path


def problems(said: Sequence[Said]) -> list[str | int]:
    return values(said, "problem") + values(said, "off")


def test_a_document_with_a_text_layer_needs_no_recognition(tmp_path: Path) -> None:
    said = file.look(typeset(tmp_path / "record.pdf", "Отгружено 12.03.2026 08:15, номер 12345678901234"), "pdf")
    assert "12345678901234" in values(said, "number")
    assert values(said, "language") == ["ru"]
    assert not file.wants_recognition("pdf", said)
    assert problems(said) == []


def test_a_place_to_sign_is_looked_at_on_the_drawn_page(tmp_path: Path) -> None:
    path = typeset(tmp_path / "waybill.pdf", RUSSIAN)
    said = file.look(path, "pdf")
    assert [each.page for each in said if each.field == "signature_field"] == [1]
    assert file.wants_recognition("pdf", said)
    more = file.recognise(path, "pdf", said)
    assert [int(each.value) < 4 for each in more if each.field == "ink"] == [True]  # thousandths: nobody signed
    assert not values(more, "line")  # its letters are in its text layer


def test_a_barcode_on_a_scanned_page_is_read(tmp_path: Path) -> None:
    path = scan(tmp_path)
    said = file.look(path, "pdf")
    assert file.wants_recognition("pdf", said)
    more = file.recognise(path, "pdf", said)
    assert [(each.value, each.page, each.source) for each in more if each.field == "barcode"] == [
        (NUMBER, 1, "barcode")
    ]


def test_the_language_of_a_scan_is_said_when_all_of_it_is_read(tmp_path: Path) -> None:
    path = scan(tmp_path, RUSSIAN)
    said = file.look(path, "pdf")
    assert values(said, "language") == []
    if None in parts().values():
        pytest.skip("Tesseract or its data is not here")
    more = file.recognise(path, "pdf", said)
    assert values(more, "language") == ["ru"]
    assert [each.source for each in more if each.field == "language"] == ["ocr"]
    assert "12345678901234" in values(more, "number")
    assert [each.page for each in more if each.field == "ink"] == [1]


def test_a_cover_in_another_language_does_not_speak_for_the_scan_behind_it(tmp_path: Path) -> None:
    """The text layer alone would say English; what is behind it may be the translation."""
    import pikepdf

    cover = typeset(tmp_path / "cover.pdf", "Please find the translation of the delivery note on the following page.")
    with pikepdf.open(cover) as whole, pikepdf.open(scan(tmp_path)) as behind:
        whole.pages.extend(behind.pages)
        whole.save(tmp_path / "both.pdf")
    said = file.look(tmp_path / "both.pdf", "pdf")
    assert values(said, "line")
    assert values(said, "language") == []


def test_no_more_scanned_pages_are_read_than_there_is_time_for_and_that_is_said(tmp_path: Path) -> None:
    path = scan(tmp_path, pages=file.MOST_SCANS + 2)
    said = file.look(path, "pdf")
    assert len(values(said, "scanned_page")) == file.MOST_SCANS + 2
    more = file.recognise(path, "pdf", said)
    read = {each.page for each in more if each.field == "barcode"}
    assert read == set(range(1, max(filter(None, read)) + 1))
    assert len(read) <= file.MOST_SCANS
    assert "pages" in values(more, "cut")


def test_a_photo_wants_recognition_and_is_read_for_its_barcodes(tmp_path: Path) -> None:
    path = photo(tmp_path / "photo.jpg")
    said = file.look(path, "jpeg")
    assert values(file.recognise(path, "jpeg", said), "barcode") == [NUMBER]
    assert values(said, "picture_sha256")
    assert file.wants_recognition("jpeg", said)
    assert file.wants_recognition("png", said)
    assert problems(said) == []


def test_recognition_says_nothing_that_looking_said(tmp_path: Path) -> None:
    path = photo(tmp_path / "photo.jpg")
    said = file.look(path, "jpeg")
    assert not set(said) & set(file.recognise(path, "jpeg", said))


def test_a_video_is_measured_and_wants_recognition(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 2_000, 100))
    said = file.look(path, "mp4")
    assert values(said, "duration_ms")
    assert file.wants_recognition("mp4", said)
    assert "problem" not in {each.field for each in file.recognise(path, "mp4", said)}


@pytest.mark.parametrize("format", ["pdf", "jpeg", "png", "mp4"])
@pytest.mark.parametrize("content", [b"", b"\x00" * 5_000, b"%PDF-1.7\n" + b"\xff" * 100, b"\xff\xd8\xff\xe0" * 9])
def test_what_cannot_be_opened_is_said_and_nothing_is_recognised(tmp_path: Path, format: str, content: bytes) -> None:  # noqa: A002
    path = tmp_path / "broken"
    path.write_bytes(content)
    said = file.look(path, format)
    assert values(said, "problem")
    assert not file.wants_recognition(format, said)


def test_a_reader_that_fails_is_said_of_the_file(tmp_path: Path) -> None:
    for format in ("pdf", "jpeg", "mp4"):  # noqa: A001
        assert values(file.look(tmp_path, format), "problem") == ["cannot_open"]


def test_a_picture_that_is_gone_by_the_time_it_is_recognised_costs_the_checks_alone(tmp_path: Path) -> None:
    assert values(file.recognise(tmp_path / "gone", "jpeg", []), "off") == ["ocr", "watermark"]


def test_of_a_file_that_hides_another_the_one_is_read_that_it_shows(tmp_path: Path) -> None:
    path = typeset(tmp_path / "waybill.pdf", RUSSIAN)
    assert file.look(path, "pdf+zip") == file.look(path, "pdf")


@pytest.mark.parametrize("format", ["", "docx", "gif", "heic"])
def test_a_format_that_no_reader_reads_is_said_to_be_off(tmp_path: Path, format: str) -> None:  # noqa: A002
    path = tmp_path / "other"
    path.write_bytes(b"GIF89a")
    said = file.look(path, format)
    assert [(each.field, each.value) for each in said] == [("off", "format")]
    assert not file.wants_recognition(format, said)
    assert file.recognise(path, format, said) == []


def test_no_more_is_said_than_a_file_may_say(tmp_path: Path) -> None:
    """A thousand scanned lines over pages that each keep their own bounds."""
    words = "\n".join(f"T* (line {number} of a page that goes on and on) Tj" for number in range(60))
    page = f"BT /F1 9 Tf 11 TL 40 800 Td {words} ET"
    said = file.look(written(tmp_path / "long.pdf", *[page] * 20), "pdf")
    assert len(values(said, "line")) <= file.MOST_LINES
    assert "lines" in values(said, "cut")
    assert all(each.confidence <= 0.5 for each in said if each.field == "language")
