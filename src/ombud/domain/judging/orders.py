"""The number of the order on a piece, against the order that it is handed in for."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import by_source
from ombud.domain.judging.subject import Subject, best, found

FIELD = "order_id"
_DIFFERS = {"text_layer": 0.5, "ocr": 0.3}
"""Shops number orders by themselves too, so a label with another number is never certain."""


def of_order(subject: Subject) -> Iterator[Finding]:
    """A labelled number in the form of the platform's own that is not the order's; one that is its part is it."""
    own = str(subject.row.get("order.order_id") or "")
    said = subject.all(FIELD)
    if not own or not said or subject.is_messages or subject.is_video:
        return
    same = [one for one in said if str(one.value) in own or own in str(one.value)]
    same += [one for one in subject.all("line") if own in str(one.value)]
    other = [one for one in said if _form(str(one.value)) == _form(own)]
    if same:
        yield found("other_order", Outcome.PASSED, best(same), field=FIELD, value=own)
    elif other:
        yield found("other_order", Outcome.UNSURE, best(other), field=FIELD, expected=own,
                    confidence=by_source(other, _DIFFERS))  # fmt: skip


def _form(number: str) -> str:
    """Digits, letters and what stands between them, by their places."""
    return "".join("0" if letter.isdigit() else "a" if letter.isalpha() else letter for letter in number)
