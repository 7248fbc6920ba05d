"""Videos: into an MP4 as they are, or at a lower bit rate. All frames stay, at their instants, and the sound."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import av.filter

from ombud.pack.making import Done, UnmakableError

_DEMUXERS = {"mp4": "mov", "mov": "mov", "avi": "avi"}
_COPIED = frozenset({"h264", "hevc"})
_SOUNDS = frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus"})
"""What an MP4 holds without being recompressed."""
_OPTIONS = {"protocol_whitelist": "file", "enable_drefs": "0", "use_absolute_path": "0", "max_pixels": str(8192 * 8192)}
_CLOCKWISE, _COUNTER = (("transpose", "clock"),), (("transpose", "cclock"),)
_UPRIGHT = {90: _COUNTER, -270: _COUNTER, -90: _CLOCKWISE, 270: _CLOCKWISE, 180: (("hflip",), ("vflip",)),
            -180: (("hflip",), ("vflip",))}  # fmt: skip
"""By how much a frame is to be turned counter-clockwise to stand upright."""
_THREADS = 2
"""As many on every machine: the bytes depend on it."""
_SOUND_BITS, _LOUD_BITS = 96_000, 140_000
_LAYOUTS = {1: "mono", 2: "stereo"}
_LEAST_BITS = 100_000
"""A second: less is no picture."""


def remuxed(path: Path, form: str) -> Done:
    """An MP4 with the same video and sound; recompressed only where an MP4 cannot hold them."""
    return _written(path, form, 0)


def smaller(path: Path, form: str, most: int) -> Done:
    """The same as H.264 in about `most` bytes. Raises UnmakableError where that leaves no picture."""
    return _written(path, form, most)


def _written(path: Path, form: str, most: int) -> Done:
    file = BytesIO()
    try:
        with _opened(path, form) as source:
            turn = _first_turn(source)
        with _opened(path, form) as source, av.open(file, "w", format="mp4", options={"fflags": "+bitexact"}) as out:
            out.metadata.update(source.metadata)
            said = _Copy(source, out, most, turn).run()
    except (av.FFmpegError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise UnmakableError("cannot_open") from error
    return file.getvalue(), said


def _opened(path: Path, form: str) -> Any:
    return av.open(str(path), format=_DEMUXERS[form], options=_OPTIONS)


def _shown(source: Any) -> Any:
    """The video stream. Raises UnmakableError where there is none that is decoded here."""
    for stream in source.streams.video:
        if stream.codec_context is not None:
            return stream
    raise UnmakableError("no_video")


def _first_turn(source: Any) -> int:
    """By how much the frames must be turned: an encoder is told their size before it sees the first."""
    for frame in source.decode(_shown(source)):
        return int(frame.rotation)
    raise UnmakableError("no_video")


class _Copy:
    """One video on its way into another file. All streams of that are there before the first packet goes in."""

    def __init__(self, source: Any, out: Any, most: int, turn: int) -> None:
        self._source, self._out, self._video = source, out, _shown(source)
        self._said: dict[str, int | str] = {}
        sounds = [each for each in source.streams.audio if each.codec_context is not None]
        self._streams = [self._video, *sounds]
        if left := len(source.streams) - len(self._streams):
            self._said["tracks"] = left
        self._seconds = Fraction(source.duration or 0, av.time_base)
        self._copies = not most and self._video.codec_context.name in _COPIED
        self._graph = None if self._copies else self._turned(turn)
        self._sounds = {each.index: self._sound(each, within=bool(most)) for each in sounds}
        self._bits = self._rate(most, [stream for stream, _ in self._sounds.values()])
        self._to: Any = out.add_stream_from_template(self._video) if self._copies else self._encoder(turn)

    def run(self) -> dict[str, int | str]:
        """Everything, packet by packet; what was done to it."""
        for packet in self._source.demux(self._streams):
            if packet.stream.index == self._video.index:
                self._on_video(packet)
            else:
                self._on_sound(packet)
        for stream, resampler in self._sounds.values():
            if resampler is not None:
                self._out.mux(stream.encode(None))
        if self._copies:
            return self._said
        self._out.mux(self._to.encode(None))
        return {**self._said, "rate": self._bits // 1000}

    def _rate(self, most: int, sounds: list[Any]) -> int:
        """Bits a second for the pictures."""
        if self._copies:
            return 0
        own = int(self._video.codec_context.bit_rate or self._source.bit_rate or 4_000_000)
        if not most:
            return own
        if self._seconds <= 0:
            raise UnmakableError("no_length")
        sound = sum(int(each.codec_context.bit_rate or _SOUND_BITS) for each in sounds)
        bits = int(most * 8 / self._seconds) - sound - 8_000
        if bits < _LEAST_BITS:
            raise UnmakableError("too_small")
        return min(bits, own)

    def _on_video(self, packet: Any) -> None:
        if self._copies:
            self._pass_on(packet, self._to)
            return
        for frame in packet.decode():
            if self._graph is not None:
                self._graph.push(frame)
                frame = self._graph.pull()
            frame.pict_type = 0  # the encoder chooses anew which are key frames
            self._out.mux(self._to.encode(frame))

    def _turned(self, turn: int) -> Any:
        """What turns frames upright; None where they are."""
        if turn not in _UPRIGHT:
            return None
        self._said["turned"] = 1
        graph = av.filter.Graph()
        steps = [graph.add(*step) for step in _UPRIGHT[turn]]
        graph.link_nodes(graph.add_buffer(template=self._video), *steps, graph.add("buffersink")).configure()
        return graph

    def _encoder(self, turn: int) -> Any:
        rate = self._video.average_rate or self._video.guessed_rate or 25
        stream: Any = self._out.add_stream("libx264", rate=rate, options={"preset": "fast"})
        own, context = self._video.codec_context, stream.codec_context
        size = own.width, own.height
        stream.width, stream.height = size[::-1] if turn % 180 else size
        stream.pix_fmt = "yuv420p" if own.width % 2 == own.height % 2 == 0 else "yuv444p"
        stream.time_base = context.time_base = self._video.time_base
        context.bit_rate, context.thread_count = self._bits, _THREADS
        for name in ("color_primaries", "color_trc", "colorspace", "color_range"):
            setattr(context, name, getattr(own, name))
        return stream

    def _sound(self, sound: Any, *, within: bool) -> tuple[Any, Any]:
        """Where it goes, and what turns it into AAC where it cannot stay as it is, or takes the room of pictures."""
        context = sound.codec_context
        if context.name in _SOUNDS and not (within and (context.bit_rate or 0) > _LOUD_BITS):
            return self._out.add_stream_from_template(sound), None
        self._said["sound"] = context.name
        stream: Any = self._out.add_stream("aac", rate=context.sample_rate)
        stream.codec_context.bit_rate = _SOUND_BITS
        layout = _LAYOUTS.get(context.layout.nb_channels, context.layout.name)  # AVI names none
        stream.codec_context.layout = layout
        return stream, av.AudioResampler(format="fltp", layout=layout)

    def _on_sound(self, packet: Any) -> None:
        stream, resampler = self._sounds[packet.stream.index]
        if resampler is None:
            self._pass_on(packet, stream)
            return
        for frame in packet.decode():
            for each in resampler.resample(frame):
                self._out.mux(stream.encode(each))

    def _pass_on(self, packet: Any, stream: Any) -> None:
        if packet.dts is not None:
            packet.stream = stream
            self._out.mux(packet)
