"""Files of evidence by the SHA-256 of their content: equal content is kept once, and a name can be nothing but a hash.

The content lies in Django's storage "evidence": a folder, or a bucket. The table `files` says what is there. A file is
hashed while it is written to a name of its own and gets its place in one step, so that nothing half written is ever
found under a hash; what dies on the way leaves at most a nameless rest in the folder `incoming`.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import transaction

from ombud.domain.formats import Ends
from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store.models import StoredFile

STORAGE = "evidence"
_INCOMING = "incoming"
_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is here whole and has no place yet."""

    path: Path
    sha256: str
    size: int
    format: str


class EvidenceFolder(FileSystemStorage):
    """A folder whose files are moved into their place, whole and written out to the disk, or are not there."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """A hash is never another's name: what is there already is the same content."""
        del max_length
        return name

    def _save(self, name: str, content: File[Any]) -> str:
        source, target = Path(str(content.name)), Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        source.replace(target)
        for folder in (target.parent, target.parent.parent):
            _write_out(folder)
        return name


def put(stream: BinaryIO, *, at: datetime, most_bytes: int | None = None) -> StoredFile:
    """Keeps what `stream` gives, read once and never whole in memory. `at`: when it came.

    Raises OmbudError where it has more than `most_bytes`, and where the storage cannot take it: then nothing is kept.
    """
    with receive(stream, most_bytes=most_bytes) as received, transaction.atomic():
        return keep(received, at=at)


@contextmanager
def receive(stream: BinaryIO, *, most_bytes: int | None = None) -> Iterator[Received]:
    """The file with its hash, for `keep` to give it its place; what was not kept at the end is gone.

    In a bucket it gets its place here, before any transaction. Raises OmbudError as `put` does.
    """
    storage = _storage()
    with _spoken():
        folder = _incoming(storage)
        descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
    path = Path(name)
    try:
        with _spoken(), os.fdopen(descriptor, "wb") as file:
            received = _spool(stream, file, path, most_bytes)
            if not _is_local(storage):
                _upload(storage, received)
        yield received
    finally:
        path.unlink(missing_ok=True)


def keep(received: Received, *, at: datetime) -> StoredFile:
    """Gives it its place and its row, in the transaction of the caller. Raises OmbudError where that cannot be."""
    storage = _storage()
    row = StoredFile.objects.select_for_update(no_key=True).filter(sha256=received.sha256).first()
    with _spoken():
        # The row is locked: who lets content go takes the same lock, so that it does not go after this look.
        if _is_local(storage) or (row is not None and row.dropped_at is not None):
            _upload(storage, received)
    if row is None:
        row, _ = StoredFile.objects.get_or_create(
            sha256=received.sha256, defaults={"size": received.size, "format": received.format, "stored_at": at}
        )
    elif row.dropped_at is not None:
        row.stored_at, row.dropped_at, row.removed_at = at, None, None
        row.save(update_fields=["stored_at", "dropped_at", "removed_at"])
    return row


def open_file(sha256: str) -> BinaryIO:
    """The content. Raises OmbudError where there is no such file, where it was let go, and where it is missing."""
    row = StoredFile.objects.filter(sha256=sha256).first()
    if row is None:
        raise OmbudError(
            Problem(
                "unknown_file",
                N_("There is no file {sha256} in the evidence store."),
                {"sha256": sha256},
                mend=N_("`ombud evidence list CASE` shows the files of a case."),
            )
        )
    if row.dropped_at is not None:
        raise OmbudError(
            Problem(
                "file_dropped",
                N_("The content of {sha256} was let go at {at}: the time for which it is kept was over."),
                {"sha256": sha256, "at": format_instant(row.dropped_at)},
            )
        )
    with _spoken():
        try:
            return cast("BinaryIO", _storage().open(_place(sha256)))
        except FileNotFoundError:
            raise OmbudError(
                Problem(
                    "content_missing",
                    N_("The content of {sha256} is not in the evidence store {place}."),
                    {"sha256": sha256, "place": place()},
                    mend=N_("See that OMBUD_EVIDENCE names the right one; else bring the file back from a backup."),
                )
            ) from None


