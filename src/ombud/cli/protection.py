"""`ombud protection`: which stores have subscribed to dispute protection, and since when."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from ombud.actions.protections import end, subscribe
from ombud.cli import cells, say
from ombud.cli.grid import Cell, Heading, Line, grid
from ombud.cli.say import _
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import database
from ombud.store.health import find_store
from ombud.store.models import Protection


def protection(
    store: Annotated[str | None, typer.Argument(metavar="[STORE]", help="One store; without it, all of them.")] = None,
    since: Annotated[str | None, typer.Option(metavar="INSTANT", help="Subscribe the store from this instant.")] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="With --since: to this instant. Alone: end what has no end yet."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the subscriptions to dispute protection; with --since or --until, begin or end one."""
    first, last = (parse_instant(text) if text else None for text in (since, until))
    if (first or last) and store is None:
        raise OmbudError(
            Problem("no_store_named", N_("Whose protection is it?"), mend=N_("Name the store before the options."))
        )
    database.prepare()
    with database.spoken():
        one = find_store(store) if store is not None else None
        if one is not None and first is not None:
            subscribe(one.store_id, since=first, until=last)
        elif one is not None and last is not None:
            end(one.store_id, until=last)
        rows = Protection.objects.order_by("store_id", "since")
        found = list(rows if one is None else rows.filter(store_id=one.store_id))
    if as_json:
        say.print_json({"protections": [_as_json(row) for row in found]})
    elif not found:
        say.out.print(Text(_("Nobody has subscribed to protection."), style="dim"))
    else:
        headings = [Heading(_("store")), Heading(_("since, UTC")), Heading(_("until, UTC"))]
        say.out.print(grid(headings, [_row(row) for row in found], say.out.width))


def _row(row: Protection) -> list[Cell]:
    until = cells.minutes(row.until) if row.until else _("until further notice")
    return [[Line(row.store_id, cut="middle")], [Line(cells.minutes(row.since))], [Line(until)]]


def _as_json(row: Protection) -> dict[str, Any]:
    return {
        "store_id": row.store_id,
        "since": format_instant(row.since),
        "until": format_instant(row.until) if row.until else None,
    }
