"""Where the labels of fields stand in a line.

A label is found by its words, not letter by letter: words are compared with Cyrillic and Latin letters of one look made
the same, and, where the line was recognised from pixels, with one wrong letter allowed in six, two in ten.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from ombud.inspect.reading import vocabulary
from ombud.inspect.reading.lines import Line

_WORD = re.compile(r"[^\W_\u3400-\u9fff]+(?:['’]s\b)?")
_JOINT = re.compile(r"[ \-./'’_(]{1,3}")
_ALIKE = str.maketrans("авекмнорстухіёйѐ", "abekmhopctyxieии")
_DIGITS_ALIKE = str.maketrans("0361", "oзбl")
_LOOKS = str.maketrans("пийлцчuдgdьвбы6гязэтмн", "nnnnnnnaaabbbbbrr33tmh")
"""Cyrillic letters that Latin ones, or digits, are read for, and those: all of one look made one letter."""
_LEG = re.compile(r"^(?:tl|ti|ii|il)")
_LEAST_LOOKED = 6
_TAIL = re.compile(
    r"(?:\s?\([^()]{0,24}\))?(?:,\s?(?:кг|гр?|см|мм?|м3|м³|л|kg|g|cm|mm|m3|m³)(?:\b|(?<=³))\.?)?"
    r"(?:\s?(?:№|N[°º]|#|No\b\.?|Nr\b\.?|N\b|ID\b))?\s{0,2}(?P<colon>[:=]|[\-–—>](?=\s)|№|#)?",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(r"\([^()]{0,24}\)")
_NUMBERED = frozenset({"tracking_number", "order_id", "sku", "operator_id", "declaration_number", "notary"})
"""Behind these a sign for a number is as good as a colon; склад № 7 is a part of an address."""
_BEFORE_FIRST = re.compile(r"[\W_]*(?:[0-9]{1,2}[.)]\s?)?[\W_]*")


@dataclass(frozen=True, slots=True)
class Label:
    """A label and what belongs to it up to its colon.

    words_end: where its last word ends; end: where its value may begin. open: it begins its cell.
    """

    field: str
    start: int
    words_end: int
    end: int
    colon: bool
    opens: bool
    shy: bool


def skeleton(word: str) -> str:
    """`word` without case, with letters of one look made one letter; what it is compared by."""
    small = word.lower().replace("'", "").replace("’", "")
    if not small.isascii():
        if not small.isalpha():
            small = small.translate(_DIGITS_ALIKE)
        small = small.translate(_ALIKE)
    return small


def looks(bare: str) -> str:
    """A skeleton with letters of one look made one that recognisers mix up across scripts: Noanucb, подпись."""
    return _LEG.sub("n", bare).translate(_LOOKS)


def find(line: Line) -> list[Label]:
    """The labels of `line` from left to right; none lies over another. Of one field side by side, they are one."""
    loose = line.said.source not in {"text_layer", "barcode"}
    found = sorted([*_alphabetic(line, loose), *_han(line)], key=lambda label: (label.start, -label.words_end))
    labels: list[Label] = []
    for label in found:
        if labels and label.start < labels[-1].words_end:
            continue
        if labels and (label.field == labels[-1].field or label.start < labels[-1].end):
            between = line.text[labels[-1].words_end : label.start]
            bare = _PARENTHESIS.sub("", between)
            if not any(c.isalnum() for c in bare) and ":" not in bare and "  " not in between:
                first = labels.pop()
                label = Label(
                    first.field,
                    first.start,
                    label.words_end,
                    max(first.end, label.end),
                    label.colon or first.colon,
                    first.opens,
                    False,
                )
            elif label.start < labels[-1].end:
                continue
        labels.append(label)
    return labels


def _alphabetic(line: Line, loose: bool) -> Iterator[Label]:
    text = line.text
    words = [(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]
    known = [_known(word, loose) for word, _, _ in words]
    place = 0
    while place < len(words):
        for phrase in _PHRASES.get(known[place], ()):
            last = place + len(phrase) - 1
            if tuple(known[place : last + 1]) != phrase:
                continue
            if not all(_JOINT.fullmatch(text[words[i][2] : words[i + 1][1]]) for i in range(place, last)):
                continue
            field, shy = _FIELDS[phrase]
            yield _label(line, field, words[place][1], words[last][2], shy)
            place = last
            break
        place += 1


def _han(line: Line) -> Iterator[Label]:
    for found in _HAN.finditer(line.text):
        label = _label(line, _HAN_FIELDS[found.group().upper()], found.start(), found.end(), False)
        if label.colon or label.opens or label.end == len(line.text) or not _is_han(line.text[label.end]):
            yield label


def _label(line: Line, field: str, start: int, words_end: int, shy: bool) -> Label:
    tail = _TAIL.match(line.text, words_end)
    end = tail.end() if tail else words_end
    cell_start, cell_end = line.cell_at(start)
    before = _BEFORE_FIRST.match(line.text, cell_start, cell_end)
    opens = before is not None and before.end() >= start
    colon = False
    if tail is not None and tail["colon"] is not None:
        colon = tail["colon"] not in {"№", "#"} or field in _NUMBERED
    if not colon and tail is not None and field in _NUMBERED:
        colon = bool(re.search(r"[№#]|No\.", tail.group()))
    return Label(field, start, words_end, end, colon, opens, shy)


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


@lru_cache(maxsize=50_000)
def _known(word: str, loose: bool) -> str:
    """The word of the labels that `word` is; empty for none."""
    bare = skeleton(word)
    if bare in _WORDS:
        return bare
    if not loose or not 5 <= len(bare) <= _LONGEST:
        return ""
    if bare.isascii() and (seen := _LOOKING.get(looks(bare))):
        return seen
    best = min(
        (
            (_distance(bare, other), other)
            for cut in _without(bare, 1 if len(bare) < 8 else 2)
            for other in _NEAR.get(cut, ())
        ),
        default=(9, ""),
    )
    return best[1] if best[0] <= _allowed(len(best[1])) else ""


def _allowed(length: int) -> int:
    return 0 if length < 6 else 1 if length < 10 else 2


def _without(word: str, most: int) -> Iterator[str]:
    """`word` with none to `most` of its letters left out."""
    yield word
    if most >= 1:
        yield from (word[:one] + word[one + 1 :] for one in range(len(word)))
    if most >= 2:
        pairs = combinations(range(len(word)), 2)
        yield from (word[:one] + word[one + 1 : other] + word[other + 1 :] for one, other in pairs)


def _distance(one: str, other: str) -> int:
    """Letters to put in, take out or change to make `one` the `other`."""
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        last, row[0] = row[0], place
        for at, goal in enumerate(other, 1):
            last, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, last + (letter != goal))
    return row[-1]


def _read_phrases() -> dict[tuple[str, ...], tuple[str, bool]]:
    fields: dict[tuple[str, ...], tuple[str, bool]] = {}
    for field, phrases in vocabulary.ALPHABETIC.items():
        for phrase in phrases.replace("\n", "|").split("|"):
            words = tuple(skeleton(word) for word in _WORD.findall(phrase))
            if words:
                fields.setdefault(words, (field, phrase.strip() in vocabulary.SHY))
    return fields


_FIELDS = _read_phrases()
_WORDS = frozenset(word for phrase in _FIELDS for word in phrase)
_LOOKING = {looks(word): word for word in sorted(_WORDS) if not word.isascii() and len(word) >= _LEAST_LOOKED}
_LONGEST = max(map(len, _WORDS)) + 2
_PHRASES: dict[str, list[tuple[str, ...]]] = defaultdict(list)
for _phrase in sorted(_FIELDS, key=len, reverse=True):
    _PHRASES[_phrase[0]].append(_phrase)
_PHRASES = dict(_PHRASES)
_NEAR: dict[str, set[str]] = defaultdict(set)
for _word in _WORDS:
    for _cut in _without(_word, _allowed(len(_word))):
        _NEAR[_cut].add(_word)
_NEAR = dict(_NEAR)
_HAN_FIELDS = {
    phrase.strip().upper(): field
    for field, phrases in vocabulary.HAN.items()
    for phrase in phrases.replace("\n", "|").split("|")
    if phrase.strip()
}
_HAN = re.compile("|".join(sorted(map(re.escape, _HAN_FIELDS), key=len, reverse=True)), re.IGNORECASE)
