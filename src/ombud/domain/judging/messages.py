"""Messages: the platform must know them, and they must be its own (O10, O12, S5)."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.instants import parse_instant
from ombud.domain.judging.confidence import agreed
from ombud.domain.judging.edits import edits
from ombud.domain.judging.stamps import stamps, zones_of
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.said import Said

MARK = "message_id"
_UNKNOWN_IN_PIXELS, _MISREAD = 0.5, 0.25
_OTHER_FORM, _OTHER_CHANNEL = 0.6, 0.9
_LONG = 8
_TIMES = ("time", "record_time")
_NEAR = 25
"""Thousandths of a page: a line and the space below it."""
_NAMED, _BUBBLES = 0.6, 0.4


def of_messages(subject: Subject) -> Iterator[Finding]:
    """The ids that stand on it, and where the messages come from."""
    if subject.asks(MARK) or subject.is_messages:
        yield from _ids(subject)
    if subject.is_messages and "outside_chat" in _refused(subject):
        yield from _chat(subject)


def _ids(subject: Subject) -> Iterator[Finding]:
    for one in {str(said.value): said for said in reversed(subject.all(MARK))}.values():
        name = _known_as(str(one.value), subject)
        message = subject.known.get("messages", {}).get(name) if name else None
        if message is None and subject.known.get("messages_known"):
            yield _unknown(subject, one)
        elif message is not None and subject.kind.channels and message["channel"] not in subject.kind.channels:
            channels = ", ".join(subject.kind.channels)
            yield found("outside_chat", Outcome.UNSURE, one, field=MARK, value=message["channel"], expected=channels,
                        confidence=_OTHER_CHANNEL)  # fmt: skip
        elif message is not None:
            yield found("message_id_unknown", Outcome.PASSED, one, field=MARK, value=name)


def _known_as(name: str, subject: Subject) -> str | None:
    """The id that the platform has; what stands in a narrow column may be the first part of it."""
    known = subject.known.get("messages", {})
    if name in known or len(name) < _LONG:
        return name if name in known else None
    return next((each for each in known if each.startswith(name)), None)


def _unknown(subject: Subject, said: Said) -> Finding:
    """Certain where it is printed and has the form of the ids of this order: what has another may be half an id."""
    name, known = str(said.value), subject.known.get("messages", {})
    near = next((each for each in known if edits(name, each, 3) is not None), None)
    formed = not known or _form(name) in {_form(each) for each in known}
    if subject.is_certain(said) and formed and not _is_newer(subject, said):
        return found("message_id_unknown", Outcome.FAILED, said, field=MARK)
    certain = subject.is_certain(said)
    doubt = _OTHER_FORM if certain else (_MISREAD if near else _UNKNOWN_IN_PIXELS) * said.confidence
    return found("message_id_unknown", Outcome.UNSURE, said, field=MARK, expected=near, confidence=doubt)


def _is_newer(subject: Subject, name: Said) -> bool:
    """Whether the time beside the id is after the newest message at hand: what was written since has not come yet."""
    sent = [parse_instant(each["sent_at"]) for each in subject.known.get("messages", {}).values()]
    beside = [
        one for field in _TIMES for one in stamps(subject.all(field), zones_of(subject)) if _beside(one.said, name)
    ]
    return bool(sent and beside) and min(one.instant for one in beside) > max(sent)


def _beside(one: Said, other: Said) -> bool:
    """On the same line, or the next."""
    if one.box is None or other.box is None or one.page != other.page:
        return False
    return abs((one.box[1] + one.box[3]) - (other.box[1] + other.box[3])) // 2 <= _NEAR


def _form(name: str) -> str:
    """Its length, and where its dashes and dots stand."""
    return "".join("x" if letter.isalnum() else letter for letter in name)


def _chat(subject: Subject) -> Iterator[Finding]:
    named, bubbles = subject.all("outside_chat"), [one for one in subject.all("screenshot_sign") if one.value == "chat"]
    worth = [_NAMED * best(named).confidence] if named else []
    worth += [_BUBBLES * best(bubbles).confidence] if bubbles else []
    if worth:
        place = best(named or bubbles)
        yield found("outside_chat", Outcome.UNSURE, place, field="messages", confidence=agreed(worth))


def _refused(subject: Subject) -> frozenset[str]:
    return frozenset((*subject.kind.refuses, *(subject.by.content.refuses if subject.by.content else ())))