def drop(sha256: str) -> None:
    """Deletes the content; the row stays. What is not there is deleted already. Raises OmbudError where it cannot."""
    with _spoken():
        _storage().delete(_place(sha256))


def refuse_unusable() -> None:
    """Raises OmbudError where files cannot be kept. A folder that is not there yet is made with the first file."""
    storage = _storage()
    with _spoken():
        if not _is_local(storage):
            storage.exists(_place("0" * 64))
            return
        folder = Path(place())
        while not folder.exists():
            folder = folder.parent
        tempfile.TemporaryFile(dir=folder).close()


def place() -> str:
    """The evidence store as a person knows it: a folder, or a bucket."""
    storage = _storage()
    if isinstance(storage, FileSystemStorage):
        return str(storage.location)
    return f"s3://{getattr(storage, 'bucket_name', '')}/{getattr(storage, 'location', '')}"


def _storage() -> Storage:
    return storages[STORAGE]


def _is_local(storage: Storage) -> bool:
    return isinstance(storage, FileSystemStorage)


def _incoming(storage: Storage) -> Path | None:
    """Where a file is written while its hash is not known; None: the system's temporary folder."""
    if not isinstance(storage, FileSystemStorage):
        return None
    folder = Path(storage.location) / _INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _place(sha256: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError(f"{sha256!r} is no SHA-256")
    return f"{sha256[:2]}/{sha256}"


def _spool(stream: BinaryIO, file: BinaryIO, path: Path, most_bytes: int | None) -> Received:
    digest, size, ends = hashlib.sha256(), 0, Ends()
    while part := _read(stream):
        size += len(part)
        if most_bytes is not None and size > most_bytes:
            raise OmbudError(
                Problem(
                    "too_large",
                    N_("The file has more than {most} bytes."),
                    {"most": most_bytes},
                    mend=N_("Make it smaller."),
                )
            )
        digest.update(part)
        ends.take(part)
        file.write(part)
    file.flush()
    os.fsync(file.fileno())
    return Received(path, digest.hexdigest(), size, ends.format)


def _read(stream: BinaryIO) -> bytes:
    try:
        return stream.read(_AT_ONCE)
    except OSError as error:  # of the file that is handed in, not of the evidence store
        raise OmbudError(
            Problem(
                "cannot_read",
                N_("The file cannot be read: {reason}."),
                {"reason": error.strerror or error},
                mend=N_("See that it is a file and that this user may read it."),
            )
        ) from error


def _upload(storage: Storage, received: Received) -> None:
    name = _place(received.sha256)
    if storage.exists(name):
        return
    with received.path.open("rb") as content:
        storage.save(name, File(content, name=str(received.path) if _is_local(storage) else name))


def _write_out(folder: Path) -> None:
    """A move is on the disk when its folder is."""
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _spoken() -> Iterator[None]:
    """What a storage may fail with, as something that a person can mend."""
    try:
        yield
    except _failures() as error:
        reason = str(getattr(error, "strerror", None) or error).rstrip(".")
        raise OmbudError(
            Problem(
                "evidence_store_fails",
                N_("The evidence store {place} cannot be used: {reason}."),
                {"place": place(), "reason": reason},
                mend=N_(
                    "Nothing was kept of the file. Make room or give this user the right to write there, or name"
                    " another place in OMBUD_EVIDENCE; then do it again."
                ),
            )
        ) from error


def _failures() -> tuple[type[Exception], ...]:
    """Those of the disk and, where a bucket is in use, of its client."""
    if "botocore" not in sys.modules:
        return (OSError,)
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    return OSError, BotoCoreError, ClientError, Boto3Error
