"""Labels with what stands to the right of them: which words of a line are meant as labels, and where a value begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ombud.inspect.reading import labels, times, values
from ombud.inspect.reading.labels import Label
from ombud.inspect.reading.lines import Line
from ombud.inspect.reading.values import Value

TIMES = frozenset({"record_time", "delivery_time", "publishing_time", "signed_time", "time"})
_PARTIES = frozenset({"sender", "recipient", "recipient_address"})
_LEADER = re.compile(r"[\s.…]{4,}")
_NOTHING = " _.-:/|()№#"
_TO_FILL_IN = re.compile(r"\)?\s?(?::|_{2,}|[.…]{3,}|\s*$)")
_SENTENCE = re.compile(r"[a-zа-яё]{2,}[,;]?\s$")
_SENTENCE_ON = re.compile(r"\s[a-zа-яё]{4,}")
_NO_PLACE = re.compile(
    r"\s(?:confirm\w*|required|requested|proof|service|guarantee\w*|waiver|option|on file|available"
    r"|подтвержд\w*|обязательн\w*|удостовер\w*|означа\w*|требуется)\b",
    re.IGNORECASE,
)
"""What follows the word for a signature where it is the name of a service or a sentence goes on."""


def meant(line: Line, day_first: bool | None) -> list[Label]:
    """The labels of `line` that are meant as such: not every word of a sentence that could be one is."""
    return [label for label, until in spans(line, labels.find(line)) if _is_meant(line, label, until, day_first)]


def spans(line: Line, found: Sequence[Label]) -> Iterator[tuple[Label, int]]:
    """Each label with the place where the next begins."""
    for place, label in enumerate(found):
        yield label, found[place + 1].start if place + 1 < len(found) else len(line.text)


def is_alone(line: Line, label: Label) -> bool:
    """Whether it has its cell for itself."""
    _, cell_end = line.cell_at(label.start)
    return label.opens and not line.text[label.end : cell_end].strip(_NOTHING)


def is_empty(line: Line, label: Label, until: int) -> bool:
    """Whether nothing stands between it and `until`, the next label."""
    return not line.text[label.end : until].strip(_NOTHING)


def value(line: Line, label: Label, until: int, day_first: bool | None) -> Value | None:
    """What stands behind `label`, up to `until`: in its own cell, or else in one of the next that can be the value."""
    start = _after(line, label, until)
    if label.field in TIMES:
        return instant(line.text, start, until, day_first)
    if shaped := values.taking(label.field):
        return shaped(line.text, start, until, line.text[label.start : label.end])
    _, cell_end = line.cell_at(label.start)
    if line.text[label.end : cell_end].strip(_NOTHING):
        found = free(label.field, line.text, label.end, min(cell_end, until))
        # Without a colon a sentence may go on here ("Получатель обязан предъявить паспорт").
        return found if found and (label.colon or not found.value[:1].islower()) else None
    following = (cell for cell in line.cells if cell_end <= cell[0] < until)
    return next(filter(None, (free(label.field, line.text, at, min(end, until)) for at, end in following)), None)


def instant(text: str, start: int, until: int, day_first: bool | None) -> Value | None:
    """The first date that begins there."""
    for found in times.find(text, day_first=day_first):
        if start <= found.start < until:
            return Value(found.iso, found.start, found.end, found.confidence)
    return None


def free(field: str, text: str, start: int, end: int) -> Value | None:
    """Free text there that may be a value of `field`: a name has a capital, an address more than a few letters."""
    found = values.party(text, start, end) if field == "signer" else values.free(text, start, end)
    if found is None or (field in {"signer", "product_colour", "product_size"} and len(found.value) > 80):
        return None
    if field in _PARTIES:
        found = _without_sentence(found)
        return found if _may_be_party(field, found.value) else None
    return found


def _without_sentence(found: Value) -> Value:
    """Han text without what begins after the first full stop: running text has no other end."""
    bare = found.value.partition(".")[0].strip(" ,;") if any(map(_is_han, found.value)) else found.value
    return found if bare == found.value or not bare else Value(bare, found.start, found.start + len(bare))


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"


def _may_be_party(field: str, text: str) -> bool:
    if any(map(_is_han, text)):
        return len(text) >= 2
    letters = sum(c.isalpha() for c in text)
    return letters >= (5 if field == "recipient_address" else 2) and any(c.isupper() for c in text)


def _is_meant(line: Line, label: Label, until: int, day_first: bool | None) -> bool:
    if label.field == "signature_field" and _NO_PLACE.match(line.text, label.words_end):
        return False
    if label.colon or (label.opens and not label.shy) or is_alone(line, label):
        return True
    if label.field == "signature_field":
        return _is_to_sign(line, label)
    if _is_amid(line, label, until):
        return True
    if label.field not in TIMES and values.taking(label.field) is None:
        return False
    if (label.field == "carrier" and not label.opens) or (label.field == "sku" and label.shy):
        return False
    found = value(line, label, until, day_first)
    return found is not None and found.start - _after(line, label, until) <= values.NEAR


def _is_to_sign(line: Line, label: Label) -> bool:
    """Whether the words for a signature, which open no cell, are those of a place and not of a sentence about one."""
    begins, ends = line.cell_at(label.start)
    if _TO_FILL_IN.match(line.text, label.words_end):
        return True
    before = line.text[begins : label.start]
    return not (_SENTENCE.search(before) or _SENTENCE_ON.match(line.text, label.words_end, ends))


def _is_amid(line: Line, label: Label, until: int) -> bool:
    """Whether a label without a colon stands between others in one cell: ООО Ромашка Получатель Петров П.П."""
    if label.shy or label.field not in _PARTIES:
        return False
    return line.text[label.start].isupper() and line.text[label.end : until].lstrip()[:1].isupper()


def _after(line: Line, label: Label, until: int) -> int:
    """Where the value may begin: behind the row of dots that leads to it, if there is one."""
    lead = _LEADER.match(line.text, label.end, until)
    return lead.end() if lead else label.end
