"""`ombud causes`: what cases have in common, to show what to mend."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from ombud.cli import cells, say
from ombud.cli.grid import Cell, Heading, Line, flow, grid
from ombud.cli.say import _
from ombud.documents import sheets
from ombud.documents.cause_table import NAMES, table
from ombud.domain.instants import format_instant, parse_instant, refuse_no_time
from ombud.domain.money import format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import database
from ombud.store.causes import By, Cause
from ombud.store.causes import causes as found_causes
from ombud.store.health import find_store

_SPAN = timedelta(days=90)


def causes(
    store: Annotated[str | None, typer.Argument(metavar="[STORE]", help="One store; without it, all of them.")] = None,
    by: Annotated[str, typer.Option(help="sku, carrier, warehouse, buyer, category or violation.")] = "sku",
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="What happened after this instant; default: 90 days before.")
    ] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="Up to this instant; default: now.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to show at most; a file has them all.")] = 30,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them to a .csv or .xlsx file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Group cases by cause: how many, how many lost, of how many orders, and what they cost."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    start = parse_instant(since) if since else instant - _SPAN
    refuse_no_time(start, instant)
    grouped = _by(by)
    if export is not None:
        sheets.check(export)
    database.prepare()
    with database.spoken():
        store_id = find_store(store).store_id if store is not None else None
        found = found_causes(grouped, start, instant, store_id=store_id)
    if export is not None:
        sheets.write(export, _("Causes"), *table(grouped, found), instant)
    if as_json:
        say.print_json(_as_json(grouped, found, start, instant, store_id))
    elif export is not None:
        say.out.print(_("{count} causes are in {file}.").format(count=len(found), file=export), markup=False)
    else:
        say.out.print(_page(grouped, found, start, instant, limit, say.out.width))


def _by(text: str) -> By:
    try:
        return By(text)
    except ValueError:
        raise OmbudError(
            Problem(
                "unknown_cause",
                N_("Cases are not grouped by {text!r}."),
                {"text": text, "known": ", ".join(By)},
                mend=N_("There are: {known}."),
            )
        ) from None


def _page(by: By, found: list[Cause], since: datetime, at: datetime, limit: int, width: int) -> Group:
    words = _("Cases opened from {since} to {at} UTC, by {by}")
    head = Text(words.format(since=cells.minutes(since), at=cells.minutes(at), by=_(NAMES[by])), style="bold")
    if not found:
        return Group(head, Text(_("No case is like that."), style="dim"))
    headings = [Heading(_(NAMES[by])), Heading(_("cases"), True), Heading(_("lost"), True), Heading(_("orders"), True)]
    headings += [Heading(_("rate"), True), Heading(_("charged"), True)]
    parts: list[RenderableType] = [head, grid(headings, [_row(cause) for cause in found[:limit]], width)]
    notes = []
    if len(found) > limit:
        notes.append(_("… and {count} more: --limit {all}").format(count=len(found) - limit, all=len(found)))
    if by is By.SKU:
        notes.append(_("A case about an order of several SKUs counts for each of them."))
    return Group(*parts, *(flow([Text(note, style="dim")], width) for note in notes))


def _row(cause: Cause) -> list[Cell]:
    charged = [Line(format_amount(minor, currency)) for currency, minor in sorted(cause.charged.items())]
    return [
        [Line(cause.name or _("none"), "" if cause.name else "dim", "middle")],
        [Line(say.number(cause.cases))],
        [Line(say.number(cause.lost))],
        [Line(say.number(cause.orders))],
        [Line(cells.rate(cause.share.rate))],
        charged or [Line("–", "dim")],
    ]


def _as_json(by: By, found: list[Cause], since: datetime, at: datetime, store_id: str | None) -> dict[str, Any]:
    """`rate`: cases by orders, as a decimal text; null where there were no orders. Money in minor units."""
    return {
        "since": format_instant(since),
        "at": format_instant(at),
        "store_id": store_id,
        "by": by,
        "causes": [
            {
                "name": cause.name,
                "cases": cause.cases,
                "lost": cause.lost,
                "orders": cause.orders,
                "rate": None if cause.share.rate is None else f"{sheets.share(cause.share.rate):f}",
                "charged_minor": cause.charged,
            }
            for cause in found
        ],
    }
