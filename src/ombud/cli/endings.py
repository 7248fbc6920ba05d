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
from ombud.domain.money import amounts, format_amount
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.store import books, database
from ombud.store.models import Case

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
    for line in costs(case):
        say.err.print(sentence(line, width))
    typer.confirm(_("Accept the dispute? It cannot be taken back."), abort=True, err=True)


def costs(case: Case) -> list[str]:
    """What accepting costs, line by line from the book, beside what was refunded to the buyer already."""
    order, book = case.order, books.kept(case.rulebook_id)
    said = [_("The order came to {amount}.").format(amount=format_amount(order.amount_minor, order.currency))]
    if order.refunded_minor:
        refunded = format_amount(order.refunded_minor, order.currency)
        said.append(_("{refunded} of it were refunded to the buyer already.").format(refunded=refunded))
    version = books.version(book, "money.charge", case.opened_at)
    if version is None:
        return said
    values = {
        "order.amount_minor": order.amount_minor,
        "order.shipping_minor": order.shipping_minor,
        "order.refunded_minor": order.refunded_minor,
        "store.commission_rate": case.store.commission_rate,
        "case.held_minor": case.held_minor,
    }
    clause = f"money.charge@{version.valid_from.date().isoformat()}"
    lines = [
        f"{case_words.money_line(line, clause, book)} {format_amount(amount, order.currency)}"
        for line, amount in amounts(version.value, values)
        if amount
    ]
    words = _("To pay: {lines}. Dispute protection pays instead where the store has it.")
    return [*said, words.format(lines=", ".join(lines))] if lines else said


def _tell(moved: Moved, *, as_json: bool) -> None:
    case = moved.case
    if as_json:
        say.print_json({"case_id": case.case_id, "state": str(moved.state), "at": format_instant(moved.at)})
        return
    words = _("Case {case} is {state} since {at} UTC, and settled.")
    said = words.format(case=f"#{case.case_id}", state=case_words.state(moved.state), at=cells.minutes(moved.at))
    say.out.print(said, soft_wrap=True)
