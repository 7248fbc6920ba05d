"""What may be a tracking number: capitals and digits, 6 to 40 of them, at least 5 of them digits.

A candidate that is none costs little, since candidates are compared with the numbers of orders; one that is missed
refuses an honest waybill. So all that a number could be is offered, also what people print in groups ("1Z 999 AA1 01
2345 6784"), and only what its label or its shape says to be something else is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from ombud.inspect.reading import times

LEAST, MOST, LEAST_DIGITS = 6, 40, 5
MOST_GROUPS = 16
"""A number of more groups than these is a row of a table."""
_GROUP = re.compile(r"[0-9A-Za-zА-Яа-яЁё]+")
_LATIN = re.compile(r"[0-9A-Za-z]+")
FOLD = str.maketrans("АВЕКМНОРСТХУ", "ABEKMHOPCTXY")
_CYRILLIC_CAPITALS_ALIKE = re.compile(r"[0-9A-ZАВЕКМНОРСТХУ]+")
_BEFORE = 25  # characters in which the label of a number is looked for
# What the label in front says to be no tracking number, and how many digits it takes with it.
_LABELLED_OTHERWISE = [
    (re.compile(rf"(?:{words})(?:\b[\s:№.\-]{{0,4}}|[\s:№.]{{1,4}})(?:[0-9]{{9,12}}\s?/\s?)?$", re.IGNORECASE), digits)
    for words, digits in (
        (r"\b(?:тел|телефон\w{0,2}|моб|факс|phone|tel|mobile|fax|whatsapp|viber)|电话|手机号?码?|传真", 10),
        (r"\b(?:инн(?:\s?/\s?кпп)?|кпп|бик|bic|swift|окпо|оквэд|окато|октмо|паспорт\w?|снилс|vat|tin)|税号", 9),
        (r"\b(?:огрн|огрнип)", 13),
        (
            r"\b(?:р/?\s?с|к/?\s?с|расч[её]тный сч[её]т|корр?\.? ?сч[её]т|сч[её]т|iban|account(?: no)?)|账号|银行账户",
            20,
        ),
        (r"\b(?:индекс|zip(?: code)?|postcode|postal code)|邮编|邮政编码", 5),
        (r"\b(?:тн\s?вэд|hs(?: code)?|цена|стоимость|сумма|price|amount|total|итого)|价格|金额|海关编码", 6),
    )
]
_PHONE = re.compile(
    r"\+[0-9][0-9 ()\-]{8,16}[0-9](?![0-9])"
    r"|(?<![0-9])[78][ \-]?\([0-9]{3,5}\)[ \-]?[0-9][0-9 \-]{3,8}[0-9](?![0-9])"
    r"|\([0-9]{3,5}\)[ \-]{0,2}[0-9]{1,3}[ \-][0-9]{2,4}(?:[ \-][0-9]{2,4})?(?![0-9])"
    r"|(?<![0-9\-] )(?<![0-9\-])[78][ \-][0-9]{3}[ \-][0-9]{3}[ \-][0-9]{2}[ \-][0-9]{2}(?![ \-]?[0-9])"
)
_MEASURE_AFTER = re.compile(
    r"\s?(?:₽|руб|р\.|rub\b|rur\b|cny\b|usd\b|eur\b|kzt\b|тенге|元|人民币|[¥$€₸%]|кг\b|kg\b|гр?\b|g\b|шт|pcs\b|см\b|cm\b|мм\b|mm\b|公斤|千克)"
    r"|[.,][0-9]",
    re.IGNORECASE,
)
_SIDES_OR_DECLARATION = re.compile(
    r"(?<![0-9A-Z])[0-9]{1,4}[XxХх×*][0-9]{1,4}[XxХх×*][0-9]{1,4}(?![0-9])"
    r"|(?<![0-9])[0-9]{8}\s?/\s?[0-9]{6}\s?/\s?[0-9]{6,7}(?![0-9])"
)
_MONEY_BEFORE = re.compile(r"[₽$€¥]\s?$|[0-9][.,]$")
_WHOLE = re.compile(r"1Z[0-9A-Z]{16}|[A-Z]{2}[0-9]{9}[A-Z]{2}")  # nobody prints these with anything else in the run
_POSTCODE_AFTER = re.compile(r",\s?(?:[А-Яа-яЁё]|Russia|Kazakhstan)")


@dataclass(frozen=True, slots=True)
class Number:
    """`value` as README's `number` has it; `start`, `end` in the text; how sure it is that it is one whole number."""

    value: str
    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True)
class _Group:
    value: str
    start: int
    end: int
    free: bool = True

    @property
    def letters_only(self) -> bool:
        return self.value.isalpha()


def normal(text: str) -> str:
    """A number as it is compared: capitals and digits only, Cyrillic letters that look like Latin ones made Latin."""
    return "".join(_LATIN.findall(text.upper().translate(FOLD)))


