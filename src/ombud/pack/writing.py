"""What was packed, on the disk: a folder and a ZIP for each upload and the sheet, all of it or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from ombud.pack.part import Packed, Upload
from ombud.whole import refuse_full, whole_folder

_MODE = 0o100644 << 16
_UNIX = 3


def folder_of(upload: Upload) -> str:
    """`upload-1`: the name of its folder, and with `.zip` of its archive."""
    return f"upload-{upload.number}"


def write(packed: Packed, folder: Path, sheets: Mapping[str, str], *, zipped: bool = True) -> None:
    """Writes the new `folder`, `sheets` by their names beside the uploads. The same files give the same bytes.

    Raises OmbudError where something is there already, and the OSError of the system.
    """
    refuse_full(folder)
    with whole_folder(folder) as draft:
        for upload in packed.uploads:
            own = draft / folder_of(upload)
            own.mkdir()
            for item in upload.items:
                shutil.copyfile(item.path, own / item.name)
            if zipped:
                _zip(upload, draft / f"{folder_of(upload)}.zip")
        for name, text in sheets.items():
            (draft / name).write_text(text, "utf-8", newline="")


def _zip(upload: Upload, out: Path) -> None:
    """Stored as they are: what goes in is packed already, and no clock of this machine goes in."""
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for item in sorted(upload.items, key=lambda item: item.name):
            entry = ZipInfo(item.name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = _MODE, _UNIX
            with item.path.open("rb") as source, archive.open(entry, "w") as into:
                shutil.copyfileobj(source, into)
