"""Pictures: opened by their counted pixels, read by what they say of themselves, known again by their pixels."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin

from ombud.domain.said import Said
from ombud.inspect import pictures
from tests.inspect import bombs, drawn


def _values(said: list[Said], field: str) -> list[str | int]:
    return [one.value for one in said if one.field == field]


def _exif(tags: Mapping[int, object], inner: Mapping[int, object] | None = None) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in tags.items():
        exif[tag] = value
    for tag, value in (inner or {}).items():
        exif.get_ifd(ExifTags.IFD.Exif)[tag] = value
    return exif


def _saved(path: Path, image: Image.Image, **how: Any) -> Path:
    image.save(path, **how)
    return path


CAMERA: dict[int, object] = {ExifTags.Base.Make: "Canon", ExifTags.Base.Model: "Canon EOS 40D"}


def test_size_camera_program_and_time_are_read_from_exif(tmp_path: Path) -> None:
    tags = {**CAMERA, ExifTags.Base.Software: "GIMP 2.10", ExifTags.Base.DateTime: "2026:03:13 10:00:00"}
    exif = _exif(tags, {ExifTags.Base.DateTimeOriginal: "2026:03:12 08:15:30"})
    said = pictures.read(_saved(tmp_path / "a.jpg", drawn.bench((640, 480)), exif=exif))
    assert (_values(said, "width"), _values(said, "height")) == ([640], [480])
    assert _values(said, "exif_time") == ["2026-03-12T08:15:30"]
    assert _values(said, "exif_camera") == ["Canon EOS 40D"]
    assert _values(said, "exif_software") == ["GIMP 2.10"]
    assert all(one.tool == "pillow" and one.version for one in said)


@pytest.mark.parametrize(("offset", "ending"), [("+03:00", "+03:00"), ("   :  ", ""), ("+99:00", "")])
def test_exif_time_has_the_offset_that_is_written_and_no_other(tmp_path: Path, offset: str, ending: str) -> None:
    inner: dict[int, object] = {
        ExifTags.Base.DateTimeOriginal: "2026:03:12 08:15:30",
        ExifTags.Base.OffsetTimeOriginal: offset,
    }
    said = pictures.read(_saved(tmp_path / "a.jpg", drawn.bench((64, 48)), exif=_exif({}, inner)))
    assert _values(said, "exif_time") == ["2026-03-12T08:15:30" + ending]


@pytest.mark.parametrize("time", ["0000:00:00 00:00:00", "2026:13:40 08:15:30", "1970:01:01 00:00:00", "\0\0", ""])
def test_exif_time_that_no_clock_showed_is_not_said(tmp_path: Path, time: str) -> None:
    exif = _exif({}, {ExifTags.Base.DateTimeOriginal: time})
    assert not _values(pictures.read(_saved(tmp_path / "a.jpg", drawn.bench((64, 48)), exif=exif)), "exif_time")


def test_exif_that_is_broken_spoils_no_picture(tmp_path: Path) -> None:
    path = _saved(tmp_path / "a.jpg", drawn.bench((64, 48)), exif=_exif(CAMERA))
    path.write_bytes(
        path.read_bytes().replace(b"Exif\0\0MM\0*", b"Exif\0\0MMxx").replace(b"Exif\0\0II*\0", b"Exif\0\0IIxx")
    )
    said = pictures.read(path)
    assert not _values(said, "problem")
    assert _values(said, "width") == [64]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_picture_is_set_upright_as_exif_says(tmp_path: Path, orientation: int) -> None:
    image = Image.new("RGB", (80, 40), "white")
    image.paste("red", (0, 0, 40, 20))  # of what is stored
    path = _saved(tmp_path / "a.png", image, exif=_exif({ExifTags.Base.Orientation: orientation}))
    said, shown = pictures.read_and_open(path)
    lying = orientation >= 5
    assert shown is not None
    assert shown.size == ((40, 80) if lying else (80, 40))
    assert (_values(said, "width"), _values(said, "height")) == ([shown.width], [shown.height])
    red = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    corner = (red[0] * (shown.width - 1), red[1] * (shown.height - 1))
    assert shown.getpixel(corner) == (255, 0, 0)
    assert shown.tobytes() == pictures.open(path).tobytes()


def test_same_pixels_have_the_same_digest_whatever_else_the_file_says(tmp_path: Path) -> None:
    image = drawn.bench((200, 150))
    plain = pictures.read(_saved(tmp_path / "a.png", image))
    dressed = pictures.read(
        _saved(tmp_path / "b.png", image, exif=_exif({**CAMERA, ExifTags.Base.Orientation: 6}), compress_level=1)
    )
    other = image.copy()
    other.putpixel((0, 0), (0, 0, 0))
    assert _values(plain, "picture_sha256") == _values(dressed, "picture_sha256") == [pictures.digest(image)]
    assert pictures.digest(other) != pictures.digest(image)
    assert pictures.digest(image.resize((150, 200))) != pictures.digest(image)


def test_photos_alone_have_a_difference_hash_which_survives_packing(tmp_path: Path) -> None:
    photo, other = drawn.bench(), drawn.bench(seed=2)
    hashes = [
        int(
            str(_values(pictures.read(_saved(tmp_path / f"{name}.jpg", image, quality=quality)), "picture_dhash")[0]),
            16,
        )
        for name, image, quality in (("a", photo, 92), ("b", photo.resize((640, 480)), 55), ("c", other, 92))
    ]
    assert (hashes[0] ^ hashes[1]).bit_count() <= 4
    assert (hashes[0] ^ hashes[2]).bit_count() >= 12
    for name, drawing in (("d", drawn.sheet()[0]), ("e", drawn.chat())):
        assert not _values(pictures.read(_saved(tmp_path / f"{name}.jpg", drawing)), "picture_dhash")


def test_transparent_parts_are_paper_and_sixteen_bits_keep_their_shades(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    assert pictures.open(_saved(tmp_path / "a.png", clear)).getpixel((5, 5)) == (255, 255, 255)
    deep = Image.new("I;16", (32, 32), 32_896)
    assert pictures.open(_saved(tmp_path / "b.png", deep)).getpixel((5, 5)) == (128, 128, 128)


@pytest.mark.parametrize("side", [30_000, 65_000])
def test_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path: Path, side: int) -> None:
    assert _values(pictures.read(bombs.jpeg(tmp_path / "a.jpg", side)), "problem") == ["too_many_pixels"]
    header = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = b"IDAT" + zlib.compress(bytes(1000))
    (tmp_path / "a.png").write_bytes(
        png + struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    )
    said, image = pictures.read_and_open(tmp_path / "a.png")
    assert (_values(said, "problem"), image) == (["too_many_pixels"], None)


def test_large_jpeg_is_decoded_smaller_and_its_size_said_as_it_is(tmp_path: Path) -> None:
    large = Image.new("RGB", (7_000, 5_000), (180, 170, 160))
    said, image = pictures.read_and_open(_saved(tmp_path / "a.jpg", large, quality=40))
    assert (_values(said, "width"), _values(said, "height")) == ([7_000], [5_000])
    assert image is not None
    assert image.size == (3_500, 2_500)
    assert _values(said, "picture_sha256") == [pictures.digest(image)]


def test_files_that_are_no_picture_say_what_is_wrong(tmp_path: Path) -> None:
    whole = io.BytesIO()
    drawn.bench((200, 150)).save(whole, "JPEG")
    cases = {
        "empty": b"",
        "cut": whole.getvalue()[: len(whole.getvalue()) // 2],
        "text": b"no picture at all",
        "head": b"\xff\xd8\xff\xe0",
        "gif": b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
    }
    told = {}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        told[name] = _values(pictures.read(tmp_path / name), "problem")
    assert told == {name: ["empty" if name == "empty" else "cannot_open"] for name in cases}


def _signs(path: Path) -> set[str]:
    return {str(value) for value in _values(pictures.read(path), "screenshot_sign")}


@pytest.mark.parametrize("quality", [92, 60])
def test_captures_of_screens_are_told_by_their_bars_and_bubbles(tmp_path: Path, quality: int) -> None:
    assert _signs(_saved(tmp_path / "a.jpg", drawn.chat(), quality=quality)) == {
        "no_camera", "screen_size", "status_bar", "chat",
    }  # fmt: skip
    scaled = drawn.chat().resize((738, 1640))
    assert {"status_bar", "chat"} <= _signs(_saved(tmp_path / "b.jpg", scaled, quality=quality))
    assert _signs(_saved(tmp_path / "c.jpg", drawn.browser(), quality=quality)) == {
        "no_camera", "screen_size", "browser",
    }  # fmt: skip


def test_capture_says_so_itself_in_the_words_of_its_program(tmp_path: Path) -> None:
    noted = _exif({}, {ExifTags.Base.UserComment: b"ASCII\0\0\0Screenshot"})
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "gnome-screenshot")
    sheet = drawn.sheet()[0]
    for path in (
        _saved(tmp_path / "a.jpg", sheet, exif=noted),
        _saved(tmp_path / "b.png", sheet, pnginfo=info),
        _saved(tmp_path / "c.jpg", sheet, exif=_exif({ExifTags.Base.Software: "Greenshot 1.2"})),
    ):
        assert "software" in _signs(path)


@pytest.mark.parametrize("degrees", [0.0, 4.0])
def test_scans_and_photos_of_documents_are_no_captures(tmp_path: Path, degrees: float) -> None:
    sheet = drawn.sheet()[0]
    for name, image in (("a", sheet), ("b", sheet.convert("1").convert("L")), ("c", drawn.photo(sheet, degrees))):
        assert _signs(_saved(tmp_path / f"{name}.jpg", image)) == {"no_camera"}


def test_what_a_camera_took_is_no_capture_whatever_it_shows(tmp_path: Path) -> None:
    assert not _signs(_saved(tmp_path / "a.jpg", drawn.chat(), exif=_exif(CAMERA)))


@pytest.mark.real_data
def test_real_photos_are_read_and_none_is_a_capture(real_data: Path) -> None:
    photos = sorted((real_data / "evidence" / "photo_exif").glob("*.jpg"))
    said = {path.name: pictures.read(path) for path in photos}
    assert len(said) == 8
    assert not any(_values(one, "problem") for one in said.values())
    assert sum(bool(_values(one, "exif_camera")) for one in said.values()) == 5
    assert _values(said["Canon_40D.jpg"], "exif_time") == ["2008-05-30T15:56:01"]
    signs = {str(value) for one in said.values() for value in _values(one, "screenshot_sign")}
    assert signs == {"no_camera"}


@pytest.mark.real_data
def test_other_formats_are_not_opened(real_data: Path) -> None:
    for path in sorted((real_data / "evidence" / "wrong_format").iterdir()):
        if path.suffix != ".png":
            assert _values(pictures.read(path), "problem") == ["cannot_open"], path.name
