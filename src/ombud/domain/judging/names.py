"""Whether two names may be one person's: across scripts, initials, case endings and the order of the words."""

from __future__ import annotations

import re
import unicodedata

from ombud.domain.judging.edits import edits

_LATIN = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
    "ё": "e", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ә": "a", "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u",
    "ү": "u", "һ": "kh",
}  # fmt: skip
_ONE_SOUND = (
    ("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("ph", "f"), ("ck", "k"), ("x", "ks"), ("w", "v"),
    ("tz", "ts"), ("cz", "ch"), ("ju", "iu"), ("yu", "iu"), ("ja", "ia"), ("ya", "ia"), ("jo", "e"), ("yo", "e"),
    ("io", "e"), ("ye", "e"), ("je", "e"), ("y", "i"), ("j", "i"), ("c", "k"), ("q", "k"), ("h", ""),
)  # fmt: skip
"""Spellings of one sound in the systems that people write Russian names in; applied in this order."""
_NO_NAMES = frozenset(
    (
        *("ооо", "ао", "зао", "пао", "ип", "оао", "тоо", "llc", "ltd", "inc", "co", "gmbh", "corp", "company"),
        *("mr", "mrs", "ms", "dr", "господин", "госпожа", "г-н", "г-жа", "гр"),
    )
)
_WORD = re.compile(r"[^\W\d_]+(?:[’'`-][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENDING = 3
"""Letters by which a name may grow or shrink with its case: Иванов, Иванову, Ивановым."""


def same_person(one: str, other: str) -> bool | None:
    """Whether the shorter of two names is within the longer; None where they cannot be compared: Han with letters.

    One of them may stand among other words, such as an address.
    """
    if bool(_HAN.search(one)) != bool(_HAN.search(other)):
        return None
    if _HAN.search(one):
        first, second = ("".join(_HAN.findall(text)) for text in (one, other))
        return first in second or second in first
    first_words, second_words = _words(one), _words(other)
    if not first_words or not second_words:
        return None
    few, many = sorted((first_words, second_words), key=len)
    return _within(few, many)


def _words(text: str) -> list[str]:
    """As they sound; a letter by itself is one, whatever it takes to write it in Latin: Ю."""
    words = [word for word in _WORD.findall(unicodedata.normalize("NFC", text).lower()) if word not in _NO_NAMES]
    return [folded[:1] if len(word) == 1 else folded for word in words if (folded := _folded(word))]


def _folded(word: str) -> str:
    """A word as it sounds, in Latin letters, double letters once."""
    latin = "".join(_LATIN.get(letter, letter) for letter in word)
    plain = "".join(letter for letter in unicodedata.normalize("NFD", latin) if letter.isascii() and letter.isalpha())
    for spelling, sound in _ONE_SOUND:
        plain = plain.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", plain) or ("-" if plain else "")


def _within(few: list[str], many: list[str]) -> bool:
    """Every word of `few` has one of its own in `many`, at least one of them in full; the most alike go together."""
    pairs = [
        (unlike, -len(word), place, other)
        for place, word in enumerate(few)
        for other, each in enumerate(many)
        if (unlike := _unlike(word, each)) is not None
    ]
    matched: dict[int, int] = {}
    for _, _, place, other in sorted(pairs):
        if place not in matched and other not in matched.values():
            matched[place] = other
    return len(matched) == len(few) and any(
        min(len(few[place]), len(many[other])) > 1 for place, other in matched.items()
    )


def _unlike(one: str, other: str) -> int | None:
    """0 for the same word, more for what may be another form of it or its initial; None for another word."""
    if one == other:
        return 0
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return 9 if long.startswith(short) else None
    if len(long) - len(short) <= _ENDING and len(short) >= 4 and long.startswith(short[: max(3, len(short) - 1)]):
        return 1 + len(long) - len(short)
    return 2 if len(long) >= 4 and edits(one, other, 1) is not None else None
