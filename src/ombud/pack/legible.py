"""Whether all that was read in a file before is still read after it was made smaller.

Recognition reads specks as letters, and other ones each time. So of the mere words those count that were read twice: in
the file, and in a copy of it that nobody could tell from it; and so of names. Numbers, times, codes and what is known
of the order count from the first time on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from ombud.domain.said import Said

EQUAL = frozenset({
    "barcode", "carrier", "declaration_number", "delivery_time", "language", "message_id", "number", "operator_id",
    "order_id", "outside_chat", "photo_hash", "product_size", "publishing_time", "record_time", "signed_time", "sku",
    "time", "tracking_number", "translation_of", "volume", "weight",
})  # fmt: skip
"""Fields that must be read again with the same value (`inspect/README.md`)."""
ALIKE = frozenset({
    "notary", "product_colour", "recipient", "recipient_address", "sender", "signature_field", "signer", "translator",
})  # fmt: skip
"""Names and addresses: a letter may be read as another, and where such a line ends is a guess."""
MOST_LOST, ALWAYS_LOST = 0.03, 1
"""Of words without a digit, the share that may be lost, or this many."""
_SHORTEST = 3
"""Letters of such a word: of two letters a speck is made as well."""
_SURE = 0.6
"""Below this a line is a guess, and nothing is lost with it."""
_ALIKE = 0.75
_OF_CONTENT = frozenset({"pages", "duration_ms", "frame_count"})
_DURATION_MS = 40
_CLOCK_S = 1.5
"""By how much a clock that shows whole seconds may differ when another frame of the second is read."""
_LEAST_INK = 4
"""Thousandths of a place to sign from which on it is signed, as judgement has it."""
_UNREAD = frozenset({"off", "cut"})


@dataclass(frozen=True, slots=True)
class Reading:
    """words, fields: how many were read before. lost: what no longer is, the most important first."""

    words: int
    fields: int
    lost: tuple[str, ...]


def is_read(said: Sequence[Said]) -> bool:
    """Whether all of it was read, so that what is lost would show."""
    return not any(one.field in _UNREAD for one in said)


def compare(
    before: Sequence[Said],
    after: Sequence[Said],
    expected: Collection[str] = (),
    *,
    control: Sequence[Said] | None = None,
) -> Reading:
    """expected: texts of the order (numbers, names) of which every word must be read where it was. control: what is
    read in a copy that nobody can tell from it; None: there is none, and every word counts."""
    words, still = _words(before), _words(after)
    wanted = {word for text in expected for word in _split(text)} & words
    stable = words if control is None else words & _words(control)
    lost = [
        f"{one.field} {one.value}"
        for one in _labelled(before)
        if not _is_there(one, after) and (one.field in EQUAL or control is None or _is_there(one, control))
    ]
    lost += [*_of_content(before, after), *_of_clock(before, after), *sorted(wanted - still)]
    if _inked(after) < _inked(before):
        lost.append("ink")
    lost += sorted(word for word in stable - still if any(letter.isdigit() for letter in word))
    others = {word for word in stable if len(word) >= _SHORTEST and word.isalpha()}
    if len(others - still) > max(ALWAYS_LOST, MOST_LOST * len(others)):
        lost += sorted(others - still)
    return Reading(len(stable | wanted), len(_labelled(before)), tuple(dict.fromkeys(lost)))


def _labelled(said: Sequence[Said]) -> list[Said]:
    found = {(one.field, one.value): one for one in said if one.field in EQUAL | ALIKE and one.confidence >= _SURE}
    return list(found.values())


def _is_there(one: Said, after: Sequence[Said]) -> bool:
    values = [str(other.value) for other in after if other.field == one.field]
    if one.field in EQUAL:
        return str(one.value) in values
    return any(_are_alike(str(one.value).casefold(), value.casefold()) for value in values)


def _are_alike(one: str, other: str) -> bool:
    return one in other or other in one or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _inked(said: Sequence[Said]) -> int:
    """How many places to sign are signed."""
    return sum(one.field == "ink" and isinstance(one.value, int) and one.value >= _LEAST_INK for one in said)


def _of_content(before: Sequence[Said], after: Sequence[Said]) -> list[str]:
    """Pages, frames, length."""
    was, now = ({one.field: int(one.value) for one in said if one.field in _OF_CONTENT} for said in (before, after))
    return [
        f"{name} {was[name]}"
        for name in sorted(was)
        if abs(now.get(name, -1) - was[name]) > (_DURATION_MS if name == "duration_ms" else 0)
    ]


def _of_clock(before: Sequence[Said], after: Sequence[Said]) -> list[str]:
    """The clock in the picture: read as often, and as far from the video's own time."""
    was, now = _clock(before), _clock(after)
    if len(now) < len(was):
        return ["watermark_time"]
    ends = (min(was) - min(now), max(was) - max(now)) if was else ()
    return ["watermark_time"] if any(abs(end) > _CLOCK_S for end in ends) else []


def _clock(said: Sequence[Said]) -> list[float]:
    """Seconds of the clock, less those of the video, one for each time that it was read."""
    return [
        (datetime.fromisoformat(str(one.value)).replace(tzinfo=None) - datetime(2000, 1, 1)).total_seconds()  # noqa: DTZ001
        - (one.at_ms or 0) / 1000
        for one in said
        if one.field == "watermark_time" and one.confidence >= _SURE
    ]


def _words(said: Sequence[Said]) -> set[str]:
    """Of two letters and more: a single one is a speck as often as a letter."""
    lines = (str(one.value) for one in said if one.field == "line" and one.confidence >= _SURE)
    return {word for line in lines for word in _split(line)}


def _split(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+", text.casefold().replace("ё", "е")) if len(word) > 1]
