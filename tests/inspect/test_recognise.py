"""Letters out of pixels: pages however they lie, stamps through mistakes of reading, and parts that are missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw

from ombud.domain.said import Said
from ombud.inspect import recognise
from ombud.inspect.recognise import neural, stamps, tesseract
from tests.inspect import drawn

NUMBER = "80110093123456"


def _lines(said: list[Said]) -> list[str]:
    return [str(one.value) for one in said if one.field == "line"]


def _wrong(read: list[str]) -> float:
    """Share of the letters of the waybill that are missing or wrong, by the shortest edit."""
    want, got = " ".join(" ".join(drawn.WAYBILL).split()), " ".join(" ".join(read).split())
    row = list(range(len(got) + 1))
    for place, letter in enumerate(want, 1):
        before, row[0] = row[0], place
        for at, other in enumerate(got, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (letter != other))
    return row[-1] / len(want)


@drawn.needs_tesseract
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_scan_is_read_however_it_lies(turn: int) -> None:
    said = recognise.lines(drawn.sheet()[0].rotate(turn, expand=True), page=3)
    assert _wrong(_lines(said)) <= 0.03
    assert any(NUMBER in line for line in _lines(said))
    assert all((one.source, one.page, one.tool) == ("ocr", 3, "tesseract") and one.version for one in said)
    assert all(0 <= one.confidence <= 1 for one in said)


@drawn.needs_tesseract
@pytest.mark.parametrize("degrees", [-7.0, 3.0, 7.0])
def test_slanted_photo_in_shadow_is_read(degrees: float) -> None:
    read = _lines(recognise.lines(drawn.photo(drawn.sheet()[0], degrees)))
    assert _wrong(read) <= 0.05
    assert any(NUMBER in line for line in read)


@drawn.needs_tesseract
@pytest.mark.parametrize("turn", [0, 90, 180])
def test_boxes_are_places_of_the_picture_as_it_came(turn: int) -> None:
    image, lines = drawn.sheet()
    said = recognise.lines(image.rotate(turn, expand=True))
    (read,) = (one for one in said if NUMBER in str(one.value))
    left, top, right, bottom = lines[1].box or (0, 0, 0, 0)
    want = {
        0: (left, top, right, bottom),
        90: (top, 1000 - right, bottom, 1000 - left),
        180: (1000 - right, 1000 - bottom, 1000 - left, 1000 - top),
    }[turn]
    assert read.box == pytest.approx(want, abs=8)


@drawn.needs_tesseract
def test_columns_far_apart_are_parted_by_two_spaces_and_words_by_one() -> None:
    image = drawn.sheet(["Получатель груза в городе"])[0]
    ImageDraw.Draw(image).text((800, 130), "Иванов Пётр", font=drawn.font(28), fill=(20, 20, 20))
    assert _lines(recognise.lines(image)) == ["Получатель груза в городе  Иванов Пётр"]


@drawn.needs_tesseract
def test_words_before_a_row_of_dots_are_read() -> None:
    read = _lines(recognise.lines(drawn.sheet([*drawn.WAYBILL[:4], "Подпись: " + "." * 60])[0]))
    assert any("Подпись" in line for line in read)


@drawn.needs_tesseract
def test_pictures_without_text_have_no_lines() -> None:
    empty = [Image.new("L", size, 255) for size in ((800, 600), (1, 1), (9, 900))]
    for image in (*empty, drawn.bench()):
        assert not any(one.confidence > 0.8 for one in recognise.lines(image))


@drawn.needs_tesseract
@pytest.mark.real_data
def test_real_scans_are_read(real_data: Path) -> None:
    texts = {}
    for path in sorted((real_data / "evidence" / "pdf_scanned").glob("*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            page = document[0].render(scale=200 / 72).to_pil().convert("RGB")
        texts[path.name] = " ".join(_lines(recognise.lines(page)))
    assert "приобретение сертифицированных противообледенительных жидкостей" in texts["dedoc__tz_scan_1page.pdf"]
    assert "Методикой расчета начальных (максимальных) цен договоров" in texts["dedoc__example_with_table8.pdf"]
    assert "AES-256 XTS full disk encryption" in texts["dedoc__not_table.pdf"]


def test_missing_data_of_tesseract_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    code = (
        "from PIL import Image\n"
        "from ombud.inspect import recognise\n"
        "from ombud.inspect.recognise import tesseract\n"
        "tesseract._FOLDERS = ()\n"
        "recognise.warm()\n"
        "said = recognise.lines(Image.new('L', (99, 99)), 4)\n"
        "print([(one.field, one.value, one.source, one.page) for one in said])\n"
        "print(recognise.parts()['tesseract-ocr-rus'], recognise.watermark(Image.new('RGB', (99, 99))))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TESSDATA_PREFIX": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.splitlines() == ["[('off', 'ocr', 'container', 4)]", "None []"]


def test_parts_name_their_versions() -> None:
    parts = recognise.parts()
    assert set(parts) == {"tesserocr", "tesseract-ocr-rus", "tesseract-ocr-eng", "rapidocr"}
    assert parts["rapidocr"] == neural.installed() != ""
    assert parts["tesseract-ocr-rus"] == (str(tesseract.data()["rus"]) if "rus" in tesseract.data() else None)


def test_models_are_loaded_in_little_memory_without_a_word_to_anyone(tmp_path: Path) -> None:
    code = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2)\n"
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('a connection')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
        "from PIL import Image\n"
        "from ombud.inspect import recognise\n"
        "recognise.warm()\n"
        "image = Image.effect_noise((2600, 2600), 90).convert('RGB')\n"
        "recognise.words(image), recognise.watermark(image), recognise.lines(image)\n"
    )
    # ONNX Runtime does not report from where it takes tests to run; here it shall have no such excuse.
    excuses = {"CI", "GITHUB_ACTIONS", "TF_BUILD", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS"}
    kept = {name: value for name, value in os.environ.items() if name not in excuses}
    own = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    ran = subprocess.run([sys.executable, "-c", code], env={**kept, **own}, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert list(tmp_path.rglob("*")) == []


STAMPS = [
    ("2026-03-12 08:15:30", "2026-03-12T08:15:30"),
    ("12.03.2026 08:15", "2026-03-12T08:15:00"),
    ("2026/03/12 08:15:30", "2026-03-12T08:15:30"),
    ("12 мар 2026 08:15", "2026-03-12T08:15:00"),
    ("2026年03月12日 08:15:30", "2026-03-12T08:15:30"),
]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        *STAMPS,
        ("2026-03-1208:15:30", "2026-03-12T08:15:30"),
        ("12.03.202608:15:30", "2026-03-12T08:15:30"),
        ("2O26-O3-l2 O8:l5:3O", "2026-03-12T08:15:30"),
        ("2026-03-12 08：15：30", "2026-03-12T08:15:30"),
        ("2026-03-12 08.15.30", "2026-03-12T08:15:30"),
        ("2026 - 03 - 12  08: 15: 30", "2026-03-12T08:15:30"),
        ("08:15:30 12.03.2026", "2026-03-12T08:15:30"),
        ("CAM 04 2026-03-12 08:15:30 MON", "2026-03-12T08:15:30"),
        ("2026-03-12T08:15:30+03:00", "2026-03-12T08:15:30"),
        ("25/03/2026 08:15", "2026-03-25T08:15:00"),
    ],
)
def test_stamp_is_read_through_the_mistakes_of_a_recogniser(text: str, iso: str) -> None:
    stamp = stamps.find(text)
    assert stamp is not None
    assert stamp.iso == iso
    assert stamp.sure >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PACKING BENCH 04",
        "2026-03-12",
        "08:15:30",
        "2026-13-12 08:15:30",
        "2026-02-30 08:15:30",
        "2026-03-12 28:15:30",
        "03/12/2026 08:15",  # of March or of December
        "2026-03-12 08:15:30 2026-03-13 08:15:30",
        "80110093123456",
        "1996-03-12 08:15:30",
        "BOSS SOIL 0815",
    ],
)
def test_what_is_not_one_instant_is_no_stamp(text: str) -> None:
    assert stamps.find(text) is None


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize(("text", "iso"), [stamp for stamp in STAMPS if stamp[0].isascii()])
def test_clock_in_a_photo_is_read_at_its_place(text: str, iso: str, top: bool) -> None:
    said = recognise.watermark(drawn.stamped(text, top=top))
    (clock,) = (one for one in said if one.field == "watermark_time")
    assert (clock.value, clock.source, clock.at_ms, clock.tool) == (iso, "picture", None, "rapidocr")
    assert 0.7 <= clock.confidence < 1
    assert clock.box is not None
    assert clock.box[3] <= 120 if top else clock.box[1] >= 880
    assert [one.source for one in said if one.field == "line"] == ["ocr"]


def test_clock_on_two_lines_and_in_a_frame_is_read() -> None:
    said = recognise.watermark(drawn.stamped("12.03.2026\n08:15:30", top=True), at_ms=4_000)
    (clock,) = (one for one in said if one.field == "watermark_time")
    assert (clock.value, clock.source, clock.at_ms) == ("2026-03-12T08:15:30", "frames", 4_000)
    assert {(one.source, one.at_ms) for one in said if one.field == "line"} == {("frames", 4_000)}


@drawn.needs_tesseract
def test_month_in_russian_letters_is_read() -> None:
    image = drawn.stamped("22 сен 2026 20:44", colour="white")
    assert [one.value for one in recognise.watermark(image) if one.field == "watermark_time"] == ["2026-09-22T20:44:00"]


def test_time_in_the_middle_of_a_picture_is_no_clock_and_a_photo_without_one_has_none() -> None:
    image = drawn.bench()
    assert not [one for one in recognise.watermark(image) if one.field == "watermark_time"]
    ImageDraw.Draw(image).text((300, 450), "2026-03-12 08:15:30", font=drawn.font(40), fill="white")
    assert not [one for one in recognise.watermark(image) if one.field == "watermark_time"]
    assert _lines(recognise.words(image)) == ["2026-03-12 08:15:30"]


def test_label_of_goods_is_read_also_after_a_stamp_was() -> None:
    image = drawn.stamped("2026-03-12 08:15:30")
    ImageDraw.Draw(image).rectangle((300, 300, 800, 420), fill="white")
    ImageDraw.Draw(image).text((330, 330), "SKU XM-4821-BLK", font=drawn.font(44), fill="black")
    recognise.watermark(image)
    said = recognise.words(image, at_ms=500)
    (label,) = (one for one in said if "XM-4821-BLK" in str(one.value))
    assert (label.source, label.at_ms) == ("frames", 500)
    assert label.box == pytest.approx((258, 350, 560, 395), abs=20)


def test_smallest_pictures_are_looked_at_without_complaint() -> None:
    for size in ((1, 1), (3, 4000), (4000, 3)):
        assert recognise.watermark(Image.new("RGB", size, "white")) == []
        assert recognise.words(Image.new("RGB", size, "white")) == []
