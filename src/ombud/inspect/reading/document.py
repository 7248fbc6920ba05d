"""Lines of a document to what they say: the fields of `inspect/README.md`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ombud.domain.said import Said
from ombud.inspect.reading import beside, carriers, messages, numbers, times, values
from ombud.inspect.reading.below import Table, Told, Waiting
from ombud.inspect.reading.labels import Label
from ombud.inspect.reading.lines import Line, read
from ombud.inspect.reading.mended import mended
from ombud.inspect.reading.values import Value
from ombud.inspect.reading.wrapped import Wrapped

MOST_NUMBERS, MOST_OF_A_FIELD = 400, 60
_BELOW, _SHY = 0.9, 0.9
"""How sure it is that what stands below a label belongs to it; that an everyday word is a label."""
_HEAD, _MISREAD_LOGO = 10, 0.5
"""Lines in which a logo stands; how sure it is that misread letters are one."""
_LINKED_MESSAGE = re.compile(r"\b(?:message_?id|msg_?id|mid)=([0-9A-Za-z][0-9A-Za-z._\-]{3,79})", re.IGNORECASE)
_NOTARY = re.compile(r"нотариус|нотариальн|notar(?:y|ized|ised|ial)\b|公证", re.IGNORECASE)
_TRANSLATOR = re.compile(
    r"(?:диплом|сертификат|аккредитаци|удостоверени)\w{0,3}\s(?:№\s?\S{1,20}\s)?переводчика"
    r"|переводчик\w{0,3}[^.]{0,40}(?:диплом|сертификат|аккредит|удостоверени)"
    r"|(?:certified|accredited|sworn) translator|translator['’]?s? (?:certificate|diploma|accreditation)"
    r"|认证翻译|认证译员|翻译资质|翻译证书|译者证书",
    re.IGNORECASE,
)
_CUT_SIGNATURE = re.compile(
    r"(?:^|\s)(?P<words>\S{0,4}\W{0,3}[дa]?[пn][иu]сь\s(?:отправителя|получателя|сотрудника|курьера|покупателя))",
    re.IGNORECASE,
)
"""What recognition leaves of the words for a signature where a stroke of the pen goes through the first of them."""
_SLASHED = re.compile(
    r"\s{0,8}(?P<who>(?:врио\s)?(?:нотариус|переводчик|декларант|директор|руководитель|начальник|инспектор|менеджер"
    r"|специалист|курьер|кладовщик|оператор|сотрудник|водитель|экспедитор|агент|представитель|отправитель|получатель"
    r"|продавец|покупатель|клиент)(?:\s[а-яё]{3,20}){0,2})"
    r"(?:[^/]{0,30}(?:\s{2}|_{2}|[.…]{3}))\s?/\s?[^\W\d_]+\.?[\s\-]?[^\W\d_][^/\d]{0,60}(?:/|$)",
    re.IGNORECASE,
)
"""Who signs, a line to sign on, and the name between strokes: Нотариус ________ / Иванов И. И. /"""
_SENDS_OR_CARRIES = re.compile(
    "отправ|продав|курьер|сотрудн|перевозч|водител|экспедит|нотариус|send|shipper|courier|clerk|寄件|收件员|快递员",
    re.IGNORECASE,
)
_CYRILLIC = re.compile("[А-Яа-яЁё]")


@dataclass(slots=True)
class _Reading:
    """Where the reading of one document stands."""

    day_first: bool | None
    said: list[Said] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)
    table: Table | None = None
    wrapped: Wrapped = field(default_factory=Wrapped)

    def add(self, line: Line, name: str, value: Value, sure: float = 1.0) -> Said:
        if name == "recipient" and values.is_address(value.value):
            name = "recipient_address"  # Delivered to: 4021 N Kedzie Ave
        said = line.says(name, value.value, value.start, value.end, round(value.confidence * sure, 2))
        self.said.append(said)
        return said

    def add_below(self, line: Line, told: Told) -> None:
        if told.field:
            said = self.add(line, told.field, told.value, _BELOW)
            if told.wraps:
                self.wrapped.begin(said, line, told.value)


def fields(lines: Sequence[Said]) -> list[Said]:
    """What `line` facts say; other facts among `lines` are passed over.

    Each keeps page, instant, source, tool and confidence of its line (never surer than that) and the part of its box
    that the value takes. The same value of a field is said once a page.
    """
    whole = mended(read(lines))
    reading = _Reading(_day_first(whole))
    for line in whole:
        _line(reading, line)
    reading.said += reading.wrapped.end()
    reading.said += _logos(whole, reading.said)
    numbered = any(said.field == "message_id" for said in reading.said)
    reading.said += messages.origin(whole, numbered=numbered)
    return _bounded([*reading.said, *_numbers(whole, reading.said)])


def _day_first(lines: Sequence[Line]) -> bool | None:
    """As the dates of the document tell, or else its language: Russian writes the day first."""
    told = times.order_of_days(line.text for line in lines)
    if told is not None:
        return told
    letters = Counter(bool(_CYRILLIC.match(c)) for line in lines[:200] for c in line.text if c.isalpha())
    return True if letters[True] > letters[False] else None


def _line(reading: _Reading, line: Line) -> None:
    meant = beside.meant(line, reading.day_first)
    reading.said += reading.wrapped.follow(line, meant)
    if reading.table is not None and reading.table.ends_at(line, meant):
        reading.table = None
    if reading.table is not None and reading.table.is_row(line):
        told = list(reading.table.row(line, reading.day_first))
        meant = []
    else:
        below = None if meant else reading.waiting.take(line, reading.day_first)
        told = [below] if below else []
    for each in told:
        reading.add_below(line, each)
    taken = [(each.value.start, each.value.end) for each in told]
    taken += _beside(reading, line, meant)
    _times(reading, line, meant, taken)
    _unlabelled(reading, line, {*(label.field for label in meant), *(each.field for each in told)})


def _beside(reading: _Reading, line: Line, meant: Sequence[Label]) -> list[tuple[int, int]]:
    """Labels with their values in this line; the others begin a table or wait. Gives the places of the values."""
    taken: list[tuple[int, int]] = []
    empty: list[Label] = []
    for label, until in beside.spans(line, meant):
        if label.field == "signature_field":
            _signature(reading, line, label, until)
            continue
        value = beside.value(line, label, until, reading.day_first)
        if value is None:
            if beside.is_empty(line, label, until):
                empty.append(label)
            continue
        taken.append((value.start, value.end))
        if label.field:
            said = reading.add(line, label.field, value, _SHY if label.shy and not label.colon else 1.0)
            reading.wrapped.begin(said, line, value, label)
    if Table.is_head(line, empty):
        reading.table = Table(line, [label for label in empty if label.opens])
        reading.waiting.clear()
    elif empty and empty[-1].end >= len(line.text.rstrip(" _:")) and (empty[-1].field or not empty[-1].shy):
        reading.waiting.add(line, empty[-1])
    elif meant:
        reading.waiting.clear()
    return taken


def _times(reading: _Reading, line: Line, meant: Sequence[Label], taken: Sequence[tuple[int, int]]) -> None:
    """The dates of the line that no label has taken, unless a label says that they are about something else."""
    for found in times.find(line.text, day_first=reading.day_first):
        if any(found.start < end and start < found.end for start, end in taken):
            continue
        if not any(not each.field and each.start < found.start <= each.end + values.NEAR for each in meant):
            reading.add(line, "time", Value(found.iso, found.start, found.end, found.confidence))


def _signature(reading: _Reading, line: Line, label: Label, until: int) -> None:
    """The words of a place to sign, and who signed for the parcel where a name is printed."""
    words = line.text[label.start : label.words_end]
    reading.add(line, "signature_field", Value(words, label.start, label.words_end))
    if not _SENDS_OR_CARRIES.search(words) and (name := values.name(line.text, label.end, until)):
        reading.add(line, "signer", name, 0.9)


def _unlabelled(reading: _Reading, line: Line, said: set[str]) -> None:
    """What is known without a label; `said` are the fields that the line has by one."""
    for name, value in values.unlabelled(line.text):
        if name not in said:
            reading.add(line, name, value)
    if translator := _TRANSLATOR.search(line.text):
        start, end = line.cell_at(translator.start())
        reading.add(line, "translator", Value(line.text[start:end].strip(), start, end, 0.8))
    if "signature_field" not in said and line.said.source == "ocr" and (cut := _CUT_SIGNATURE.search(line.text)):
        reading.add(line, "signature_field", Value(cut["words"], cut.start("words"), cut.end("words"), 0.8))
    elif "signature_field" not in said and (place := _SLASHED.match(line.text)):
        words = Value(place["who"], place.start("who"), place.end("who"))
        reading.add(line, "signature_field", words, 0.9)
    if "carrier" not in said:
        for carrier in carriers.find(line.text):
            reading.add(line, "carrier", Value(carrier.slug, carrier.start, carrier.end, 0.9))
    for linked in _LINKED_MESSAGE.finditer(line.text):
        reading.add(line, "message_id", Value(linked[1], linked.start(1), linked.end(1), 0.9))
    if "notary" not in said and (notary := _NOTARY.search(line.text)):
        start, end = line.cell_at(notary.start())
        reading.add(line, "notary", Value(line.text[start:end].strip(), start, end, 0.8))


def _logos(lines: Sequence[Line], said: Sequence[Said]) -> Iterator[Said]:
    """The carrier whose name was misread at the top of a page, where it stands nowhere else."""
    if any(each.field == "carrier" for each in said):
        return
    head = [line for line in lines if line.said.source == "ocr"][:_HEAD]
    found = ((line, slug) for line in head if (slug := carriers.misread(line.text)) is not None)
    for line, slug in found:
        yield line.says("carrier", slug, 0, len(line.text), _MISREAD_LOGO)
        return


def _numbers(lines: Sequence[Line], said: Sequence[Said]) -> Iterator[Said]:
    """`number` for every candidate, the surest first; what is labelled a tracking number is one in any case."""
    found = [(number, line) for line in lines for number in numbers.find(line.text)]
    found.sort(key=lambda each: -each[0].confidence)
    for each in said:
        if each.field == "tracking_number":
            value = numbers.normal(str(each.value))
            yield Said(
                "number", value, each.source, each.page, each.box, each.at_ms, each.confidence, each.tool, each.version
            )
    for number, line in found:
        yield line.says("number", number.value, number.start, number.end, number.confidence)


def _bounded(said: Sequence[Said]) -> list[Said]:
    """Each value of a field once a page, the surest reading of it, and not without end."""
    best: dict[tuple[object, ...], Said] = {}
    for each in said:
        key = (each.field, each.value, each.source, each.page)
        if key not in best or each.confidence > best[key].confidence:
            best[key] = each
    count: Counter[str] = Counter()
    kept = []
    for each in best.values():
        count[each.field] += 1
        if count[each.field] <= (MOST_NUMBERS if each.field == "number" else MOST_OF_A_FIELD):
            kept.append(each)
    return kept
