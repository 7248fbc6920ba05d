"""How long a video really is, against what it says."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av

from ombud.domain.said import Said, Source
from ombud.inspect.video.header import stated_length
from ombud.inspect.video.timeline import TOOL, VERSION, opened, timeline

STILL: Final = Fraction(1)
"""Seconds from which on a frame that is held is said to stand still."""


def read(path: Path) -> list[Said]:
    """Length by the last frame, length as stated, codec, frames, size; or what is wrong with the file."""
    if path.stat().st_size == 0:
        return [_said("problem", "empty")]
    try:
        with opened(path) as (container, stream):
            if stream is None:
                return [_said("problem", "no_video")]
            facts = _stated(path, stream.codec_context)
            line = timeline(container, stream)
    except (av.FFmpegError, ValueError, OverflowError):
        return [_said("problem", "cannot_open")]
    if line.cut:
        facts.append(_said("cut", "frames"))
    facts.append(_said("frame_count", len(line.shown)))
    if not line.shown:
        return [*facts, _said("problem", "no_frames")]
    facts.append(_said("duration_ms", milliseconds(line.duration)))
    if line.duration <= 0:
        facts.append(_said("problem", "no_length"))
    began, held = line.longest_held
    if held >= STILL:
        facts.append(replace(_said("still_ms", milliseconds(held)), at_ms=milliseconds(began)))
    return facts


def milliseconds(seconds: Fraction) -> int:
    """To the nearest."""
    return round(seconds * 1000)


def _stated(path: Path, context: Any) -> list[Said]:
    """`context`: None where nobody here decodes such a stream."""
    facts = []
    length = stated_length(path)
    if length is not None:
        facts.append(_said("stated_duration_ms", milliseconds(length)))
    if context is not None:
        facts.append(_said("codec", context.name))
        if context.width and context.height:
            facts += [_said("width", context.width, "frames"), _said("height", context.height, "frames")]
    return facts


def _said(field: str, value: str | int, source: Source = "container") -> Said:
    return Said(field, value, source, tool=TOOL, version=VERSION)
