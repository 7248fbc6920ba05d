"""Pictures that stand in the evidence of another case too (S6).

Waybills of one template and photos of one packing bench look alike, and a logo stands on every waybill of its carrier:
only photos and files that are one picture are compared, and only with cases about other orders.
"""

from __future__ import annotations

from collections.abc import Iterator

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.subject import Subject, found
from ombud.domain.said import Said

FIELD = "picture"
_SAME_PIXELS, _ALIKE = 0.8, 0.3


def of_pictures(subject: Subject) -> Iterator[Finding]:
    """One doubt at most: the surest."""
    if subject.by.content is None or not subject.by.content.one_proof_one_case:
        return
    photos = [one for one in subject.all("picture_sha256", "picture_dhash") if _is_of_photo(one, subject)]
    doubts = []
    for one in photos:
        seen = subject.known.get("pictures", {}).get(str(one.value))
        if seen is not None and not seen["same_order"]:
            confidence = _SAME_PIXELS if seen["exact"] else _ALIKE
            case = f"#{seen['case_id']}"
            doubts.append(found("evidence_reused", Outcome.UNSURE, one, field=FIELD, value=case, confidence=confidence))
    yield from sorted(doubts, key=lambda one: -one.confidence)[:1]


def _is_of_photo(said: Said, subject: Subject) -> bool:
    """Only photos have a hash of their likeness; what is of the same place is of the same photo. A file that is one
    picture is the same picture where its very pixels are, whatever it shows."""
    if said.field == "picture_sha256" and said.page is None:
        return True
    places = {(one.page, one.box) for one in subject.all("picture_dhash")}
    return (said.page, said.box) in places
