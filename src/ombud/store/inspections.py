"""What files say, as the store keeps it, and what else is known of what they name: who the order goes to, its messages,
whose parcels carry the numbers, in which other cases' evidence the pictures stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db import connection

from ombud.domain.evidence import Piece
from ombud.domain.instants import format_instant
from ombud.domain.judging.known import Known, MessageKnown, PictureSeen
from ombud.domain.said import Said, read_said
from ombud.inspect import VERSION
from ombud.store.instants import Instants
from ombud.store.models import FileSaid, Message, Recipient
from ombud.store.models import Piece as KeptPiece

UNFINISHED = frozenset({"died", "too_slow", "too_much_memory"})
"""Problems that may be the machine's and not the file's: it is read again where somebody asks."""
MOST_ATTEMPTS = 3
FORMATS = frozenset({"pdf", "jpeg", "png", "mp4"})
"""By content: what inspection can read. Of a file that hides another (`pdf+zip`), the one that it shows."""
_AGAIN = " !"
PICTURE, PHOTO = "picture_sha256", "picture_dhash"
_BANDS = 4
_BAND = 16 // _BANDS
NEAR = _BANDS - 1
"""Bits of 64 in which the hashes of two photos may differ that look alike: one band in four is then the same."""
_MOST_FILES = 200
"""With one picture: a logo stands on every waybill, and whose it was first is no finding then."""
_AT_ONCE = 100
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says. version: of inspection; with ` !2` the second time that it did not get through. tried: how
    often the present version did not."""

    version: str
    said: tuple[Said, ...]
    tried: int = 0

    def worth_another(self, off: Collection[str]) -> bool:
        """Whether the present version may tell more. off: the checks that cannot be made here."""
        if self.version == VERSION or self.tried >= MOST_ATTEMPTS:
            return False
        return not self.version.startswith(f"{VERSION}{_AGAIN}") or any(_is_unfinished(each, off) for each in self.said)


def _is_unfinished(said: Said, off: Collection[str] = ()) -> bool:
    if said.field == "off":
        return said.value not in off
    return said.field == "problem" and said.value in UNFINISHED


def readings(sha256s: Collection[str]) -> dict[str, Reading]:
    """What is known of each of these files: as the present version reads it, else as the last one that got through
    did, else what the last attempt came to. A file that nobody has read is not there."""
    rows = sorted(FileSaid.objects.filter(file__in=set(sha256s)), key=_worth)
    tried = Counter(row.file_id for row in rows if row.version.startswith(f"{VERSION}{_AGAIN}"))
    best = {row.file_id: row for row in rows}
    return {
        sha256: Reading(row.version, tuple(read_said(one) for one in row.said), tried[sha256])
        for sha256, row in best.items()
    }


def _worth(row: FileSaid) -> tuple[bool, bool, datetime, str]:
    return row.version == VERSION, _AGAIN not in row.version, row.inspected_at, row.version


def version_of(said: Iterable[Said], tried: int) -> str:
    """What a reading is kept under, where the present version had `tried` that often in vain."""
    return f"{VERSION}{_AGAIN}{tried + 1}" if any(_is_unfinished(each) for each in said) else VERSION


def writable(said: Iterable[Said]) -> tuple[Said, ...]:
    """The same without what no database and no JSON takes as text."""
    return tuple(
        replace(one, value=_UNWRITABLE.sub("\ufffd", one.value)) if isinstance(one.value, str) else one for one in said
    )


def marks_of(said: Iterable[Said]) -> set[tuple[str, str]]:
    """(kind, value) of everything by which another file with the same in it is found.

    The hash of a photo stands under four kinds, each time with another quarter in front: hashes that differ in three
    bits share a quarter, so they are neighbours under one of the four, and an index finds them.
    """
    marks = {(PICTURE, str(each.value)) for each in said if each.field == PICTURE}
    hashes = {str(each.value) for each in said if each.field == PHOTO}
    return marks | {(f"{PHOTO}_{band}", _turned(value, band)) for value in hashes for band in range(_BANDS)}


