"""Which formats a kind is taken as, and how a file of another one becomes one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ombud.domain.formats import format_of
from ombud.domain.gate import Rules
from ombud.domain.problems import N_, Problem, Word
from ombud.pack.bench import Bench, told
from ombud.pack.changes import Change
from ombud.pack.part import Part, Source
from ombud.pack.workshop import REASONS, UnmadeError

PICTURES = frozenset({"jpeg", "png", "webp", "tiff", "bmp", "gif"})
VIDEOS = frozenset({"mp4", "mov", "avi"})
_STAND_INS = {"webp": "png", "tiff": "png", "bmp": "png", "gif": "png", "mov": "mp4", "avi": "mp4"}
"""What is read in the place of a format that nobody reads: the same pixels, or the same frames."""
_CONVERTED = frozenset({"same_pixels", "to_mp4", "transparent", "depth", "colours", "turned", "exif", "sound", "tracks",
                        "recompressed"})  # fmt: skip
"""What is said of a stand-in."""
_QUALITY = 95
_OFFICE = frozenset({"docx", "xlsx"})


def taken(kind: str, by: Rules) -> tuple[str, ...]:
    """By content, in the order of the book."""
    formats = by.kinds[kind].formats
    return tuple(one for one in formats if by.files is None or one in by.files.formats)


def form_of(head: bytes, tail: bytes) -> str:
    """As `format_of`, and `bmp`, which no book names."""
    form = format_of(head, tail)
    is_bmp = not form and head[:2] == b"BM" and head[6:10] == bytes(4)
    return "bmp" if is_bmp else form


def refused(source: Source) -> Problem | None:
    """What is wrong with a file before anybody opens it."""
    form, values = source.format, {"file": source.name, "format": source.format.upper()}
    if not source.size:
        return Problem("empty", N_("{file} is empty."), values, mend=N_("Export it anew."))
    if "+" in form:
        shown, _, hidden = form.partition("+")
        return Problem(
            "format_hidden",
            N_("{file} is {shown} and hides {hidden}."),
            {**values, "shown": shown.upper(), "hidden": hidden.upper()},
            mend=N_("Export it anew: what is two files at once is not packed."),
        )
    if form in _OFFICE:
        text = N_("{file} is {format}, which looks different on every machine.")
        return Problem("not_converted", text, values, mend=N_("Export it as PDF in the program that it was made with."))
    if form not in PICTURES | VIDEOS | {"pdf"}:
        text = N_("{file} is {format}, which is not converted here.") if form else N_("{file} is of an unknown format.")
        return Problem("not_converted", text, values, mend=N_("Export it as PDF, JPEG or MP4."))
    return None


def stand_in(source: Source, bench: Bench) -> tuple[Part, str]:
    """The source as a part that can be read, and the change that this was (empty: none). Raises UnmadeError.

    Its kind and language are not settled yet.
    """
    what = _STAND_INS.get(source.format, "")
    whole = (source.path, source.format)
    part = Part(source, source.kind, source.language, source.path, source.size, source.format, whole, (), (), ())
    if not what:
        return part, ""
    try:
        made = bench.make(what, [whole])
    except UnmadeError as error:
        if error.reason != "moves" or source.format != "tiff":
            raise
        what = "pdf"
        made = bench.make(what, [whole])
    change = "to_mp4" if what == "mp4" else "same_pixels"
    values = {"old": source.format.upper(), "new": what.upper()}
    new = replace(part, path=made.path, size=made.size, format=what, base=(made.path, what))
    return new.because(Change(change, values), *told(made.said)), change


def _without(part: Part, codes: Collection[str]) -> Part:
    return replace(part, changes=tuple(one for one in part.changes if one.code not in codes))


def as_taken(part: Part, by: Rules, bench: Bench) -> Part | Problem:
    """The part in a format that its kind is taken as; a problem where there is no way to one."""
    formats = taken(part.kind, by)
    source = part.source
    if source.format in formats:
        whole = (source.path, source.format)
        kept = _without(part, _CONVERTED)
        return replace(kept, path=source.path, size=source.size, format=source.format, base=whole)
    if part.format in formats:
        return part
    values: dict[str, object] = {
        "file": source.name,
        "format": source.format.upper(),
        "kind": part.kind,
        "known": ", ".join(one.upper() for one in formats) or "–",
    }
    photo = part.has("exif_time", "picture_dhash", "watermark_time")
    order = ("jpeg", "pdf", "webp", "png") if photo else ("pdf", "png", "webp", "jpeg")
    what = next((one for one in order if one in formats and part.format in PICTURES), None)
    if what is None:
        text = N_("{file} is {format}, and the kind {kind} is taken as {known}.")
        return Problem("not_converted", text, values, mend=N_("Export it as one of these."))
    once = _without(part, {"same_pixels"})
    try:
        if what == "jpeg":
            return bench.converted(once, what, "to_jpeg", quality=_QUALITY, longest=0)
        return bench.converted(once, what, "same_pixels")
    except UnmadeError as error:
        reason = {"reason": Word(REASONS[error.reason])}
        return Problem("not_converted", N_("{file} cannot be converted: {reason}."), {**values, **reason})
