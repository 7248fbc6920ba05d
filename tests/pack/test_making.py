"""Files made anew behind the walls of a worker: nothing of them is lost that is not said, nothing that must stay."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, cast

import av
import pikepdf
import pytest
from PIL import ExifTags, Image, ImageDraw

from ombud.inspect import pdf as reader
from ombud.inspect import video
from ombud.inspect.pool import Limits
from ombud.pack.workshop import UnmadeError, Workshop
from tests.inspect import bombs, clips
from tests.inspect.pdfs import signed, typeset

TAKEN = "2026:03:12 10:20:30"


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    folder = tmp_path / "work"
    folder.mkdir()
    yield Workshop(folder)
    assert not [each for each in folder.iterdir() if each.is_dir()], "no scratch is left"


def drawn(mode: str = "RGB", size: tuple[int, int] = (640, 480)) -> Image.Image:
    picture = Image.effect_noise(size, 40).convert("RGB")
    ImageDraw.Draw(picture).rectangle((20, 20, 120, 60), fill="#c03020")
    return picture.convert(mode)


def saved(path: Path, picture: Image.Image, **how: Any) -> Path:
    picture.save(path, **how)
    return path


def exif(turn: int = 1) -> Image.Exif:
    tags = Image.Exif()
    tags[ExifTags.Base.Orientation] = turn
    tags[ExifTags.Base.DateTime] = TAKEN
    return tags


def inside(path: Path) -> list[Image.Image]:
    """The pictures of a PDF, as they are stored."""
    with pikepdf.open(path) as opened:
        return [
            pikepdf.PdfImage(cast("pikepdf.Stream", image)).as_pil_image().copy()
            for page in opened.pages
            for image in page.get_images().values()
        ]


@pytest.mark.parametrize("form", ["png", "webp", "tiff", "bmp"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_picture_becomes_a_page_with_the_very_same_pixels(
    workshop: Workshop, tmp_path: Path, form: str, mode: str
) -> None:
    picture = drawn(mode)
    path = saved(tmp_path / f"a.{form}", picture, **({"lossless": True} if form == "webp" else {}))
    made = workshop.make("pdf", [(path, form)])
    [kept] = inside(made.path)
    assert kept.convert("RGB").tobytes() == picture.convert("RGB").tobytes()
    assert reader.render(made.path, 1, 200).size == pytest.approx(picture.size, abs=1)


def test_a_jpeg_goes_into_a_pdf_byte_by_byte(workshop: Workshop, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", drawn(), quality=85, exif=exif())
    made = workshop.make("pdf", [(path, "jpeg")])
    with pikepdf.open(made.path) as opened:
        [image] = opened.pages[0].get_images().values()
        assert image.read_raw_bytes() == path.read_bytes()
    assert made.said["exif"] == 1


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_page_stands_upright_as_the_photo_says_it_was_taken(workshop: Workshop, tmp_path: Path, turn: int) -> None:
    path = saved(tmp_path / "a.jpg", drawn(), quality=95, exif=exif(turn))
    from PIL import ImageOps

    wanted = ImageOps.exif_transpose(Image.open(path))
    made = workshop.make("pdf", [(path, "jpeg")])
    seen = reader.render(made.path, 1, 200)
    assert seen.size == pytest.approx(wanted.size, abs=1)
    red = [max(range(4), key=lambda corner, one=one: _redness(one, corner)) for one in (seen, wanted)]  # type: ignore[misc]
    assert red[0] == red[1]
    assert ("turned" in made.said) == (turn != 1)


def _redness(picture: Image.Image, corner: int) -> float:
    width, height = picture.size
    left, top = (corner % 2) * width * 2 // 3, (corner // 2) * height * 2 // 3
    red, _, blue = picture.crop((left, top, left + width // 3, top + height // 3)).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    return float(red) - float(blue)


def test_every_page_of_a_tiff_is_there(workshop: Workshop, tmp_path: Path) -> None:
    pages = [drawn(size=(300, 200 + 50 * number)) for number in range(3)]
    path = saved(tmp_path / "a.tiff", pages[0], save_all=True, append_images=pages[1:])
    made = workshop.make("pdf", [(path, "tiff")])
    assert [one.size for one in inside(made.path)] == [one.size for one in pages]
    assert made.said["pages"] == "3"


def test_what_a_picture_loses_on_the_way_is_said(workshop: Workshop, tmp_path: Path) -> None:
    clear = drawn("RGBA")
    clear.putalpha(100)
    assert workshop.make("png", [(saved(tmp_path / "a.webp", clear), "webp")]).said["transparent"] == 1
    assert workshop.make("pdf", [(saved(tmp_path / "a.tiff", drawn("CMYK")), "tiff")]).said["colours"] == 1
    deep = Image.new("I;16", (50, 50), 40_000)
    assert workshop.make("pdf", [(saved(tmp_path / "b.png", deep), "png")]).said["depth"] == 1
    assert not {"transparent", "depth", "colours"} & set(
        workshop.make("png", [(saved(tmp_path / "c.webp", drawn()), "webp")]).said
    )


def test_a_smaller_photo_keeps_its_time_its_turn_and_its_camera(workshop: Workshop, tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", drawn(size=(2000, 1500)), quality=97, exif=exif(6))
    made = workshop.make("jpeg", [(path, "jpeg")], quality=60, longest=1000)
    assert made.size < path.stat().st_size
    with Image.open(made.path) as smaller:
        assert smaller.size == (1000, 750)
        assert smaller.getexif()[ExifTags.Base.DateTime] == TAKEN
        assert smaller.getexif()[ExifTags.Base.Orientation] == 6


def test_of_a_pdf_only_the_pictures_get_smaller(workshop: Workshop, tmp_path: Path) -> None:
    text = typeset(tmp_path / "text.pdf", "Накладная 5833788762")
    page = workshop.make("pdf", [(saved(tmp_path / "a.jpg", drawn(size=(2400, 1800)), quality=97), "jpeg")]).path
    whole = workshop.make("pdf", [(text, "pdf"), (page, "pdf")])
    made = workshop.make("smaller_pdf", [(whole.path, "pdf")], quality=60, dpi=150, fresh=0)
    assert made.size < whole.size / 2
    assert made.said["pictures"] == 1
    [picture] = inside(made.path)
    assert max(picture.size) == pytest.approx(150 * 11.69, abs=3)
    assert [one.value for one in reader.read(made.path) if one.field == "line"] == ["Накладная 5833788762"]


def test_the_first_step_of_a_pdf_changes_no_pixel(workshop: Workshop, tmp_path: Path) -> None:
    whole = workshop.make("pdf", [(saved(tmp_path / "a.png", drawn()), "png")])
    made = workshop.make("smaller_pdf", [(whole.path, "pdf")], quality=0, dpi=0, fresh=1)
    assert [one.tobytes() for one in inside(made.path)] == [one.tobytes() for one in inside(whole.path)]


def test_a_signed_and_a_locked_pdf_stay_as_they_are(workshop: Workshop, tmp_path: Path) -> None:
    plain = typeset(tmp_path / "plain.pdf", "Signed")
    seal = signed(typeset(tmp_path / "signed.pdf", "Signed"))
    with pikepdf.open(plain) as opened:
        opened.save(
            tmp_path / "locked.pdf",
            encryption=pikepdf.Encryption(owner="o", allow=pikepdf.Permissions(modify_other=False)),
        )
    for path, reason in ((seal, "signed"), (tmp_path / "locked.pdf", "locked")):
        for what, how in (("pdf", {}), ("smaller_pdf", {"quality": 60, "dpi": 0, "fresh": 0})):
            with pytest.raises(UnmadeError) as refused:
                workshop.make(what, [(path, "pdf")], **how)
            assert refused.value.reason == reason


def test_the_same_files_give_the_same_bytes(workshop: Workshop, tmp_path: Path) -> None:
    png, text = saved(tmp_path / "a.png", drawn()), typeset(tmp_path / "t.pdf", "Twice")
    twice = [workshop.make("pdf", [(png, "png"), (text, "pdf")]).path.read_bytes() for _ in range(2)]
    assert hashlib.sha256(twice[0]).digest() == hashlib.sha256(twice[1]).digest()


def test_a_video_at_a_lower_rate_keeps_every_frame_at_its_instant(workshop: Workshop, tmp_path: Path) -> None:
    """Also where they are unevenly spread."""
    instants = [*range(0, 4000, 200), *range(4500, 9000, 500)]
    path = clips.clip(tmp_path / "a.mp4", instants, noisy, size=(640, 480))
    made = workshop.make("smaller_mp4", [(path, "mp4")], bytes=path.stat().st_size // 3)
    assert made.size < path.stat().st_size * 0.6
    assert shown(made.path) == pytest.approx(shown(path), abs=2)
    assert duration(made.path) == pytest.approx(duration(path), abs=40)


def noisy(draw: ImageDraw.ImageDraw, at: int) -> None:
    """Something else in every frame, so that there is something to save."""
    random = Random(at)
    for row in range(0, 480, 16):
        for column in range(0, 640, 16):
            shade = random.randrange(255)
            draw.rectangle((column, row, column + 15, row + 15), fill=(shade, 255 - shade, shade // 2))


def shown(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float((frame.time or 0) * 1000) for frame in container.decode(video=0)]


def duration(path: Path) -> int:
    return next(int(one.value) for one in video.read(path) if one.field == "duration_ms")


def test_an_avi_becomes_an_mp4_with_its_frames_and_its_sound(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "a.avi"
    with av.open(str(path), "w", format="avi") as container:
        pictures: Any = container.add_stream("mjpeg", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 320, 240, "yuvj420p"
        tones: Any = container.add_stream("pcm_s16le", rate=8000)
        tones.codec_context.layout = "mono"
        for number in range(20):
            container.mux(pictures.encode(av.VideoFrame.from_image(drawn(size=(320, 240)))))  # type: ignore[no-untyped-call]
            frame = av.AudioFrame(format="s16", layout="mono", samples=800)
            frame.sample_rate, frame.pts = 8000, number * 800
            frame.planes[0].update(bytes(1600))
            container.mux(tones.encode(frame))
        container.mux(pictures.encode(None))
        container.mux(tones.encode(None))
    made = workshop.make("mp4", [(path, "avi")])
    assert made.said["sound"] == "pcm_s16le"
    with av.open(str(made.path)) as container:
        assert [stream.codec_context.name for stream in (container.streams.video[0], container.streams.audio[0])] == [
            "h264",
            "aac",
        ]
    assert len(shown(made.path)) == 20
    assert duration(made.path) == pytest.approx(2000, abs=40)


@pytest.mark.parametrize(
    ("what", "form", "content"),
    [
        ("pdf", "pdf", b"%PDF-1.7\nnothing"),
        ("pdf", "png", b"\x89PNG\r\n\x1a\n" + bytes(500)),
        ("png", "webp", b"RIFF\x20\0\0\0WEBPVP8 " + bytes(20)),
        ("mp4", "avi", b"RIFF\x20\0\0\0AVI LIST" + bytes(200)),
    ],
)
def test_a_broken_file_is_not_made_and_harms_nobody(
    workshop: Workshop, tmp_path: Path, what: str, form: str, content: bytes
) -> None:
    path = tmp_path / f"a.{form}"
    path.write_bytes(content)
    with pytest.raises(UnmadeError) as refused:
        workshop.make(what, [(path, form)])
    assert refused.value.reason in {"cannot_open", "no_video"}
    assert workshop.make("pdf", [(saved(tmp_path / "b.png", drawn()), "png")]).size


def test_a_picture_that_moves_is_not_one_page(workshop: Workshop, tmp_path: Path) -> None:
    frames = [drawn(size=(60, 60)), Image.new("RGB", (60, 60), "blue")]
    path = saved(tmp_path / "a.gif", frames[0], save_all=True, append_images=frames[1:])
    for what in ("png", "pdf"):
        with pytest.raises(UnmadeError) as refused:
            workshop.make(what, [(path, "gif")])
        assert refused.value.reason == "moves"


def test_what_takes_more_than_its_limits_ends_alone(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    path = saved(tmp_path / "a.png", Image.new("L", (6000, 6000)))
    with pytest.raises(UnmadeError) as refused:
        Workshop(folder, pictures=Limits(address_space=150_000_000)).make("pdf", [(path, "png")])
    assert refused.value.reason in {"too_much_memory", "died", "cannot_open"}
    assert Workshop(folder).make("png", [(path, "png")]).size


def test_a_picture_that_says_it_is_endless_is_not_decoded(workshop: Workshop, tmp_path: Path) -> None:
    path = bombs.png(tmp_path / "a.png", 30_000)
    with pytest.raises(UnmadeError) as refused:
        workshop.make("pdf", [(path, "png")])
    assert refused.value.reason == "too_many_pixels"
