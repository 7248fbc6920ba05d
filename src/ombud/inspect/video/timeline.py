"""When the frames of a video are shown, by demuxing it to its end: headers lie, the frames themselves do not.

A file is opened as MP4 and as nothing else, and may lead nowhere: no network, no other file, no data beside it. One
thread decodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final

import av
import av.container
import av.video
from av.stream import Discard, Disposition

TOOL: Final = "PyAV"
VERSION: Final = av.__version__

MOST_PACKETS: Final = 100_000
"""What is read of one video: 27 minutes at 60 frames a second. In 10 MB nothing honest has more."""
MOST_PIXELS: Final = 8192 * 8192
"""What one frame may have; a frame that says it is larger is not decoded."""
LAST_FRAME_HELD: Final = Fraction(1)
"""Seconds that the last frame counts for at most, unless an earlier frame is held for longer: it is one picture,
whatever a file says of how long to show it."""

_OPTIONS: Final = {
    "protocol_whitelist": "file",
    "enable_drefs": "0",  # data in other files
    "use_absolute_path": "0",
    "probesize": "100000",
    "analyzeduration": "2000000",
    "max_pixels": str(MOST_PIXELS),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One packet, in the order of decoding. `at`, `held`: ticks; `shown`: it ends up as a picture that is seen."""

    at: int
    held: int
    key: bool
    shown: bool


@dataclass(frozen=True)
class Timeline:
    """All packets of the video stream, in the order of decoding. `unit`: seconds a tick. `cut`: there were more."""

    unit: Fraction
    moments: tuple[Moment, ...]
    cut: bool = False

    @cached_property
    def shown(self) -> tuple[Moment, ...]:
        """In the order in which they are seen, each instant once."""
        return tuple(sorted({one.at: one for one in self.moments if one.shown}.values(), key=lambda one: one.at))

    @property
    def duration(self) -> Fraction:
        """Seconds from the first frame to the end of the last."""
        return self.seconds(self.shown[-1].at) + self._last_held if self.shown else Fraction(0)

    @property
    def longest_held(self) -> tuple[Fraction, Fraction]:
        """When the frame that is shown longest begins, and for how long it is: seconds."""
        if not self.shown:
            return Fraction(0), Fraction(0)
        ticks, before = max(((later.at - one.at, -one.at) for one, later in pairwise(self.shown)), default=(0, 0))
        if not ticks or self._last_held > ticks * self.unit:
            return self.seconds(self.shown[-1].at), self._last_held
        return self.seconds(-before), ticks * self.unit

    def seconds(self, at: int) -> Fraction:
        """From the first frame to `at`."""
        return (at - self.shown[0].at) * self.unit

    @property
    def _last_held(self) -> Fraction:
        if not self.shown:
            return Fraction(0)
        longest_gap = max((later.at - one.at for one, later in pairwise(self.shown)), default=0) * self.unit
        return min(self.shown[-1].held * self.unit, max(LAST_FRAME_HELD, longest_gap))


@contextmanager
def opened(path: Path) -> Iterator[tuple[av.container.InputContainer, av.video.VideoStream | None]]:
    """The container and the stream that a player would show; None: it has no video. Raises av.FFmpegError."""
    with av.open(path, format="mov", options=dict(_OPTIONS), metadata_errors="replace") as container:
        stream = _picture_stream(container)
        for other in container.streams:
            other.discard = Discard.default if other is stream else Discard.all
        if stream is not None and stream.codec_context is not None:
            stream.codec_context.thread_count = 1
            stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
        yield container, stream


def timeline(container: av.container.InputContainer, stream: av.video.VideoStream) -> Timeline:
    """Reads every packet of `stream`; where the file breaks off, those up to there."""
    moments: list[Moment] = []
    cut = False
    try:
        for packet in container.demux(stream):
            at = packet.pts if packet.pts is not None else packet.dts
            if at is None:  # the empty packet at the end
                continue
            if len(moments) == MOST_PACKETS:
                cut = True
                break
            shown = not packet.is_discard and not packet.is_corrupt and packet.size > 0
            moments.append(Moment(at, max(packet.duration or 0, 0), packet.is_keyframe, shown))
    except av.FFmpegError:
        pass  # what was read up to there is what there is
    return Timeline(stream.time_base or Fraction(1), tuple(moments), cut)


def _picture_stream(container: av.container.InputContainer) -> av.video.VideoStream | None:
    """Not the cover of a song, which is a video stream of one picture too."""
    moving = [one for one in container.streams.video if not one.disposition & Disposition.attached_pic]
    best = container.streams.best("video")
    return next((one for one in moving if one is best), moving[0] if moving else None)
