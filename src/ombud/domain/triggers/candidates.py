"""One version of a trigger under one version of the book's cover: what may fire, for the starts of one window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from ombud.domain.instants import format_instant
from ombud.domain.rulebook import Cover, Dated, Rulebook, Trigger
from ombud.domain.triggers.predicates import (
    Predicate,
    Somes,
    Start,
    Wording,
    all_of,
    column,
    facts_of,
    fields_of,
    known,
    span,
)
from ombud.domain.triggers.windows import ALWAYS, Window, in_force

DUE = "due"
"""The column in which rows may bring the instant at which they fire."""

_BROKEN_AT = "parcel.broken_at"
_BROKEN_BY = "parcel.broken_by"


@dataclass(frozen=True)
class Candidate:
    """A trigger as it stands for starts within `window`."""

    book: Rulebook
    violation: str
    version: Dated[Trigger]
    cover: Cover
    window: Window
    rules_at: datetime | None

    @property
    def trigger(self) -> Trigger:
        return self.version.value

    @property
    def over(self) -> frozenset[str]:
        return frozenset(self.trigger.over)

    @property
    def each(self) -> str:
        return self.trigger.each

    @property
    def start(self) -> Start:
        return Start(self.trigger.start)

    @property
    def clause(self) -> str:
        """`triggers.no_first_scan@2026-03-12`; with the time of day only where the version does not begin a day."""
        return f"triggers.{self.violation}@{format_instant(self.version.valid_from).removesuffix('T00:00:00Z')}"

    def fields(self) -> set[str]:
        """Every field of the joined rows that the candidate reads."""
        trigger, cover = self.trigger, self.cover
        fields = {*trigger.start, *trigger.unless, *cover.since, *cover.unless}
        fields |= fields_of((*trigger.where, *cover.where), self.book)
        for _, where in trigger.routed_to:
            fields |= fields_of(where, self.book)
        return fields | self.told()

    def predicates(self, somes: Somes) -> list[Predicate]:
        """What must all be true for a row to fire."""
        trigger, cover, start = self.trigger, self.cover, self.start
        wording = Wording(self.book, start, self.rules_at, somes)
        return [
            *start.known(),
            *start.within(self.window),
            *wording.predicates((*cover.where, *trigger.where), self.window),
            *(self._not_stopped(field) for field in (*cover.unless, *trigger.unless)),
            *(predicate for field in cover.since for predicate in self._begun(field)),
        ]

    def routes(self, somes: Somes) -> list[tuple[str, Predicate]]:
        """Where a firing goes: the first of them whose predicate is true."""
        wording = Wording(self.book, self.start, self.rules_at, somes)
        return [(to, all_of(wording.predicates(where, self.window))) for to, where in self.trigger.routed_to]

    def fires_at(self, rows: ir.Table) -> Any:
        """The instant, right where the predicates hold. Rows may have it ready, as `due`."""
        return rows[DUE] if DUE in rows.columns else self.after_wait(self.start.build(rows))

    def after_wait(self, start: Any) -> Any:
        """`start` and the wait of the trigger."""
        return start + span(self.trigger.wait) if self.trigger.wait > timedelta(0) else start

    def before_wait(self, fires_at: Any) -> Any:
        """The start of what fires then."""
        return fires_at - span(self.trigger.wait) if self.trigger.wait > timedelta(0) else fires_at

    def told_by(self, facts: frozenset[str], predicate: Predicate) -> bool:
        """Whether these facts alone tell what the predicate asks."""
        return facts_of(predicate.fields) <= facts and (not predicate.of_start or self.start.facts <= facts)

    def told(self) -> set[str]:
        """The fields of parcels and complaints that the output repeats or is sorted by."""
        fields = set()
        if "parcel" in self.over:
            fields |= {"parcel.carrier", "parcel.tracking_number"}
        if "complaint" in self.over:
            fields.add("complaint.complaint_id")
        if _BROKEN_AT in self.trigger.start:
            fields.add(_BROKEN_BY)
        return fields

    def named(self, rows: ir.Table) -> dict[str, Any]:
        """The columns of the output that no order is needed for, and `tie`, which settles what fires at one instant."""
        none = ibis.null("string")
        of_parcel, of_complaint = "parcel" in self.over, "complaint" in self.over
        return {
            "violation": ibis.literal(self.violation),
            "carrier": column(rows, "parcel.carrier") if of_parcel else none,
            "tracking_number": column(rows, "parcel.tracking_number") if of_parcel else none,
            "clause": ibis.literal(self.clause),
            "complaint_id": column(rows, "complaint.complaint_id") if self.each == "complaint" else none,
            "detail": column(rows, _BROKEN_BY) if _BROKEN_AT in self.trigger.start else none,
            "opens": ibis.literal(self.trigger.opens),
            "tie": column(rows, "complaint.complaint_id") if of_complaint else ibis.literal(""),
        }

    def _not_stopped(self, field: str) -> Predicate:
        return Predicate(
            frozenset([field]),
            lambda rows: column(rows, field).isnull() | (column(rows, field) > self.fires_at(rows)),
            of_start=True,
        )

    def _begun(self, field: str) -> list[Predicate]:
        return [
            known(field),
            Predicate(frozenset([field]), lambda rows: column(rows, field) <= self.fires_at(rows), of_start=True),
        ]


def candidates(book: Rulebook, rules_at: datetime | None) -> list[Candidate]:
    """Every version of every trigger with every version of the cover that it can meet; empty where none is in force."""
    return [
        Candidate(book, violation, trigger, cover.value, both, rules_at)
        for violation, versions in book.triggers.items()
        for window, trigger in in_force(versions, ALWAYS, rules_at)
        for both, cover in in_force(book.covers, window, rules_at)
    ]
