"""`ombud link`: the link by which a buyer reports a problem with one order."""

from __future__ import annotations

from typing import Annotated

import typer
from django.conf import settings

from ombud.cli import say
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import database, report_links
from ombud.store.models import Order


def link(
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The id of the order.")],
    url: Annotated[str | None, typer.Option(help="Where the pages are reached; default: OMBUD_URL.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the link by which the buyer of an order reports a problem with it. It opens this order and no other."""
    database.prepare()
    with database.spoken():
        if not Order.objects.filter(order_id=order).exists():
            text = N_("There is no order {text}.")
            mend = N_("`ombud facts import` takes orders in.")
            raise OmbudError(Problem("unknown_order", text, {"text": order}, mend=mend))
    address = (url or settings.URL).rstrip("/") + report_links.address(order)
    if as_json:
        say.print_json({"order_id": order, "link": address})
    else:
        say.out.print(address, soft_wrap=True, markup=False, highlight=False)
