"""What a picture says about itself: when, with what camera, by what program."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from PIL import ExifTags, Image

from ombud.domain.said import Said, Source
from ombud.inspect.pictures.opening import TOOL, VERSION, exif

_TIMES: Final = (
    (ExifTags.Base.DateTimeOriginal, ExifTags.Base.OffsetTimeOriginal, 1.0),
    (ExifTags.Base.DateTimeDigitized, ExifTags.Base.OffsetTimeDigitized, 0.9),
    (ExifTags.Base.DateTime, ExifTags.Base.OffsetTime, 0.5),  # of the last change, which may be an editor's
)
"""Time, its offset, and how sure it is that the picture was taken then; the first that can be read is said."""
_CREATOR: Final = re.compile(rb"CreatorTool(?:=[\"']|>)([^<\"']{1,200})")
_EARLIEST: Final = 1990
_LONGEST: Final = 300


def read(picture: Image.Image) -> list[Said]:
    """`exif_time`, `exif_camera`, `exif_software` of an opened picture, as far as they are there."""
    said = [_said("exif_time", time, "exif", sure) for time, sure in _time(exif(picture))]
    if name := camera(picture):
        said.append(_said("exif_camera", name, "exif"))
    said += [_said("exif_software", name, source) for name, source in programs(picture)]
    return said


def camera(picture: Image.Image) -> str:
    """Maker and model of the camera; empty where none is named."""
    tags = exif(picture)
    maker, model = _text(tags.get(ExifTags.Base.Make)), _text(tags.get(ExifTags.Base.Model))
    return model if maker and model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()


def programs(picture: Image.Image) -> list[tuple[str, Source]]:
    """The programs that the picture names as those that made it, and where it names them; each once."""
    named: list[tuple[str, Source]] = [
        (_text(exif(picture).get(ExifTags.Base.Software)), "exif"),
        (_text(picture.info.get("Software")), "metadata"),  # a PNG's own
    ]
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    found = _CREATOR.search(packet if isinstance(packet, bytes) else str(packet).encode())
    if found:
        named.append((_text(found[1]), "metadata"))
    return [one for place, one in enumerate(named) if one[0] and one[0] not in [name for name, _ in named[:place]]]


def comment(picture: Image.Image) -> str:
    """The free text of the EXIF data, where iOS notes a capture of its screen."""
    written = exif(picture).get(ExifTags.Base.UserComment)
    if isinstance(written, bytes):
        return _text(written[8:] if written[:5] in (b"ASCII", b"UNICO", b"\0\0\0\0\0") else written)
    return _text(written)


def _time(tags: Mapping[int, Any]) -> Iterator[tuple[str, float]]:
    for tag, offset_tag, sure in _TIMES:
        try:
            time = datetime.strptime(_text(tags.get(tag)), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 (no zone is there)
        except ValueError:
            continue
        if time.year < _EARLIEST:  # the clock of a camera that was never set
            continue
        offset = _text(tags.get(offset_tag))
        yield time.isoformat() + (offset if re.fullmatch(r"[+-](0\d|1[0-4]):[0-5]\d", offset) else ""), sure
        return


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.replace(b"\0", b"").decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:_LONGEST]


def _said(field: str, value: str, source: Source, confidence: float = 1.0) -> Said:
    return Said(field, value, source, confidence=confidence, tool=TOOL, version=VERSION)