def is_shaped(value: str) -> bool:
    """Whether `value` is by its shape one whole number of a post (S10) or of UPS."""
    return _WHOLE.fullmatch(value) is not None


def find(text: str) -> list[Number]:
    """Candidates in cleaned `text`: those of one group first, then whole runs of groups, then parts of runs."""
    taken = [(found.start, found.end) for found in times.find(text)]
    taken += [found.span() for pattern in (_PHONE, _SIDES_OR_DECLARATION) for found in pattern.finditer(text)]
    alone: list[Number] = []
    whole: list[Number] = []
    parts: list[Number] = []
    for run in _runs(text):
        groups = _marked(text, run)
        alone += filter(None, (_candidate(text, [group], taken, 1.0) for group in groups))
        if len(groups) >= LEAST and all(group.end - group.start == 1 for group in groups):
            whole += filter(None, [_spelled(text, groups, taken)])
            continue
        if not 2 <= len(groups) <= MOST_GROUPS:
            continue
        if candidate := _candidate(text, groups, taken, 0.95):
            whole.append(candidate)
            if is_shaped(candidate.value):
                continue
        spans = [
            (first, last) for first, last in combinations(range(len(groups) + 1), 2) if 1 < last - first < len(groups)
        ]
        parts += filter(None, (_candidate(text, groups[first:last], taken, 0.7) for first, last in spans))
    return alone + whole + parts


def _runs(text: str) -> Iterator[list[_Group]]:
    """Groups that single spaces or hyphens join."""
    run: list[_Group] = []
    for found in _GROUP.finditer(text):
        for group in _folded(found.group(), found.start()):
            if run and text[run[-1].end : group.start] not in (" ", "-"):
                yield run
                run = []
            run.append(group)
    if run:
        yield run


def _folded(token: str, start: int) -> Iterator[_Group]:
    """`token` as one Latin group; where it has letters that are Cyrillic for certain, what of it is Latin."""
    if _CYRILLIC_CAPITALS_ALIKE.fullmatch(token) and (len(token) <= 4 or any(c.isdigit() for c in token)):
        yield _Group(token.translate(FOLD), start, start + len(token))
        return
    for found in _LATIN.finditer(token):
        after = token[found.end() : found.end() + 1]
        # Letters behind digits are a unit (15000руб); in front of them a label set without a space (трек1106361735).
        yield _Group(found.group(), start + found.start(), start + found.end(), free=not after)


def _marked(text: str, run: Sequence[_Group]) -> list[_Group]:
    """`run`, with the groups not free that a label in front says to be something else."""
    groups: list[_Group] = []
    digits_left = 0
    for group in run:
        if any(c.isdigit() for c in group.value):
            if digits_left <= 0:
                before = text[max(0, group.start - _BEFORE) : group.start]
                digits_left = next((digits for label, digits in _LABELLED_OTHERWISE if label.search(before)), 0)
            if digits_left > 0:
                digits_left -= sum(c.isdigit() for c in group.value)
                group = _Group(group.value, group.start, group.end, free=False)
        groups.append(group)
    return groups


def _candidate(
    text: str, groups: Sequence[_Group], taken: Sequence[tuple[int, int]], confidence: float
) -> Number | None:
    if not all(group.free for group in groups):
        return None
    value = "".join(group.value for group in groups)
    if len(groups) > 1:
        if any(c.islower() for c in value):
            return None
        # Letters alone are few (RR 123 456 785 CN), between digits fewer; more of them are words.
        ends = (groups[0], groups[-1])
        if any(group.letters_only and len(group.value) > (4 if group in ends else 2) for group in groups):
            return None
        if any(one.letters_only and other.letters_only for one, other in pairwise(groups)):
            return None
    return _number(text, groups, taken, confidence)


def _spelled(text: str, groups: Sequence[_Group], taken: Sequence[tuple[int, int]]) -> Number | None:
    """R B 1 2 3 4 5 6 7 8 5 C N, as it stands below a barcode."""
    return _number(text, groups, taken, 0.9) if all(group.free for group in groups) else None


def _number(text: str, groups: Sequence[_Group], taken: Sequence[tuple[int, int]], confidence: float) -> Number | None:
    value = "".join(group.value for group in groups).upper()
    if not LEAST <= len(value) <= MOST or sum(c.isdigit() for c in value) < LEAST_DIGITS:
        return None
    start, end = groups[0].start, groups[-1].end
    if any(start < other_end and other_start < end for other_start, other_end in taken):
        return None
    before, after = text[max(0, start - 3) : start], text[end : end + 12]
    if value.isdigit():
        if _MEASURE_AFTER.match(after) or _MONEY_BEFORE.search(before):
            return None
        if len(value) == 6 and _POSTCODE_AFTER.match(after):
            return None
    return Number(value, start, end, confidence)
