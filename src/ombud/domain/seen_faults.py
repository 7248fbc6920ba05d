"""Faults that are seen in a submission and in the tracks of its order, before the book says what each of them means.

What the facts say is certain, but for a track that no parcel can have: that is for a person to confirm (O5). What
pieces say is as sure as whoever looked into them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ombud.domain.evidence import Finding, Outcome, Piece
from ombud.domain.gate import Rules
from ombud.domain.instants import format_instant, format_span
from ombud.domain.judging import Judged, all_findings
from ombud.domain.judging.language import is_translation
from ombud.domain.judging.marks import FAULTS, FAULTS_OF_UNSEEN
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.clauses.evidence import KindVersion
from ombud.domain.tracking_numbers import fits

NOT_INSPECTED = "not_inspected"
"""Nobody has looked whether the piece shows what the book asks for. No fault of the seller's: a person looks."""
ACCEPTED_CARRIERS = "lists.accepted_carriers"
"""The clause under which a book lists the carriers that it accepts, where it does."""

OF_KIND = {
    "customs_declaration": "customs_missing",
    "delivery_slip": "slip_missing",
    "delivery_proof": "delivery_unproved",
}
"""Kinds whose absence has a fault of its own; that of others is `evidence_missing`."""

OF_MARK = FAULTS
"""What must be legible on a piece -> the fault that it is not, as `judging` has it."""
_OF_MARKS = frozenset(OF_MARK.values())

_LOG = {
    "shipped_at": ("order.shipped_at",),
    "registered_at": ("parcel.registered_at",),
    "picked_up_at": ("parcel.first_scan_at",),
    "first_scan_at": ("parcel.first_scan_at",),
    "delivered_at": ("parcel.delivered_at", "order.delivered_at"),
}
"""What a piece states -> where the platform's own log has the same instant."""
MADE_AT = "made_at"
"""The timestamp of a piece itself."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One fault and where it was seen. `outcome`: failed, or unsure. `needed`: the case asks for what it was seen in,
    and there is no other piece of that kind."""

    fault: str
    rests_on: str
    value: str | None = None
    confidence: float = 1.0
    outcome: Outcome = Outcome.FAILED
    needed: bool = True
    clause: str = ""  # where it is no fault with a code of its own


def of_missing(kinds: Iterable[str], by: Rules) -> Iterator[Seen]:
    """Kinds that are asked for and not there. A book without the narrower code has the wider one."""
    for kind in kinds:
        own = OF_KIND.get(kind, "")
        yield Seen(own if own in by.codes else "evidence_missing", kind, kind)


def of_tracks(judged: frozenset[str], row: Mapping[str, Any], book: Rulebook) -> list[Seen]:
    """What the parcels of an order say, of the faults `judged`.

    One good parcel is enough: where there are several, the one with least against it speaks for the order, the first
    registered of equals. Carriers and forms of numbers are those in force when the number was put on the order (O4).
    """
    parcels: Sequence[Mapping[str, Any]] = row.get("parcel", ())
    if not parcels:
        return [Seen(fault, "order") for fault in ("no_track", "tracking_invalid", "not_delivered") if fault in judged]
    found = [[seen for seen in _of_parcel(parcel, row, book) if seen.fault in judged] for parcel in parcels]
    return min(found, key=lambda each: (sum(seen.outcome is Outcome.FAILED for seen in each), len(each)))


def _of_parcel(parcel: Mapping[str, Any], row: Mapping[str, Any], book: Rulebook) -> Iterator[Seen]:
    number, carrier, registered = (parcel[f"parcel.{name}"] for name in ("tracking_number", "carrier", "registered_at"))
    rests_on = f"{carrier} {number}"
    accepted = book.version_at(ACCEPTED_CARRIERS, registered)
    if accepted is not None and carrier not in accepted.value:
        yield Seen("carrier_not_accepted", rests_on, carrier)
    forms = book.version_at(f"carriers.{carrier}", registered)
    if forms is not None and not fits(number, forms.value.numbers()):
        yield Seen("number_malformed", rests_on, number)
    first = parcel.get("parcel.first_scan_at")
    if first is None:
        yield Seen("no_track", rests_on)
        yield Seen("tracking_invalid", rests_on)
    elif parcel.get("parcel.destination_scan_at") is None:
        yield Seen("no_destination_scan", rests_on)
    if (again := parcel.get("parcel.second_order_at")) is not None:
        yield Seen("number_reused", rests_on, format_instant(again))
    ship_by = row.get("order.ship_by")
    if first is not None and ship_by is not None and first > ship_by:
        yield Seen("first_scan_late", rests_on, format_instant(first))
    if (broken := parcel.get("parcel.broken_at")) is not None:
        why = _rule_of(parcel.get("parcel.broken_by")) or format_instant(broken)
        yield Seen("track_implausible", rests_on, why, outcome=Outcome.UNSURE)
    if parcel.get("parcel.delivered_at") is None:
        yield Seen("not_delivered", rests_on)


