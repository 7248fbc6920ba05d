"""What may stand behind the label of a field, and where it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ombud.inspect.reading import carriers, numbers, times

NEAR = 30
"""Characters between a label without a colon and its value."""
_KG = r"кг|kgs?|k[rг]|кr|килограмм\w{0,3}|гр?|grams?|g|lbs?|oz|公斤|千克|克|斤|т"
_LENGTH = r"см|cm|мм|mm|м|m|厘米|毫米|米|in|inch(?:es)?"
_CUBE = r"м[3³зЗ]|куб\.?\s?м|см[3³зЗ]|дм3|дм³|л|литр\w{0,3}|m3|m³|cm3|cm³|cbm|立方米|立方厘米|升|l"
_FIGURE = r"[0-9]{1,6}(?:[.,][0-9]{1,4})?"
_WEIGHT = re.compile(rf"(?<![0-9.,]){_FIGURE}\s?(?:{_KG})(?![A-Za-zА-Яа-я0-9])", re.IGNORECASE)
_SIDES = re.compile(
    rf"(?<![0-9.,]){_FIGURE}\s?(?:{_LENGTH})?\s?[xх×*]\s?{_FIGURE}\s?(?:{_LENGTH})?\s?[xх×*]\s?{_FIGURE}"
    rf"(?:\s?(?:{_LENGTH})(?![A-Za-zА-Яа-я0-9]))?",
    re.IGNORECASE,
)
_CUBES = re.compile(rf"(?<![0-9.,]){_FIGURE}\s?(?:{_CUBE})(?![A-Za-zА-Яа-я0-9])", re.IGNORECASE)
_BARE = re.compile(rf"(?<![0-9.,]){_FIGURE}(?![0-9])")
_UNIT_IN_LABEL = re.compile(rf"[(,]\s?({_KG}|{_CUBE}|{_LENGTH})\b", re.IGNORECASE)
_ORDER = re.compile(r"[0-9A-Za-zАВЕКМНОРСТХУ][0-9A-Za-zАВЕКМНОРСТХУ\-_/]{2,39}(?![^\W_])")
_HEX_ALIKE = frozenset("0123456789abcdefавсеёбзоgqoilsz{}()£$!|")
_LOST, _MOST_BREAKS, _UNBROKEN, _MOST_HEX, _LEAST_FIGURES = 8, 4, 12, 0.9, 16
"""Of the 64 digits of SHA-256: how many recognition may lose, in how many places it breaks them at most, how many in a
row it leaves together, what share of the letters still look like such digits, and how many are figures."""
_MISREAD_HASH = 0.5
_CODE = re.compile(r"[^\W_][\w\-./]{1,58}[^\W_]|[^\W_]{1,2}(?!\w)")
_POSTING = re.compile(r"[0-9]{6,12}-[0-9]{4}-[0-9]{1,3}(?![0-9\-])")
_HASH = re.compile(
    r"(?:(?:sha-?(?:1|256|512)|md5)\s?[:=]?\s?)?"
    r"(?P<hex>[0-9A-Fa-f]{8,128}(?: [0-9A-Fa-f]{4,128}){0,15})(?![^\W_])",
    re.IGNORECASE,
)
_MESSAGE = re.compile(r"[#<\[]?(?P<id>[0-9A-Za-z][0-9A-Za-z._:\-@]{3,79})")
_DECLARATION = re.compile(r"(?<![0-9/])[0-9]{8}\s?/\s?[0-9]{6}\s?/\s?[0-9A-ZА-Я]?[0-9]{5,7}(?:/[0-9]{1,3})?(?![0-9/])")
_DECLARATION_LABELLED = re.compile(r"[0-9A-ZА-Я][0-9A-ZА-Я/\-]{7,29}(?![^\W_])")
_BLANK = re.compile(r"[_.…\-–—/\\|()\[\]<>~=*]{2,}")
_NAME = re.compile(
    r"[А-ЯЁ][а-яё\-]{1,40}(?:\s[А-ЯЁ]\.?\s?[А-ЯЁ]?\.?(?![а-яё])|(?:\s[А-ЯЁ][а-яё\-]{1,40}){1,3})"
    r"|[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё\-]{1,40}"
    r"|[А-ЯЁ]{2,30}(?:\s(?:[А-ЯЁ]{2,30}|[А-ЯЁ]\.\s?[А-ЯЁ]?\.?)){1,3}"
    r"|[A-Z][A-Za-z'\-]{1,40}(?:\s[A-Z][A-Za-z'\-.]{0,40}){1,3}|[A-Z]\.\s?[A-Z][A-Za-z'\-]{1,40}"
    r"|[\u4e00-\u9fff·]{2,8}(?![\u4e00-\u9fff])"
)
_HOUSE = re.compile(
    r"(?!000)[0-9]{1,6}(?:(?<=[0-9]{2})[A-Za-zА-Яа-я]|[/\-][0-9]{1,4})?(?:,\s?[^\W\d_]|,?\s+[^\W\d_][^\s,]*(?:,|\s+[^\W_]))"
)
_TOWN = re.compile(r"[A-Z][A-Za-z .'\-]{1,40},? [A-Z]{2},? [0-9]{5}(?:-[0-9]{4})?(?:,.{0,40})?")
_INITIAL = re.compile(r"(?<![^\W_])[^\W\d_]\.$|(?<![^\W_])[а-я]{1,3}\.$")  # Петров П.П., 5 кв.
_END_OF_NAME = re.compile(r",|;|\s\d|\d{2}|\s(?:дата|date|от|on|at|в)\b", re.IGNORECASE)


class Value(NamedTuple):
    """What stands at `start` to `end` of the text, as the field wants it, and how sure."""

    value: str
    start: int
    end: int
    confidence: float = 1.0


def taking(field: str) -> Callable[[str, int, int, str], Value | None] | None:
    """The reader of fields whose values have a shape: of text, start, end and the label; None for free text."""
    return _SHAPED.get(field)


def free(text: str, start: int, end: int) -> Value | None:
    """What stands there as it is, without the blanks of a form around it; None where nothing is said."""
    found = _BLANK.sub(lambda blank: " " * len(blank.group()), text[start:end])
    bare = found.strip(" :;,=/|_—–-").lstrip(".")
    if bare.endswith(".") and not _INITIAL.search(bare):
        bare = bare.rstrip(". ")
    if not any(c.isalnum() for c in bare):
        return None
    at = start + found.index(bare)
    return Value(re.sub(r" {2,}", " ", bare), at, at + len(bare))


def name(text: str, start: int, end: int) -> Value | None:
    """A person's name there: two words in capitals or a surname and initials, or two to eight Han characters."""
    found = _NAME.search(text, start, end)
    return Value(" ".join(found.group().split()), found.start(), found.end()) if found else None


