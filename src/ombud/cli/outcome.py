"""`ombud outcome`: how the bank, PayPal or a gateway decided what is no dispute of the platform, and what it cost."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from ombud.actions.outcomes import take_outcome
from ombud.cli import case_words, say
from ombud.cli.say import _
from ombud.cli.the_case import the_routed_case
from ombud.domain.cases import State
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.money import format_amount, parse_amount
from ombud.store import books, database

ACTOR = "ombud outcome"


class Decided(StrEnum):
    """How it ended, for the seller."""

    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"
    CONCEDED = "conceded"


_STATES = {
    Decided.WON: State.WON,
    Decided.LOST: State.REJECTED,
    Decided.WITHDRAWN: State.WITHDRAWN,
    Decided.CONCEDED: State.CONCEDED,
}


def outcome(
    name: Annotated[str, typer.Argument(metavar="ID", help="The number of a routed case, or the id of its order.")],
    decided: Annotated[Decided, typer.Argument(metavar="OUTCOME", help="won, lost, withdrawn or conceded.")],
    cost: Annotated[
        str, typer.Option(metavar="AMOUNT", help="What the process charged, in the currency of the order: 15.00.")
    ] = "0",
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="When it was decided; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Take down how another process decided a routed case, and what it charged. It ends the case for good."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        case = the_routed_case(name)
        cost_minor = parse_amount(cost, case.currency)
        moved = take_outcome(
            case.case_id, _STATES[decided], cost_minor=cost_minor, at=instant, actor=ACTOR, books=books.in_use()
        )
    if as_json:
        say.print_json(
            {
                "case_id": case.case_id,
                "route": case.route,
                "state": str(moved.state),
                "at": format_instant(moved.at),
                "cost_minor": cost_minor,
                "currency": case.currency,
            }
        )
        return
    words = _("Case #{case}, {place}: {state}. Cost: {amount}.")
    said = words.format(
        case=case.case_id,
        place=case_words.title(case),
        state=case_words.state(moved.state),
        amount=format_amount(cost_minor, case.currency),
    )
    say.out.print(said, soft_wrap=True)
