"""Signs that a file was edited. Honest files have them too, so together they come to a doubt, and never to more.

Of honest files 33 % have two ids that differ, 23 % were modified after they were created, 8 % were added to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import agreed
from ombud.domain.judging.stamps import MINUTE, stamps, zones_of
from ombud.domain.judging.subject import Subject, found
from ombud.domain.said import Said

FIELD = "file"
_LEAST = 0.1
"""What speaks for less than this is no doubt by itself, though it adds to others: that the two ids of a file differ
says only that it was saved twice, as programs do that write a file and then its metadata."""
_WORTH = {
    "ids_differ": 0.05, "modified": 0.1, "text_layer_lies": 0.1, "revisions": 0.2, "stated_duration": 0.2,
    "software": 0.3,
}  # fmt: skip
_HEADER_MS = 2000
"""By how much the header of an honest video is off: a last frame, a track of sound that is longer."""
_EDITORS = re.compile(
    r"photoshop|gimp|lightroom|snapseed|picsart|meitu|canva|affinity|paint\.net|pixelmator|美图|醒图|illustrator|inkscape",
    re.IGNORECASE,
)


def of_editing(subject: Subject) -> Iterator[Finding]:
    """One doubt that names all its signs, or nothing. What a digital signature vouches for is not held against it."""
    if any(one.value == "intact" for one in subject.all("digital_signature")):
        return
    signs = dict(_signs(subject))
    confidence = agreed(_WORTH[sign] for sign in signs)
    if confidence >= _LEAST:
        strongest = signs[max(signs, key=lambda sign: _WORTH[sign])]
        yield found("edited", Outcome.UNSURE, strongest, field=FIELD, value=", ".join(signs), confidence=confidence)


def _signs(subject: Subject) -> Iterator[tuple[str, Said]]:
    for one in subject.all("ids_differ")[:1]:
        yield "ids_differ", one
    zones = zones_of(subject)[:1]
    created, modified = (stamps(subject.all(field), zones) for field in ("created_at", "modified_at"))
    if created and modified and modified[0].instant - created[0].instant > MINUTE:
        yield "modified", modified[0].said
    for one, count in subject.counts("revisions")[:1]:
        if count > 1:
            yield "revisions", one
    for one in subject.all("text_layer_lies")[:1]:
        yield "text_layer_lies", one
    for one in subject.all("exif_software", "creator", "producer"):
        if _EDITORS.search(str(one.value)):
            yield "software", one
            break
    lengths, stated = subject.counts("duration_ms"), subject.counts("stated_duration_ms")
    if lengths and stated and abs(stated[0][1] - lengths[0][1]) > _HEADER_MS:
        yield "stated_duration", stated[0][0]
