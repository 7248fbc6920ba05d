"""Files are made smaller, the largest first and step by step, until they fit, and never so that less can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ombud.domain.problems import Word
from ombud.domain.said import Said
from ombud.pack import legible
from ombud.pack.bench import Bench, told
from ombud.pack.changes import NOT_SMALLER, Change
from ombud.pack.part import Part
from ombud.pack.workshop import REASONS, Made, UnmadeError

JPEG_STEPS = ((90, 0), (80, 0), (70, 0), (70, 2339), (60, 2339), (60, 1754))
"""Quality, and pixels of the long side: 2,339 and 1,754 are an A4 page at 200 and 150 dots an inch."""
PDF_STEPS = ((0, 0), (85, 0), (75, 300), (75, 200), (60, 200), (60, 150))
"""Quality and dots an inch; the first is without loss."""
_CONTROL = 95
"""Quality of a copy that nobody can tell from it."""
_WORTH = 0.97
"""A file that is not smaller than this part of what it was is no step."""
_OVERHEAD = 20_000
"""Bytes that a PDF of merged files has besides them."""
_VIDEO_ROOM = (0.97, 0.85)
"""What a video is asked to come to, of what there is room for: an encoder keeps to a rate only about."""


def fitted(parts: Sequence[Part], most_bytes: int, bench: Bench, *, together: bool = True) -> list[Part]:
    """The parts in the same order, together at most `most_bytes` where that can be done; those of which a smaller one
    was wanted and is not to be had say why."""
    states = [_State(part, bench) for part in parts]
    most = most_bytes - (_OVERHEAD if len(parts) > 1 and together else 0)
    while (over := sum(state.part.size for state in states) - most) > 0:
        left = [state for state in states if not state.done]
        if not left:
            break
        max(left, key=lambda state: state.part.size).step(over)
    return [state.part.because(*state.said) for state in states]


@dataclass
class _State:
    """A part on its way down."""

    part: Part
    bench: Bench
    taken: int = 0
    done: bool = False
    lost: bool = False
    controlled: tuple[Said, ...] | None = None
    said: list[Change] = field(default_factory=list)

    def step(self, over: int) -> None:
        """One step down, or the end of it."""
        if self.part.has("digital_signature"):
            self._stop("signed", REASONS)
            return
        if not legible.is_read(self.part.said) and not self._lossless():
            self._stop("unread", NOT_SMALLER)
            return
        way = next(self._ways(over), None)
        if way is None:
            self._stop("illegible" if self.lost else "least", NOT_SMALLER)
            return
        self.taken += 1
        what, how = way
        try:
            made = self.bench.make(what, [self.part.base], **how)
            if made.size < self.part.size * _WORTH:
                self._take(what, made)
        except UnmadeError as error:
            if what != "smaller_mp4" or error.reason != "too_small":
                self._stop(error.reason, REASONS)

    def _fresh(self) -> bool:
        """Whether the PDF was made here."""
        return self.part.source.format != "pdf"

    def _lossless(self) -> bool:
        """Whether the next step is one."""
        return self.part.format == "pdf" and self.taken == 0

    def _ways(self, over: int) -> Iterator[tuple[str, dict[str, int]]]:
        """The next step down, if there is one."""
        if self.part.format == "jpeg":
            for quality, longest in JPEG_STEPS[self.taken :]:
                yield "jpeg", {"quality": quality, "longest": longest}
        elif self.part.format == "pdf":
            for quality, dpi in PDF_STEPS[self.taken :]:
                yield "smaller_pdf", {"quality": quality, "dpi": dpi, "fresh": int(self._fresh())}
        elif self.part.format == "mp4":
            for share in _VIDEO_ROOM[self.taken :]:
                yield "smaller_mp4", {"bytes": max(1, round((self.part.size - over) * share))}

    def _take(self, what: str, made: Made) -> None:
        """A step after which less is read is passed over: another may be luckier with the same pixels."""
        now = self.bench.read(made.path, self.part.format)
        lossless = made.said.get("quality") == 0
        control = self.part.said if lossless else self._control()
        reading = legible.compare(self.part.said, now, self.bench.expected, control=control)
        self.lost = bool(reading.lost) or not (legible.is_read(now) or lossless)
        if self.lost:
            return
        self.part = replace(self.part, path=made.path, size=made.size, now=now, changes=self._kept())
        self.part = self.part.because(*_smaller(what, made, self.part))
        if not lossless:
            read = {"words": reading.words, "fields": reading.fields}
            self.part = self.part.because(Change("still_read", read) if any(read.values()) else Change("nothing_read"))

    def _control(self) -> tuple[Said, ...]:
        """What is read in a copy that nobody can tell from it. Of a video the words of few frames are read, other ones
        each time: only what has a meaning counts there."""
        if self.controlled is None:
            how = {"jpeg": ("jpeg", {"longest": 0}), "pdf": ("smaller_pdf", {"dpi": 0, "fresh": 0})}.get(
                self.part.format
            )
            made = self.bench.make(how[0], [self.part.base], quality=_CONTROL, **how[1]) if how else None
            self.controlled = self.bench.read(made.path, self.part.format) if made else ()
        return self.controlled

    def _kept(self) -> tuple[Change, ...]:
        """What was said of the step before no longer holds."""
        return tuple(one for one in self.part.changes if one.code not in _OF_STEPS)

    def _stop(self, reason: str, words: Mapping[str, str]) -> None:
        self.done = True
        self.said.append(Change("not_smaller", {"reason": Word(words.get(reason, reason))}))


_OF_STEPS = frozenset({"tighter", "smaller_jpeg", "smaller_pdf", "smaller_pdf_dpi", "smaller_mp4", "to_jpeg",
                       "still_read", "nothing_read", "sound", "tracks"})  # fmt: skip


def _smaller(what: str, made: Made, part: Part) -> list[Change]:
    said: Mapping[str, Any] = made.said
    values = {"before": part.source.size, "after": made.size}
    if what == "jpeg" and part.base[1] != "jpeg":
        return [Change("to_jpeg", {"old": part.source.format.upper(), **_picked(said, "quality", "width", "height")})]
    if what == "jpeg":
        return [Change("smaller_jpeg", {**values, **_picked(said, "quality", "width", "height")})]
    if what == "smaller_pdf" and not said.get("quality"):
        return [Change("tighter", values)]
    if what == "smaller_pdf":
        code = "smaller_pdf_dpi" if said.get("dpi") else "smaller_pdf"
        return [Change(code, {**values, **_picked(said, "quality", "dpi")})]
    aside = [one for one in told(said) if one.code != "recompressed"]
    return [Change("smaller_mp4", {**values, **_picked(said, "rate")}), *aside]


def _picked(said: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}
