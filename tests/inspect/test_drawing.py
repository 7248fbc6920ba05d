"""A place in a file as a picture: the page, the photo, the frame that was asked for, and nothing from a file that is
none."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from ombud.inspect.drawing import LONGEST_SIDE
from ombud.inspect.pool import Asked, Pool
from tests.inspect import clips, pdfs


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    with Pool(workers=1) as pool:
        yield pool


def _seen(drawn: bytes) -> Image.Image:
    return Image.open(BytesIO(drawn)).convert("RGB")


def test_a_page_is_drawn_as_png_and_a_page_that_is_not_there_is_nothing(pool: Pool, tmp_path: Path) -> None:
    path = pdfs.written(tmp_path / "paper.pdf", pdfs.page(pdfs.text(72, 700, "Waybill")))
    drawn = pool.draw(Asked(path, "pdf"), page=1)
    assert drawn.startswith(b"\x89PNG")
    assert max(_seen(drawn).size) <= LONGEST_SIDE
    assert pool.draw(Asked(path, "pdf"), page=9) == b""


def test_a_photo_is_drawn_upright_without_its_metadata(pool: Pool, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "a camera that nobody needs to know"
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (3000, 1000), "red").save(path, exif=exif)
    drawn = pool.draw(Asked(path, "jpeg"))
    assert b"camera" not in drawn
    width, height = _seen(drawn).size
    assert height == LONGEST_SIDE > width


def test_the_frame_is_the_one_that_is_shown_then(pool: Pool, tmp_path: Path) -> None:
    def coloured(draw: ImageDraw.ImageDraw, at: int) -> None:
        draw.rectangle((0, 0, *clips.SIZE), fill="red" if at < 1000 else "blue")

    path = clips.clip(tmp_path / "film.mp4", range(0, 2000, 200), coloured)
    for at_ms, name in ((0, "red"), (900, "red"), (1000, "blue"), (99_000, "blue")):
        red, _, blue = _seen(pool.draw(Asked(path, "mp4"), at_ms=at_ms)).resize((1, 1)).tobytes()
        assert (red > blue) is (name == "red")


@pytest.mark.parametrize("format_", ["pdf", "jpeg", "mp4", "zip", ""])
def test_what_is_no_such_file_is_drawn_as_nothing(pool: Pool, tmp_path: Path, format_: str) -> None:
    path = tmp_path / "broken"
    path.write_bytes(b"\x00\x01 not what it says " * 50)
    assert pool.draw(Asked(path, format_)) == b""
