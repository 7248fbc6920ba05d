"""`ombud evidence`: files put ready for a case, taken off again, and all that there is to know before they go."""

from __future__ import annotations

import errno
import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ombud.actions import drafts
from ombud.actions.drafts import NewPiece
from ombud.cli import evidence_page, inspecting, say
from ombud.cli.check_files import no_file
from ombud.cli.say import _
from ombud.cli.the_case import the_case
from ombud.domain.evidence import Finding
from ombud.domain.findings import read_findings
from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.store import books, database

ACTOR = "ombud evidence"

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

Case = Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of its order.")]
Store = Annotated[str | None, typer.Option(help="Only where the case is of this store.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.callback()
def _app() -> None:
    """Put evidence ready for a case, and see what is asked, what is missing and what was handed in."""


@app.command()
def add(
    name: Case,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files.")],
    kind: Annotated[str | None, typer.Option(help="Their kind; default: what their names say.")] = None,
    language: Annotated[str | None, typer.Option(help="Their language: ru; default: what their names say.")] = None,
    stated: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=INSTANT", help="A time that they state of themselves: made_at=..."),
    ] = None,
    findings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What was found in the one file: a JSON list of findings.")
    ] = None,
    instead: Annotated[bool, typer.Option("--instead", help="Replace a file of the same name.")] = False,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="When they came; default: now.")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Put files ready and read them. It hands nothing in and spends nothing: `ombud submit` does."""
    times = dict(_stated(one) for one in stated or ())
    found = _findings(findings, files) if findings else ()
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken(), ExitStack() as stack:
        case = the_case(name, store)
        pieces = [
            NewPiece(path.name, stack.enter_context(_opened(path)), kind, language, times, found) for path in files
        ]
        drafts.add(case.case_id, pieces, at=instant, actor=ACTOR, books=books.in_use(), store_id=store, instead=instead)
        inspecting.read_ready(case, instant)
        page = evidence_page.page(case, max(instant, case.opened_at))
    if as_json:
        say.print_json(evidence_page.as_json(page))
    else:
        say.out.print(evidence_page.draw(page, say.out.width))


@app.command(name="list")
def list_(
    name: Case,
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")] = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Show what is asked for, what lies ready, what is missing, and what was handed in with what became of it."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        page = evidence_page.page(the_case(name, store), instant)
        if as_json:
            say.print_json(evidence_page.as_json(page))
        else:
            say.out.print(evidence_page.draw(page, say.out.width))


@app.command()
def remove(
    name: Case,
    file: Annotated[str, typer.Argument(metavar="NAME", help="The name of a file that lies ready.")],
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Take a file off what lies ready."""
    database.prepare()
    with database.spoken():
        case = the_case(name, store)
        instant = max(datetime.now(UTC), case.opened_at)
        drafts.remove(case.case_id, file, at=instant, actor=ACTOR, books=books.in_use(), store_id=store)
        page = evidence_page.page(case, instant)
    if as_json:
        say.print_json(evidence_page.as_json(page))
    else:
        say.out.print(_("{name} no longer lies ready.").format(name=file), soft_wrap=True)


def _stated(text: str) -> tuple[str, datetime]:
    name, equals, instant = text.partition("=")
    if not equals:
        raise OmbudError(
            Problem(
                "no_stated_time",
                N_("{text!r} is no stated time."),
                {"text": text},
                mend=N_("Write made_at=2026-04-01T08:00:00Z."),
            )
        )
    return name, parse_instant(instant)


def _findings(path: Path, files: list[Path]) -> tuple[Finding, ...]:
    if len(files) > 1:
        raise OmbudError(
            Problem(
                "whose_findings",
                N_("Findings are those of one file, and {count} are given."),
                {"count": len(files)},
                mend=N_("Add that file alone."),
            )
        )
    try:
        data: Any = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise _unreadable(path, error) from error
    except (ValueError, RecursionError) as error:  # (the latter: lists within lists, thousands deep)
        raise OmbudError(
            Problem("no_json", N_("This is no JSON: {reason}."), {"reason": error}, Place(str(path)))
        ) from error
    return read_findings(data, file=str(path))


def _opened(path: Path) -> Any:
    try:
        words = no_file(path.stat().st_mode)
        if not words:
            return path.open("rb")
    except OSError as error:
        raise _unreadable(path, error) from error
    raise _unreadable(path, OSError(errno.EINVAL, words))  # nobody waits for the other end of a pipe


def _unreadable(path: Path, error: OSError) -> OmbudError:
    return OmbudError(
        Problem(
            "cannot_read",
            N_("The file cannot be read: {reason}."),
            {"reason": error.strerror or error},
            Place(str(path)),
            N_("See that it is a file and that this user may read it."),
        )
    )
