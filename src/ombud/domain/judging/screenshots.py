"""Captures of a screen where the document itself is wanted (O12, S5)."""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import agreed
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.said import Said

FIELD = "picture"
_WORTH = {
    "screen_size": 0.5, "no_camera": 0.5, "status_bar": 0.8, "browser": 0.8, "chat": 0.8, "software": 0.9,
}  # fmt: skip
"""What each sign is worth, times how sure its reader is: what honest scans have too is worth little there already."""
_LEAST = 0.3
"""Less than this together is no doubt at all: any scan and any photo that a messenger passed on comes to it."""


def of_screenshot(subject: Subject) -> Iterator[Finding]:
    """What its signs come to, each kind of sign once."""
    content = subject.by.content
    refused = {*subject.kind.refuses, *(content.refuses if content else ())}
    if not refused & {"screenshot", "web_capture"} or subject.is_video:
        return
    signs: dict[str, Said] = {}
    for one in subject.all("screenshot_sign"):
        sign = str(one.value)
        signs[sign] = best([one, signs[sign]]) if sign in signs else one
    confidence = agreed(_WORTH.get(sign, 0.0) * one.confidence for sign, one in signs.items())
    if confidence >= _LEAST:
        strongest = max(signs.values(), key=lambda one: _WORTH.get(str(one.value), 0.0) * one.confidence)
        yield found("screenshot", Outcome.UNSURE, strongest, field=FIELD, value=", ".join(signs), confidence=confidence)
    else:
        yield Finding("screenshot", Outcome.PASSED, field=FIELD)