def _rule_of(broken_by: str | None) -> str | None:
    """The rule that `parcel.broken_by` names."""
    said = json.loads(broken_by) if broken_by else None
    return str(said["rule"]) if isinstance(said, dict) and "rule" in said else None


def of_piece(
    piece: Piece, judged: Judged, pieces: Sequence[Piece], row: Mapping[str, Any], by: Rules
) -> Iterator[Seen]:
    """What one of the `pieces` of a submission says, what judging its content found, and what its own statements say
    against the facts. Whoever handed a finding in has the last word on what it is about."""
    kind = by.kinds.get(piece.kind)
    if kind is None:
        return  # nothing is asked of it; the gate knows it
    found = all_findings(piece, judged)
    for finding in found:
        if finding.outcome is not Outcome.PASSED and (finding in judged.findings or _counts(finding, kind)):
            where = f"{piece.name}: {finding.field}" if finding.field else piece.name
            yield Seen(finding.check, where, finding.value, finding.confidence, finding.outcome)
    told: set[str] = {finding.check for finding in piece.findings}
    answered = told | _answered(judged)
    for computed in (_of_language(piece, pieces, kind, by), _of_time(piece, kind, row, by), _of_number(piece, row)):
        yield from (seen for seen in computed if seen.fault not in answered)
    told |= {str(finding.field) for finding in piece.findings} | ({"no_timestamp"} if piece.stated else set())
    asked = judged.unseen if piece.inspected else kind.shows
    unseen = [name for name in asked if name not in told and FAULTS_OF_UNSEEN.get(name) not in told]
    if unseen:
        clause = f"kinds.{piece.kind}@{kind.valid_from.date().isoformat()}"
        yield Seen(NOT_INSPECTED, piece.name, ", ".join(unseen), outcome=Outcome.UNSURE, clause=clause)


def _answered(judged: Judged) -> set[str]:
    """Of what a piece states, what its content has answered: a name that says `zh` is not held against a Russian page,
    and a time that stands there need not be stated."""
    checks = {finding.check for finding in judged.findings}
    language = {"wrong_language"} if checks & {"wrong_language", "translation_missing"} else set()
    return language | (checks & {"no_timestamp"})


def _counts(finding: Finding, kind: KindVersion) -> bool:
    """Whether the book asks of this kind what the finding says is missing."""
    if finding.check == "signature_missing" and kind.signed:
        return True
    if finding.check == "no_timestamp" and kind.timestamped:
        return True
    return finding.check not in _OF_MARKS or any(OF_MARK.get(mark) == finding.check for mark in kind.shows)


def _of_language(piece: Piece, pieces: Sequence[Piece], kind: KindVersion, by: Rules) -> Iterator[Seen]:
    """A foreign document counts with a translation beside it, where the book takes one (O12)."""
    if not kind.languages or not piece.language or piece.language in kind.languages:
        return
    taken = by.content is not None and by.content.translation != "none"
    if taken and any(is_translation(other) and other.language in kind.languages for other in pieces):
        return
    yield Seen("wrong_language", piece.name, piece.language)


def _of_time(piece: Piece, kind: KindVersion, row: Mapping[str, Any], by: Rules) -> Iterator[Seen]:
    if kind.timestamped and not piece.stated:
        yield Seen("no_timestamp", piece.name)
    promise = row.get(kind.no_later_than) if kind.no_later_than else None
    made_at = piece.stated.get(MADE_AT)
    if promise is not None and made_at is not None and made_at > promise:
        yield Seen("after_promise", f"{piece.name}: {MADE_AT}", format_instant(made_at))
    tolerance = by.content.clock_tolerance if by.content else None
    for name, instant in sorted(piece.stated.items()):
        logged = list(_logged(name, row))
        if tolerance is not None and logged:
            off = min(abs(instant - other) for other in logged)
            if off > tolerance:
                yield Seen("clock_differs", f"{piece.name}: {name}", _rounded(off))


def _logged(name: str, row: Mapping[str, Any]) -> Iterator[datetime]:
    for field in _LOG.get(name, ()):
        rows = row.get("parcel", ()) if field.startswith("parcel.") else (row,)
        yield from (each[field] for each in rows if each.get(field) is not None)


def _rounded(off: timedelta) -> str:
    """To whole minutes, rounded up: what is over the tolerance by a second is shown to be over it."""
    return format_span(timedelta(minutes=-(-off // timedelta(minutes=1))))


def _of_number(piece: Piece, row: Mapping[str, Any]) -> Iterator[Seen]:
    """A number that was read off the piece, against those of the order."""
    own = {_bare(parcel["parcel.tracking_number"]) for parcel in row.get("parcel", ())}
    for finding in piece.findings:
        read = finding.value if finding.field == "tracking_number" else None
        if finding.outcome is Outcome.PASSED and read and _bare(read) not in own:
            where = f"{piece.name}: tracking_number"
            yield Seen("number_not_on_order", where, read, finding.confidence)


def _bare(number: str) -> str:
    return re.sub(r"\s", "", number).upper()
