"""What the loop has before it and what it did of late, by index: cheap enough to be asked every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from django.db import connection

from ombud.domain.cases import State
from ombud.domain.problems import N_
from ombud.store.instants import Instants
from ombud.store.models import CaseEvent, Checkpoint, OutboxMessage, UnchainedEvent

WAITING: Mapping[str, tuple[str, str, str]] = MappingProxyType(
    {
        "orders": (N_("orders to be read"), "orders", "check_at"),
        "windows": (N_("windows to shut"), "cases", "shuts_at"),
        "rulings": (N_("rulings to take effect"), "cases", "rule_at"),
        "reminders": (N_("reminders to put"), "cases", "remind_at"),
        "sanctions": (N_("looks at stores and carriers"), "sanction_reviews", "review_at"),
    }
)
"""What the loop waits for: words, table, column of the instant, each with an index of its own."""
DONE = MappingProxyType(
    {
        "opened": N_("opened"),
        "ruled": N_("ruled"),
        "lost": N_("closed by the clock"),
        "other": N_("closed otherwise"),
        "reminded": N_("reminded"),
    }
)
"""What the loop did, by hour."""
_MOST_MESSAGES = 200_000
"""So many of the newest messages are looked at for reminders: they are found by number, not by instant."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of one kind is due, since when the oldest, and when the next comes."""

    kind: str
    title: str
    due: int
    oldest: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Seals:
    """The last checkpoint, and how many events it does not close; `unhashed` of them have no hash yet."""

    last: Checkpoint | None
    unsealed: int
    unhashed: int


def waiting(at: datetime) -> list[Waiting]:
    """All kinds, in one statement."""
    now = Instants(connection).literal(at)
    parts = [
        f"SELECT '{kind}', (SELECT count(*) FROM {table} WHERE {column} <= {now}),"
        f" (SELECT min({column}) FROM {table} WHERE {column} <= {now}),"
        f" (SELECT min({column}) FROM {table} WHERE {column} > {now})"
        for kind, (_title, table, column) in WAITING.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return [
            Waiting(kind, WAITING[kind][0], int(due), _instant(oldest), _instant(following))
            for kind, due, oldest, following in cursor.fetchall()
        ]


def done_by_hour(since: datetime, until: datetime) -> dict[str, dict[datetime, int]]:
    """What was done in each hour of UTC from `since` until `until`; hours without anything are not there."""
    moment = Instants(connection).literal
    low, high = moment(since), moment(until)
    ended = (
        f"CASE WHEN state IN ('{State.WON}', '{State.REJECTED}') THEN 'ruled' WHEN state = '{State.LOST}' THEN 'lost'"
        " ELSE 'other' END"
    )
    opened = "SELECT c.opened_at AS at FROM stores s CROSS JOIN cases c WHERE c.store_id = s.store_id"
    reminded = (
        "SELECT at FROM outbox WHERE topic = 'case.reminder' AND message_id >"
        f" (SELECT coalesce(max(message_id), 0) - {_MOST_MESSAGES} FROM outbox) AND at > {low} AND at <= {high}"
    )
    queries = [
        f"SELECT 'opened', {_hour('at')}, count(*) FROM ({opened} AND c.opened_at > {low} AND c.opened_at <= {high}) o"
        " GROUP BY 2",
        f"SELECT {ended}, {_hour('closed_at')}, count(*) FROM cases"
        f" WHERE closed_at > {low} AND closed_at <= {high} GROUP BY 1, 2",
        f"SELECT 'reminded', {_hour('at')}, count(*) FROM ({reminded}) r GROUP BY 2",
    ]
    found: dict[str, dict[datetime, int]] = {kind: {} for kind in DONE}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(queries))
        for kind, hour, count in cursor.fetchall():
            at = datetime.fromisoformat(f"{hour}:00:00+00:00")
            found[kind][at] = found[kind].get(at, 0) + int(count)
    return found


def last_step() -> CaseEvent | None:
    """The step of a case that was written last."""
    return CaseEvent.objects.order_by("-event_id").first()


def unsent(at: datetime) -> int:
    """Messages that were due and have not left."""
    return OutboxMessage.objects.filter(sent_at__isnull=True, due_at__lte=at).count()


def seals() -> Seals:
    """How far the histories are sealed."""
    last = Checkpoint.objects.order_by("-checkpoint_id").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(position), 0) FROM event_hashes")
        [hashed] = cursor.fetchone()
    unhashed = UnchainedEvent.objects.count()
    return Seals(last, int(hashed) - (last.events if last else 0) + unhashed, unhashed)


def unread_evidence() -> int:
    """Files that lie ready for open cases or wait there for a ruling, and that no inspection has read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT d.file_id FROM draft_pieces d JOIN cases c ON c.case_id = d.case_id"
            " WHERE c.closed_at IS NULL UNION SELECT p.file_id FROM cases c JOIN submissions s ON s.case_id = c.case_id"
            " JOIN pieces p ON p.submission_id = s.submission_id"
            " WHERE c.submitted_at IS NOT NULL AND c.closed_at IS NULL) w"
            " WHERE NOT EXISTS (SELECT 1 FROM file_said f WHERE f.sha256 = w.file_id)"
        )
        return int(cursor.fetchone()[0])


def oldest_lag(found: list[Waiting], at: datetime) -> timedelta:
    """For how long the oldest of what is due has been due."""
    return at - min((one.oldest for one in found if one.oldest), default=at)


def _hour(expression: str) -> str:
    """`2026-03-12 08` in UTC."""
    if connection.vendor == "sqlite":
        return f"substr({expression}, 1, 13)"
    return f"to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


def _instant(value: object) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
