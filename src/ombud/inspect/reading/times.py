"""Dates with their times of day, in the ways that Russian, Chinese and English papers write them.

Own patterns, each of bounded length and without repetition inside a repetition: a general parser of dates takes a
hundred times as long and reads years out of prices. A year is 2000 to 2099; a date that no calendar has is none.

12.03.2026 is the twelfth of March. 03/12/2026 is the third of December to a Russian and the twelfth of March to an
American: `find` is told which (`day_first`), and without being told gives the reading with the day first as a doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_RU = ("янв", "фев", "мар", "апр", "май|мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_EN = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: month for names in (_RU, _EN) for month, each in enumerate(names, 1) for name in each.split("|")}
_RU_MONTH = f"(?P<w>{'|'.join(_RU)})" + r"[а-я]{0,6}\.?"
_EN_MONTH = f"(?P<w>{'|'.join(_EN)})" + r"[a-z]{0,6}\.?"
_EDGE = r"(?<![0-9A-Za-z])(?<![0-9][.,/\-:])"
_END = r"(?![0-9])(?![.,/\-][0-9])"
_DOTS_EDGE, _DOTS_END = r"(?<![0-9A-Za-z])(?<![0-9][.,/:])", r"(?![0-9])(?![.,/][0-9])"
_YEAR = "20[0-9]{2}"
_OF_YEAR = r"(?:\s?(?:года|[гr]\.|[гr](?![^\W_])))?"  # the letter after a year, which recognisers read as a Latin one


class Found(NamedTuple):
    """`iso` is `2026-03-12`, or `2026-03-12T08:15:00` with an offset where one is written; its place; how sure."""

    iso: str
    start: int
    end: int
    confidence: float


_DATES: list[tuple[str, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("han", rf"(?<![0-9])(?P<y>{_YEAR})\s?年\s?(?P<m>[0-9]{{1,2}})\s?月\s?(?P<d>[0-9]{{1,2}})\s?[日号]?"),
        # The end of an ISO date may touch its time: recognisers lose the space between them.
        (
            "iso",
            rf"{_EDGE}(?P<y>{_YEAR})(?P<by>[\-/.])(?P<m>[0-9]{{1,2}})(?P=by)(?P<d>[0-9]{{2}})"
            r"(?:(?=[0-9]{2}:[0-9]{2})|(?![0-9])(?![.,/\-][0-9]))",
        ),
        ("iso", rf"{_EDGE}(?P<y>{_YEAR})(?P<by>[\-/.])(?P<m>[0-9]{{1,2}})(?P=by)(?P<d>[0-9]){_END}"),
        (
            "dots",
            rf"{_DOTS_EDGE}(?P<d>[0-9]{{1,2}})\.\s?(?P<m>[0-9]{{1,2}})\.\s?(?P<y>{_YEAR}|[0-9]{{2}}){_DOTS_END}{_OF_YEAR}",
        ),
        ("slash", rf"{_EDGE}(?P<d>[0-9]{{1,2}})(?P<by>[/\-])(?P<m>[0-9]{{1,2}})(?P=by)(?P<y>{_YEAR}|[0-9]{{2}}){_END}"),
        (
            "words",
            r"(?<![0-9])[«\"“„']?(?P<d>[0-9]{1,2})[»\"”']?[\s\-]{0,2}"
            + _RU_MONTH
            + rf"\s{{0,2}}(?P<y>{_YEAR})(?![0-9]){_OF_YEAR}",
        ),
        (
            "words",
            r"(?<![0-9])(?P<d>[0-9]{1,2})(?:st|nd|rd|th)?[\s\-]{0,2}(?:of )?"
            + _EN_MONTH
            + rf"[\s\-,]{{0,2}}(?P<y>{_YEAR})(?![0-9])",
        ),
        (
            "words",
            r"(?<![a-z])" + _EN_MONTH + rf"\s?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?,?\s{{1,2}}(?P<y>{_YEAR})(?![0-9])",
        ),
    )
]
_CLOCK = (
    r"(?P<half>上午|下午|早上|晚上|凌晨|中午)?\s?(?P<hh>[0-9]{1,2})(?::|[时点]\s?)(?P<mm>[0-9]{2})"
    r"(?:(?::|分\s?)(?P<ss>[0-9]{2})(?:[.,][0-9]{1,9})?秒?)?分?(?![0-9])(?!:[0-9])"
    r"(?:\s?(?P<ampm>[ap])\.?\s?m\b\.?)?"
)
_OFFSET = (
    r"(?:\s?(?P<zulu>Z)\b"
    r"|\s?\(?(?:UTC|GMT)\s?(?P<sign>[+\-−])\s?(?P<oh>[0-9]{1,2})(?::?(?P<om>[0-9]{2}))?(?![0-9:])\)?"
    r"|\s?\(?(?:МСК|MSK)(?:\s?\+\s?(?P<msk>[0-9]{1,2})(?![0-9:]))?\b\)?(?P<moscow>)"
    r"|\s?\(?(?:UTC|GMT)\b\)?(?P<utc>)"
    r"|\s?(?P<sign2>\+|(?<=[0-9])-)(?P<oh2>[0-9]{2}):?(?P<om2>[0-9]{2})(?![0-9:])"
    r"|\s?\(?(?:北京时间|Beijing time)\)?(?P<beijing>))?"
)
_AFTER = re.compile(
    r"(?:(?P<t>T)|[\s,;|]{0,4}(?:(?:в|at|at:|время:?|time:?|时间:?)\s{1,2}|北京时间\s?)?)" + _CLOCK + _OFFSET,
    re.IGNORECASE,
)
_BEFORE = re.compile(_CLOCK + _OFFSET + r"[\s,;|]{1,3}$", re.IGNORECASE)
_BEFORE_MOST = 34


def find(text: str, *, day_first: bool | None = None) -> list[Found]:
    """All dates in cleaned `text`, in the order of their places, with the time of day that stands beside each.

    day_first: how to read 03/12/2026; None is not knowing, and what it then reads has confidence 0.5.
    """
    return list(_find(text, day_first))


@lru_cache(maxsize=512)  # the readers of one line ask for each of its labels
def _find(text: str, day_first: bool | None) -> tuple[Found, ...]:
    found: list[Found] = []
    for kind, pattern in _DATES:
        for match in pattern.finditer(text):
            if any(match.start() < each.end and each.start < match.end() for each in found):
                continue
            if read := _read(text, kind, match, day_first):
                found.append(read)
    return tuple(sorted(found, key=lambda each: each.start))


def order_of_days(texts: Iterable[str]) -> bool | None:
    """Whether days stand first in the dates with slashes of a document, where one of them has a day above 12."""
    first = second = 0
    pattern = next(pattern for kind, pattern in _DATES if kind == "slash")
    for text in texts:
        for match in pattern.finditer(text):
            one, other = int(match["d"]), int(match["m"])
            first += 12 < one <= 31 and other <= 12
            second += 12 < other <= 31 and one <= 12
    return None if bool(first) == bool(second) else first > second


def _read(text: str, kind: str, match: re.Match[str], day_first: bool | None) -> Found | None:
    year, day = int(match["y"]), int(match["d"])
    month = _MONTHS[match["w"].lower()] if kind == "words" else int(match["m"])
    sure = 1.0
    if len(match["y"]) == 2:
        year, sure = 2000 + year, 0.8
    if kind == "slash" and day <= 12 and month <= 12 and day != month:
        sure = min(sure, 0.5) if day_first is None else sure
        if day_first is False:
            day, month = month, day
    elif kind == "slash" and month > 12:
        day, month = month, day
    try:
        iso = date(year, month, day).isoformat()
    except ValueError:
        return None
    start, end = match.span()
    clock = _AFTER.match(text, end)
    if clock is None or (time := _time(clock)) is None:
        if clock is None and _has_digits_after(text, end):
            return None
        lead = max(0, start - _BEFORE_MOST)
        clock = _BEFORE.search(text[lead:start])
        if clock is not None and (clock.start() == 0 or not text[lead + clock.start() - 1].isalnum()):
            time = _time(clock)
            if time is not None:
                return Found(f"{iso}T{time}", lead + clock.start(), end, sure)
        # A date of two figures a part and nothing else may be a version or a price.
        return Found(iso, start, end, sure if len(match["y"]) == 4 else 0.6)
    return Found(f"{iso}T{time}", start, clock.end(), sure)


def _has_digits_after(text: str, end: int) -> bool:
    return text[end : end + 1].isdigit()


def _time(clock: re.Match[str]) -> str | None:
    """ISO of the time of day with its offset; None where no clock shows it."""
    hour, minute, second = int(clock["hh"]), int(clock["mm"]), int(clock["ss"] or 0)
    half = (clock["ampm"] or "").lower() or {"下午": "p", "晚上": "p", "中午": "p", None: ""}.get(clock["half"], "a")
    if half and hour <= 12:
        if clock["ampm"] or clock["half"] in {"上午", "下午"}:
            hour %= 12
        hour += 12 if half == "p" and hour < 12 else 0
    if hour > 23 or minute > 59 or second > 59:
        return None
    return f"{hour:02}:{minute:02}:{second:02}{_offset(clock)}"


def _offset(clock: re.Match[str]) -> str:
    if clock["moscow"] is not None:
        return f"+{3 + int(clock['msk'] or 0):02}:00"
    if clock["beijing"] is not None:
        return "+08:00"
    if clock["zulu"] or clock["utc"] is not None:
        return "Z"
    sign = clock["sign"] or clock["sign2"]
    if not sign:
        return ""
    hours, minutes = int(clock["oh"] or clock["oh2"]), int(clock["om"] or clock["om2"] or 0)
    if hours > 14 or minutes > 59:
        return ""
    if sign == "-" and not clock["sign"] and not clock.groupdict().get("t"):
        return ""  # 08:15-08:45 is from and to
    return f"{'-' if sign in '-−' else '+'}{hours:02}:{minutes:02}"