def party(text: str, start: int, end: int) -> Value | None:
    """Who signed, without what else stands there (a date, a place)."""
    value = free(text, start, end)
    if value is None:
        return None
    cut = _END_OF_NAME.search(value.value)
    bare = value.value[: cut.start()].rstrip(" ,") if cut else value.value
    if sum(c.isalpha() for c in bare) < 2 or bare[:1].islower():
        return None
    return Value(bare, value.start, min(value.end, value.start + len(bare)))


def is_address(text: str) -> bool:
    """Whether what stands for a party is where it lives: it begins with a number of a house or a postal code, or is a
    town with its code."""
    return _HOUSE.match(text) is not None or _TOWN.fullmatch(text) is not None


def unlabelled(text: str) -> list[tuple[str, Value]]:
    """Weight, volume and number of a declaration, where their shape alone says what they are."""
    found: list[tuple[str, Value]] = []
    if sides := _SIDES.search(text):
        found.append(("volume", Value(_spaced(sides.group()), *sides.span(), 0.6)))
    elif (cubes := _CUBES.search(text)) and re.search(r"[3³]|куб|cbm|立方", cubes.group(), re.IGNORECASE):
        found.append(("volume", Value(_spaced(cubes.group()), *cubes.span(), 0.6)))
    if (weight := _WEIGHT.search(text)) and re.search(r"кг|kg|公斤|千克", weight.group(), re.IGNORECASE):
        found.append(("weight", Value(_spaced(weight.group()), *weight.span(), 0.6)))
    found += [
        ("declaration_number", Value(re.sub(r"\s", "", each.group()), *each.span(), 0.9))
        for each in _DECLARATION.finditer(text)
    ]
    return found


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _tracking(text: str, start: int, end: int, label: str) -> Value | None:
    lead = len(text[start:end]) - len(text[start:end].lstrip(" :№#.-"))
    start += lead
    if posting := _POSTING.match(text, start, end):
        return Value(posting.group(), *posting.span())
    found = [each for each in numbers.find(text[start:end]) if each.start <= 12]
    if not found:
        return None
    first = min(each.start for each in found)
    from_first = [each for each in found if each.start == first]
    alone, whole = from_first[0], max(from_first, key=lambda each: (each.confidence >= 0.95, each.end))
    # Ten and more in one group is a whole number, and what follows after a space is the next thing; less is a part.
    best = alone if alone.confidence == 1.0 and len(alone.value) >= 10 and not numbers.is_shaped(whole.value) else whole
    return Value(best.value, start + best.start, start + best.end)


