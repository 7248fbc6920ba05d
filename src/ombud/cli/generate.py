"""`ombud generate`: a made-up marketplace to try things on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from ombud import generate as world
from ombud.cli import say
from ombud.cli.say import _
from ombud.domain.instants import format_instant, parse_instant


def generate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet, or an empty one.")],
    orders: Annotated[int, typer.Option(help="How many orders, up to 50 million.")],
    seed: Annotated[int, typer.Option(help="The same seed and size give the same bytes.")] = 1,
    form: Annotated[str, typer.Option("--format", help="csv or parquet.")] = "parquet",
    starts_at: Annotated[str, typer.Option("--from", help="When the first order is paid.")] = format_instant(
        world.STARTS_AT
    ),
    days: Annotated[int, typer.Option(help="Over how many days orders are paid; the export ends with the last.")] = (
        world.DAYS
    ),
) -> None:
    """Write a marketplace as facts. All of it is GENERATED: no store, buyer, order or track in it is real."""
    with say.progress(_("Generating")) as progress:
        counts = world.generate(
            folder,
            orders=orders,
            seed=seed,
            form=world.form_of(form),
            starts_at=parse_instant(starts_at),
            days=days,
            progress=progress,
        )
    said = _("A generated marketplace in {folder}: nobody's real orders").format(folder=folder)
    say.out.print(said, soft_wrap=True, markup=False)
    table = Table()
    table.add_column(_("table"))
    table.add_column(_("rows"), justify="right")
    for name, count in counts.items():
        table.add_row(name, say.number(count))
    say.out.print(table)
