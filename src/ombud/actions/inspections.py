"""Reads the files that nobody has read with the present version of inspection, and keeps what they say (O10 to O12).

Reading takes seconds and runs in processes that may die, so it stands outside of every transaction; what was read is
then written at once. Two that read the same file do the work twice and write it once.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from django.db import transaction

from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.inspect.parts import parts
from ombud.inspect.pool import Asked, Pool, Progress
from ombud.store import evidence_files
from ombud.store.database import spoken
from ombud.store.inspections import FORMATS, marks_of, readings, version_of, writable
from ombud.store.models import DraftPiece, FileMark, FileSaid, StoredFile


def read_ready(
    case_id: int, *, at: datetime, pool: Pool | None = None, progress: Callable[[Progress], None] | None = None
) -> int:
    """Reads what lies ready for a case; see `read`."""
    with spoken():
        ready = list(DraftPiece.objects.filter(case=case_id).values_list("file_id", flat=True))
    return read(ready, at=at, pool=pool, progress=progress)


def read(
    sha256s: Collection[str],
    *,
    at: datetime,
    pool: Pool | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> int:
    """Reads those of these files that are there and not read yet, and gives their number.

    Must not run inside a transaction. Raises OmbudError where the store, the evidence store or the workers cannot be
    used: then nothing is written.
    """
    with spoken(), ExitStack() as stack:
        unread = _unread(sha256s)
        if not unread:
            return 0
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ombud-read.")))
        asked = [Asked(_fetched(sha256, folder), format_) for sha256, format_ in unread.items()]
        pool = pool or stack.enter_context(Pool())
        found = pool.inspect(asked, progress=progress)
        _write({sha256: one.said for sha256, one in zip(unread, found, strict=True)}, at)
        return len(found)


def off_here() -> frozenset[str]:
    """The checks that cannot be made on this machine."""
    return frozenset(check for part in parts() if part.state != "ok" for check in part.checks)


def _unread(sha256s: Collection[str]) -> Mapping[str, str]:
    """Hash -> format of those that are worth reading."""
    known = readings(sha256s)
    rows = StoredFile.objects.filter(sha256__in=set(sha256s) - {one for one in known if known[one].version == VERSION})
    rows = rows.filter(dropped_at__isnull=True).order_by("sha256")
    formats = {row.sha256: row.format for row in rows if row.format.partition("+")[0] in FORMATS}
    off = off_here() if formats.keys() & known.keys() else frozenset()
    return {
        sha256: format_
        for sha256, format_ in formats.items()
        if sha256 not in known or known[sha256].worth_another(off)
    }


def _fetched(sha256: str, folder: Path) -> Path:
    path = folder / sha256
    with evidence_files.open_file(sha256) as content, path.open("wb") as file:
        shutil.copyfileobj(content, file, 1 << 20)
    return path


def _write(found: Mapping[str, tuple[Said, ...]], at: datetime) -> None:
    """All of it at once. The rows of the files are locked, so that of two that read the same one writes it."""
    with transaction.atomic():
        list(StoredFile.objects.select_for_update(no_key=True).filter(sha256__in=found).order_by("sha256"))
        known = readings(found.keys())
        fresh = [sha256 for sha256 in found if sha256 not in known or known[sha256].version != VERSION]
        said = {sha256: writable(found[sha256]) for sha256 in fresh}
        FileSaid.objects.bulk_create(
            FileSaid(
                file_id=sha256,
                version=version_of(said[sha256], known[sha256].tried if sha256 in known else 0),
                said=[one.plain() for one in said[sha256]],
                inspected_at=at,
            )
            for sha256 in fresh
        )
        marks = {(kind, value, sha256) for sha256 in fresh for kind, value in marks_of(said[sha256])}
        there = FileMark.objects.filter(
            kind__in={kind for kind, _, _ in marks}, value__in={value for _, value, _ in marks}, file__in=fresh
        )
        new = marks - set(there.values_list("kind", "value", "file_id"))
        FileMark.objects.bulk_create(
            FileMark(kind=kind, value=value, file_id=file) for kind, value, file in sorted(new)
        )
