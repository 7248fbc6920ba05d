"""How long a video is, and that no file, however made, leads anywhere else (O10, O11)."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from pathlib import Path

import av
import pytest

from ombud.domain.said import Said
from ombud.inspect import video
from tests.inspect.clips import box, boxes, clip, moving, rewrite, sound

FIFTH = 200  # milliseconds: frames at five a second


def value(said: Sequence[Said], field: str) -> str | int | None:
    return next((one.value for one in said if one.field == field), None)


@pytest.mark.parametrize("length", [31_000, 30_000, 29_800])
@pytest.mark.parametrize("flags", ["", "faststart", "frag_keyframe+empty_moov"])
def test_a_clip_is_as_long_as_from_its_first_frame_to_the_end_of_its_last(
    tmp_path: Path, length: int, flags: str
) -> None:
    said = video.read(clip(tmp_path / "clip.mp4", range(0, length, FIFTH), flags=flags))

    assert value(said, "duration_ms") == length
    assert value(said, "frame_count") == length // FIFTH
    assert (value(said, "codec"), value(said, "width"), value(said, "height")) == ("h264", 320, 240)
    assert value(said, "problem") is None
    assert value(said, "still_ms") is None


def test_everything_said_of_a_video_names_what_read_it(tmp_path: Path) -> None:
    said = video.read(clip(tmp_path / "clip.mp4", range(0, 1000, FIFTH)))

    assert {(one.tool, one.version) for one in said} == {("PyAV", av.__version__)}


def test_another_codec_is_measured_as_well(tmp_path: Path) -> None:
    said = video.read(clip(tmp_path / "clip.mp4", range(0, 31_000, FIFTH), codec="mpeg4"))

    assert (value(said, "codec"), value(said, "duration_ms")) == ("mpeg4", 31_000)


def test_a_header_that_says_40_s_makes_no_longer_clip_of_10_s(tmp_path: Path) -> None:
    def forty(at: int, scale_at: int | None) -> object:
        def change(content: bytes) -> bytes:
            scale = struct.unpack_from(">I", content, scale_at)[0] if scale_at is not None else 1000
            return content[:at] + struct.pack(">I", 40 * scale) + content[at + 4 :]

        return change

    path = clip(tmp_path / "clip.mp4", range(0, 10_000, FIFTH), flags="faststart")
    rewrite(path, b"mvhd", forty(16, 12))  # type: ignore[arg-type]
    rewrite(path, b"mdhd", forty(16, 12))  # type: ignore[arg-type]
    rewrite(path, b"tkhd", forty(20, None))  # type: ignore[arg-type]

    said = video.read(path)

    assert value(said, "stated_duration_ms") == 40_000
    assert value(said, "duration_ms") == 10_000


def test_a_last_frame_that_is_to_be_shown_for_30_s_counts_as_one_picture(tmp_path: Path) -> None:
    def last_held(content: bytes) -> bytes:
        flags, _, frames, delta = struct.unpack_from(">IIII", content)
        return struct.pack(">IIIIII", flags, 2, frames - 1, delta, 1, delta * 150)

    path = clip(tmp_path / "clip.mp4", range(0, 10_000, FIFTH), flags="faststart+negative_cts_offsets")
    before = path.stat().st_size
    rewrite(path, b"stts", last_held)
    rewrite(path, b"stco", lambda content: _moved(content, path.stat().st_size - before))

    assert value(video.read(path), "duration_ms") == 10_800


def test_one_frame_at_the_start_and_one_at_40_s_is_a_picture_that_stands_still(tmp_path: Path) -> None:
    said = video.read(clip(tmp_path / "clip.mp4", [0, 40_000]))

    assert value(said, "still_ms") == 40_000
    assert next(one.at_ms for one in said if one.field == "still_ms") == 0


def test_frames_that_come_at_uneven_times_are_measured_by_their_times(tmp_path: Path) -> None:
    chance = random.Random(4)
    instants = [0]
    while instants[-1] < 31_000:
        instants.append(instants[-1] + chance.choice((33, 40, 200, 450)))

    said = video.read(clip(tmp_path / "clip.mp4", instants))

    assert instants[-1] < int(value(said, "duration_ms") or 0) <= instants[-1] + 1000
    assert value(said, "frame_count") == len(instants)


def test_frames_before_the_start_of_the_edit_list_are_not_seen_and_do_not_count(tmp_path: Path) -> None:
    said = video.read(clip(tmp_path / "clip.mp4", range(-1000, 30_000, FIFTH)))

    assert value(said, "duration_ms") == 30_000


def test_frames_that_all_come_at_one_instant_have_no_length(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 31_000, FIFTH), codec="mpeg4")
    rewrite(path, b"stts", lambda content: content[:12] + bytes(4))
    rewrite(path, b"mdhd", lambda content: content[:16] + bytes(4) + content[20:])

    said = video.read(path)

    assert value(said, "problem") == "no_length"
    assert int(value(said, "duration_ms") or 0) < FIFTH


def test_frames_without_times_that_are_dealt_out_over_the_stated_length_stand_still(tmp_path: Path) -> None:
    """Which a player may do, as FFmpeg does: 155 frames of 31 s each."""
    path = clip(tmp_path / "clip.mp4", range(0, 31_000, FIFTH), codec="mpeg4")
    rewrite(path, b"stts", lambda content: content[:12] + bytes(4))

    assert value(video.read(path), "still_ms") == 31_000


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_of_a_clip_that_breaks_off_what_is_there_counts(tmp_path: Path, share: float) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 31_000, FIFTH), flags="faststart")
    whole = path.read_bytes()
    start = whole.index(b"mdat")
    path.write_bytes(whole[: start + int((len(whole) - start) * share)])

    length = value(video.read(path), "duration_ms")

    assert isinstance(length, int)
    assert length < 30_000
    assert all(at < length for at, _ in video.frames(path, 8))


def test_a_clip_whose_index_is_cut_off_cannot_be_opened(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 5000, FIFTH))  # its index is at the end
    path.write_bytes(path.read_bytes()[:-200])

    assert [(one.field, one.value) for one in video.read(path)] == [("problem", "cannot_open")]
    assert list(video.frames(path, 8)) == []


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = sound(tmp_path / "clip.mp4", 31)

    assert value(video.read(path), "problem") == "no_video"
    assert list(video.frames(path, 8)) == []


@pytest.mark.parametrize(
    ("content", "problem"), [(b"", "empty"), (b"\0" * 4000, "cannot_open"), (b"%PDF-1.7", "cannot_open")]
)
def test_what_is_no_mp4_is_said_to_be_none(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)

    assert [(one.field, one.value) for one in video.read(path)] == [("problem", problem)]


def test_an_index_without_frames_is_said_to_have_none(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", range(0, 2000, FIFTH))
    for name in (b"stts", b"stsz", b"stsc", b"stco", b"stss", b"ctts"):
        rewrite(path, name, lambda content: bytes(12 if len(content) == 12 else 8) + bytes(4))

    assert value(video.read(path), "problem") == "no_frames"


def test_a_frame_of_4096_pixels_is_looked_at_with_1280(tmp_path: Path) -> None:
    path = clip(tmp_path / "clip.mp4", [0, 1000], size=(4096, 2048))

    assert [picture.size for _, picture in video.frames(path, 8)] == [(1280, 640), (1280, 640)]


def test_a_playlist_named_mp4_opens_nothing(tmp_path: Path) -> None:
    clip(tmp_path / "other.mp4", range(0, 31_000, FIFTH))
    path = tmp_path / "clip.mp4"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:31\n#EXTINF:31,\nother.mp4\n#EXT-X-ENDLIST\n")

    assert value(video.read(path), "problem") == "cannot_open"


def test_frames_that_lie_in_another_file_are_not_read(tmp_path: Path) -> None:
    other = clip(tmp_path / "other.mp4", range(0, 31_000, FIFTH), flags="faststart")
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"".join(box(name, content) for name, content in boxes(other.read_bytes()) if name != b"mdat"))
    rewrite(path, b"dref", lambda _: struct.pack(">II", 0, 1) + _alias("other.mp4"))

    with av.open(str(path), options={"enable_drefs": "1"}) as careless:
        assert sum(1 for packet in careless.demux(video=0) if packet.size) == 155

    assert value(video.read(path), "problem") == "no_frames"
    assert list(video.frames(path, 8)) == []


def test_no_damaged_clip_is_an_error(tmp_path: Path) -> None:
    """One to twenty bytes changed, most of them in the index."""
    path = clip(tmp_path / "whole.mp4", range(0, 3000, FIFTH), moving, flags="faststart")
    whole = path.read_bytes()
    index = whole.index(b"mdat")
    chance = random.Random(2026)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            damaged[chance.randrange(index if chance.random() < 0.8 else len(whole))] = chance.randrange(256)
        path.write_bytes(damaged)
        assert video.read(path)
        assert all(max(picture.size) <= 1280 for _, picture in video.frames(path, 4))


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "length"), [("autoeditor__example_42s.mp4", 42_400), ("gradio__video_sample_5s.mp4", 5_000)]
)
def test_real_clips_are_measured(real_data: Path, name: str, length: int) -> None:
    path = real_data / "evidence" / "video" / name

    assert value(video.read(path), "duration_ms") == length
    assert len(list(video.frames(path, 8))) == 8


def _moved(content: bytes, by: int) -> bytes:
    """The offsets of a `stco` box, all of them further on by so many bytes."""
    count = struct.unpack_from(">I", content, 4)[0]
    offsets = struct.unpack_from(f">{count}I", content, 8)
    return content[:8] + struct.pack(f">{count}I", *(offset + by for offset in offsets))


def _alias(name: str) -> bytes:
    """A data reference to the file `name` beside this one, as a Macintosh alias."""
    path = f":{name}".encode() + b"\0" * ((len(name) + 1) % 2)
    content = struct.pack(">I", 0) + bytes(10) + bytes(28) + bytes(12)
    content += bytes([len(name)]) + name.encode().ljust(63, b"\0") + bytes(16) + struct.pack(">HH", 1, 1) + bytes(16)
    content += struct.pack(">hH", 2, len(path)) + path + struct.pack(">hH", -1, 0)
    return box(b"alis", content.ljust(200, b"\0"))
