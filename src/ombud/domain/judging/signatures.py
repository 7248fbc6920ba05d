"""Signatures: by pen where the kind needs one, and digital ones, whose content must be what was signed (O12, S6)."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.subject import Subject, best, found

FIELD = "signature"
COURIER = "courier_signature"
_LEAST_INK = 4
"""Thousandths of the place from which on strokes are a signature and not specks."""
_NO_INK, _NOT_LOOKED_AT, _UNREADABLE = 0.7, 0.4, 0.3


def of_signatures(subject: Subject) -> Iterator[Finding]:
    """What was altered after it was signed; whether what must be signed is."""
    for one in subject.all("digital_signature"):
        if one.value == "altered":
            yield found("altered", Outcome.FAILED, one, field=FIELD)
        elif one.value == "unreadable":
            yield found("altered", Outcome.UNSURE, one, field=FIELD, confidence=_UNREADABLE)
        else:
            yield found("altered", Outcome.PASSED, one, field=FIELD)
    if subject.kind.signed or subject.asks(COURIER):
        yield from _signed(subject)


def _signed(subject: Subject) -> Iterator[Finding]:
    """One signature is enough: who of several signs where is the form's affair."""
    field = COURIER if subject.asks(COURIER) else FIELD
    intact = [one for one in subject.all("digital_signature") if one.value == "intact"]
    inked = subject.counts("ink")
    strokes = [one for one, share in inked if share >= _LEAST_INK]
    places = subject.all("signature_field")
    if intact:
        yield found("signature_missing", Outcome.PASSED, intact[0], field=field)
    elif strokes:
        yield found("signature_missing", Outcome.PASSED, best(strokes), field=field, value=_label(subject))
    elif inked:
        yield found("signature_missing", Outcome.UNSURE, inked[0][0], field=field, value=_label(subject),
                    confidence=_NO_INK)  # fmt: skip
    elif places and "ink" not in subject.off and subject.letters is not None:
        yield found("signature_missing", Outcome.UNSURE, places[0], field=field, confidence=_NOT_LOOKED_AT)
    elif not places:
        yield from subject.missing("signature_missing", field)


def _label(subject: Subject) -> str:
    return next((str(one.value) for one in subject.all("signature_field")), "")
