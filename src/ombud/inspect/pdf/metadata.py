"""What a PDF says about itself. Anybody may write it, and honest files are careless with it: it only ever hints."""

from __future__ import annotations

import mmap
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from ombud.domain.said import Said

_DATE = re.compile(
    r"(?:D:)?(?P<year>\d{4})(?P<month>\d\d)?(?P<day>\d\d)?(?P<hour>\d\d)?(?P<minute>\d\d)?(?P<second>\d\d)?"
    r"\s*(?:(?P<sign>[-+Z])(?:(?P<hours>\d\d)'?(?P<minutes>\d\d)?'?)?)?"
)
_LONGEST = 300
_MOST_REVISIONS = 1_000
_TABLE_AT = re.compile(rb"startxref\s+(\d{1,12})\s+%%EOF")
_TABLE = re.compile(rb"\s*(?:xref\b|\d+\s+\d+\s+obj\b)")
_NO_TABLE = re.compile(rb"\s*xref\s+0\s+0\s+trailer")
_FARTHEST = 14
"""Hours: no zone is farther from UTC."""


def read(document: pypdfium2.PdfDocument, path: Path) -> list[Said]:
    """Producer, creator, times, whether its two ids differ, how many revisions it has."""
    said: list[Said] = []
    for name, key in (("producer", "Producer"), ("creator", "Creator")):
        value = " ".join(_value(document, key).split())[:_LONGEST]
        if value:
            said.append(Said(name, value, "metadata"))
    for name, key in (("created_at", "CreationDate"), ("modified_at", "ModDate")):
        instant = instant_of(_value(document, key))
        if instant:
            said.append(Said(name, instant, "metadata"))
    first = document.get_identifier(pdfium.FILEIDTYPE_PERMANENT)
    now = document.get_identifier(pdfium.FILEIDTYPE_CHANGING)
    if first and now and first != now:
        said.append(Said("ids_differ", 1, "metadata"))
    count = _revisions(path)
    if count:
        said.append(Said("revisions", count, "metadata"))
    return said


def instant_of(text: str) -> str:
    """A date of a PDF (`D:20240131120000+03'00'`) as ISO 8601: with an offset only where one stands that can be, with
    a time of day only where one stands; empty where it is no date."""
    found = _DATE.match(text.strip())
    if not found:
        return ""
    parts = {name: int(found[name]) if found[name] else 0 for name in ("hour", "minute", "second")}
    try:
        instant = datetime(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1), tzinfo=UTC, **parts)
    except ValueError:
        return ""
    if found["hour"] is None:
        return instant.date().isoformat() if found["day"] else ""
    sign, hours, minutes = found["sign"], int(found["hours"] or 0), int(found["minutes"] or 0)
    if sign is None or hours > _FARTHEST or minutes > 59:
        return instant.replace(tzinfo=None).isoformat()
    offset = timedelta(hours=hours, minutes=minutes)
    return instant.replace(tzinfo=timezone(-offset if sign == "-" else offset)).isoformat()


def _value(document: pypdfium2.PdfDocument, key: str) -> str:
    try:
        value: str = document.get_metadata_value(key)
    except UnicodeDecodeError:
        return ""
    return value.replace("\x00", "")


def _revisions(path: Path) -> int:
    """How often the file was written, by its tables of contents; 0 where it has none that is in its place.

    A linearised file names a second one at 0. Word writes an empty one behind its own, in the same breath. Those of
    files that are attached do not stand where they say.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        count, at = 0, whole.find(b"startxref")
        while at != -1 and count < _MOST_REVISIONS:
            found = _TABLE_AT.match(whole, at)
            if found and 0 < int(found[1]) < at:
                table = whole[int(found[1]) : int(found[1]) + 40]
                count += bool(_TABLE.match(table)) and not _NO_TABLE.match(table)
            at = whole.find(b"startxref", at + 9)
        return count