def _turned(value: str, band: int) -> str:
    return value[band * _BAND :] + value[: band * _BAND]


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose evidence it is: what is known is what others have, as of `at`. case_id: None before there is a case."""

    order_id: str
    store_id: str
    case_id: int | None
    at: datetime


def known(asker: Asker, pieces: Sequence[Piece]) -> Known:
    """What else is known of what these pieces say."""
    recipient = Recipient.objects.filter(order=asker.order_id).first()
    messages, complete = _messages(asker, _values(pieces, "message_id"))
    return {
        "recipient": {"name": recipient.name, "address": recipient.address} if recipient else None,
        "messages": messages,
        "messages_known": complete,
        "numbers": _numbers(asker, _values(pieces, "number", "tracking_number")),
        "pictures": _pictures(asker, pieces),
    }


def _values(pieces: Sequence[Piece], *fields: str) -> set[str]:
    return {str(each.value) for piece in pieces for each in piece.said if each.field in fields}


def _messages(asker: Asker, named: set[str]) -> tuple[dict[str, MessageKnown], bool]:
    """Those of the order, and of those that the pieces name all that the store has; whether any that the platform
    vouches for are at hand: a store whose messages nobody imports knows of none."""
    of_store = Message.objects.filter(order__store=asker.store_id)
    rows = [
        *Message.objects.filter(order=asker.order_id, sent_at__lte=asker.at),
        *of_store.filter(message_id__in=named, sent_at__lte=asker.at),
    ]
    found: dict[str, MessageKnown] = {
        row.message_id: {"channel": row.channel, "sent_at": format_instant(row.sent_at)}
        for row in sorted(rows, key=lambda row: (row.sent_at, row.message_id))
    }
    return found, of_store.exclude(channel="external").exists()


def _numbers(asker: Asker, numbers: set[str]) -> dict[str, str]:
    """Number -> the first other order on whose parcel it stands, as it stands there: a number is looked for as it was
    read, and without spaces and dashes.

    The parcels have an index by carrier and number: the carriers are stepped through, so each number costs as many
    looks as there are carriers, however many parcels.
    """
    found: dict[str, str] = {}
    written = {re.sub(r"\s", "", number).upper() for number in numbers}
    for some in _batches(sorted(written | {number.replace("-", "") for number in written})):
        with connection.cursor() as cursor:
            marks, until = ", ".join(["%s"] * len(some)), Instants(connection).literal(asker.at)
            cursor.execute(_NUMBERS.format(numbers=marks, until=until), list(some))
            for number, order_id in cursor.fetchall():
                if order_id != asker.order_id:
                    found.setdefault(number, order_id)
    return found


_NUMBERS = """
WITH RECURSIVE carriers (carrier) AS (
  SELECT min(carrier) FROM parcels
  UNION ALL
  SELECT (SELECT min(p.carrier) FROM parcels p WHERE p.carrier > c.carrier) FROM carriers c WHERE c.carrier IS NOT NULL
)
SELECT p.tracking_number, p.order_id
FROM carriers c JOIN parcels p ON p.carrier = c.carrier AND p.tracking_number IN ({numbers})
WHERE p.registered_at <= {until}
ORDER BY p.registered_at, p.order_id
"""


def _pictures(asker: Asker, pieces: Sequence[Piece]) -> dict[str, PictureSeen]:
    """Of each picture, the other case in whose evidence it stood first, one about another order before one about the
    same. What the same file was handed in for is not asked here."""
    own = {piece.sha256 for piece in pieces}
    files = {
        value: {sha256: exact for sha256, exact in alike.items() if sha256 not in own}
        for value, alike in (*_same(_values(pieces, PICTURE)), *_alike(_values(pieces, PHOTO)))
    }
    cases = _first_cases(asker, {sha256 for alike in files.values() for sha256 in alike})
    seen: dict[str, PictureSeen] = {}
    for value, alike in files.items():
        there = [(*cases[sha256], exact) for sha256, exact in alike.items() if sha256 in cases]
        if there:
            same_order, _, case_id, exact = min(there)
            seen[value] = {"case_id": case_id, "same_order": same_order, "exact": exact}
    return seen


def _first_cases(asker: Asker, sha256s: set[str]) -> dict[str, tuple[bool, int, int]]:
    """File -> (whether it is about the same order, submission, case)."""
    found: dict[str, tuple[bool, int, int]] = {}
    for some in _batches(sorted(sha256s)):
        rows = KeptPiece.objects.filter(file__in=some, submission__received_at__lte=asker.at)
        rows = rows.exclude(submission__case=asker.case_id) if asker.case_id is not None else rows
        values = rows.values_list("file_id", "submission_id", "submission__case", "submission__case__order")
        for sha256, submission_id, case_id, order_id in values:
            one = (order_id == asker.order_id, submission_id, case_id)
            found[sha256] = min(one, found.get(sha256, one))
    return found


def _same(values: set[str]) -> Iterator[tuple[str, Mapping[str, bool]]]:
    found: dict[str, dict[str, bool]] = {}
    for value, _, sha256 in _between((value, PICTURE, value, value) for value in sorted(values)):
        found.setdefault(value, {})[sha256] = True
    yield from found.items()


def _alike(values: set[str]) -> Iterator[tuple[str, Mapping[str, bool]]]:
    """Photos whose hash differs in at most `NEAR` bits."""
    ranges = []
    for value in sorted(values):
        for band in range(_BANDS):
            start = _turned(value, band)[:_BAND]
            ranges.append((f"{value} {band}", f"{PHOTO}_{band}", start, f"{start}g"))  # (g: after all that is hex)
    found: dict[str, dict[str, bool]] = {}
    for name, turned, sha256 in _between(ranges):
        value, _, ahead = name.partition(" ")
        other = _turned(turned, _BANDS - int(ahead))
        if (int(value, 16) ^ int(other, 16)).bit_count() <= NEAR:
            found.setdefault(value, {})[sha256] = False
    yield from found.items()


def _between(ranges: Iterable[tuple[str, str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """(name, value, file) of the marks in each of these (name, kind, least, most)."""
    one = (
        "SELECT * FROM (SELECT CAST(%s AS text) AS name, value, sha256 FROM file_marks"
        f" WHERE kind = %s AND value >= %s AND value <= %s ORDER BY value, sha256 LIMIT {_MOST_FILES}) m"
    )
    for some in _batches(list(ranges)):
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join([one] * len(some)), [word for each in some for word in each])
            yield from cursor.fetchall()


def _batches(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for first in range(0, len(rows), _AT_ONCE):
        yield rows[first : first + _AT_ONCE]
