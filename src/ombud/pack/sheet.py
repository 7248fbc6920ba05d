"""The sheet of what goes into which slot, in the reader's language: as text, as CSV, and as JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ombud.domain.judging import Judged
from ombud.languages import _, language, number
from ombud.pack.dividing import REASONS
from ombud.pack.part import Item, LeftOut, Packed, Upload
from ombud.words import remarks
from ombud.words.remarks import Level, Remark

TEXT, CSV, JSON = "sheet.txt", "sheet.csv", "sheet.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Row:
    """One file of an upload."""

    upload: Upload
    item: Item
    judged: Judged

    @property
    def title(self) -> str:
        """Of its kind."""
        return title(self.item.kind, self.upload)

    @property
    def sources(self) -> list[str]:
        """The files that it was made of."""
        return [part.source.name for part in self.item.parts]

    @property
    def changes(self) -> list[str]:
        """Each thing that was changed, in words."""
        return list(dict.fromkeys(change.say() for change in self.item.changes))

    @property
    def told(self) -> list[Remark]:
        """What the judge has to say of it."""
        checked = self.upload.checked
        return remarks.of_piece(self.item.piece, self.judged, checked.verdict, checked.by, checked.book)

    @property
    def level(self) -> Level:
        """The worst of it."""
        return remarks.worst(self.told)


def title(kind: str, upload: Upload) -> str:
    """Of a kind, by the book."""
    version = upload.checked.by.kinds.get(kind)
    return str(version.title.speak(language())) if version else kind


def rows(upload: Upload) -> list[Row]:
    """The files of an upload, in its order."""
    return [Row(upload, item, judged) for item, judged in zip(upload.items, upload.checked.judged, strict=True)]


def about(upload: Upload) -> list[Remark]:
    """What there is against the upload as a whole."""
    checked = upload.checked
    return remarks.of_upload(checked.verdict, checked.pieces, checked.by, checked.book)


def level(packed: Packed) -> Level:
    """The worst there is; what was left out is a doubt."""
    every = [
        remark
        for upload in packed.uploads
        for remark in (*about(upload), *(one for row in rows(upload) for one in row.told))
    ]
    worst = remarks.worst(every)
    return "doubt" if worst == "fine" and packed.left_out else worst


def reason(left: LeftOut) -> str:
    """Why something is in no upload, and what would not help."""
    values = {name: number(value) if isinstance(value, int) else value for name, value in left.values.items()}
    return " ".join([_(REASONS[left.reason]).format(**values), *(change.say() for change in left.tried)])


LEVELS: dict[Level, str] = {"refuse": "✗", "doubt": "?", "fine": "✓"}


def against(told: Sequence[Remark]) -> list[str]:
    """What is not in order, a line each."""
    found = [one for one in told if one.level != "fine"]
    return [" · ".join(filter(None, (LEVELS[one.level], one.code, one.title, one.where, one.told))) for one in found]


def as_text(packed: Packed) -> str:
    """For people, in any editor."""
    return "\n".join(_lines(packed)) + "\n"


def _lines(packed: Packed) -> Iterator[str]:
    for upload in packed.uploads:
        size = number(upload.size)
        yield _("Upload {number}: files {count}, {size} bytes").format(
            number=upload.number, count=len(upload.items), size=size
        )
        for one in against(about(upload)):
            yield f"  {one}"
        for row in rows(upload):
            yield ""
            yield f"  {row.item.name}"
            yield f"    {row.title} ({row.item.kind}) · {_('{size} bytes').format(size=number(row.item.size))}"
            yield f"    SHA-256 {row.item.piece.sha256}"
            yield from (f"    – {one}" for one in row.changes or [_("Nothing was changed.")])
            yield from (
                f"    {one}" for one in against(row.told) or [f"{LEVELS['fine']} {_('Nothing is against it.')}"]
            )
        yield ""
    for left in packed.left_out:
        yield _("Left out: {files}. {reason}").format(files=", ".join(left.names), reason=reason(left))


def as_csv(packed: Packed) -> str:
    """A row for each file, the files that were left out last, without an upload."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("upload", "file", "kind", "title", "bytes", "sha256", "made_of", "changes", "verdict", "remarks"))
    for upload in packed.uploads:
        for row in rows(upload):
            item = row.item
            cells = (item.name, item.kind, row.title, item.size, item.piece.sha256, "; ".join(row.sources),
                     " ".join(row.changes), row.level, "; ".join(against(row.told)))  # fmt: skip
            writer.writerow([upload.number, *map(_cell, cells)])
    for left in packed.left_out:
        out_cells = ("", left.kind, "", "", "", "; ".join(left.names), reason(left), "left out", "")
        writer.writerow(["", *map(_cell, out_cells)])
    return out.getvalue()


def _cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula is none."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def as_json(packed: Packed, **more: Any) -> dict[str, Any]:
    """For programs: sizes in bytes, changes by their codes and in words."""
    return {
        **more,
        "verdict": level(packed),
        "uploads": [_upload_json(upload) for upload in packed.uploads],
        "left_out": [
            {"files": list(one.names), "kind": one.kind or None, "reason": one.reason, "text": reason(one)}
            for one in packed.left_out
        ],
    }


def _upload_json(upload: Upload) -> dict[str, Any]:
    return {
        "number": upload.number,
        "bytes": upload.size,
        "missing": upload.checked.missing,
        "remarks": [one.plain() for one in about(upload)],
        "files": [_file_json(row) for row in rows(upload)],
    }


def _file_json(row: Row) -> dict[str, Any]:
    piece = row.item.piece
    return {
        "name": row.item.name,
        "kind": piece.kind,
        "title": row.title,
        "language": piece.language or None,
        "format": piece.format,
        "bytes": piece.size,
        "sha256": piece.sha256,
        "made_of": [{"name": one.source.name, "sha256": one.source.sha256} for one in row.item.parts],
        "changes": [{**one.plain(), "text": one.say()} for one in row.item.changes],
        "verdict": row.level,
        "remarks": [one.plain() for one in row.told],
        "unseen": list(row.judged.unseen),
    }


def sheets(packed: Packed, **more: Any) -> dict[str, str]:
    """The three of them by their names."""
    text = json.dumps(as_json(packed, **more), ensure_ascii=False, indent=2, default=str)
    return {TEXT: as_text(packed), CSV: as_csv(packed), JSON: f"{text}\n"}
