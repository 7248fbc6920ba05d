"""Lines of a document to what they say: the fields of `inspect/README.md`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ombud.domain.said import Said
from ombud.inspect.reading import carriers, labels, messages, numbers, times, values
from ombud.inspect.reading.labels import Label
from ombud.inspect.reading.lines import Line, read
from ombud.inspect.reading.values import Value
from ombud.inspect.reading.wrapped import Wrapped

MOST_NUMBERS, MOST_OF_A_FIELD = 400, 60
_TIMES = frozenset({"record_time", "delivery_time", "publishing_time", "signed_time", "time"})
_IN_EVERY_ROW = _TIMES | {"tracking_number", "order_id", "message_id", "sku", "operator_id", "photo_hash"}
_MOST_ROWS = 200
_LINKED_MESSAGE = re.compile(r"\b(?:message_?id|msg_?id|mid)=([0-9A-Za-z][0-9A-Za-z._\-]{3,79})", re.IGNORECASE)
_LEADER = re.compile(r"[\s.…]{4,}")
_NOTARY = re.compile(r"нотариус|нотариальн|notar(?:y|ized|ised|ial)\b|公证", re.IGNORECASE)
_CYRILLIC = re.compile("[А-Яа-яЁё]")


@dataclass(slots=True)
class _Table:
    """Labels that stand as heads of columns, by the number of their cell."""

    head: Line
    columns: dict[int, Label]
    passed_over: frozenset[int] = frozenset()
    rows: int = 0


@dataclass(slots=True)
class _Reading:
    """Where the reading of one document stands."""

    day_first: bool | None
    said: list[Said] = field(default_factory=list)
    waiting: tuple[Line, Label] | None = None
    table: _Table | None = None
    wrapped: Wrapped = field(default_factory=Wrapped)

    def add(self, line: Line, name: str, value: Value, sure: float = 1.0) -> Said:
        said = line.says(name, value.value, value.start, value.end, round(value.confidence * sure, 2))
        self.said.append(said)
        return said


def fields(lines: Sequence[Said]) -> list[Said]:
    """What `line` facts say; other facts among `lines` are passed over.

    Each keeps page, instant, source, tool and confidence of its line (never surer than that) and the part of its box
    that the value takes. The same value of a field is said once a page.
    """
    whole = read(lines)
    reading = _Reading(_day_first(whole))
    for line in whole:
        _line(reading, line)
    reading.said += reading.wrapped.end()
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
    found = labels.find(line)
    kept = list(_kept(line, found, reading.day_first))
    reading.said += reading.wrapped.follow(line, kept)
    if reading.table is not None and _row(reading, line, kept):
        return
    if reading.waiting is not None:
        _below(reading, line, kept)
    empty: list[Label] = []
    taken: list[tuple[int, int]] = []
    for place, label in enumerate(kept):
        until = kept[place + 1].start if place + 1 < len(kept) else len(line.text)
        value = _value(line, label, until, reading.day_first)
        if label.field == "signature_field":
            _signature(reading, line, label, until)
        elif value is not None and label.field:
            said = reading.add(line, label.field, value, _sure(label))
            reading.wrapped.begin(said, line, value, label)
        elif value is None and not line.text[label.end : until].strip(" _.-:/|()"):
            empty.append(label)
        if value is not None:
            taken.append((value.start, value.end))
    for instant in times.find(line.text, day_first=reading.day_first):
        if not any(instant.start < end and start < instant.end for start, end in taken):
            skipped = any(not k.field and k.start < instant.start <= k.end + values.NEAR for k in kept)
            if not skipped:
                reading.add(line, "time", Value(instant.iso, instant.start, instant.end, instant.confidence))
    _unlabelled(reading, line, kept)
    _wait(reading, line, empty)


def _kept(line: Line, found: Sequence[Label], day_first: bool | None) -> Iterator[Label]:
    """The labels that are meant as such: not every word of a sentence that could be one is."""
    for place, label in enumerate(found):
        until = found[place + 1].start if place + 1 < len(found) else len(line.text)
        opens = (label.opens and not label.shy) or _is_alone(line, label)
        if label.colon or opens or label.field == "signature_field" or _amid(line, label, until):
            yield label
        elif label.field in _TIMES or values.taking(label.field):
            if label.field == "carrier" and not label.opens:
                continue
            value = _value(line, label, until, day_first)
            if (
                value is not None
                and value.start - _after(line, label, until) <= values.NEAR
                and not (label.shy and label.field == "sku")
            ):
                yield label


def _after(line: Line, label: Label, until: int) -> int:
    """Where the value may begin: behind the row of dots that leads to it, if there is one."""
    lead = _LEADER.match(line.text, label.end, until)
    return lead.end() if lead else label.end


def _amid(line: Line, label: Label, until: int) -> bool:
    """Whether a label without a colon stands between others in one cell: ООО Ромашка Получатель Петров П.П."""
    if label.shy or label.field not in {"sender", "recipient", "recipient_address"}:
        return False
    return line.text[label.start].isupper() and line.text[label.end : until].lstrip()[:1].isupper()


def _value(line: Line, label: Label, until: int, day_first: bool | None) -> Value | None:
    if label.field in _TIMES:
        return _instant(line.text, label.end, until, day_first)
    start, end, own_cell = _after(line, label, until), until, True
    if shaped := values.taking(label.field):
        return shaped(line.text, start, end, line.text[label.start : label.end])
    _, cell_end = line.cell_at(label.start)
    if not line.text[label.end : cell_end].strip(" _.-:/|()"):
        # The value has a cell of its own, to the right of its label's.
        following = next((cell for cell in line.cells if cell[0] >= cell_end), None)
        if following is None or following[0] >= until:
            return None
        start, cell_end, own_cell = *following, False
    end = min(cell_end, until)
    value = values.party(line.text, start, end) if label.field == "signer" else values.free(line.text, start, end)
    if value is None:
        return None
    # Without a colon a sentence may go on here ("Получатель обязан предъявить паспорт").
    if not label.colon and own_cell and value.value[:1].islower():
        return None
    if label.field in {"signer", "product_colour", "product_size"} and len(value.value) > 80:
        return None
    return value


def _instant(text: str, start: int, until: int, day_first: bool | None) -> Value | None:
    for found in times.find(text, day_first=day_first):
        if start <= found.start < until:
            return Value(found.iso, found.start, found.end, found.confidence)
    return None


def _sure(label: Label) -> float:
    return 1.0 if label.colon or not label.shy else 0.9


def _signature(reading: _Reading, line: Line, label: Label, until: int) -> None:
    """The words of a place to sign, and who signed there where a name is printed."""
    words = line.text[label.start : label.words_end]
    reading.add(line, "signature_field", Value(words, label.start, label.words_end))
    if name := values.name(line.text, label.end, until):
        reading.add(line, "signer", name, 0.9)


def _unlabelled(reading: _Reading, line: Line, kept: Sequence[Label]) -> None:
    """What is known without a label."""
    said = {label.field for label in kept}
    for name, value in values.unlabelled(line.text):
        if name not in said:
            reading.add(line, name, value)
    if "carrier" not in said:
        for carrier in carriers.find(line.text):
            reading.add(line, "carrier", Value(carrier.slug, carrier.start, carrier.end, 0.9))
    for linked in _LINKED_MESSAGE.finditer(line.text):
        reading.add(line, "message_id", Value(linked[1], linked.start(1), linked.end(1), 0.9))
    if "notary" not in said and (notary := _NOTARY.search(line.text)):
        start, end = line.cell_at(notary.start())
        reading.add(line, "notary", Value(line.text[start:end].strip(), start, end, 0.8))


def _wait(reading: _Reading, line: Line, empty: Sequence[Label]) -> None:
    """Labels without a value: heads of columns, or one whose value stands on the next line."""
    by_cell = {line.cells.index(line.cell_at(label.start)): label for label in empty if label.opens}
    asked = {cell: label for cell, label in by_cell.items() if label.field}
    # A title may be a label too; heads of columns are several.
    if asked and (len(by_cell) >= 2 or (len(line.cells) >= 3 and not any(c.isdigit() for c in line.text))):
        reading.table, reading.waiting = _Table(line, asked, frozenset(by_cell.keys() - asked.keys())), None
    elif empty and empty[-1].field and empty[-1].end >= len(line.text.rstrip(" _:")):
        reading.waiting = (line, empty[-1])


def _below(reading: _Reading, line: Line, kept: Sequence[Label]) -> None:
    """The value of a label that ended the line above."""
    assert reading.waiting is not None  # noqa: S101 (for the type)
    above, label = reading.waiting
    reading.waiting = None
    if not line.near(above) or (kept and kept[0].opens):
        return
    _take(reading, above, line, label, line.cells[0], wraps=True)


def _row(reading: _Reading, line: Line, kept: Sequence[Label]) -> bool:
    """Whether `line` is a row of the table; what its cells say is added."""
    table = reading.table
    assert table is not None  # noqa: S101 (for the type)
    if not line.near(table.head) or table.rows >= _MOST_ROWS or any(_ends_table(line, label) for label in kept):
        reading.table = None
        return False
    if len(line.cells) != len(table.head.cells):
        return False
    table.rows += 1
    for place, label in table.columns.items():
        if table.rows == 1 or label.field in _IN_EVERY_ROW:
            _take(reading, table.head, line, label, line.cells[place], wraps=False)
    if not any(label.field in _TIMES for label in table.columns.values()):
        for instant in times.find(line.text, day_first=reading.day_first):
            if line.cells.index(line.cell_at(instant.start)) not in table.passed_over:
                reading.add(line, "time", Value(instant.iso, instant.start, instant.end, instant.confidence))
    _unlabelled(reading, line, ())
    return True


def _ends_table(line: Line, label: Label) -> bool:
    """Whether a label is one of what follows a table, and not a word in a cell of it."""
    return label.colon or (not label.shy and _is_alone(line, label))


def _is_alone(line: Line, label: Label) -> bool:
    _, cell_end = line.cell_at(label.start)
    return label.opens and not line.text[label.end : cell_end].strip(" _.-:/|()№#")


def _take(reading: _Reading, above: Line, line: Line, label: Label, cell: tuple[int, int], *, wraps: bool) -> None:
    """What `cell` says under its label in the line `above`. wraps: it may go on in the next line."""
    start, end = cell
    value: Value | None
    if label.field == "signature_field":
        return
    if label.field in _TIMES:
        value = _instant(line.text, start, end, reading.day_first)
    elif shaped := values.taking(label.field):
        value = shaped(line.text, start, end, above.text[label.start : label.end])
    else:
        value = values.party(line.text, start, end) if label.field == "signer" else values.free(line.text, start, end)
    if value is not None:
        said = reading.add(line, label.field, value, 0.9)
        if wraps:
            reading.wrapped.begin(said, line, value)


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
