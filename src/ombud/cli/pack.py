"""`ombud pack`: files of any sort become what the platform takes, and a sheet that says what was done to each."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ombud.cli import pack_page, say
from ombud.cli.pack_files import kinds_said, reading, taken_in
from ombud.cli.the_case import the_case
from ombud.domain import checked
from ombud.domain.asked import Asked
from ombud.domain.checked import Checked
from ombud.domain.evidence import Piece
from ombud.domain.gate import Rules
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.order_file import OrderFile, read_order
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.pack import packing, sheet, writing
from ombud.pack.bench import Bench
from ombud.pack.naming import Naming
from ombud.pack.part import Packed
from ombud.pack.workshop import Workshop
from ombud.rulebooks import open_book, read_text
from ombud.store import books, checks, database, drafts
from ombud.store.asked import asked_of
from ombud.store.case_file import case_file
from ombud.store.models import Case, Recipient
from ombud.whole import refuse_full
from ombud.words.remarks import Level

EXIT: dict[Level, int] = {"fine": 0, "doubt": 1, "refuse": 2}


@dataclass(frozen=True)
class _Asker:
    """Whose evidence it is. expected: texts of the order that stay legible wherever they are. left: uploads that are
    still taken; None: any number."""

    order_id: str
    by: Rules
    asked: Sequence[Asked]
    left: int | None
    expected: Collection[str]
    check: Callable[[Sequence[Piece]], Checked]
    whose: dict[str, Any]


def pack(
    words: Annotated[
        list[str], typer.Argument(metavar="[CASE] FILE...", help="A case, and the files; with --order the files alone.")
    ],
    order: Annotated[
        Path | None, typer.Option(metavar="FILE", help="An order as JSON: no store is needed then.")
    ] = None,
    rulebook: Annotated[
        str | None,
        typer.Option(metavar="NAME_OR_FILE", help="With --order: ozon, shopify, or the YAML file of a book."),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE=KIND", help="The kind of a file; default: its name, else what stands on it."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A new folder; default: named by the order.")
    ] = None,
    zipped: Annotated[bool, typer.Option("--zip/--no-zip", help="A ZIP of each upload beside its folder.")] = True,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As if handed in then; default: now.")] = None,
    store: Annotated[str | None, typer.Option(help="Only where the case is of this store.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Make an upload of files: named, converted, merged, made smaller. Exit code 0 fine, 1 doubts, 2 refusals."""
    instant = parse_instant(at) if at else None
    if order is None and rulebook is None:
        name, *files = words
        if files:
            database.prepare()
        with database.spoken() if files else nullcontext():
            found = _of_case(name, store, instant or datetime.now(UTC)) if files else _nothing(name)
            level = _packed(found, files, kind or [], out, zipped=zipped, as_json=as_json)
    else:
        found = _of_order(order, rulebook, instant)
        level = _packed(found, words, kind or [], out, zipped=zipped, as_json=as_json)
    raise typer.Exit(EXIT[level])


def _packed(
    asker: _Asker, files: Sequence[str], kinds: Sequence[str], out: Path | None, *, zipped: bool, as_json: bool
) -> Level:
    said = kinds_said(kinds, files, asker.by)
    folder = out or Path(re.sub(r"[^\w-]", "_", asker.order_id) or "order")
    refuse_full(folder)
    with tempfile.TemporaryDirectory(prefix="ombud-pack.") as work, reading() as (reads, tell):
        own = Path(work) / "sources"
        own.mkdir()
        sources = taken_in(files, asker.by, said, own)
        bench = Bench(Workshop(Path(work)), reads, asker.expected, tell)
        naming = Naming(asker.order_id, asker.by)
        packed = packing.pack(packing.Order(naming, asker.asked, asker.left, asker.check), sources, bench)
        more = {**asker.whose, "order_id": asker.order_id, "folder": str(folder)}
        _write(packed, folder, more, zipped=zipped)
        if as_json:
            say.print_json(sheet.as_json(packed, **more))
        else:
            say.out.print(pack_page.draw(packed, folder, say.out.width))
    return sheet.level(packed)


def _write(packed: Packed, folder: Path, more: dict[str, Any], *, zipped: bool) -> None:
    try:
        writing.write(packed, folder, sheet.sheets(packed, **{**more, "folder": folder.name}), zipped=zipped)
    except OSError as error:
        raise OmbudError(
            Problem(
                "cannot_write",
                N_("{folder} cannot be written: {reason}."),
                {"folder": str(folder), "reason": error.strerror or str(error)},
                mend=N_("Name a folder in one where this user may write, and where there is room."),
            )
        ) from error


def _nothing(name: str) -> _Asker:
    raise OmbudError(
        Problem(
            "no_files",
            N_("A case is named, or a file without a case: {name}."),
            {"name": name},
            mend=N_("Write `ombud pack CASE FILE...`, or `ombud pack --rulebook ozon --order order.json FILE...`."),
        )
    )


def _of_case(name: str, store: str | None, at: datetime) -> _Asker:
    case = the_case(name, store)
    at = max(at, case.opened_at)
    by = drafts.rules_of(case, books.in_use())
    most = by.files.submissions if by.files else None
    book = books.kept(case.rulebook_id)
    file = case_file(case.case_id, at)
    return _Asker(
        case.order_id,
        by,
        asked_of(file, book),
        None if most is None else most - drafts.spent(case, by),
        _texts(case.order_id, file.row(), _recipient(case)),
        lambda pieces: checks.check(case, pieces, at=at),
        {"at": format_instant(at), "case_id": case.case_id, "rulebook": _book(book)},
    )


def _recipient(case: Case) -> str:
    found = Recipient.objects.filter(order=case.order_id).first()
    return found.name if found else ""


def _of_order(order: Path | None, rulebook: str | None, at: datetime | None) -> _Asker:
    if order is None or rulebook is None:
        raise OmbudError(
            Problem(
                "order_and_book",
                N_("--rulebook and --order go together."),
                mend=N_("Write `ombud pack --rulebook ozon --order order.json FILE...`."),
            )
        )
    book = open_book(rulebook)
    found: OrderFile = read_order(read_text(order), book, file=str(order))
    instant = at or found.at or datetime.now(UTC)
    nothing = checked.check(found, (), book, at=instant)
    recipient = found.known.get("recipient")
    return _Asker(
        found.order_id,
        nothing.by,
        nothing.asked,
        nothing.by.files.submissions if nothing.by.files else None,
        _texts(found.order_id, found.row, recipient["name"] if recipient else ""),
        lambda pieces: checked.check(found, pieces, book, at=instant),
        {"at": format_instant(instant), "case_id": None, "rulebook": _book(book)},
    )


def _book(book: Rulebook) -> dict[str, str]:
    return {"name": book.name, "digest": book.digest}


def _texts(order_id: str, row: Any, recipient: str) -> frozenset[str]:
    """What of the order may stand on its papers, and must be read there to the end."""
    numbers = [str(parcel.get("parcel.tracking_number") or "") for parcel in row.get("parcel", [])]
    skus = [str(line.get("line.sku") or "") for line in row.get("line", [])]
    return frozenset(text for text in (order_id, recipient, *numbers, *skus) if text)
