"""Names of carriers as papers write them, and the names that the rulebooks know them by."""

from __future__ import annotations

import re
from typing import NamedTuple

from ombud.inspect.reading import labels

_NAMES = {
    "cdek": r"СДЭК|СДЕК|\bCDEK\b",
    "boxberry": r"Боксберри|\bBoxberry\b",
    "ozon-logistics": (
        r"\bOzon[ \-]?(?:Logistics|Rocket|Delivery|Доставка|Логистика|Global Logistics)\b"
        r"|Озон (?:Логистика|Доставка)"
    ),
    "sf-express": r"\bSF[ \-]?Express\b|\bS\.?F\.? Express\b|顺丰(?:速运|快递)?|СФ Экспресс",
    "yto": r"\bYTO(?: Express)?\b|圆通(?:速递|快递)?",
    "russian-post": r"Почта России|Почты России|Почтой России|\bRussian Post\b|\bPochta Rossii\b|俄罗斯邮政|俄邮",
    "china-post": r"\bChina Post\b|中国邮政|Почта Китая|\bChina EMS\b",
    "usps": r"\bUSPS\b|\bUnited States Postal Service\b|\bU\.S\. Postal Service\b",
    "ups": r"\bUPS\b|\bUnited Parcel Service\b",
    "dhl": r"\bDHL\b|ДХЛ|敦豪",
    "yunexpress": r"\bYun[ \-]?Express\b|云途(?:物流)?|ЮнЭкспресс",
    "zto": r"\bZTO(?: Express)?\b|中通(?:快递)?",
    "sto": r"\bSTO Express\b|申通(?:快递)?",
    "yunda": r"\bYunda\b|韵达(?:快递|速递)?",
    "jd-logistics": r"\bJD Logistics\b|京东(?:物流|快递)",
    "jt-express": r"\bJ&T(?: Express)?\b|极兔(?:速递)?",
    "cainiao": r"\bCainiao\b|菜鸟",
    "4px": r"\b4PX\b|递四方",
    "yanwen": r"\bYanwen\b|燕文",
    "fedex": r"\bFedEx\b|联邦快递",
    "dpd": r"\bDPD\b|ДПД",
    "ems": r"\bEMS\b",
    "pony-express": r"\bPony Express\b|Пони Экспресс",
    "dellin": r"Деловые Линии|\bDellin\b",
    "pek": r"\bПЭК\b",
    "5post": r"\b5Post\b",
    "yandex-delivery": r"Яндекс[. ]Доставка|\bYandex Delivery\b",
    "kazpost": r"Казпочта|\bKazpost\b|Qazpost",
}
# The short ones are words or abbreviations as well: only as they are printed, in capitals.
_AS_PRINTED = {"ups", "ems", "dpd", "pek", "yto", "usps", "dhl", "zto"}
_PATTERNS = [
    (slug, re.compile(pattern, 0 if slug in _AS_PRINTED else re.IGNORECASE)) for slug, pattern in _NAMES.items()
]
_HEAD = 80
_JOINED = re.compile("J[lI1]")  # Л
_LABELLED = {
    "sf": "sf-express",
    "ozon": "ozon-logistics",
    "озон": "ozon-logistics",
    "顺丰": "sf-express",
    "邮政": "china-post",
}


class Carrier(NamedTuple):
    """`slug` as the rulebooks have it, and where the name stands."""

    slug: str
    start: int
    end: int


def find(text: str) -> list[Carrier]:
    """The carriers that `text` names, from left to right; a longer name wins over one inside it."""
    found = [Carrier(slug, *match.span()) for slug, pattern in _PATTERNS for match in pattern.finditer(text)]
    found.sort(key=lambda each: (each.start, -each.end))
    apart: list[Carrier] = []
    for each in found:
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return apart


def misread(text: str) -> str | None:
    """The carrier whose long name stands in `text`, which was recognised in pixels, with a few letters wrong; logos
    are white on a colour, which recognisers read as the letters of another script."""
    seen = _seen(text)
    found = [(missed, slug) for name, slug in _LONG for missed in [_missing(name, seen)] if missed <= len(name) // 4]
    return min(found)[1] if found else None


def _seen(text: str) -> str:
    words = labels.skeleton(_JOINED.sub("л", text[:_HEAD]))
    return "".join(c for c in labels.looks(words) if c.isalnum())


def _missing(name: str, text: str) -> int:
    """The least number of letters by which any part of `text` differs from `name`."""
    row = list(range(len(name) + 1))
    least = row[-1]
    for letter in text:
        last = 0
        for place, goal in enumerate(name, 1):
            last, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, last + (letter != goal))
        least = min(least, row[-1])
    return least


def named(text: str) -> str | None:
    """The carrier that `text`, which stands behind a carrier's label, names; None for one that is not known."""
    if found := find(text):
        return found[0].slug
    first = text.strip(" .,:;\"'«»()").split(" ")[0].lower()
    return _LABELLED.get(first)


# Long enough that a few wrong letters make no other word of them.
_LONG = [
    (_seen(name), slug)
    for name, slug in (
        ("Почта России", "russian-post"),
        ("Ozon Логистика", "ozon-logistics"),
        ("Ozon Logistics", "ozon-logistics"),
        ("Russian Post", "russian-post"),
        ("Деловые Линии", "dellin"),
        ("Яндекс Доставка", "yandex-delivery"),
        ("Boxberry", "boxberry"),
    )
]
