"""Evidence for tests: files with the first bytes of what they say they are, put ready and handed in."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from typing import Any

from ombud.actions import drafts
from ombud.actions.drafts import NewPiece
from ombud.actions.submissions import Answer, submit
from ombud.domain.formats import HEAD, TAIL, format_of
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.store.models import Case, DraftPiece, FileSaid, StoredFile
from tests.actions.taking import BOOKS, START

HEADS = {"pdf": b"%PDF-1.7\n", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff\xe0", "mp4": b"\0\0\0\x18ftypisom"}


def content(name: str, *, size: int = 0, salt: str = "") -> bytes:
    """Of a file of that name; of `size` bytes where that is more."""
    return (HEADS[name.rpartition(".")[2]] + name.encode() + salt.encode()).ljust(size, b"\0")


def read_before(content: bytes, *said: Said, at: datetime = START) -> str:
    """Keeps what a file of that content says, as if it had been read; its hash. Without `said` no letter of it was
    read, so that nothing can be found in it."""
    sha256 = hashlib.sha256(content).hexdigest()
    format_ = format_of(content[:HEAD], content[-TAIL:])
    StoredFile.objects.get_or_create(sha256=sha256, defaults={"size": len(content), "format": format_, "stored_at": at})
    if not FileSaid.objects.filter(file=sha256, version=VERSION).exists():
        plain = [one.plain() for one in said or (Said("off", "reading", "container"),)]
        FileSaid.objects.create(file_id=sha256, version=VERSION, said=plain, inspected_at=at)
    return sha256


def a_file(name: str, *, size: int = 0, salt: str = "", **more: Any) -> NewPiece:
    """A file that fits its name."""
    return NewPiece(name, io.BytesIO(content(name, size=size, salt=salt)), **more)


def ready(case: Case, *pieces: NewPiece, at: datetime, **more: Any) -> list[DraftPiece]:
    """Puts them ready."""
    return drafts.add(case.case_id, pieces, at=at, actor="seller", books=BOOKS, **more)


def hand_in(case: Case, *pieces: NewPiece, at: datetime, **more: Any) -> Answer:
    """Puts them ready and hands them in at the same instant."""
    if pieces:
        ready(case, *pieces, at=at)
    return submit(case.case_id, at=at, actor="seller", books=BOOKS, **more)


def names(case: Case) -> list[str]:
    """Of what lies ready."""
    return list(DraftPiece.objects.filter(case=case).order_by("draft_piece_id").values_list("name", flat=True))
