"""What a file is by its content: every format that a book can name, and none by its name alone."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ombud.domain.formats import HEAD, TAIL, Ends, format_of, said_by_name
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


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n0\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + b"\x00" * 3_000 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 3_000 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp41" + b"\x00" * 3_000
COVERS = {"pdf": PDF, "jpeg": JPEG, "png": PNG, "mp4": MP4}


def zip_of(comment: bytes = b"") -> bytes:
    """A ZIP of one file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("order.txt", "never mind")
        archive.comment = comment
    return whole.getvalue()


def of(content: bytes, *, at_once: int = 1 << 20) -> str:
    """As the file store tells it, which reads so many bytes at once."""
    ends = Ends()
    for start in range(0, len(content), at_once):
        ends.take(content[start : start + at_once])
    return ends.format


@pytest.mark.parametrize("shown", COVERS)
@pytest.mark.parametrize(
    ("hidden", "more"),
    [
        ("zip", zip_of()),
        ("zip", zip_of(b"said at the end" * 1_000)),
        ("zip", zip_of() + b"\n%%a line more\n"),
        ("html", b"<HTML><body>"),
        ("html", b"\n<script>alert(1)</script>"),
        ("php", b"<?php system($_GET['c']);"),
        ("rar", b"Rar!\x1a\x07\x01\x00"),
        ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ],
)
def test_a_file_that_hides_another_at_its_end_is_neither(shown: str, hidden: str, more: bytes) -> None:
    assert of(COVERS[shown]) == shown
    assert of(COVERS[shown] + more) == f"{shown}+{hidden}"


@pytest.mark.parametrize("shown", ["jpeg", "png", "mp4"])
def test_a_pdf_that_starts_late_or_ends_another_file_does_not_pass_as_its_cover(shown: str) -> None:
    cover = COVERS[shown]
    assert of(cover[:500] + PDF + cover[500:]) == f"{shown}+pdf"
    assert of(cover + b"\x00" * 200_000 + PDF) == f"{shown}+pdf"


def test_a_pdf_whose_end_is_the_comment_of_a_zip_is_neither() -> None:
    """As both readers open it: the ZIP stands in the middle, and what follows is its comment."""
    head, tail = PDF[:10], PDF[10:]
    assert of(head + zip_of(tail)) == "pdf+zip"


def test_a_zip_larger_than_the_last_bytes_is_seen_all_the_same() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for number in range(3_000):
            archive.writestr(f"a-name-that-takes-some-room-{number}.txt", b"")
    assert of(MP4 + whole.getvalue()) == "mp4+zip"


def test_other_containers_are_seen_in_the_place_where_their_readers_look() -> None:
    assert of(PDF[:10] + b"%" * 247 + b"ustar\x0000" + PDF[10:]) == "pdf+tar"
    assert of(PDF[:10] + b"%" * 32_759 + b"CD001" + PDF[10:]) == "pdf+iso"


def test_a_program_in_the_comment_of_a_photo_is_seen() -> None:
    assert of(JPEG[:20] + b"\xff\xfe\x00\x20<?PHP eval($x);" + JPEG[20:]) == "jpeg+php"
    assert of(b"\xff\xd8\xff\xe0/*JFIF" + JPEG[10:] + b"*/=alert(1)") == "jpeg+html"


def test_a_page_before_the_first_object_of_a_pdf_or_after_its_end_is_seen_and_a_form_within_it_is_not() -> None:
    assert of(b"%PDF-1.4\n<script>alert(1)</script>\n" + PDF) == "pdf+html"
    assert of(PDF.removesuffix(b"%%EOF\n") + b"<html>") == "pdf+html"
    form = b"1 0 obj\n<<>>stream\n<template><script>total()</script></template>\nendstream endobj\n"
    assert of(b"%PDF-1.4\n" + form + PDF[9:]) == "pdf"
    assert of(PDF[:9] + PDF[9:].replace(b"%%EOF\n", form + b"%%EOF\n")) == "pdf"


def test_what_phones_and_offices_append_or_attach_passes() -> None:
    second = JPEG[:500] + b"\xff\xd9"
    assert of(JPEG + second) == "jpeg"  # MPF: a small picture, a depth map
    assert of(JPEG + b"\x00" * 4_096) == "jpeg"
    assert of(JPEG + b"MotionPhoto_Data" + MP4 + b"SEFH\x6a\x00\x00\x00SEFT") == "jpeg"
    assert of(PDF + b"\r\n\x00 \n" * 300) == "pdf"
    assert of(b"\r\n \n" + PDF) == "pdf"
    assert of(PDF + PDF[9:]) == "pdf"  # a second revision
    attached = b"2 0 obj\n<</Type/EmbeddedFile>>\nstream\n" + zip_of() + b"\nendstream\nendobj\n"
    assert of(PDF[:9] + attached + PDF[9:]) == "pdf"


def test_an_office_document_is_a_zip_and_hides_none() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    assert of(whole.getvalue()) == "docx"


def test_the_last_bytes_of_a_zip_in_a_photo_by_chance_are_no_zip() -> None:
    assert of(JPEG + b"PK\x05\x06" + b"\x00" * 18) == "jpeg"
    assert of(JPEG + b"PK\x05\x06" + b"\x00" * 5) == "jpeg"
    assert of(JPEG + b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 1, 1, 46, 0, 0)) == "jpeg"


@given(st.integers(1, 4_000), st.sampled_from([*COVERS.values(), *(cover + zip_of() for cover in COVERS.values())]))
@settings(deadline=None, max_examples=25)
def test_the_format_does_not_depend_on_how_a_file_is_read(at_once: int, content: bytes) -> None:
    padded = content[:2_000] + b"\x00" * 100_000 + content[2_000:]
    assert of(padded, at_once=at_once * 37) == of(padded)


def test_little_is_kept_of_a_large_file() -> None:
    ends = Ends()
    for _ in range(64):
        ends.take(bytes(1 << 20))
    assert (len(ends.head), len(ends.tail)) == (HEAD, TAIL)


@pytest.mark.real_data
def test_every_real_file_is_what_it_is_and_hides_nothing(real_data: Path) -> None:
    found = {}
    for path in sorted((real_data / "evidence").glob("*/*")):
        found[path] = of(path.read_bytes())
    assert found
    assert [path.name for path, told in found.items() if "+" in told] == []
    folders = {"pdf_russian": "pdf", "pdf_other_language": "pdf", "pdf_scanned": "pdf", "pdf_signed": "pdf",
               "photo_exif": "jpeg", "video": "mp4"}  # fmt: skip
    assert {path.name: told for path, told in found.items() if told != folders.get(path.parent.name, told)} == {}
    of_other_formats = {p.suffix[1:]: told for p, told in found.items() if p.parent.name == "wrong_format"}
    assert of_other_formats == {
        "heic": "heic", "avif": "", "avi": "avi", "bmp": "", "docx": "docx", "gif": "gif", "mov": "mov", "png": "png",
        "webp": "webp", "xlsx": "xlsx", "zip": "",
    }  # fmt: skip
