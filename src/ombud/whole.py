"""Files and folders that appear whole or not at all, whatever goes wrong while they are written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ombud.domain.problems import N_, OmbudError, Problem


@contextmanager
def whole_file(out: Path) -> Iterator[Path]:
    """Where to write: a name beside `out` with the same ending. It takes the place of `out` once it is on the disk, or
    is gone. Raises the OSError of the system."""
    temporary = out.with_name(f".{out.stem}.{os.getpid()}{out.suffix}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(out)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into. It takes its name at the end, or is gone; `folder` itself must be new or
    empty (`refuse_full`). Raises the OSError of the system."""
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
    try:
        draft.chmod(0o755)
        yield draft
        draft.replace(folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def refuse_full(folder: Path) -> None:
    """Raises OmbudError where something is at `folder` that is no empty folder."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise OmbudError(
            Problem(
                "folder_not_empty",
                N_("{folder} is there already and not an empty folder."),
                {"folder": str(folder)},
                mend=N_("Name a new one: nothing is written over."),
            )
        )
