"""The recipient on a piece, against the one that the platform sends the order to."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import by_source
from ombud.domain.judging.names import same_person
from ombud.domain.judging.subject import Subject, best, found

_DIFFERS = {"text_layer": 0.7, "ocr": 0.45, "frames": 0.3}


def of_parties(subject: Subject) -> Iterator[Finding]:
    """Nothing where nobody knows the recipient of the order, or names in two scripts cannot be compared."""
    wanted = subject.known.get("recipient")
    if not wanted or subject.is_messages or subject.is_video:
        return
    said = [(one, same_person(str(one.value), wanted["name"])) for one in subject.all("recipient")]
    # The name may stand on the line below its label, or the label may be one that no reader knows.
    lines = [one for one in subject.all("line") if same_person(str(one.value), wanted["name"])]
    same = [one for one, is_same in said if is_same] or [one for one in lines if len(str(one.value).split()) > 1]
    other = [one for one, is_same in said if is_same is False]
    if same:
        yield found("recipient_differs", Outcome.PASSED, best(same), field="recipient", expected=wanted["name"])
    elif other:
        confidence = by_source(other, _DIFFERS)
        yield found("recipient_differs", Outcome.UNSURE, best(other), field="recipient", expected=wanted["name"],
                    confidence=confidence)  # fmt: skip
