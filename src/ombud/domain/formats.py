"""What a file is by its content, whatever its name says: the first bytes of the formats that a book may name, and what
else its first and last bytes hide. A file that is two at once (`pdf+zip`) is neither.

A table of our own: it is short, and a sniffing library would know four hundred formats of which a book names twelve.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

HEAD = 65_536
"""How many of the first bytes are looked at."""
TAIL = 66_560
"""How many of the last: the end of a ZIP stands within the last 65,557, and PDF readers look for theirs in 1,024."""

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
_BLANK = b" \t\r\n\x0c\x00"
_PDF_WITHIN = 1_024 + 5
"""Readers of PDF take one that starts, or ends, so far from where it should."""
_PDF_ENDS = (b"%%EOF", b"endobj", b"endstream", b"startxref")
_ZIPS = frozenset({"docx", "xlsx"})
_ZIP_END = struct.Struct("<4s4H2LH")
_ARCHIVES = (
    ("rar", b"Rar!\x1a\x07"),
    ("7z", b"7z\xbc\xaf\x27\x1c"),
)  # also late: a program may unpack itself
_AT = (("tar", 257, b"ustar"), ("iso", 32_769, b"CD001"))
_PAGES = re.compile(rb"<script|<html|<!doctype html|<iframe|<\?php", re.IGNORECASE)


@dataclass(slots=True)
class Ends:
    """The first and the last bytes of a file that is read in parts, which is all that its format is told by."""

    head: bytes = b""
    tail: bytes = field(default=b"", repr=False)

    def take(self, part: bytes) -> None:
        """The next part."""
        self.head += part[: HEAD - len(self.head)]
        self.tail = part[-TAIL:] if len(part) >= TAIL else (self.tail + part)[-TAIL:]

    @property
    def format(self) -> str:
        """As `format_of` tells it of what was taken so far."""
        return format_of(self.head, self.tail)


def format_of(head: bytes, tail: bytes = b"") -> str:
    """The format of a file that begins with `head` (its first 64 KiB, or all of it) and ends with `tail` (its last
    65 KiB, or all of it): `pdf`, `jpeg`, ...; `pdf+zip` where it is another at the same time or hides a page or a
    program; empty where it is none that a book can name."""
    shown = _shown(head)
    hidden = _hidden(shown, head, tail) if shown else ""
    return f"{shown}+{hidden}" if hidden else shown


def _shown(head: bytes) -> str:
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:_PDF_WITHIN].lstrip(_BLANK).removeprefix(b"\xef\xbb\xbf").startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], "")
    if head.startswith(b"PK\x03\x04"):
        return next((name for part, name in _OFFICE if b"[Content_Types].xml" in head and part in head), "")
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    return "mov" if head[4:8] in _OLD_MOV else ""


def _hidden(shown: str, head: bytes, tail: bytes) -> str:
    """What a file is besides what it shows; empty where it is nothing else.

    Phones append videos, depth maps and notes of their own to a photo, and a PDF may have another file attached: these
    are honest, so a name is given only to what a reader of that other format would take for one of its own.
    """
    if shown != "pdf" and (b"%PDF-" in head[:_PDF_WITHIN] or b"%%EOF" in tail[-_PDF_WITHIN:]):
        return "pdf"
    if shown not in _ZIPS and _is_zip(tail, attached=shown == "pdf"):
        return "zip"
    for name, sign in _ARCHIVES:
        if sign in head or sign in _after(shown, tail):
            return name
    for name, at, sign in _AT:
        if head[at : at + len(sign)] == sign:
            return name
    for part in (_before(shown, head), _after(shown, tail)):
        if sign_found := _PAGES.search(part):
            return "php" if sign_found[0].lower() == b"<?php" else "html"
    return "html" if shown == "jpeg" and head[3:6] == b"\xe0/*" else ""  # the length of its first part opens a comment


def _is_zip(tail: bytes, *, attached: bool) -> bool:
    """Whether a ZIP ends in `tail`. attached: one may stand in the middle of another file as a part of it, so only
    that counts whose comment reaches to the end, or that comes after the end of the other."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        end = tail[at : at + _ZIP_END.size]
        if len(end) == _ZIP_END.size:
            _, disk, first_disk, here, entries, size, _, comment = _ZIP_END.unpack(end)
            rest = len(tail) - at - _ZIP_END.size - comment
            within = attached and rest > 0 and b"endstream" in tail[at:]
            starts = at - size
            if (
                disk == first_disk
                and here == entries > 0
                and size >= 46 * entries
                and (starts < 0 or tail[starts : starts + 4] == b"PK\x01\x02")
                and rest >= 0
                and not within
            ):
                return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


def _before(shown: str, head: bytes) -> bytes:
    """Of the first bytes those in which a page or program would be none of the file's own text."""
    return head[: max(head.find(b" obj"), 0)] if shown == "pdf" else head


def _after(shown: str, tail: bytes) -> bytes:
    """The same of the last bytes: of a PDF what comes after all that belongs to one."""
    return tail[max(tail.rfind(sign) for sign in _PDF_ENDS) :] if shown == "pdf" else tail


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
