"""Times on a piece: whether there is one, against the platform's own log, and against the promise (O12)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ombud.domain.evidence import Finding, Outcome
from ombud.domain.instants import parse_instant
from ombud.domain.judging.confidence import by_source
from ombud.domain.judging.stamps import HOUR, Stamp, stamps, zones_of
from ombud.domain.judging.subject import Subject, found
from ombud.domain.said import Said

FIELD = "timestamp"
_ANY = ("order.shipped_at", "parcel.registered_at", "parcel.first_scan_at", "parcel.delivered_at", "order.delivered_at")
_LOG: Mapping[str, tuple[str, ...]] = {
    "record_time": ("order.shipped_at", "parcel.registered_at", "parcel.first_scan_at"),
    "delivery_time": ("parcel.delivered_at", "order.delivered_at"),
}
"""What a label says that a time is -> where the platform's own log has the same instant."""
_UNLABELLED = ("signed_time", "digitally_signed_at", "watermark_time", "time", "exif_time")
"""Times of which nobody says what happened then; one of them near any instant of the log is enough."""
_MADE = ("record_time", "digitally_signed_at", "watermark_time", "signed_time", "time", "exif_time")
"""When a piece was made, by what says it best first. When a parcel was delivered is not when a slip was promised."""
_ALL = (*_LOG, "publishing_time", *_UNLABELLED)
_LABELLED_WORTH = {"text_layer": 0.8, "signature": 0.8, "ocr": 0.5, "frames": 0.4}
_WORTH = {"text_layer": 0.4, "signature": 0.5, "picture": 0.4, "frames": 0.4, "ocr": 0.3, "exif": 0.3}
_LATE_WORTH = {"text_layer": 0.8, "signature": 0.8, "picture": 0.6, "frames": 0.6, "ocr": 0.5, "exif": 0.4}
_ONE_ZONE = 0.5
"""What is left of a doubt that the clock of another zone would explain."""
_WIDEST_ZONES = 14 * HOUR


def of_times(subject: Subject) -> Iterator[Finding]:
    """Everything that the book says of times, for a piece of its kind."""
    zones = zones_of(subject)
    read = {field: stamps(subject.all(field), zones) for field in _ALL}
    yield from _there(subject, read)
    if subject.is_messages:
        yield from _of_messages(subject, [stamp for each in read.values() for stamp in each])
    elif not subject.is_video:  # nothing in the log happens while a parcel is packed
        yield from _against_log(subject, read)
    yield from _against_promise(subject, read)


def _there(subject: Subject, read: Mapping[str, list[Stamp]]) -> Iterator[Finding]:
    if not subject.kind.timestamped:
        return
    there = next((each[0] for each in read.values() if each), None)
    if there is not None:
        yield found("no_timestamp", Outcome.PASSED, there.said, field=FIELD, value=there.text)
    elif not (subject.piece.stated or subject.asks("record_time") or subject.kind.watermarked):
        yield from subject.missing("no_timestamp", FIELD)


def _against_log(subject: Subject, read: Mapping[str, list[Stamp]]) -> Iterator[Finding]:
    tolerance = subject.by.content.clock_tolerance if subject.by.content else None
    if tolerance is None:
        return
    labelled = False
    for field, places in _LOG.items():
        logged = list(_logged(subject, places))
        if read[field] and logged:
            labelled = True
            yield from _compared(field, read[field], logged, tolerance, _LABELLED_WORTH)
    logged = list(_logged(subject, _ANY))
    others = [stamp for field in _UNLABELLED for stamp in read[field]]
    if not labelled and others and logged:
        yield from _compared(FIELD, others, logged, tolerance, _WORTH)


def _compared(
    field: str, read: list[Stamp], logged: list[datetime], tolerance: timedelta, worth: Mapping[str, float]
) -> Iterator[Finding]:
    """The nearest of the times that were read speaks for the piece: a sheet may carry others too, and may go by the
    clock of the store or of the carrier."""
    stamp, instant = min(((one, other) for one in read for other in logged), key=lambda pair: pair[0].off(pair[1]))
    expected = stamp.by_same_clock(instant)
    fine = found("clock_differs", Outcome.PASSED, stamp.said, field=field, value=stamp.text, expected=expected)
    if stamp.off(instant) <= tolerance:
        yield fine
        return
    confidence = by_source([one.said for one in read], dict(worth))
    if any(one.off_by_zone(other, tolerance) for one in read for other in logged):
        confidence *= _ONE_ZONE
    yield replace(fine, outcome=Outcome.UNSURE, confidence=round(confidence, 2))


def _logged(subject: Subject, fields: tuple[str, ...]) -> Iterator[datetime]:
    for field in fields:
        rows = subject.row.get("parcel", ()) if field.startswith("parcel.") else (subject.row,)
        yield from (each[field] for each in rows if each.get(field) is not None)


def _of_messages(subject: Subject, read: list[Stamp]) -> Iterator[Finding]:
    """Each message that the piece names, against the platform's own time of it."""
    tolerance = subject.by.content.clock_tolerance if subject.by.content else None
    if tolerance is None or not read:
        return
    for one in subject.all("message_id"):
        message = subject.known.get("messages", {}).get(str(one.value))
        if message is not None:
            yield from _compared("message_id", read, [parse_instant(message["sent_at"])], tolerance, _WORTH)


def _against_promise(subject: Subject, read: Mapping[str, list[Stamp]]) -> Iterator[Finding]:
    """The earliest of what says best when it was made; another source that says the same makes it surer."""
    promise = subject.row.get(subject.kind.no_later_than) if subject.kind.no_later_than else None
    groups = [read[field] for field in _MADE if read[field]]
    if promise is None or not groups:
        return
    stamp = min(groups[0], key=lambda one: one.instant)
    expected = stamp.by_same_clock(promise)
    fine = found("after_promise", Outcome.PASSED, stamp.said, field=stamp.said.field, value=stamp.text,
                 expected=expected)  # fmt: skip
    if stamp.instant <= promise:
        yield fine
        return
    late: list[Said] = [min(group, key=lambda one: one.instant).said for group in groups if _is_late(group, promise)]
    confidence = by_source(late, _LATE_WORTH)
    if stamp.zone and stamp.instant - promise <= _WIDEST_ZONES:
        confidence *= _ONE_ZONE
    yield replace(fine, outcome=Outcome.UNSURE, confidence=round(confidence, 2))


def _is_late(group: list[Stamp], promise: datetime) -> bool:
    return all(stamp.instant > promise for stamp in group)
