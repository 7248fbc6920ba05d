"""`ombud rulebook`: a book shown as in force at an instant, checked, compared with another; and its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from ombud.cli import say
from ombud.cli.say import _, print_json
from ombud.domain.instants import format_instant, parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Change, Dated, Rulebook, bare, compare
from ombud.domain.rulebook.schema import schema as book_schema
from ombud.rulebooks import open_book
from ombud.words import changes

app = typer.Typer(no_args_is_help=True, help="The rules of a platform: dated clauses, each citing its source.")

Book = Annotated[str, typer.Argument(metavar="BOOK", help="A shipped book (ozon, shopify) or a YAML file.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]

_COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "recited": "dim"}


@app.command()
def show(
    book: Book,
    clause: Annotated[str, typer.Argument(help="Only this clause or section: triggers, windows.response.")] = "",
    at: Annotated[str | None, typer.Option(help="As in force at this instant; default: now.")] = None,
    json: Json = False,
) -> None:
    """Shows every clause in force at an instant, with the rows that it cites."""
    opened = open_book(book)
    instant = parse_instant(at) if at else datetime.now(UTC)
    found = {name: version for name, version in _in_force(opened, instant) if _within(name, clause)}
    if not found:
        raise OmbudError(_nothing(opened, clause, instant))
    if json:
        clauses = [{"clause": name, **_version(each), "value": _plain(bare(each))} for name, each in found.items()]
        head = {"rulebook": opened.name, "file": opened.file, "digest": opened.digest, "at": format_instant(instant)}
        print_json({**head, "clauses": clauses, "rows": _rows(opened, found)})
        return
    say.out.print(
        Text(_("{title}, as in force at {at}").format(title=_speak(opened), at=format_instant(instant)), "bold")
    )
    for section in dict.fromkeys(name.partition(".")[0] for name in found):
        say.out.print(_section(section, found))
    say.out.print(_("{count} clauses in force.").format(count=len(found)))


@app.command()
def check(
    book: Annotated[str, typer.Argument(metavar="FILE", help="The YAML file of a book.")], json: Json = False
) -> None:
    """Checks a book whole, and says every fault with its line and how to mend it. Exit code 2 where there is one."""
    try:
        opened = open_book(book)
    except OmbudError as error:
        if json:
            print_json({"ok": False, "problems": [_problem(problem) for problem in error.problems]})
            raise typer.Exit(2) from None
        say.fail(error)
        say.err.print(_("{count} faults.").format(count=len(error.problems) + error.more))
        raise typer.Exit(2) from None
    clauses = len(opened.clauses)
    if json:
        print_json({"ok": True, **_book(opened), "clauses": clauses, "problems": []})
        return
    said = _("{file} holds together: {clauses} clauses, {versions} versions, in force from {start}.")
    versions = sum(len(each) for each in opened.clauses.values())
    text = said.format(file=opened.file, clauses=clauses, versions=versions, start=changes.date(opened.starts_at))
    say.out.print(text, markup=False, soft_wrap=True)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A shipped book or a YAML file.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="A shipped book or a YAML file.")],
    json: Json = False,
) -> None:
    """Shows what changes from one book to another, clause by clause, and from when."""
    before, after = open_book(old), open_book(new)
    found = compare(before, after)
    if json:
        print_json({"old": _book(before), "new": _book(after), "changes": [_change(change) for change in found]})
        return
    if not found:
        say.out.print(_("The two books say the same."))
        return
    table = Table(box=box.SIMPLE_HEAD, expand=True)
    for heading in (_("From"), _("Until"), _("Clause"), ""):
        table.add_column(
            heading, no_wrap=True
        )  # what a change is called is never cut; what it says may take more lines
    for heading in (_("Before"), _("After")):
        table.add_column(heading, overflow="fold")
    for change in sorted(found, key=lambda each: each.valid_from):
        table.add_row(
            changes.date(change.valid_from),
            changes.date(change.valid_until) if change.valid_until else "",
            Text(change.clause),
            Text(_(changes.KINDS[change.kind]), _COLOURS[change.kind]),
            *_sides(change),
        )
    say.out.print(table)
    say.out.print(_("{count} changes.").format(count=len(found)))


@app.command()
def schema() -> None:
    """Prints the JSON Schema of a book: editors that read it complete and check a book while it is written."""
    print_json(book_schema())


def _section(section: str, found: dict[str, Dated[Any]]) -> Table:
    table = Table(
        box=box.SIMPLE_HEAD, title=section, title_justify="left", expand=True, show_edge=False, pad_edge=False
    )
    table.add_column(_("Clause"), ratio=2)
    table.add_column(_("In force"), ratio=5)
    table.add_column(_("From"), no_wrap=True)
    table.add_column(_("Rows"))
    for name, version in found.items():
        first, dot, rest = name.partition(".")
        if first == section:
            table.add_row(
                Text(rest if dot else name), _value(bare(version)), changes.date(version.valid_from), version.cite
            )
    table.add_row()
    return table


def _in_force(book: Rulebook, at: datetime) -> Iterator[tuple[str, Dated[Any]]]:
    for name, versions in book.clauses.items():
        for version in versions:
            if version.holds_at(at):
                yield name, version


def _within(name: str, clause: str) -> bool:
    return not clause or name == clause or name.startswith(f"{clause}.")


def _nothing(book: Rulebook, clause: str, at: datetime) -> Problem:
    values = {"book": book.name, "clause": clause, "at": format_instant(at), "start": format_instant(book.starts_at)}
    if clause and not any(_within(name, clause) for name in book.clauses):
        return Problem(
            "no_clause",
            N_("The rulebook {book} has no clause {clause}."),
            values,
            mend=N_("`ombud rulebook show {book}` lists its clauses."),
        )
    return Problem(
        "none_in_force",
        N_("Nothing of it is in force at {at} in the rulebook {book}."),
        values,
        mend=N_("Its triggers are in force from {start}."),
    )


def _speak(book: Rulebook) -> str:
    return f"{book.title.speak(say.language())} ({book.file})"


def _value(value: Any) -> Text:
    return Text(changes.one_line(value))


def _sides(change: Change) -> tuple[Text, Text]:
    before, after = changes.sides(change)
    return Text(before), Text(after)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(each) for key, each in value.items()}
        case list():
            return [_plain(each) for each in value]
        case Decimal():
            return float(value)
        case _:
            return value


def _version(version: Dated[Any]) -> dict[str, Any]:
    until = version.valid_until
    return {
        "from": format_instant(version.valid_from),
        "until": format_instant(until) if until else None,
        "cite": version.cite.split(", "),
        "note": version.written.get("note"),
        "line": version.line,
    }


def _rows(book: Rulebook, found: dict[str, Dated[Any]]) -> dict[str, str]:
    cited = {row for version in found.values() for row in version.cite.split(", ")}
    return {row: said for row, said in book.rows.items() if row in cited}


def _book(book: Rulebook) -> dict[str, str]:
    return {"rulebook": book.name, "file": book.file, "digest": book.digest}


def _change(change: Change) -> dict[str, Any]:
    return {
        "clause": change.clause,
        "kind": change.kind,
        "from": format_instant(change.valid_from),
        "until": format_instant(change.valid_until) if change.valid_until else None,
        "before": _plain(change.before),
        "after": _plain(change.after),
        "cite": {"before": change.cite_before, "after": change.cite_after},
        "details": [
            {"path": detail.path, "before": _plain(detail.before), "after": _plain(detail.after)}
            for detail in change.details
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code,
        "text": _(problem.text).format(**problem.values),
        "mend": _(problem.mend).format(**problem.values) if problem.mend else "",
        "file": place.file if place else "",
        "line": place.line if place else None,
        "column": place.column if place else "",
    }
