"""Lets content go whose time is over, and never while a case that uses it is open (O20).

Most evidence is kept for good. Where a book says how long a kind is kept (`windows.keep_KIND`), its files have the
instant from which they may go; the row of a file stays when its content is gone. Crash-safe in two steps: the row is
marked and committed first, the content is deleted after, and what was not deleted is found by the next sweep.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from ombud.actions.cases import Books
from ombud.domain.instants import parse_instant
from ombud.store import evidence_files, sql, staging
from ombud.store.books import book_of, version
from ombud.store.database import spoken
from ombud.store.instants import Instants
from ombud.store.models import ComplaintFile, DraftPiece, Piece, StoredFile

BATCH = 10_000
"""Files to a transaction."""
MADE_AT = "made_at"
"""The stated time from which a file is kept; one that states none is kept from when it was stored."""
_LAST = datetime.max.replace(tzinfo=UTC)
_LOOK_AGAIN = timedelta(days=1)
"""When its time is over and an open case uses it: that case may take days, and nothing hurries."""
_OUTLIVED = "outlived_files"


def note(sha256s: Collection[str], *, books: Books) -> None:
    """Sets until when these files are kept, by every piece that uses them: the longest holds, and for good is longest.

    A file that nothing uses any more keeps what it has.
    """
    uses: dict[str, list[datetime | None]] = {sha256: [] for sha256 in sha256s}
    drafted = DraftPiece.objects.filter(file__in=sha256s).select_related("case", "file")
    handed_in = Piece.objects.filter(file__in=sha256s).select_related("submission__case", "file")
    for row, case in [*((row, row.case) for row in drafted), *((row, row.submission.case) for row in handed_in)]:
        span = version(book_of(case.rulebook_id, books), f"windows.keep_{row.kind}", case.opened_at)
        made_at = parse_instant(row.stated[MADE_AT]) if MADE_AT in row.stated else row.file.stored_at
        uses[row.file_id].append(min(made_at, _LAST - span.value) + span.value if span else None)
    for sha256 in ComplaintFile.objects.filter(file__in=sha256s).values_list("file_id", flat=True):
        uses[sha256].append(None)  # what a buyer showed is kept for good
    for sha256, untils in uses.items():
        if untils:
            dated = [until for until in untils if until is not None]
            kept = max(dated) if len(dated) == len(untils) else None
            StoredFile.objects.filter(sha256=sha256).update(keep_until=kept)


def let_go(at: datetime, *, batch: int = BATCH) -> int:
    """Lets go every content whose time is over at `at` and that no open case uses; returns how many.

    Costs two looks at an index where nothing is due. Raises OmbudError where the store or the evidence store cannot be
    used; what was marked by then is deleted by the next sweep.
    """
    marked = 0
    with spoken():
        while True:
            with transaction.atomic():
                found, gone = _mark(at, batch)
            if not found:
                break
            marked += gone
        while _delete_one(at):
            pass
    return marked


def due_query(at: datetime, *, limit: int) -> str:
    """The query that finds the files whose time is over: an index range, whatever the number of files kept."""
    return (
        f"SELECT sha256 FROM files WHERE keep_until <= {Instants(connection).literal(at)} ORDER BY keep_until"
        f" LIMIT {int(limit)}{sql.skip_locked(connection)}"
    )


def _mark(at: datetime, batch: int) -> tuple[int, int]:
    """(files whose time is over, those of them that are let go); the others are looked at again."""
    literal = Instants(connection).literal
    sql.go_by_index(connection)
    staging.create_as(connection, _OUTLIVED, due_query(at, limit=batch))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE files SET keep_until = {literal(at + _LOOK_AGAIN)}"
            f" WHERE sha256 IN (SELECT sha256 FROM {_OUTLIVED}) AND ({_IN_USE})"
        )
        held = cursor.rowcount
        cursor.execute(
            f"UPDATE files SET dropped_at = {literal(at)}, keep_until = NULL"
            f" WHERE sha256 IN (SELECT sha256 FROM {_OUTLIVED}) AND keep_until <= {literal(at)}"
        )
        return held + cursor.rowcount, cursor.rowcount


_IN_USE = (
    "EXISTS (SELECT 1 FROM pieces p JOIN submissions s ON s.submission_id = p.submission_id"
    " JOIN cases c ON c.case_id = s.case_id WHERE p.file_id = files.sha256 AND c.closed_at IS NULL)"
    " OR EXISTS (SELECT 1 FROM draft_pieces d JOIN cases c ON c.case_id = d.case_id"
    " WHERE d.file_id = files.sha256 AND c.closed_at IS NULL)"
)


def _delete_one(at: datetime) -> bool:
    """Whether there was one. Its row is locked meanwhile: who hands the same content in again waits, and finds it gone
    and not half gone."""
    with transaction.atomic():
        left = StoredFile.objects.filter(dropped_at__isnull=False, removed_at__isnull=True)
        row = left.select_for_update(skip_locked=True, no_key=True).order_by("dropped_at").first()
        if row is None:
            return False
        evidence_files.drop(row.sha256)
        row.removed_at = at
        row.save(update_fields=["removed_at"])
        return True