def _order(text: str, start: int, end: int, label: str) -> Value | None:
    found = _first(_ORDER, text, start, end, " :#№")
    if found is None or not any(c.isdigit() for c in found.value) or times.find(text[found.start : end][:20]):
        return None
    return found._replace(value=found.value.translate(numbers.FOLD))


def _code(text: str, start: int, end: int, label: str) -> Value | None:
    found = _first(_CODE, text, start, end, " :#№")
    if found is None or not (any(c.isdigit() for c in found.value) or found.value.isupper()):
        return None
    return found


def _hash(text: str, start: int, end: int, label: str) -> Value | None:
    found = _first(_HASH, text, start, end, " :#=-")
    value = _HASH.match(found.value) if found else None
    bare = value["hex"].replace(" ", "").lower() if value else ""
    if found and 16 <= len(bare) <= 128:
        return found._replace(value=bare)
    return _misread_hash(text, start, end)


def _misread_hash(text: str, start: int, end: int) -> Value | None:
    """As many letters as SHA-256 has, nearly all of them digits of it: it is there, though nobody can compare it."""
    found = free(text, start, end)
    if found is None:
        return None
    bare = found.value.replace(" ", "").lower()
    digits = sum(c in _HEX_ALIKE for c in bare)
    few_words = found.value.count(" ") <= _MOST_BREAKS and max(map(len, found.value.split())) >= _UNBROKEN
    figures = sum(c in "0123456789" for c in bare)
    if few_words and abs(len(bare) - 64) <= _LOST and digits >= _MOST_HEX * len(bare) and figures >= _LEAST_FIGURES:
        return found._replace(value=bare, confidence=_MISREAD_HASH)
    return None


def _message(text: str, start: int, end: int, label: str) -> Value | None:
    found = _first(_MESSAGE, text, start, end, " :#=<[")
    if found is None or not any(c.isdigit() for c in found.value):
        return None
    value = found.value.strip("#<[").rstrip(".:-")
    return None if times.find(value) else found._replace(value=value)


def _declaration(text: str, start: int, end: int, label: str) -> Value | None:
    if whole := _DECLARATION.search(text, start, end):
        return Value(re.sub(r"\s", "", whole.group()), *whole.span())
    found = _first(_DECLARATION_LABELLED, text, start, end, " :#№")
    return found if found and sum(c.isdigit() for c in found.value) >= 6 and not times.find(found.value) else None


def _weight(text: str, start: int, end: int, label: str) -> Value | None:
    if found := _WEIGHT.search(text, start, min(end, start + NEAR)):
        return Value(_spaced(found.group()), *found.span())
    return _with_unit_of_label(text, start, end, label)


def _volume(text: str, start: int, end: int, label: str) -> Value | None:
    for pattern in (_SIDES, _CUBES):
        if found := pattern.search(text, start, min(end, start + 2 * NEAR)):
            value = _spaced(found.group())
            unit = _UNIT_IN_LABEL.search(label)
            return Value(f"{value} {unit[1]}" if unit and value[-1].isdigit() else value, *found.span())
    return _with_unit_of_label(text, start, end, label)


def _with_unit_of_label(text: str, start: int, end: int, label: str) -> Value | None:
    unit = _UNIT_IN_LABEL.search(label)
    found = _BARE.search(text, start, min(end, start + 8)) if unit else None
    return Value(f"{found.group()} {unit[1]}", *found.span()) if unit and found else None


def _carrier(text: str, start: int, end: int, label: str) -> Value | None:
    value = free(text, start, end)
    if value is None:
        return None
    slug = carriers.named(value.value)
    if slug:
        return value._replace(value=slug)
    # A sentence goes on in small letters: Перевозчик сообщил, что посылку вручили.
    return None if value.value[:1].islower() else value


def _first(pattern: re.Pattern[str], text: str, start: int, end: int, skipped: str) -> Value | None:
    """What `pattern` matches right after `skipped` characters, twelve at most."""
    at = start
    while at < min(end, start + 12) and text[at] in skipped:
        at += 1
    found = pattern.match(text, at, end)
    return Value(found.group(), *found.span()) if found else None


_SHAPED: dict[str, Callable[[str, int, int, str], Value | None]] = {
    "tracking_number": _tracking,
    "order_id": _order,
    "sku": _code,
    "photo_hash": _hash,
    "message_id": _message,
    "declaration_number": _declaration,
    "weight": _weight,
    "volume": _volume,
    "carrier": _carrier,
}
