"""Whether the letters of a text layer can be what is drawn: some files map their glyphs to wrong letters.

Told by statistics that no language has; what passes them and lies all the same is found only by recognising the page.
A page wrongly held for a liar is recognised instead, which costs time and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ENOUGH = 40
"""Letters: of fewer nothing can be told."""
_ENOUGH_FOR_VOWELS = 150
_NO_LETTERS = 0.15
"""Share of private, unassigned, replacement and control characters from which a layer lies; icons stay below."""
_ACCENTED = 0.3
"""Share of accented Latin letters: Vietnamese has 0.25, Cyrillic in a wrong code page 0.9."""
_VOWELS_CYRILLIC = (0.3, 0.6)
"""Russian has 0.42 to 0.45."""
_VOWELS_LATIN = (0.22, 0.62)
"""English has 0.38, Polish 0.36, pinyin 0.55."""
_ODD_WORDS = 0.5
"""Share of words that no language writes: capitals in the middle, marks between letters, two scripts in one word."""
_UNSPOKEN = 0.2
"""Share of long Latin words that hold five consonants in a row: German has 0.04."""

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")
_ACCENT = re.compile(r"[\u00c0-\u00ff]")
_BROKEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff\U000f0000-\U0010ffff]")
_LOWER_WORD = re.compile(r"[a-z]{3,}")
_ODD = re.compile(
    r"[a-zа-яё][A-ZА-ЯЁ]|[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[a-zа-яё][0-9][A-Za-zА-Яа-яЁё]"
    r"|[^\W\d_][!\"#$%()*;<=>?\[\\\]^`{|}~][^\W\d_]"
)
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}")
_LONG_WORD = re.compile(r"\b[A-Z]?[a-z]{5,}\b")


def lie(texts: Sequence[str], unmapped: int) -> bool:
    """Whether a page's text cannot be what is drawn. unmapped: how many glyphs the file gives no letter for."""
    text = " ".join(texts)
    printed = sum(not letter.isspace() for letter in text)
    if printed < _ENOUGH:
        return printed > 0 and (len(_BROKEN.findall(text)) + unmapped) * 2 > printed
    if len(_BROKEN.findall(text)) + unmapped > _NO_LETTERS * printed:
        return True
    letters = sum(letter.isalpha() for letter in text)
    if letters < _ENOUGH:
        return False
    if len(_ACCENT.findall(text)) > _ACCENTED * letters:
        return True
    return _odd_words(text) or _odd_vowels(text)


def _odd_words(text: str) -> bool:
    words = [word for word in text.split() if sum(letter.isalpha() for letter in word) >= 4]
    if len(words) >= 10 and sum(_ODD.search(word) is not None for word in words) > _ODD_WORDS * len(words):
        return True
    long = _LONG_WORD.findall(text)
    unspoken = sum(_CONSONANTS.search(word.lower()) is not None for word in long)
    return len(long) >= 15 and unspoken > _UNSPOKEN * len(long)


def _odd_vowels(text: str) -> bool:
    lower = text.lower()
    cyrillic = len(_CYRILLIC.findall(text))
    if cyrillic >= _ENOUGH_FOR_VOWELS:
        low, high = _VOWELS_CYRILLIC
        if not low <= sum(lower.count(vowel) for vowel in "аеёиоуыэюяіїєўәөү") / cyrillic <= high:
            return True
    latin = "".join(_LOWER_WORD.findall(text))  # numbers of parcels and codes of goods are written in capitals
    if len(latin) >= _ENOUGH_FOR_VOWELS:
        low, high = _VOWELS_LATIN
        return not low <= sum(latin.count(vowel) for vowel in "aeiouy") / len(latin) <= high
    return False
