"""Messages: the platform must know them, and they must be its own (O10, O12, S5)."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import agreed
from ombud.domain.judging.edits import edits
from ombud.domain.judging.subject import Subject, best, found

MARK = "message_id"
_UNKNOWN_IN_PIXELS, _MISREAD = 0.5, 0.25
_OTHER_CHANNEL = 0.9
_NAMED, _BUBBLES = 0.6, 0.4


def of_messages(subject: Subject) -> Iterator[Finding]:
    """The ids that stand on it, and where the messages come from."""
    if subject.asks(MARK) or subject.is_messages:
        yield from _ids(subject)
    if subject.is_messages and "outside_chat" in _refused(subject):
        yield from _chat(subject)


def _ids(subject: Subject) -> Iterator[Finding]:
    known = subject.known.get("messages", {})
    for one in {str(said.value): said for said in reversed(subject.all(MARK))}.values():
        name = str(one.value)
        message = known.get(name)
        if message is None and subject.known.get("messages_known"):
            near = next((each for each in known if edits(name, each, 3) is not None), None)
            if subject.is_certain(one):
                yield found("message_id_unknown", Outcome.FAILED, one, field=MARK)
            else:
                doubt = (_MISREAD if near else _UNKNOWN_IN_PIXELS) * one.confidence
                yield found("message_id_unknown", Outcome.UNSURE, one, field=MARK, expected=near, confidence=doubt)
        elif message is not None and subject.kind.channels and message["channel"] not in subject.kind.channels:
            channels = ", ".join(subject.kind.channels)
            yield found("outside_chat", Outcome.UNSURE, one, field=MARK, value=message["channel"], expected=channels,
                        confidence=_OTHER_CHANNEL)  # fmt: skip
        elif message is not None:
            yield found("message_id_unknown", Outcome.PASSED, one, field=MARK)


def _chat(subject: Subject) -> Iterator[Finding]:
    named, bubbles = subject.all("outside_chat"), [one for one in subject.all("screenshot_sign") if one.value == "chat"]
    worth = [_NAMED * best(named).confidence] if named else []
    worth += [_BUBBLES * best(bubbles).confidence] if bubbles else []
    if worth:
        place = best(named or bubbles)
        yield found("outside_chat", Outcome.UNSURE, place, field="messages", confidence=agreed(worth))


def _refused(subject: Subject) -> frozenset[str]:
    return frozenset((*subject.kind.refuses, *(subject.by.content.refuses if subject.by.content else ())))
