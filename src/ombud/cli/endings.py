"""`ombud accept` and `ombud withdraw`: a party gives in, and the case ends."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from ombud.actions.acceptances import accept as accept_case
from ombud.actions.acceptances import refuse_unknown
from ombud.actions.moving import Moved
from ombud.actions.moving import withdraw as withdraw_case
from ombud.cli import case_words, cells, say
from ombud.cli.grid import sentence
from ombud.cli.say import _
from ombud.cli.the_case import the_case
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import books, database
from ombud.store.models import Case
from ombud.words import costs

_Name = Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of its order.")]
_At = Annotated[str | None, typer.Option(metavar="INSTANT", help="When it happened; default: now.")]
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def accept(
    name: _Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    at: _At = None,
    as_json: _Json = False,
) -> None:
    """Accept a dispute as the merchant. It ends the case for good, so it asks first."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        case, in_use = the_case(name, None), books.in_use()
        refuse_unknown(case, in_use)
        if not yes:
            _ask(case, as_json=as_json)
            instant = instant if at else datetime.now(UTC)  # asking took time
        moved = accept_case(case, at=instant, actor="ombud accept", books=in_use)
        _tell(moved, as_json=as_json)


def withdraw(name: _Name, at: _At = None, as_json: _Json = False) -> None:
    """Take down that the buyer took the dispute back: the case ends, and what is held is given free."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        case = the_case(name, None)
        moved = withdraw_case(case.case_id, at=instant, actor="ombud withdraw", books=books.in_use())
        _tell(moved, as_json=as_json)


def _ask(case: Case, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise OmbudError(
            Problem(
                "not_confirmed",
                N_("Accepting ends case {case} for good, so it asks first, and there is nobody to ask."),
                {"case": f"#{case.case_id}"},
                mend=N_("Say --yes."),
            )
        )
    width = say.err.width
    say.err.print(Text(f"#{case.case_id}  {case_words.title(case)} · {case.order_id}", style="bold"))
    for line in costs.sentences(case):
        say.err.print(sentence(line, width))
    typer.confirm(_("Accept the dispute? It cannot be taken back."), abort=True, err=True)


def _tell(moved: Moved, *, as_json: bool) -> None:
    case = moved.case
    if as_json:
        say.print_json({"case_id": case.case_id, "state": str(moved.state), "at": format_instant(moved.at)})
        return
    words = _("Case {case} is {state} since {at} UTC, and settled.")
    said = words.format(case=f"#{case.case_id}", state=case_words.state(moved.state), at=cells.minutes(moved.at))
    say.out.print(said, soft_wrap=True)
