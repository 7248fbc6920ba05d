"""What `ombud check` found, file by file: what is in order in one line, then what is refused or doubted, each with its
place, what stands there, what should, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ombud.cli import say
from ombud.cli.check_files import Handed, visible
from ombud.cli.grid import sentence, shortened
from ombud.cli.say import _
from ombud.domain.checked import Checked
from ombud.domain.evidence import Piece
from ombud.domain.instants import format_instant
from ombud.domain.judging import Judged
from ombud.domain.rulebook import Rulebook
from ombud.domain.said import Said
from ombud.words import remarks
from ombud.words.meter import meter as how_full
from ombud.words.remarks import Level, Remark

SIGNS: dict[Level, tuple[str, str]] = {"refuse": ("✗", "red"), "doubt": ("?", "yellow"), "fine": ("✓", "green")}
"""What stands before a remark, and its colour."""


@dataclass(frozen=True, slots=True)
class Page:
    """handed: the files that the pieces of `checked` are, in the same order."""

    checked: Checked
    handed: tuple[Handed, ...]

    @property
    def files(self) -> list[tuple[Handed, Judged, list[Remark]]]:
        """Each file with everything about it."""
        found = self.checked
        return [
            (one, judged, remarks.of_piece(one.piece, judged, found.verdict, found.by, found.book))
            for one, judged in zip(self.handed, found.judged, strict=True)
        ]

    @property
    def upload(self) -> list[Remark]:
        """What there is against the upload as a whole."""
        return remarks.of_upload(self.checked.verdict, self.checked.pieces, self.checked.by, self.checked.book)

    @property
    def every(self) -> list[Remark]:
        """Everything, of the upload and of the files."""
        return [*self.upload, *(remark for _, _, told in self.files for remark in told)]

    @property
    def level(self) -> Level:
        """The worst there is."""
        return remarks.worst(self.every)


def draw(page: Page, width: int, *, facts: bool = False) -> RenderableType:
    """For a terminal of `width` columns."""
    return Group(*_lines(page, width, facts=facts))


def _lines(page: Page, width: int, *, facts: bool) -> Iterator[RenderableType]:
    found = page.checked
    whose = f"#{found.case_id} · " if found.case_id is not None else ""
    yield Text(f"{whose}{_('order {order}').format(order=found.order_id)} · {found.book.name}", style="dim")
    for handed, judged, told in page.files:
        yield Text(f"\n{shortened(handed.piece.name, width)}", style="bold")
        yield _under(_about(handed.piece, page), width, "dim")
        yield from told_of(told, width)
        yield from not_looked_at(judged, found.book, width)
        if facts:
            yield from (_under(_fact(said), width, "dim", deep=4) for said in handed.piece.said)
    yield Text("\n" + _("Upload"), style="bold")
    yield _under(meter(page), width)
    yield from told_of(page.upload, width)
    if found.missing:
        titles = {one.kind: one.title.speak(say.language()) for one in found.asked}
        kinds = ", ".join(titles[kind] for kind in found.missing)
        yield _under(_("Missing: {kinds}. What is missing can decide the case.").format(kinds=kinds), width, sign="–")
    yield Text(f"\n{verdict(page)}", style=f"bold {SIGNS[page.level][1]}")


def not_looked_at(judged: Judged, book: Rulebook, width: int, *, deep: int = 2) -> Iterator[RenderableType]:
    """What the book asks for and no check could look at."""
    if judged.unseen:
        words = ", ".join(remarks.unseen(judged.unseen, book))
        yield _under(_("not looked at: {words}").format(words=words), width, "dim", deep=deep, sign="–")


def told_of(told: Sequence[Remark], width: int) -> Iterator[RenderableType]:
    """What is in order in one line, then each of the others; what is the same fault stands together."""
    fine = remarks.in_order(told)
    if fine:
        yield _under(", ".join(fine), width, "green", sign="✓")
    groups: dict[tuple[str, ...], list[Remark]] = {}
    for remark in told:
        if remark.level != "fine":
            groups.setdefault((remark.level, remark.code, remark.title, remark.mend), []).append(remark)
    for group in groups.values():
        yield from drawn(group, width)


def drawn(group: Sequence[Remark], width: int) -> Iterator[RenderableType]:
    """One fault, wherever it was found: the surest first, each place with what stands there and what should."""
    first = group[0]
    sign, style = SIGNS[first.level]
    yield _under(titled(first), width, style, sign=sign)
    for remark in group:
        parts = [remark.subject, remark.where, remark.told]
        if remark.confidence < 1:
            parts.append(_("confidence {share}").format(share=f"{remark.confidence:.2f}"))
        if any(parts):
            yield _under(" · ".join(part for part in parts if part), width, deep=4)
    if first.mend:
        yield _under(first.mend, width, "dim", deep=4)


def titled(remark: Remark) -> str:
    """`ERR_008  The file cannot be read`."""
    return f"{remark.code}  {remark.title}" if remark.code else remark.title


def verdict(page: Page) -> str:
    """The last line: what would come of it."""
    counted = remarks.counts(page.every)
    if page.level == "refuse":
        return _("It would not count as it is. {counts}.").format(counts=counted)
    if page.level == "doubt":
        return _("Nothing refuses it, and a person may doubt it. {counts}.").format(counts=counted)
    if any(judged.unseen for judged in page.checked.judged):
        return _("Nothing is against it, as far as it could be looked at.")
    return _("Nothing is against it.")


def meter(page: Page) -> str:
    """`2 of 5 files · 3.1 of 10 MB`."""
    return how_full(len(page.handed), sum(one.piece.size for one in page.handed), page.checked.by.files)


def _about(piece: Piece, page: Page) -> str:
    kind = page.checked.by.kinds.get(piece.kind)
    parts = [kind.title.speak(say.language()) if kind else piece.kind, piece.language, piece.format or "?"]
    return " · ".join([*(part for part in parts if part), _("{size} bytes").format(size=say.number(piece.size))])


def _fact(said: Said) -> str:
    place = remarks.where(said.page, said.box, said.at_ms)
    sure = f"{said.confidence:.2f}" if said.confidence < 1 else ""
    return " · ".join(part for part in (f"{said.field} = {visible(str(said.value))}", said.source, place, sure) if part)


def _under(text: str, width: int, style: str = "", *, deep: int = 2, sign: str = "") -> RenderableType:
    if not sign:
        return Padding(sentence(text, width - deep, style), (0, 0, 0, deep))
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_row(Text(sign, style=style), sentence(text, width - deep - 2, style))
    return Padding(table, (0, 0, 0, deep))


def as_json(page: Page, *, facts: bool = False) -> dict[str, Any]:
    """For programs: instants in ISO 8601 UTC, sizes in bytes, boxes in thousandths."""
    found = page.checked
    files = found.by.files
    there = {piece.kind for piece in found.pieces}
    return {
        "at": format_instant(found.at),
        "rulebook": {"name": found.book.name, "digest": found.book.digest},
        "case_id": found.case_id,
        "order_id": found.order_id,
        "verdict": page.level,
        "asked": [
            {
                "kind": one.kind,
                "required": one.required,
                "title": one.title.speak(say.language()),
                "cite": one.cite,
                "there": one.kind in there,
            }
            for one in found.asked
        ],
        "missing": found.missing,
        "upload": {
            "files": len(page.handed),
            "most_files": files.most_files if files else None,
            "bytes": sum(one.piece.size for one in page.handed),
            "most_bytes": files.most_bytes if files else None,
            "remarks": [remark.plain() for remark in page.upload],
        },
        "files": [_file_json(*row, facts=facts) for row in page.files],
    }


def _file_json(handed: Handed, judged: Judged, told: list[Remark], *, facts: bool) -> dict[str, Any]:
    piece = handed.piece
    said: dict[str, Any] = {
        "name": piece.name,
        "path": visible(handed.path),
        **{name: getattr(piece, name) or None for name in ("kind", "language", "format", "inspected")},
        "size": piece.size,
        "sha256": handed.sha256,
        "verdict": remarks.worst(told),
        "remarks": [remark.plain() for remark in told],
        "unseen": list(judged.unseen),
    }
    return said | ({"facts": [one.plain() for one in piece.said]} if facts else {})
