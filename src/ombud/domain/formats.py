"""What a file is by its content, whatever its name says: the first bytes of the formats that a book may name.

A table of our own: it is short, and a sniffing library would know four hundred formats of which a book names twelve.
"""

from __future__ import annotations

HEAD = 65_536
"""How many of the first bytes are looked at."""

EXTENSIONS = {"jpg": "jpeg", "jpe": "jpeg", "tif": "tiff", "heif": "heic", "m4v": "mp4", "qt": "mov"}
"""Endings of names that stand for a format of another name; every other format is called as it ends."""

_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"II+\x00", "tiff"),  # BigTIFF
    (b"MM\x00+", "tiff"),
)
_RIFF = {b"WEBP": "webp", b"AVI ": "avi"}
_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_STILL = frozenset({b"avif", b"avis", b"mif1", b"msf1", b"crx "})  # pictures in the box of a video that are no HEIC
_OLD_MOV = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_OFFICE = ((b"word/", "docx"), (b"xl/", "xlsx"))


def format_of(head: bytes) -> str:
    """The format of a file that begins with `head` (its first 64 KiB, or all of it): `pdf`, `jpeg`, ...; empty where
    it is none that a book can name."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head.startswith((b"%PDF-", b"\xef\xbb\xbf%PDF-")):
        return "pdf"
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head.startswith(b"PK\x03\x04"):
        return next((name for part, name in _OFFICE if b"[Content_Types].xml" in head and part in head), "")
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    return "mov" if head[4:8] in _OLD_MOV else ""


def _of_brands(head: bytes) -> str:
    """ISO 14496-12: the brand of a file, and those that it says it is compatible with."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[start : start + 4] for start in range(16, size - 3, 4))}
    if brands & _HEIC:
        return "heic"
    if brands & _STILL:
        return ""
    return "mov" if head[8:12] == b"qt  " else "mp4"


def said_by_name(name: str) -> str:
    """The format that the ending of `name` says, or the ending itself where no book can name it; empty without one."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return EXTENSIONS.get(ending, ending)
