"""PDFs out of pictures and of other PDFs: pages go together as they are, pictures with the pixels they had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import ExifTags, Image, ImageOps

from ombud.inspect.pictures import opening
from ombud.pack.making import Done, UnmakableError, pictures

LEAST_DPI = 200
"""Of a page that is made of a picture: what recognition draws pages at, so no pixel of a small picture is lost."""
_LONGEST_PAGE_IN = 11.69
"""Inches: the long side of an A4 page, which no page made of a picture exceeds."""
_TURNS = {1: 0, 3: 180, 6: 90, 8: 270}
"""EXIF orientation -> how a page is turned clockwise to show the picture upright; the others are mirrored."""
_CHANNELS = {"L": (Name.DeviceGray, 1), "RGB": (Name.DeviceRGB, 3)}


@contextmanager
def opened(path: Path) -> Iterator[pikepdf.Pdf]:
    """Raises UnmakableError where it cannot be read, or must stay as it is: signed, or locked against changes."""
    try:
        pdf = pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise UnmakableError("locked") from error
    except (pikepdf.PdfError, ValueError, OSError, RecursionError) as error:
        raise UnmakableError("cannot_open") from error
    with pdf:
        if pdf.is_encrypted:
            raise UnmakableError("locked")
        if _is_signed(pdf):
            raise UnmakableError("signed")
        yield pdf


def merged(paths: Sequence[Path], forms: Sequence[str]) -> Done:
    """All pages in this order. said: `pages`, how many came from each file, with commas; and of pictures what changed
    (`turned`, `transparent`, ...)."""
    said: dict[str, int | str] = {}
    counts = []
    with pikepdf.new() as out:
        for path, form in zip(paths, forms, strict=True):
            before = len(out.pages)
            if form == "pdf":
                with opened(path) as source:
                    out.pages.extend(source.pages)
            else:
                said |= _add_picture(out, path, form)
            counts.append(len(out.pages) - before)
        return saved(out), {**said, "pages": ",".join(map(str, counts))}


def saved(pdf: pikepdf.Pdf) -> bytes:
    """The same bytes for the same pages: no time, no chance."""
    file = BytesIO()
    pdf.remove_unreferenced_resources()
    pdf.save(
        file,
        compress_streams=True,
        recompress_flate=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
    )
    return file.getvalue()


def _add_picture(out: pikepdf.Pdf, path: Path, form: str) -> dict[str, int | str]:
    with pictures.opened(path, form) as picture:
        count = pictures.frames(picture)
        if count > 1 and form != "tiff":
            raise UnmakableError("moves")
        if count > pictures.MOST_PAGES:
            raise UnmakableError("too_many_pages")
        said: dict[str, int | str] = {"exif": 1} if _tells_time(picture) else {}
        for number in range(count):
            picture.seek(number)
            turn = _TURNS.get(opening.exif(picture).get(ExifTags.Base.Orientation, 1))
            if form == "jpeg" and picture.mode in _CHANNELS and turn is not None:
                image = _as_it_is(out, picture, path.read_bytes())
            else:
                pixels, changed = pictures.decoded(picture)
                said |= changed
                upright = ImageOps.exif_transpose(pixels) if turn is None else pixels
                image = _pixels(out, upright)
            said |= {"turned": 1} if turn != 0 else {}
            _add_page(out, image, turn or 0)
        return said


def _tells_time(picture: Image.Image) -> bool:
    tags = opening.exif(picture)
    return any(tags.get(tag) for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTime))


def _as_it_is(out: pikepdf.Pdf, picture: Image.Image, content: bytes) -> pikepdf.Object:
    """The bytes of the JPEG itself."""
    colours, _ = _CHANNELS[picture.mode]
    return _image(out, content, picture.size, colours, Filter=Name.DCTDecode)


def _pixels(out: pikepdf.Pdf, pixels: Image.Image) -> pikepdf.Object:
    """Pixels packed as a PNG packs them, which PDF reads as it stands."""
    colours, count = _CHANNELS[pixels.mode]
    file = BytesIO()
    Image.frombytes(pixels.mode, pixels.size, pixels.tobytes()).save(file, "PNG", compress_level=9)
    parameters = Dictionary(Predictor=15, Colors=count, BitsPerComponent=8, Columns=pixels.width)
    packed = b"".join(_packed(file.getvalue()))
    return _image(out, packed, pixels.size, colours, Filter=Name.FlateDecode, DecodeParms=parameters)


def _packed(png: bytes) -> Iterator[bytes]:
    """The data of a PNG without what stands around it."""
    at = 8
    while at < len(png):
        size, name = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if name == b"IDAT":
            yield png[at + 8 : at + 8 + size]
        at += size + 12


def _image(out: pikepdf.Pdf, content: bytes, size: tuple[int, int], colours: Name, **more: Any) -> pikepdf.Object:
    return out.make_stream(
        content,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=colours,
        BitsPerComponent=8,
        **more,
    )


def _add_page(out: pikepdf.Pdf, image: Any, turn: int) -> None:
    pixels = int(image.Width), int(image.Height)
    dpi = max(LEAST_DPI, max(pixels) / _LONGEST_PAGE_IN)
    width, height = (round(side * 72 / dpi, 2) for side in pixels)
    content = out.make_stream(f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode("ascii"))
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, width, height]),
        Resources=Dictionary(XObject=Dictionary(I=image)),
        Contents=content,
    )
    if turn:
        page.Rotate = turn
    out.pages.append(pikepdf.Page(out.make_indirect(page)))


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    return any(isinstance(each, Dictionary) and "/ByteRange" in each for each in pdf.objects)
