"""The tracking number on a piece, against those of the order and of other orders, and the forms of its carrier."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import agreed, by_source
from ombud.domain.judging.edits import edits
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.said import Said
from ombud.domain.tracking_numbers import NumberFormat

MARK = "tracking_number"
MOST_EDITS = 3
"""A number that differs by more letters from the expected one is another number, and not that one misread."""
_LONG = 8
"""A number as long as this does not stand inside another by accident."""
_SEEN = {"text_layer": 1.0, "barcode": 1.0, "ocr": 1.0, "frames": 1.0}
_DIFFERS = {"text_layer": 0.9, "barcode": 0.8, "ocr": 0.6, "frames": 0.5}
_MISREAD = {1: 0.25, 2: 0.3, 3: 0.4}
"""Letters that a recognised number differs by -> the doubt that it is another one."""
_BESIDE_OWN = 0.3
_OF_ANOTHER = 0.8
_IN_PICTURE = 0.5
_OCR_CHECK_DIGIT = 0.3


def bare(number: str) -> str:
    """A number as numbers are compared: without spaces and dashes, in capitals."""
    return re.sub(r"[\s\-]", "", number).upper()


def own_numbers(subject: Subject) -> dict[str, str]:
    """Bare numbers of the order's parcels -> as they stand there."""
    written = [str(parcel["parcel.tracking_number"]) for parcel in subject.row.get("parcel", ())]
    return {bare(number): number for number in written}


def of_numbers(subject: Subject) -> Iterator[Finding]:
    """Whether the number of the order stands on the piece, whose else does, and whether it can be a number at all."""
    own, read = own_numbers(subject), _read(subject)
    exact = _exact(subject, own, read)
    if exact:
        sure = by_source(exact, _SEEN)
        number = next(iter(own)) if len(own) == 1 else _own_in(own, exact)
        yield found("number_not_on_order", Outcome.PASSED, best(exact), field=MARK, value=own[number], confidence=sure)
    others = list(_of_others(subject, own, read, beside_own=bool(exact)))
    yield from others
    yield from _malformed(subject, read)
    if not exact and not others and subject.asks(MARK):
        yield from _without_own(subject, own, read)


def _read(subject: Subject) -> dict[str, list[Said]]:
    """Bare number -> where it was read, labelled or not."""
    read: dict[str, list[Said]] = {}
    for one in subject.all(MARK, "number"):
        number = bare(str(one.value))
        if any(letter.isdigit() for letter in number):
            read.setdefault(number, []).append(one)
    return read


def _exact(subject: Subject, own: dict[str, str], read: dict[str, list[Said]]) -> list[Said]:
    """Where a number of the order stands, also inside a longer text of a line or a barcode."""
    exact = [one for number in own for one in read.get(number, ())]
    for one in subject.all("barcode", "line"):
        text = bare(str(one.value))
        if any(len(number) >= _LONG and number in text for number in own):
            exact.append(one)
    return exact


def _own_in(own: dict[str, str], exact: list[Said]) -> str:
    texts = [bare(str(one.value)) for one in exact]
    return next(number for number in own if any(number in text for text in texts))


def _of_others(
    subject: Subject, own: dict[str, str], read: dict[str, list[Said]], *, beside_own: bool
) -> Iterator[Finding]:
    """Numbers that stand on the parcels of another order. That the order's own serves two, its tracks say."""
    bound = {bare(number) for number in subject.known.get("numbers", {})}
    for number, said in read.items():
        if number not in bound or number in own:
            continue
        check = "other_order" if "other_order" in subject.by.codes else "number_not_on_order"
        certain = [one for one in said if subject.is_certain(one) and _says_number(one)]
        place = best(certain or said)
        outcome, confidence = Outcome.UNSURE, by_source(said, dict.fromkeys(_SEEN, _OF_ANOTHER))
        if beside_own:
            confidence = _BESIDE_OWN  # the sheet of a whole pick-up names many parcels
        elif subject.is_video or subject.is_messages:
            confidence = _IN_PICTURE  # others lie on the bench, and people write of others
        elif certain:
            outcome, confidence = Outcome.FAILED, 1.0
        expected = ", ".join(own.values()) or None
        # whose order it is stays unsaid: it may be another seller's
        yield found(check, outcome, place, field=MARK, value=str(place.value), expected=expected,
                    confidence=confidence)  # fmt: skip


