"""What `ombud pack` made, upload by upload: each file with its kind, each thing that was changed, and what the judge
says of it; then what was left out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ombud.cli import say
from ombud.cli.check_page import SIGNS, told_of
from ombud.cli.grid import sentence, shortened
from ombud.cli.say import _
from ombud.domain.problems import N_
from ombud.pack import sheet
from ombud.pack.part import Packed, Upload
from ombud.pack.sheet import Row
from ombud.pack.writing import folder_of
from ombud.words import remarks
from ombud.words.remarks import Level

_VERDICTS: dict[Level, str] = {
    "refuse": N_("It would not count as it is."),
    "doubt": N_("Look at it before you hand it in."),
    "fine": N_("Nothing is against it."),
}


def draw(packed: Packed, folder: Path, width: int) -> RenderableType:
    """For a terminal of `width` columns."""
    return Group(*_lines(packed, folder, width))


def _lines(packed: Packed, folder: Path, width: int) -> Iterator[RenderableType]:
    for upload in packed.uploads:
        yield from _upload(upload, width)
    for left in packed.left_out:
        words = _("Left out: {files}. {reason}").format(files=", ".join(left.names), reason=sheet.reason(left))
        yield _under(words, width, "yellow", sign="–", deep=0)
    level = sheet.level(packed)
    written = _("Written: {folder}").format(folder=folder)
    yield Text(f"\n{written}", overflow="fold")
    yield Text(_(_VERDICTS[level]), style=f"bold {SIGNS[level][1]}")


def _upload(upload: Upload, width: int) -> Iterator[RenderableType]:
    files = upload.checked.by.files
    most_files, most_bytes = (files.most_files, files.most_bytes) if files else (None, None)
    size = say.number(upload.size) if most_bytes is None else f"{say.number(upload.size)} / {say.number(most_bytes)}"
    count = str(len(upload.items)) if most_files is None else f"{len(upload.items)} / {most_files}"
    head = _("{folder}: files {count}, bytes {size}").format(folder=folder_of(upload), count=count, size=size)
    yield Text(head, style="bold")
    for row in sheet.rows(upload):
        yield from _row(row, width)
    yield Text("")
    yield from told_of(sheet.about(upload), width)
    if upload.checked.missing:
        kinds = ", ".join(sheet.title(kind, upload) for kind in upload.checked.missing)
        words = _("Missing: {kinds}. What is missing can decide the case.").format(kinds=kinds)
        yield _under(words, width, sign="–")


def _row(row: Row, width: int) -> Iterator[RenderableType]:
    yield Text(f"\n{shortened(row.item.name, width)}", style="bold")
    about = f"{row.title} ({row.item.kind}) · {_('{size} bytes').format(size=say.number(row.item.size))}"
    yield _under(about, width, "dim")
    for change in row.changes or [_("Nothing was changed.")]:
        yield _under(change, width, sign="·")
    yield from told_of(row.told, width)
    if row.judged.unseen:
        words = ", ".join(remarks.unseen(row.judged.unseen, row.upload.checked.book))
        yield _under(_("not looked at: {words}").format(words=words), width, "dim", sign="–")


def _under(text: str, width: int, style: str = "", *, sign: str = "", deep: int = 2) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0))
    if sign:
        table.add_row(Text(sign, style=style), sentence(text, width - deep - 2, style))
    else:
        table.add_row(sentence(text, width - deep, style))
    return Padding(table, (0, 0, 0, deep))
