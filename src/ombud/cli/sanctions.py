"""`ombud sanctions`: what is in force over stores, carriers, warehouses and buyers, with the figure that brought it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from ombud.cli import cells, say
from ombud.cli.grid import Cell, Heading, Line, grid
from ombud.cli.say import _
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.sanctions import Over
from ombud.store import database
from ombud.store.models import Sanction
from ombud.store.sanctions import listed
from ombud.words.sanctions import OVERS, figure, title


def sanctions(
    over: Annotated[str | None, typer.Option(help="Only over these: store, carrier, warehouse or buyer.")] = None,
    subject: Annotated[str | None, typer.Option(metavar="ID", help="Only over this store, carrier, ...")] = None,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: order routing reads this.")] = False,
) -> None:
    """List the sanctions and flags in force, with the figure, its base and the clause."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    overs = tuple(Over) if over is None else (_over(over),)
    database.prepare()
    with database.spoken():
        found = listed(instant, overs=overs, subject=subject)
        if as_json:
            say.print_json({"at": format_instant(instant), "sanctions": [told(one) for one in found]})
        elif not found:
            say.out.print(Text(_("No sanction is in force."), style="dim"))
        else:
            say.out.print(table(found, say.out.width))


def _over(text: str) -> Over:
    try:
        return Over(text)
    except ValueError:
        raise OmbudError(
            Problem(
                "unknown_over",
                N_("Nobody is sanctioned as a {text}."),
                {"text": text, "known": ", ".join(Over)},
                mend=N_("There are: {known}."),
            )
        ) from None


def table(found: list[Sanction], width: int) -> Table:
    """The sanctions with what was measured when each began."""
    headings = [Heading(_("over")), Heading(_("what follows")), Heading(_("measured"), True), Heading(_("of"), True)]
    headings.append(Heading(_("since, UTC")))
    return grid(headings, [_row(one) for one in found], width)


def _row(one: Sanction) -> list[Cell]:
    return [
        [Line(one.subject, cut="middle"), Line(f"{_(OVERS[Over(one.over)])} · {one.platform}", "dim", "end")],
        [Line(title(one), cut="end"), Line(one.clause, "dim", "middle")],
        [Line(figure(one))],
        [Line(str(one.base))],
        [Line(cells.minutes(one.begun_at))],
    ]


def told(one: Sanction) -> dict[str, Any]:
    """`figure`: a count, or a rate as a share of 1, when it began; `base`: of how many."""
    return {
        "sanction_id": one.pk,
        "platform": one.platform,
        "over": one.over,
        "subject": one.subject,
        "measure": one.measure,
        "title": title(one),
        "figure": one.figure,
        "base": one.base,
        "begun_at": format_instant(one.begun_at),
        "ended_at": format_instant(one.ended_at) if one.ended_at else None,
        "clause": one.clause,
        "rulebook": one.rulebook_id,
    }
