"""The clock that a camera prints into its picture, read through the mistakes of a recogniser."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, NamedTuple

from ombud.inspect.reading import lines, times

_LOOKS_LIKE: Final = str.maketrans(
    {**dict.fromkeys("OoОоDQ", "0"), **dict.fromkeys("lI|!іІ", "1"), "Z": "2", "z": "2", "З": "3", "S": "5", "B": "8"}
)
_D: Final = r"[0-9OoОоDQlI|!іІZzЗSB]"
_BETWEEN: Final = r"\s?[-–—./,_]\s?"
_COLON: Final = r"\s?[:;.,·'’]\s?"
_TIME: Final = rf"(?P<hh>{_D}{{2}}){_COLON}(?P<mm>{_D}{{2}})(?:{_COLON}(?P<ss>{_D}{{2}}))?"
_YEAR_FIRST: Final = rf"(?P<y>{_D}{{4}})(?:{_BETWEEN}|年\s?)(?P<m>{_D}{{1,2}})(?:{_BETWEEN}|月\s?)(?P<d>{_D}{{2}})日?"
_DAY_FIRST: Final = rf"(?P<d>{_D}{{2}})\s?\.\s?(?P<m>{_D}{{2}})\s?\.\s?(?P<y>{_D}{{4}})"
_LOOSE: Final = tuple(
    re.compile(rf"(?<![0-9]){pattern}(?![0-9])")
    for pattern in (
        rf"{_YEAR_FIRST}[\sT,|_]{{0,3}}{_TIME}",
        rf"{_DAY_FIRST}[\s,|_]{{0,3}}{_TIME}",
        rf"{_TIME}[\s,|_]{{1,3}}{_YEAR_FIRST}",
        rf"{_TIME}[\s,|_]{{1,3}}{_DAY_FIRST}",
    )
)
_REPAIRED: Final = 0.85
"""How sure a reading still is that took a letter for a digit or a dot for a colon."""
_UNSURE: Final = 0.7
"""Below, a date is left out: which of 03/12 is the day cannot be seen in a stamp."""


class Stamp(NamedTuple):
    """`iso` is `2026-03-12T08:15:30`, without an offset."""

    iso: str
    sure: float


def find(text: str) -> Stamp | None:
    """The one instant that the text shows; None where it shows none or where more than one can be read out of it."""
    cleaned = lines.clean(text)
    read = {Stamp(one.iso[:19], one.confidence) for one in times.find(cleaned) if "T" in one.iso}
    if not read:
        read = {
            Stamp(iso, _REPAIRED) for pattern in _LOOSE for match in pattern.finditer(cleaned) if (iso := _iso(match))
        }
    sure = [one for one in read if one.sure >= _UNSURE]
    return sure[0] if len({one.iso for one in read}) == 1 and sure else None


def _iso(match: re.Match[str]) -> str:
    parts = {name: (part or "00").translate(_LOOKS_LIKE) for name, part in match.groupdict().items()}
    if not parts["y"].startswith("20"):
        return ""
    year, month, day, hour, minute, second = (int(parts[name]) for name in ("y", "m", "d", "hh", "mm", "ss"))
    try:
        return datetime(year, month, day, hour, minute, second).isoformat()  # noqa: DTZ001 (a stamp names no zone)
    except ValueError:
        return ""
