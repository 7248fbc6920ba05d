"""What must be legible on a piece: which reading shows which mark of the books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.judging.confidence import by_source
from ombud.domain.judging.subject import Subject, best, found
from ombud.domain.judging.wording import Wording
from ombud.domain.said import Said

FAULTS: Mapping[str, str] = {
    "carrier_logo": "logo_missing",
    "carrier_name": "delivery_unproved",
    "courier_signature": "signature_missing",
    "declaration_number": "customs_missing",
    "delivery_time": "delivery_unproved",
    "goods": "label_not_visible",
    "message_id": "message_id_missing",
    "notary_stamp": "translation_missing",
    "operator_id": "operator_missing",
    "photo_hash": "photo_hash_missing",
    "product_colour": "description_missing",
    "product_size": "description_missing",
    "product_sku": "description_missing",
    "publishing_time": "description_missing",
    "recipient": "parties_missing",
    "recipient_address": "recipient_missing",
    "record_time": "no_timestamp",
    "sender": "parties_missing",
    "signer_or_recipient": "signature_missing",
    "sku_label": "label_not_visible",
    "tracking_number": "number_not_on_order",
    "translator_certificate": "translator_uncertified",
    "volume": "weight_missing",
    "weight": "weight_missing",
}
"""What must be legible on a piece -> the fault that it is not. The same faults count only where a kind asks for such a
mark: a logo that is missing from a message is none."""

FAULTS_OF_UNSEEN: Mapping[str, str] = {
    **FAULTS,
    "language": "wrong_language",
    "timestamp": "no_timestamp",
    "watermark": "no_watermark",
    "signature": "signature_missing",
    "duration": "video_short",
}
"""What may be left unseen on a piece -> the fault that it would be: who says a word about that has looked."""

_SHOWN_BY: Mapping[str, tuple[str, ...]] = {
    "carrier_name": ("carrier",),
    "delivery_time": ("delivery_time", "signed_time"),
    "notary_stamp": ("notary",),
    "product_sku": ("sku",),
    "record_time": ("record_time", "signed_time", "time"),
    "signer_or_recipient": ("signer", "recipient", "digital_signer"),
    "translator_certificate": ("translator",),
}
"""Mark -> the readings that show it, where they are not of the same name."""
_ELSEWHERE = frozenset({"courier_signature", "sku_label", "tracking_number"})
"""Marks that are held against the order or the picture, in modules of their own."""
_FOR_PEOPLE = frozenset({"goods"})
"""No program knows the goods when it sees them."""
_SEEN = {"text_layer": 1.0, "barcode": 1.0, "signature": 1.0, "ocr": 1.0, "frames": 1.0}
_NO_LOGO = {"text": 0.4, "pixels": 0.15}
"""In pixels letters in the shape of a logo are often not read."""
_DATE_ONLY = 0.4


def of_marks(subject: Subject) -> Iterator[Finding]:
    """Each mark that the book asks of the kind, but for those that other rules look for."""
    for mark in subject.kind.shows:
        if mark in _ELSEWHERE or mark in _FOR_PEOPLE or mark not in FAULTS:
            continue
        if mark == "carrier_logo":
            yield from _logo(subject)
            continue
        shown = [one for one in subject.all(*_SHOWN_BY.get(mark, (mark,))) if _is_legible(one)]
        if shown and _has_words(mark, subject):
            yield found(FAULTS[mark], Outcome.PASSED, best(shown), field=mark, confidence=by_source(shown, _SEEN))
        elif mark == "delivery_time" and (times := subject.all("time")):
            yield found(FAULTS[mark], Outcome.UNSURE, best(times), field=mark, confidence=_DATE_ONLY)
        else:
            yield from subject.missing(FAULTS[mark], mark)


def _logo(subject: Subject) -> Iterator[Finding]:
    """A logo is a picture, and its letters are the carrier's name: where that stands, the form is the carrier's."""
    if named := subject.all("carrier"):
        yield found("logo_missing", Outcome.PASSED, best(named), field="carrier_logo")
    elif subject.letters is not None:
        yield Finding("logo_missing", Outcome.UNSURE, field="carrier_logo", confidence=_NO_LOGO[subject.letters])


def _has_words(mark: str, subject: Subject) -> bool:
    """Whether the words that the book wants beside the mark stand on the piece, where it wants any."""
    version = subject.book.version_at(f"marks.{mark}", subject.at)
    wanted = version.value.words if version is not None else {}
    lines = Wording(subject.all("line"), misread=subject.letters != "text")
    return not wanted or lines.first(wanted) is not None


def _is_legible(said: Said) -> bool:
    return any(letter.isalnum() for letter in str(said.value))
