"""What is seen in a video and when: an honest clip is told from a stretched, frozen or spliced one (O10, O12)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from ombud.domain.said import Said
from ombud.inspect import video
from tests.inspect.clips import BEGAN, clip, clock, rewrite

FIFTH = 200


def drift(said: Sequence[Said]) -> list[float]:
    """Seconds by which the burnt-in clock is ahead of the video's own time, in the order of the frames."""
    shown = [one for one in said if one.field == "watermark_time"]
    clocks = [(datetime.fromisoformat(str(one.value)) - BEGAN).total_seconds() for one in shown]
    return [at - (one.at_ms or 0) / 1000 for one, at in zip(shown, clocks, strict=True)]


def instants(said: Sequence[Said]) -> list[int]:
    return [one.at_ms for one in said if one.field == "watermark_time" and one.at_ms is not None]


def still(said: Sequence[Said]) -> list[tuple[int, int | None]]:
    return [(int(one.value), one.at_ms) for one in said if one.field == "still_ms"]


def test_the_clock_of_an_honest_clip_goes_with_it_from_its_first_frame_to_its_last(tmp_path: Path) -> None:
    said = video.recognise(clip(tmp_path / "clip.mp4", range(0, 31_000, FIFTH), clock))

    assert len(instants(said)) >= 6
    assert (instants(said)[0], instants(said)[-1]) == (0, 30_800)
    assert max(later - one for one, later in pairwise(instants(said))) < 31_000 / 5
    assert all(-1 <= each <= 0 for each in drift(said))
    assert still(said) == []
    assert all(one.source == "frames" for one in said if one.field == "watermark_time")


@pytest.mark.parametrize(
    ("drawn_as", "least"),
    [
        (lambda at: at // 4, 25),  # slow motion
        (lambda at: at * 3, 50),  # sped up
        (lambda at: min(at, 10_000), 25),  # the last picture of ten seconds held for thirty
        (lambda at: at if at < 20_000 else at + 600_000, 590),  # two clips in one
        (lambda at: at if at < 20_000 else at - 20_000, 19),  # the same twice
    ],
)
def test_the_clock_of_a_clip_that_was_tampered_with_does_not(
    tmp_path: Path, drawn_as: Callable[[int], int], least: int
) -> None:
    said = video.recognise(clip(tmp_path / "clip.mp4", range(0, 40_000, FIFTH), clock, drawn_as=drawn_as))

    assert len(drift(said)) >= 6
    assert max(drift(said)) - min(drift(said)) >= least


def test_a_picture_that_is_held_stands_still_from_where_it_began(tmp_path: Path) -> None:
    held = clip(tmp_path / "clip.mp4", range(0, 40_000, FIFTH), clock, drawn_as=lambda at: min(at, 10_000))

    [(length, at)] = still(video.recognise(held))

    assert length >= 20_000
    assert at is not None
    assert 10_000 <= at <= 20_000


def test_labels_and_barcodes_are_read_with_the_instant_at_which_they_are_seen(tmp_path: Path) -> None:
    code = zxingcpp.create_barcode("RA123456785CN", zxingcpp.BarcodeFormat.QRCode)
    qr = Image.fromarray(zxingcpp.write_barcode_to_image(code, scale=6))

    def labelled(draw: ImageDraw.ImageDraw, at: int) -> None:
        clock(draw, at, 30)
        if at >= 16_000:
            draw.rectangle((60, 150, 580, 420), fill="white")
            draw.text((80, 180), "SKU AB-1234", fill="black", font=ImageFont.load_default(48))
            draw._image.paste(qr, (400, 250))

    said = video.recognise(clip(tmp_path / "clip.mp4", range(0, 32_000, FIFTH), labelled, size=(640, 480)))

    [barcode] = [one for one in said if one.field == "barcode"]
    assert barcode.value == "RA123456785CN"
    assert barcode.at_ms is not None
    assert barcode.at_ms >= 16_000
    assert any("AB-1234" in str(one.value) for one in said if one.field == "line" and (one.at_ms or 0) >= 16_000)
    assert not any("AB-1234" in str(one.value) for one in said if one.field == "line" and (one.at_ms or 0) < 16_000)


def test_what_cannot_be_decoded_has_no_frames(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 3000, FIFTH), flags="faststart")
    rewrite(path, b"mdat", lambda content: b"\xff" * len(content))

    assert [(one.field, one.value) for one in video.recognise(path)] == [("problem", "no_frames")]


def test_in_a_hurry_only_key_frames_are_taken(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 60_000, FIFTH), clock, codec="mpeg4")  # a key frame every 12 frames

    hurried = [at for at, _ in video.frames(path, 8, hurry=lambda: True)]

    assert hurried[0] == 0
    assert len(hurried) >= 6
    assert all(at % (12 * FIFTH) == 0 for at in hurried)


@pytest.mark.parametrize("flags", ["", "faststart", "frag_keyframe+empty_moov"])
def test_a_frame_taken_is_the_one_that_is_seen_at_its_instant(tmp_path: Path, flags: str) -> None:
    def grey(draw: ImageDraw.ImageDraw, at: int) -> None:
        level = 20 + at // FIFTH
        draw.rectangle((0, 0, 320, 240), fill=(level, level, level))

    for at, picture in video.frames(clip(tmp_path / "clip.mp4", range(0, 31_000, FIFTH), grey, flags=flags), 8):
        level = picture.convert("L").getpixel((160, 120))
        assert isinstance(level, (int, float))
        assert abs(level - (20 + at // FIFTH)) <= 3


def test_a_clip_filmed_upright_is_looked_at_upright(tmp_path: Path) -> None:
    """A phone turns nothing: it writes down how to turn the frames."""

    def left_half(draw: ImageDraw.ImageDraw, at: int) -> None:
        draw.rectangle((0, 0, 160, 240), fill="white")

    path = clip(tmp_path / "clip.mp4", range(0, 1000, FIFTH), left_half, flags="faststart")
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 240 << 16, 0, 1 << 30)  # clockwise
    rewrite(path, b"tkhd", lambda content: content[:40] + quarter + content[76:])

    pictures = [picture for _, picture in video.frames(path, 4)]

    assert {picture.size for picture in pictures} == {(240, 320)}
    upper, lower = (pictures[0].convert("L").crop((0, down, 240, down + 80)).tobytes() for down in (20, 220))
    assert min(upper) > max(lower)


def test_a_clip_shorter_than_a_frame_is_one_frame(tmp_path: Path) -> None:
    assert [at for at, _ in video.frames(clip(tmp_path / "clip.mp4", [0]), 8)] == [0]


def test_seconds_are_told_apart(tmp_path: Path) -> None:
    [first, *_] = [picture for _, picture in video.frames(clip(tmp_path / "a.mp4", range(0, 4000, FIFTH), clock), 3)]
    later = clip(tmp_path / "b.mp4", range(0, 4000, FIFTH), clock, drawn_as=lambda at: at + 1000)
    [second, *_] = [picture for _, picture in video.frames(later, 3)]
    from ombud.inspect import recognise

    read = [
        [one.value for one in recognise.watermark(picture, at_ms=0) if one.field == "watermark_time"]
        for picture in (first, second)
    ]
    assert read == [[BEGAN.isoformat()], [(BEGAN + timedelta(seconds=1)).isoformat()]]
