"""What the counts of a `HealthDay` mean, as SQL over the facts: one definition for whole days and for parts of them.

Every count is a scalar subquery of one store and one stretch of time [start, until), read by an index of (store,
instant); so the buckets and the two edges of a window, which no bucket holds, can never differ in what they count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ombud.domain.health import LOST_STATES, WON_STATES
from ombud.domain.rulebook import Rulebook
from ombud.store.instants import Instants

ORDER_COUNTS = ("completed_orders", "promised_orders", "on_time_orders")
PARCEL_COUNTS = ("tracked_parcels", "due_parcels")
CASE_COUNTS = ("opened_cases", "won_cases", "lost_cases")
COUNTS = ORDER_COUNTS + PARCEL_COUNTS + CASE_COUNTS

WAIT_CLAUSE = "health.tracking_completeness"
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

# An order counts as promised where it was paid and not cancelled by the promised instant; cancelled at exactly that
# instant is cancelled by it, as for the triggers.
_STANDS = "o.paid_at <= {by} AND (o.cancelled_at IS NULL OR o.cancelled_at > {by})"


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a parcel registered in [valid_from, valid_until) has until its first scan, in seconds."""

    seconds: int
    valid_from: datetime
    valid_until: datetime | None


def waits(book: Rulebook) -> tuple[Wait, ...]:
    """Every version of the book's wait for the first scan; none where the book measures no tracking.

    The first version also measures what was registered before it, so that a store's past can be looked at by the book
    of today. It opens no case: what fires is never older than the book unless somebody asks for that.
    """
    versions = book.clauses.get(WAIT_CLAUSE, ())
    return tuple(
        Wait(_seconds(version.value.wait), version.valid_from if index else EARLIEST, version.valid_until)
        for index, version in enumerate(versions)
        if version.value.wait is not None
    )


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def count_sql(name: str, *, store: str, start: str, until: str, waits: Sequence[Wait], instants: Instants) -> str:
    """SQL of the count `name` of one store within [start, until); all three are SQL expressions."""
    if name in PARCEL_COUNTS:
        parts = [_parcels(name, store, start, until, wait, instants) for wait in waits]
        return f"({' + '.join(parts)})" if parts else "0"
    table, instant, condition = _PLAIN[name]
    return (
        f"(SELECT COUNT(*) FROM {table} o WHERE o.store_id = {store}"
        f" AND o.{instant} >= {start} AND o.{instant} < {until}{condition})"
    )


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_OF_THE_BOOK = " AND o.route = ''"
"""What another process decides is kept as a case and counts in no figure (S2)."""
_PLAIN: dict[str, tuple[str, str, str]] = {
    "completed_orders": ("orders", "completed_at", ""),
    "promised_orders": ("orders", "ship_by", f" AND {_STANDS.format(by='o.ship_by')}"),
    "on_time_orders": ("orders", "ship_by", f" AND {_STANDS.format(by='o.ship_by')} AND o.shipped_at <= o.ship_by"),
    "opened_cases": ("cases", "opened_at", _OF_THE_BOOK),
    "won_cases": ("cases", "closed_at", f"{_OF_THE_BOOK} AND o.state IN ({_quoted(WON_STATES)})"),
    "lost_cases": ("cases", "closed_at", f"{_OF_THE_BOOK} AND o.state IN ({_quoted(LOST_STATES)})"),
}


def _parcels(name: str, store: str, start: str, until: str, wait: Wait, instants: Instants) -> str:
    due = instants.moved("p.registered_at", wait.seconds)
    dated = f" AND p.registered_at >= {instants.literal(wait.valid_from)}"
    if wait.valid_until:
        dated += f" AND p.registered_at < {instants.literal(wait.valid_until)}"
    scanned = f" AND p.first_scan_at <= {due}" if name == "tracked_parcels" else ""
    return (
        f"(SELECT COUNT(*) FROM parcels p JOIN orders o ON o.order_id = p.order_id WHERE p.store_id = {store}"
        f" AND p.registered_at >= {instants.moved(start, -wait.seconds)}"
        f" AND p.registered_at < {instants.moved(until, -wait.seconds)}"
        f"{dated} AND {_STANDS.format(by=due)}{scanned})"
    )
