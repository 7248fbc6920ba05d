"""What a finding has to tell beyond the title of its fault: what stands there, what should, and how far they are apart.

Texts are in English, as keys of their translations, and hold {names}; the door that shows them translates and fills in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.problems import N_

Telling: TypeAlias = tuple[str, dict[str, object]]
"""A text and what fills its names."""

# By check: what there is to fill in decides which of the three texts it is.
BOTH: Mapping[str, str] = {
    "after_promise": N_("{value} stands there; promised was {expected}."),
    "edited": N_("Signs: {value}."),
    "evidence_reused": N_("The same picture stands in the evidence of case {value}."),
    "label_not_visible": N_("Not found in it: {expected}."),
    "message_id_unknown": N_("{value} was read; the platform has {expected}."),
    "number_not_on_order": N_("{value} was read; the order has {expected}."),
    "other_order": N_("{value} was read; the order has {expected}."),
    "outside_chat": N_("It comes from {value}; what counts: {expected}."),
    "recipient_differs": N_("{value} was read; the order goes to {expected}."),
    "translation_missing": N_("Its language: {value}; asked for: {expected}."),
    "video_short": N_("It lasts {value}; at least {expected} is asked for."),
    "watermark_drifts": N_("The clock shows {value} where {expected} is due."),
    "wrong_kind": N_("It has words of another kind: {value}."),
    "wrong_language": N_("Its language: {value}; asked for: {expected}."),
}
WITHOUT_VALUE: Mapping[str, str] = {
    "number_not_on_order": N_("{expected} was not found in it."),
    "wrong_kind": N_("None of the words was found by which this kind is known."),
}
WITHOUT_EXPECTED: Mapping[str, str] = {
    "message_id_unknown": N_("The platform has no message {value}."),
    "number_malformed": N_("{value} has a wrong check digit."),
    "number_not_on_order": N_("{value} was read."),
    "other_order": N_("{value} was read."),
    "outside_chat": N_("It comes from {value}."),
    "watermark_drifts": N_("The picture does not change for {value}, and so no clock runs in it."),
}
_CLOCK = N_("{value} stands there, {expected} in the platform's log: {minutes} min apart.")
_ZONE = N_("No time zone is written there: it was read as {zone}.")
_STILL = N_("The picture moves for {value} of it; at least {expected} is asked for.")
SIGNS: Mapping[str, str] = {
    "ids_differ": N_("the two ids of the file differ"),
    "modified": N_("it was changed after it was created"),
    "revisions": N_("something was added to it later"),
    "software": N_("it was saved by a program for editing or capturing pictures"),
    "stated_duration": N_("its header gives another length"),
    "text_layer_lies": N_("its hidden text is not what can be seen"),
    "browser": N_("it looks like a page in a browser"),
    "chat": N_("it looks like a chat"),
    "no_camera": N_("it names no camera"),
    "screen_size": N_("it has the size of a screen"),
    "status_bar": N_("it has the status bar of a phone"),
}
"""The signs that the values of `edited` and `screenshot` name, with a comma between them."""
_ZONED = re.compile(r"(?P<instant>[^\[]+)(?:\[(?P<zone>[^\]]+)\])?")
_MINUTE = timedelta(minutes=1)


def tellings(finding: Finding) -> tuple[Telling, ...]:
    """What there is to tell, in sentences; nothing of what is in order and what its title tells already."""
    return () if finding.outcome is Outcome.PASSED else tuple(_told(finding))


def signs(finding: Finding) -> tuple[str, ...]:
    """The texts of the signs that an `edited` or `screenshot` rests on, to be translated one by one."""
    if finding.check not in ("edited", "screenshot") or not finding.value:
        return ()
    return tuple(SIGNS.get(sign, sign) for sign in finding.value.split(", "))


def _told(finding: Finding) -> Iterator[Telling]:
    values: dict[str, object] = {"value": _plain(finding.value), "expected": _plain(finding.expected)}
    if finding.check == "clock_differs":
        minutes = _minutes(finding)
        if minutes is not None:
            yield _CLOCK, {**values, "minutes": minutes}
    elif finding.field == "still":
        yield _STILL, values
    elif finding.check not in ("edited", "screenshot"):
        texts = BOTH if finding.value and finding.expected else WITHOUT_EXPECTED if finding.value else WITHOUT_VALUE
        text = texts.get(finding.check) or (BOTH.get(finding.check) if _fills(finding) else None)
        if text is not None:
            yield text, values
    zone = _zone(finding.value)
    if zone:
        yield _ZONE, {"zone": zone}


def _fills(finding: Finding) -> bool:
    """Whether there is all that the longer text of its check names."""
    text = BOTH.get(finding.check, "")
    return all(getattr(finding, name) for name in ("value", "expected") if f"{{{name}}}" in text)


def _plain(text: str | None) -> str:
    """An instant as people write it, by its own clock; any other text as it stands."""
    instant = _instant(text)
    if instant is None:
        return text or ""
    return f"{instant:%Y-%m-%d %H:%M:%S}" if instant.second else f"{instant:%Y-%m-%d %H:%M}"


def _minutes(finding: Finding) -> int | None:
    """How far apart, rounded up: what is over the tolerance by a second is shown to be over it."""
    shown, logged = _instant(finding.value), _instant(finding.expected)
    if shown is None or logged is None:
        return None
    return -(-abs(shown - logged) // _MINUTE)


def _instant(text: str | None) -> datetime | None:
    match = _ZONED.fullmatch(text or "")
    if match is None or "T" not in match["instant"]:
        return None
    try:
        return datetime.fromisoformat(match["instant"])
    except ValueError:
        return None


def _zone(text: str | None) -> str:
    match = _ZONED.fullmatch(text or "")
    return (match["zone"] or "") if match is not None and _instant(text) is not None else ""
