"""Frames of a video, spread over all of it: few enough to be read, enough to see that a clock in them drifts.

A key frame is taken where one is near, since others cost all the frames back to the key frame before them. There is no
seeking: a hostile index would lead anywhere. The file is read once more, and only what a wanted frame needs is decoded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import av.container
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from ombud.inspect.video.timeline import MOST_PACKETS, Timeline, opened, timeline

LONGEST_SIDE: Final = 1280
"""Pixels; a frame is scaled down to it."""
NEAR: Final = 4
"""A key frame is as good as the frame wanted within this part of the time between two frames wanted."""


@dataclass
class _Run:
    """Packets from a key frame (`start`) to the last that is wanted (`end`), by their place in the file."""

    start: int
    end: int
    wanted: list[int] = field(default_factory=list)  # instants in ticks, in order


def frames(path: Path, most: int, hurry: Callable[[], bool] = lambda: False) -> Iterator[tuple[int, Image.Image]]:
    """At most `most` frames in their order, the first and the last among them: milliseconds from the first, RGB,
    upright, no side over 1280 pixels. Once `hurry()` says so, only key frames from there on. Nothing where a file
    cannot be read.
    """
    try:
        with opened(path) as (container, stream):
            line = timeline(container, stream) if stream is not None else None
        if line is None or not line.shown:
            return
        with opened(path) as (container, stream):
            if stream is None or stream.codec_context is None:
                return
            at_before = -1
            for ticks, frame in _decoded(container, stream, _runs(line, set(wanted(line, most))), hurry):
                at = round(line.seconds(ticks) * 1000)
                if at > at_before:
                    at_before = at
                    yield at, _picture(frame)
    except (av.FFmpegError, ValueError, OverflowError):
        return


def frame(path: Path, at_ms: int) -> Image.Image:
    """The frame that is shown `at_ms` milliseconds from the first, else the one nearest to it; as `frames` gives them.

    Raises ValueError where there is none.
    """
    try:
        with opened(path) as (container, stream):
            line = timeline(container, stream) if stream is not None else None
        if line is None or not line.shown:
            raise ValueError(f"{path.name} has no frames")
        there = line.shown
        ticks = there[0].at + int(Fraction(max(at_ms, 0), 1000) / line.unit)
        at = max((one.at for one in there if one.at <= ticks), default=there[0].at)
        with opened(path) as (container, stream):
            if stream is not None and stream.codec_context is not None:
                for _, found in _decoded(container, stream, _runs(line, {at}), lambda: False):
                    return _picture(found)
    except (av.FFmpegError, OverflowError) as error:
        raise ValueError(f"{path.name} cannot be decoded") from error
    raise ValueError(f"{path.name} has no frame there")


def wanted(line: Timeline, most: int) -> list[int]:
    """The instants to take, in ticks and in order: evenly spread, or the key frame near."""
    shown = line.shown
    if len(shown) <= most:
        return [one.at for one in shown]
    first, span = shown[0].at, shown[-1].at - shown[0].at
    chosen = {first, shown[-1].at}
    for number in range(1, most - 1):
        target = first + Fraction(span * number, most - 1)
        near = [one for one in shown if one.key and abs(one.at - target) * (most - 1) * NEAR <= span]
        chosen.add(min(near or shown, key=lambda one: abs(one.at - target)).at)
    return sorted(chosen)


def _runs(line: Timeline, instants: Collection[int]) -> list[_Run]:
    """What to decode for frames at these instants in ticks, in the order of the file."""
    left = set(instants)
    runs: list[_Run] = []
    start = 0
    for index, moment in enumerate(line.moments):
        if moment.key:
            start = index
        if not moment.shown or moment.at not in left:
            continue
        left.discard(moment.at)
        if not runs or runs[-1].start != start:
            runs.append(_Run(start, index))
        runs[-1].end = index
        runs[-1].wanted.append(moment.at)
    for run in runs:
        run.wanted.sort()
    return runs


def _decoded(
    container: av.container.InputContainer,
    stream: VideoStream,
    runs: Sequence[_Run],
    hurry: Callable[[], bool],
) -> Iterator[tuple[int, VideoFrame]]:
    """Of each run the frames wanted, or those that come nearest after; of a run that breaks off, the last there is."""
    waiting = list(reversed(runs))
    index = -1
    seen: tuple[int, VideoFrame] | None = None
    for packet in container.demux(stream):
        if not waiting or index == MOST_PACKETS:
            return
        if packet.pts is None and packet.dts is None:
            continue
        index += 1
        run = waiting[-1]
        if index < run.start:
            continue
        ends = index >= run.end or hurry()
        for frame in _out_of(stream, packet, ends):
            if frame.pts is None:
                continue
            seen = (frame.pts, frame)
            if run.wanted and frame.pts >= run.wanted[0]:
                run.wanted = [at for at in run.wanted if at > frame.pts]
                yield seen
                seen = None
        if not ends:
            continue
        if run.wanted and seen is not None:
            yield seen
        seen = None
        waiting.pop()


def _out_of(stream: VideoStream, packet: av.Packet[VideoStream], ends: bool) -> list[VideoFrame]:
    """What comes out of the decoder with this packet; if it `ends` a run, all that is still in it. A packet that
    cannot be decoded gives nothing."""
    context = stream.codec_context
    out: list[VideoFrame] = []
    with suppress(av.FFmpegError):
        out += context.decode(packet)
    if ends:
        with suppress(av.FFmpegError):
            out += context.decode(None)
        context.flush_buffers()
    return out


def _picture(frame: VideoFrame) -> Image.Image:
    """Scaled by the decoder's own scaler, so that no picture of full size is made; turned as the file says."""
    shrink = min(Fraction(1), Fraction(LONGEST_SIDE, max(frame.width, frame.height)))
    picture: Image.Image = frame.to_image(  # type: ignore[no-untyped-call]
        width=max(round(frame.width * shrink), 1), height=max(round(frame.height * shrink), 1), interpolation="AREA"
    )
    return picture.rotate(frame.rotation, expand=True) if frame.rotation else picture