def _without_own(subject: Subject, own: dict[str, str], read: dict[str, list[Said]]) -> Iterator[Finding]:
    """The number of the order is not on a piece that must show it: what stands there instead, as sure as it is read."""
    labelled = {number: said for number, said in read.items() if any(one.field == MARK for one in said)}
    if not own:
        for places in list(labelled.values())[:1]:
            yield found("number_not_on_order", Outcome.PASSED, best(places), field=MARK)
        return
    expected = ", ".join(own.values())
    near = _nearest(subject, own, read)
    if near is not None:
        misread, distance = near
        yield found("number_not_on_order", Outcome.UNSURE, misread, field=MARK, expected=expected,
                    confidence=_MISREAD[distance])  # fmt: skip
        return
    forms = [form for name, form in _forms(subject) if name in _own_carriers(subject)]
    differing = {
        number: said
        for number, said in read.items()
        if number in labelled or (any(one.source == "barcode" for one in said) and any(f.fits(number) for f in forms))
    }
    for said in differing.values():
        confidence = by_source(said, _DIFFERS)
        yield found("number_not_on_order", Outcome.UNSURE, best(said), field=MARK, expected=expected,
                    confidence=confidence)  # fmt: skip
    if not differing:
        yield from subject.missing("number_not_on_order", MARK, expected=expected)


def _nearest(subject: Subject, own: dict[str, str], read: dict[str, list[Said]]) -> tuple[Said, int] | None:
    """The recognised number that is nearest to one of the order, where it may be that one misread."""
    near: list[tuple[int, int, Said]] = []
    for place, (number, said) in enumerate(read.items()):
        doubtful = [one for one in said if not subject.is_certain(one)]
        for wanted in own if doubtful else ():
            distance = edits(number, wanted, min(MOST_EDITS, len(wanted) // 3))
            if distance:
                near.append((distance, place, best(doubtful)))
    if not near:
        return None
    distance, _, said_there = min(near, key=lambda one: one[:2])
    return said_there, distance


def _malformed(subject: Subject, read: dict[str, list[Said]]) -> Iterator[Finding]:
    """A number in a form that has a check digit, with the wrong one: nobody gave it out."""
    if not subject.asks(MARK):
        return
    own = _own_carriers(subject)
    fitting = [form for _, form in _forms(subject)]
    # The form of a carrier that has nothing to do with it may fit by accident; that of S10 is all the world's.
    checked = [form for name, form in _forms(subject) if name in own or form.check_digit == "s10"]
    for number, said in read.items():
        if any(form.fits(number) for form in fitting) or not any(form.fails_check(number) for form in checked):
            continue
        certain = [one for one in said if subject.is_certain(one) and _says_number(one)]
        if certain:
            yield found("number_malformed", Outcome.FAILED, best(certain), field=MARK)
        elif any(one.field == MARK for one in said):
            doubt = agreed([_OCR_CHECK_DIGIT * best(said).confidence])
            yield found("number_malformed", Outcome.UNSURE, best(said), field=MARK, confidence=doubt)


def _own_carriers(subject: Subject) -> set[str]:
    """Those of the order, and the one that the piece names."""
    return {str(parcel["parcel.carrier"]) for parcel in subject.row.get("parcel", ())} | subject.texts("carrier")


def _forms(subject: Subject) -> Iterator[tuple[str, NumberFormat]]:
    """Every form of numbers that the book knows, by carrier."""
    for name in subject.book.under("carriers"):
        version = subject.book.version_at(f"carriers.{name}", subject.at)
        for form in version.value.numbers() if version is not None else ():
            yield name, form


def _says_number(said: Said) -> bool:
    """Whether it is said to be a tracking number, by its label or by being the barcode of the sheet."""
    return said.field == MARK or said.source == "barcode"
