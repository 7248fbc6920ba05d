"""`ombud check`: what would be refused or doubted of these files, and how to mend it, before anything is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ombud.cli import check_page, say
from ombud.cli.check_files import Handed, hand_over
from ombud.cli.check_page import Page
from ombud.cli.inspecting import inspected
from ombud.cli.the_case import the_case
from ombud.domain import checked
from ombud.domain.gate import Rules
from ombud.domain.instants import parse_instant
from ombud.domain.order_file import read_order
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.rulebooks import open_book, read_text
from ombud.store import books, checks, database, drafts
from ombud.words.remarks import Level

EXIT: dict[Level, int] = {"fine": 0, "doubt": 1, "refuse": 2}
"""What a program reads off. A bad input ends with 2 as everywhere, and then nothing is on standard output."""


def check(
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
    kind: Annotated[str | None, typer.Option(help="The kind of the files; default: what their names say.")] = None,
    language: Annotated[str | None, typer.Option(help="Their language: ru; default: what their names say.")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As if handed in then; default: now.")] = None,
    store: Annotated[str | None, typer.Option(help="Only where the case is of this store.")] = None,
    facts: Annotated[bool, typer.Option("--facts", help="Also everything that was read in the files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check files as one upload: nothing is kept of them. Exit code 0 fine, 1 doubts, 2 refusals."""
    instant = parse_instant(at) if at else None
    if order is None and rulebook is None:
        page = _of_case(words, kind, language, store, instant or datetime.now(UTC))
    else:
        page = _of_order(words, order, rulebook, kind, language, instant)
    if as_json:
        say.print_json(check_page.as_json(page, facts=facts))
    else:
        say.out.print(check_page.draw(page, say.out.width, facts=facts))
    raise typer.Exit(EXIT[page.level])


def _of_case(words: Sequence[str], kind: str | None, language: str | None, store: str | None, at: datetime) -> Page:
    name, *files = words
    if not files:
        raise OmbudError(
            Problem(
                "no_files",
                N_("A case is named, or a file without a case: {name}."),
                {"name": name},
                mend=N_(
                    "Write `ombud check CASE FILE...`, or `ombud check --rulebook ozon --order order.json FILE...`."
                ),
            )
        )
    database.prepare()
    with database.spoken():
        case = the_case(name, store)
        by = drafts.rules_of(case, books.in_use())
        _refuse_kind(kind, by)
        handed = inspected(hand_over(files, by, kind=kind, language=language), kept=True)
        pieces = [one.piece for one in handed]
        return Page(checks.check(case, pieces, at=max(at, case.opened_at)), tuple(handed))


def _of_order(
    files: Sequence[str],
    order: Path | None,
    rulebook: str | None,
    kind: str | None,
    language: str | None,
    at: datetime | None,
) -> Page:
    if order is None or rulebook is None:
        raise OmbudError(
            Problem(
                "order_and_book",
                N_("--rulebook and --order go together."),
                mend=N_("Write `ombud check --rulebook ozon --order order.json FILE...`."),
            )
        )
    book = open_book(rulebook)
    found = read_order(read_text(order), book, file=str(order))
    by = checked.rules_at(book, found.at or at or datetime.now(UTC))
    _refuse_kind(kind, by)
    handed: list[Handed] = inspected(hand_over(files, by, kind=kind, language=language), kept=False)
    pieces = [one.piece for one in handed]
    instant = at or found.at or datetime.now(UTC)
    return Page(checked.check(found, pieces, book, at=instant), tuple(handed))


def _refuse_kind(kind: str | None, by: Rules) -> None:
    if kind is not None and kind not in by.kinds:
        raise OmbudError(
            Problem(
                "unknown_kind",
                N_("There is no kind of evidence {kind!r}."),
                {"kind": kind, "known": ", ".join(by.kinds) or "–"},
                Place(column="--kind"),
                N_("Name one with --kind: {known}."),
            )
        )
