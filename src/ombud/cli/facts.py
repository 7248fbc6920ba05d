"""`ombud facts`: check a folder of facts, and take it into the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ombud.actions.imports import ImportReport, import_facts
from ombud.cli import say
from ombud.cli.say import _
from ombud.domain.facts import TABLES
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.folder import Facts, read_facts
from ombud.store import books, database
from ombud.store.keys import known

app = typer.Typer(no_args_is_help=True, help="Folders of facts: check them, import them.")

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder with stores, orders, ... as .csv or .parquet.")]
MappingFile = Annotated[
    Path | None, typer.Option("--mapping", metavar="FILE", help="A .sql file that turns another export into facts.")
]
Rejects = Annotated[
    Path | None,
    typer.Option("--rejects", metavar="FILE", help="Write bad rows there and go on with the good ones."),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("check")
def check(
    folder: Folder,
    mapping: MappingFile = None,
    rejects: Rejects = None,
    with_store: Annotated[
        bool, typer.Option("--store", help="Rows may also point to what the store holds, as they may in an import.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read every value of a folder and say what is wrong. Nothing is stored. Exit code 1: rows were rejected."""
    if with_store:
        database.prepare()
    with (
        say.progress(_("Checking")) as progress,
        read_facts(
            folder, mapping=mapping, known=_known if with_store else None, rejects=rejects, progress=progress
        ) as facts,
    ):
        counts, newest, rejected = facts.counts, facts.known_at, facts.rejected
    if as_json:
        say.print_json(
            {
                "tables": counts,
                "known_at": format_instant(newest) if newest else None,
                "rejected": rejected,
                "rejects": str(rejects) if rejects else None,
            }
        )
    else:
        say.out.print(_("Facts in {folder}").format(folder=folder), markup=False)
        table = Table()
        table.add_column(_("table"))
        table.add_column(_("rows"), justify="right")
        for name, count in counts.items():
            table.add_row(name, say.number(count))
        say.out.print(table)
        _say_newest(newest)
        _say_rejected(rejected, rejects)
    if rejected:
        raise typer.Exit(1)


@app.command("import")
def import_(
    folder: Folder,
    mapping: MappingFile = None,
    rejects: Rejects = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="The age of the export; default: the newest instant in it. A newer export is never overwritten.",
        ),
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="Import as of this instant; default: now.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a folder and take it into the store, all of it or nothing. Exit code 1: rows were rejected."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    age = parse_instant(known_at) if known_at else None
    database.prepare()
    with (
        say.progress(_("Importing")) as progress,
        read_facts(folder, mapping=mapping, known=_known, rejects=rejects, progress=progress) as facts,
    ):
        if at is None and age is None:
            refuse_future(facts, instant)
        with database.spoken():
            in_use = books.in_use()
        report = import_facts(facts, books=in_use, actor="cli", at=instant, known_at=age, progress=progress)
    if as_json:
        say.print_json(_report_json(report, rejects))
    else:
        _say_report(report, folder)
        _say_newest(report.known_at)
        _say_rejected(report.rejected, rejects)
    if report.rejected:
        raise typer.Exit(1)


def refuse_future(facts: Facts, at: datetime) -> None:
    """Raises OmbudError where something happened later than `at`: any later export would be older than such a slip."""
    if facts.known_at is None or facts.known_at <= at:
        return
    raise OmbudError(
        Problem(
            "future",
            N_("The newest instant is {newest}, and now it is {at}: what has not happened cannot be a fact."),
            {"newest": format_instant(facts.known_at), "at": format_instant(at)},
            _place_of_newest(facts),
            N_("Mend the instant, or say how old the export is: --known-at."),
        )
    )


def _place_of_newest(facts: Facts) -> Place | None:
    micros = int((facts.known_at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) if facts.known_at else 0
    for table in TABLES.values():
        for column in table.columns:
            if column.kind.value != "instant" or column.planned:
                continue
            found = facts.connection.execute(
                f"SELECT {', '.join(f'{name}::VARCHAR' for name in table.key)} FROM {table.name} "
                f"WHERE epoch({column.name})::BIGINT >= {micros} LIMIT 1"
            ).fetchone()
            if found:
                key = ", ".join(f"{name}={value}" for name, value in zip(table.key, found, strict=True))
                return Place(f"{table.name} ({key})", column=column.name)
    return None


def _known(table: str, keys: object) -> set[tuple[str, ...]]:
    with database.spoken():
        return known(table, keys)  # type: ignore[arg-type]


def _say_newest(newest: datetime | None) -> None:
    if newest:
        say.out.print(_("The newest instant in them: {instant}.").format(instant=format_instant(newest)))


def _say_rejected(rejected: int, rejects: Path | None) -> None:
    if rejected:
        say.out.print(
            _("{count} rows were rejected; they and the reasons are in {file}.").format(
                count=say.number(rejected), file=rejects
            )
        )


def _say_report(report: ImportReport, folder: Path) -> None:
    say.out.print(_("Imported from {folder}").format(folder=folder), markup=False)
    table = Table()
    table.add_column(_("table"))
    for heading in (_("new"), _("changed"), _("the same"), _("older, left")):
        table.add_column(heading, justify="right")
    for name, merged in report.tables.items():
        numbers = (merged.inserted, merged.updated, merged.unchanged, merged.older)
        table.add_row(name, *(say.number(number) for number in numbers))
    say.out.print(table)
    say.out.print(_("{count} orders are looked at again.").format(count=say.number(report.woken)))


def _report_json(report: ImportReport, rejects: Path | None) -> Mapping[str, object]:
    return {
        "tables": {
            name: {
                "inserted": merged.inserted,
                "updated": merged.updated,
                "unchanged": merged.unchanged,
                "older": merged.older,
            }
            for name, merged in report.tables.items()
        },
        "known_at": format_instant(report.known_at),
        "woken": report.woken,
        "rejected": report.rejected,
        "rejects": str(rejects) if rejects else None,
    }
