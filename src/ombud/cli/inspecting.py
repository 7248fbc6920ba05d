"""Files are read with a bar for the person who waits; what cannot be read in time never costs the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from ombud.actions import inspections
from ombud.cli import say
from ombud.cli.check_files import Handed
from ombud.cli.say import _
from ombud.domain.problems import OmbudError
from ombud.inspect import VERSION
from ombud.inspect.pool import Asked, Pool, Progress
from ombud.store.inspections import FORMATS, Reading, readings, writable
from ombud.store.models import Case, DraftPiece

PATIENCE = timedelta(minutes=5)
"""Where the window shuts sooner than this, nobody waits until files are read: a person looks at them afterwards."""


@contextmanager
def bar() -> Iterator[Callable[[Progress], None]]:
    """Shows what the workers have done."""
    with say.progress(_("files")) as advance:
        yield lambda told: advance(told.what, told.done, told.of)


def read_ready(case: Case, at: datetime) -> None:
    """Reads what lies ready and nobody has read. Where that cannot be done now it is said on standard error, and the
    files stay unread: what is handed in counts all the same, and a person looks."""
    if case.shuts_at is not None and case.shuts_at - at < PATIENCE:
        ready = list(DraftPiece.objects.filter(case=case).values_list("file_id", flat=True))
        if any(sha256 not in readings(ready) for sha256 in ready):
            said = _("The window shuts in a moment: files that nobody has read yet go unread, and a person looks.")
            say.err.print(said, style="yellow", soft_wrap=True)
        return
    try:
        with bar() as progress:
            inspections.read_ready(case.case_id, at=at, progress=progress)
    except OmbudError as error:
        say.fail(error)
        said = _("So nobody has read what the files say yet: a person will look at them.")
        say.err.print(said, style="yellow", soft_wrap=True)


def inspected(handed: Sequence[Handed], *, kept: bool) -> list[Handed]:
    """The same files with what they say. kept: what the store knows of them is used. Raises OmbudError where no worker
    starts."""
    readable = {one.sha256: one for one in handed if one.sha256 and one.piece.format.partition("+")[0] in FORMATS}
    known = readings(readable.keys()) if kept else {}
    found = {sha256: one for sha256, one in known.items() if one.version == VERSION}
    unread = {sha256: one for sha256, one in readable.items() if sha256 not in found}
    if unread:
        with Pool() as pool, bar() as progress:
            asked = [Asked(one.place, one.piece.format) for one in unread.values()]
            said = [writable(one.said) for one in pool.inspect(asked, progress=progress)]
        found |= {sha256: Reading(VERSION, one) for sha256, one in zip(unread, said, strict=True)}
    return [_with(one, found.get(one.piece.sha256)) for one in handed]


def _with(handed: Handed, reading: Reading | None) -> Handed:
    if reading is None:
        return handed
    return replace(handed, piece=replace(handed.piece, said=reading.said, inspected=reading.version))
