"""What a file is by its content: every format that a book can name, and none by its name alone."""

from __future__ import annotations

from typing import get_args

import pytest

from ombud.domain.formats import format_of, said_by_name
from ombud.domain.rulebook.clauses.evidence import Format

HEADS = {
    "pdf": [b"%PDF-1.4\n", b"\xef\xbb\xbf%PDF-1.7"],
    "jpeg": [b"\xff\xd8\xff\xe0\x00\x10JFIF", b"\xff\xd8\xff\xe1\x00\x10Exif"],
    "png": [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"],
    "webp": [b"RIFF\x10\x00\x00\x00WEBPVP8 "],
    "avi": [b"RIFF\x10\x00\x00\x00AVI LIST"],
    "gif": [b"GIF89a\x01", b"GIF87a\x01"],
    "tiff": [b"II*\x00\x08", b"MM\x00*\x00", b"II+\x00\x08"],
    "mp4": [b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41", b"\x00\x00\x00\x14ftypM4V \x00\x00\x00\x00M4V "],
    "mov": [b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat"],
    "heic": [b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic"],
    "docx": [b"PK\x03\x04\x14\x00[Content_Types].xml...PK\x03\x04word/document.xml"],
    "xlsx": [b"PK\x03\x04\x14\x00[Content_Types].xml...PK\x03\x04xl/workbook.xml"],
    "": [
        b"",
        b"text",
        b"%PD",
        b"PK\x03\x04a.txt",
        b"RIFF\x10\x00\x00\x00WAVE",
        b"MZ",
        b"\x00\x00\x00\x18ftypavif\x00\x00",
    ],
}


def test_every_format_that_a_book_can_name_is_told_here() -> None:
    assert set(HEADS) - {""} == set(get_args(Format))


@pytest.mark.parametrize(("name", "head"), [(name, head) for name, heads in HEADS.items() for head in heads])
def test_a_format_is_told_by_the_first_bytes(name: str, head: bytes) -> None:
    assert format_of(head) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.JPG", "jpeg"), ("a.jpeg", "jpeg"), ("a.b.pdf", "pdf"), ("a.tif", "tiff"), ("a", ""), ("a.xyz", "xyz")],
)
def test_the_ending_of_a_name_says_a_format(name: str, said: str) -> None:
    assert said_by_name(name) == said
