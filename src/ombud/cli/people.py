"""`ombud people`: organisations with their stores and members, for whoever runs the server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from ombud.actions import people
from ombud.cli import cells, say
from ombud.cli.say import _
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.roles import ROLES, SIDES, Role, Side
from ombud.people.models import Holding, Member, Organisation
from ombud.store import database

ACTOR = "ombud people"

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

_Name = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Its name.")]
_Stores = Annotated[list[str] | None, typer.Option("--store", help="A store that is theirs; as often as there are.")]


@app.callback()
def _app() -> None:
    """Organisations, their stores and members. Everybody else is invited on the pages."""


@app.command()
def add(
    name: _Name,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The first member: its owner or administrator.")],
    operator: Annotated[bool, typer.Option("--operator", help="An operator of the marketplace, not a seller.")] = False,
    store: _Stores = None,
    url: Annotated[str, typer.Option(help="Where the pages are reached.")] = "http://127.0.0.1:8000",
) -> None:
    """Found an organisation and print the invitation of its first member."""
    at = datetime.now(UTC)
    database.prepare()
    with database.spoken():
        side = Side.OPERATOR if operator else Side.SELLER
        organisation = people.found(name, side, at=at, actor=ACTOR)
        people.hold(organisation, store or (), at=at, actor=ACTOR)
        role = Role.ADMIN if operator else Role.OWNER
        offered = people.invite(organisation, email, role, at=at, actor=ACTOR)
    say.out.print(
        _("{email} joins by this link within {days} days:").format(email=offered.email, days=people.HOLDS.days)
    )
    say.out.print(f"{url.rstrip('/')}/invitation/{offered.token}/", soft_wrap=True, markup=False)


@app.command()
def give(name: _Name, store: Annotated[list[str], typer.Argument(metavar="STORE...", help="The stores.")]) -> None:
    """Give stores to an organisation."""
    at = datetime.now(UTC)
    database.prepare()
    with database.spoken():
        given = people.hold(_named(name), store, at=at, actor=ACTOR)
    say.out.print(_("Stores given: {count}.").format(count=given))


@app.command()
def unlock(email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address of the login.")]) -> None:
    """Take the second factor off a login whose owner has lost it."""
    at = datetime.now(UTC)
    database.prepare()
    with database.spoken():
        people.unlock(email, at=at, actor=ACTOR)
    say.out.print(_("{email} logs in with the password alone now.").format(email=email))


@app.command(name="list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show the organisations with their members and how many stores they have."""
    database.prepare()
    with database.spoken():
        rows: list[dict[str, Any]] = [
            _told(organisation) for organisation in Organisation.objects.order_by("organisation_id")
        ]
    if as_json:
        say.print_json(rows)
        return
    table = cells.plain_table()
    for row in rows:
        words = _("{side}, {count} stores").format(side=_(SIDES[Side(row["side"])]), count=row["stores"])
        table.add_row(str(row["name"]), words)
        for member in row["members"]:
            table.add_row("", f"{member['email']} · {_(ROLES[Role(member['role'])])}")
    say.out.print(table if rows else _("There is no organisation yet: `ombud people add`."))


def _told(organisation: Organisation) -> dict[str, Any]:
    members = Member.objects.select_related("user").filter(organisation=organisation, removed_at=None)
    return {
        "name": organisation.name,
        "side": organisation.side,
        "stores": Holding.objects.filter(organisation=organisation).count(),
        "members": [{"email": one.user.email, "role": one.role} for one in members.order_by("member_id")],
    }


def _named(name: str) -> Organisation:
    found = list(Organisation.objects.filter(name=name)[:2])
    if len(found) == 1:
        return found[0]
    text = N_("There is no organisation {name}.") if not found else N_("Two organisations are called {name}.")
    raise OmbudError(Problem("unknown_organisation", text, {"name": name}, mend=N_("`ombud people list` shows them.")))
