"""The readers by what they give. Each loads its libraries when it is first asked: the pool's own process never does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ombud.domain.said import Said

if TYPE_CHECKING:
    from PIL.Image import Image


def pdf(path: Path) -> list[Said]:
    """Text, pages, metadata, revisions and pictures of a PDF."""
    from ombud.inspect import pdf as reader

    return reader.read(path)


def page(path: Path, number: int, dpi: int) -> Image:
    """A page of a PDF, from 1, as a picture."""
    from ombud.inspect import pdf as reader

    return reader.render(path, number, dpi)


def signatures(path: Path) -> list[Said]:
    """The digital signatures of a PDF."""
    from ombud.inspect import pdf_signatures as reader

    return reader.read(path)


def picture(path: Path) -> list[Said]:
    """What a JPEG or PNG says beside what can be recognised in it."""
    from ombud.inspect import pictures as reader

    return reader.read(path)


def pixels(path: Path) -> Image:
    """The pixels alone. Raises whatever a decoder raises."""
    from ombud.inspect import pictures as reader

    return reader.open(path)


def barcodes(image: Image, page_number: int | None) -> list[Said]:
    """`barcode` and `number` of a picture or page."""
    from ombud.inspect import barcodes as reader

    return reader.read(image, page=page_number)


def warm() -> None:
    """Loads the models that recognition needs, those that are here."""
    from ombud.inspect import recognise as reader

    reader.warm()


def lines(image: Image, page_number: int | None) -> list[Said]:
    """Lines of printed text in a picture or page."""
    from ombud.inspect import recognise as reader

    return reader.lines(image, page=page_number)


def watermark(image: Image, at_ms: int | None) -> list[Said]:
    """The clock that a camera set into a picture or frame."""
    from ombud.inspect import recognise as reader

    return reader.watermark(image, at_ms=at_ms)


def words(image: Image, at_ms: int | None) -> list[Said]:
    """Words anywhere in a photo or frame: labels."""
    from ombud.inspect import recognise as reader

    return reader.words(image, at_ms=at_ms)


def video(path: Path) -> list[Said]:
    """Length, codec and size of a video."""
    from ombud.inspect import video as reader

    return reader.read(path)


def frame(path: Path, at_ms: int) -> Image:
    """The frame of a video that is shown then. Raises ValueError where there is none."""
    from ombud.inspect import video as reader

    return reader.frame(path, at_ms)


def video_marks(path: Path) -> list[Said]:
    """What is to be recognised in the frames of a video."""
    from ombud.inspect import video as reader

    return reader.recognise(path)


def ink(image: Image, said: Sequence[Said]) -> list[Said]:
    """How much of each place to sign in a picture or page is inked; `said`: the lines and places of that page."""
    from ombud.inspect import pictures as reader

    return reader.signatures(image, said)


def fields(said: Sequence[Said]) -> list[Said]:
    """Numbers, labelled fields and instants in lines of text."""
    from ombud.inspect import reading as reader

    return reader.fields(said)


def language(said: Sequence[Said]) -> list[Said]:
    """The language of lines of text, and its share."""
    from ombud.inspect import reading as reader

    return reader.language(said)
