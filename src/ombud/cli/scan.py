"""`ombud scan`: which orders become cases and when, read from a folder of facts or from the store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from ombud.cli import cells, say
from ombud.cli.grid import Cell, Heading, Line, grid, sentence
from ombud.cli.say import _
from ombud.domain.instants import format_instant, parse_instant, parse_span
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.rulebooks import open_book
from ombud.scan import report, sources
from ombud.scan.find import Source, find
from ombud.scan.folder import Progress
from ombud.scan.report import Summary
from ombud.store import database

STORE = "store"
OPENS = {"case": N_("case"), "review": N_("to review"), "route": N_("routed")}


class EngineName(StrEnum):
    """What runs the scan."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def scan(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A folder of facts, or the word store.")],
    rulebook: Annotated[str, typer.Option(metavar="NAME_OR_FILE", help="ozon, shopify, or the YAML file of a book.")],
    as_of: Annotated[str | None, typer.Option(metavar="INSTANT", help="What has fired by then; default: now.")] = None,
    ahead: Annotated[
        str | None, typer.Option(metavar="SPAN", help="Also what fires within 6h, 2d, ... if nothing changes.")
    ] = None,
    rules_at: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="Put the rules in force then to all facts, whatever their age."),
    ] = None,
    engine: Annotated[
        EngineName, typer.Option(help="duckdb, or spark with the extra ombud\\[spark].")
    ] = EngineName.DUCKDB,
    mapping: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A .sql file that turns another export into facts.")
    ] = None,
    rejects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write bad rows there and go on with the good ones.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the rows: .csv, .parquet or .json.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The summary for programs.")] = False,
) -> None:
    """Find the orders that become cases, and when, as of any instant."""
    at = parse_instant(as_of) if as_of else datetime.now(UTC)
    span = parse_span(ahead) if ahead else None
    rules = parse_instant(rules_at) if rules_at else None
    book = open_book(rulebook)
    if out:
        report.refuse_target(out)
    look = _engine(engine)
    with say.progress(_("Scanning")) as progress, _source(source, book, mapping, rejects, rules, progress) as facts:
        look(facts, book, as_of=at, ahead=span, rules_at=rules, progress=progress)
        rows = report.write(facts.connection, out) if out else None
        summary = report.summarise(facts.connection, book, as_of=at, ahead=span, rules_at=rules)
    if as_json:
        say.print_json(summary.as_json())
    else:
        _say(summary)
        if rows is not None:
            say.out.print()
            say.out.print(_("{rows} rows in {file}").format(rows=say.number(rows), file=out), soft_wrap=True)


def _engine(engine: EngineName) -> Callable[..., None]:
    if engine is EngineName.DUCKDB:
        return find
    from ombud.scan.spark import find_on_spark, refuse_missing

    refuse_missing()
    return find_on_spark


def _source(
    source: str,
    book: Rulebook,
    mapping: Path | None,
    rejects: Path | None,
    rules_at: datetime | None,
    progress: Progress,
) -> AbstractContextManager[Source]:
    if source != STORE:
        return sources.folder(Path(source), mapping=mapping, rejects=rejects, progress=progress)
    if mapping or rejects:
        raise OmbudError(
            Problem(
                "options_apart",
                N_("--mapping and --rejects go with a folder of facts, not with the store."),
                mend=N_("For a folder named store, write ./store."),
            )
        )
    database.prepare()
    return sources.stored(book, refold=rules_at is not None, progress=progress)


def _say(summary: Summary) -> None:
    head = Text(_("{book} as of {at}").format(book=summary.book, at=format_instant(summary.as_of)), style="bold")
    if summary.rules_at:
        head.append(" " + _("under the rules in force at {at}").format(at=format_instant(summary.rules_at)))
    say.out.print(head)
    said = _("{orders} orders, {cases} cases, {money} at stake").format(
        orders=say.number(summary.orders), cases=say.number(summary.cases), money=_money(summary.at_stake_minor)
    )
    say.out.print(sentence(said, say.out.width))
    if summary.orders_before_book:
        say.out.print(
            _(
                "{count} orders were paid before {date}, the book's first date: what was before it fires nothing."
            ).format(count=say.number(summary.orders_before_book), date=format_instant(summary.book_starts_at))
        )
        say.out.print(_("With --rules-at the rules of one instant are put to all of them."), style="dim")
    parts = (
        (summary.violations, _violations),
        (summary.soon, _soon),
        (summary.carriers, _carriers),
        (summary.stores, _stores),
    )
    for there, table in parts:
        if there:
            say.out.print()
            say.out.print(table(summary))


def _violations(summary: Summary) -> Table:
    ahead = [Heading(_("within {span}").format(span=cells.span(summary.ahead)), right=True)] if summary.ahead else []
    headings = [Heading(_("violation")), Heading(_("opens")), Heading(_("fired"), right=True), *ahead, _amount()]
    rows = [
        (
            _name(each.violation),
            _plain(_(OPENS.get(each.opens, each.opens))),
            _plain(say.number(each.fired)),
            *([_plain(say.number(each.ahead))] if ahead else []),
            _plain(_money(each.amount_minor)),
        )
        for each in summary.violations
    ]
    return grid(headings, rows, say.out.width)


def _soon(summary: Summary) -> Table:
    headings = [Heading(_("to come, if nothing changes")), Heading(_("cases"), right=True), _amount()]
    rows = [
        (_plain(_("within {span}").format(span=cells.span(within))), _plain(say.number(cases)), _plain(_money(money)))
        for within, cases, money in summary.soon
    ]
    return grid(headings, rows, say.out.width)


def _carriers(summary: Summary) -> Table:
    headings = [Heading(_("carrier")), Heading(_("cases"), right=True)]
    return grid(headings, [(_name(name), _plain(say.number(cases))) for name, cases in summary.carriers], say.out.width)


def _stores(summary: Summary) -> Table:
    headings = [Heading(_("store")), Heading(_("cases"), right=True), _amount()]
    rows = [(_name(store), _plain(say.number(cases)), _plain(_money(money))) for store, cases, money in summary.stores]
    return grid(headings, rows, say.out.width)


def _amount() -> Heading:
    return Heading(_("orders' amount"), right=True)


def _name(text: str) -> Cell:
    return (Line(text, cut="middle"),)


def _plain(text: str) -> Cell:
    return (Line(text),)


def _money(amounts: dict[str, int]) -> str:
    return ", ".join(format_amount(amount, currency) for currency, amount in sorted(amounts.items())) or "0"
