"""`ombud document`: notices, ruling records, statements and dispute reports as PDF."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ombud.cli import say
from ombud.cli.say import _
from ombud.documents.blocks import Document
from ombud.documents.notice import notice
from ombud.documents.report import report
from ombud.documents.ruling import ruling_record
from ombud.documents.statement import statement_of
from ombud.documents.typeset import pdf
from ombud.domain.instants import parse_instant, refuse_no_time
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.store import case_file, database
from ombud.store.disputes import FIRST, Period
from ombud.store.health import find_store
from ombud.whole import whole_file

app = typer.Typer(help="Draw documents as PDF: notices, ruling records, statements, reports.", no_args_is_help=True)

_Id = Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of an order.")]
_Out = Annotated[Path, typer.Option(metavar="FILE", help="The PDF to write.")]
_At = Annotated[str | None, typer.Option(metavar="INSTANT", help="As of this instant; default: now.")]
_Lang = Annotated[str | None, typer.Option(help="The document's language, en, ru or zh; default: the reader's.")]
_NoticeLang = Annotated[
    str | None, typer.Option(help="The document's language, en, ru or zh; default: what the rulebook names.")
]
_Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
_Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("notice")
def draw_notice(
    name: _Id,
    out: _Out,
    lang: _NoticeLang = None,
    at: _At = None,
    force: _Force = False,
    as_json: _Json = False,
) -> None:
    """Draw the notice of a case: what happened, until when to answer, what is asked for, what is at stake."""
    instant = _instant(at)
    _draw(lambda: notice(_file(name, instant), instant, language=lang), out, force=force, as_json=as_json)


@app.command("ruling")
def draw_ruling(
    name: _Id,
    out: _Out,
    lang: _Lang = None,
    at: _At = None,
    force: _Force = False,
    as_json: _Json = False,
) -> None:
    """Draw the record of a ruling, fit for a court: evidence, reasons with clauses, history, digest."""
    instant = _instant(at)
    language = lang or say.language()
    _draw(lambda: ruling_record(_file(name, instant), instant, language=language), out, force=force, as_json=as_json)


@app.command("statement")
def draw_statement(
    store: Annotated[str, typer.Argument(metavar="STORE", help="Whose money.")],
    out: _Out,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Only what came after this instant; default: all.")
    ] = None,
    lang: _Lang = None,
    at: _At = None,
    force: _Force = False,
    as_json: _Json = False,
) -> None:
    """Draw the statement of a store: its accounts over a period, and every posting in it."""
    instant, start, language = _instant(at), parse_instant(since) if since else None, lang or say.language()
    refuse_no_time(start or FIRST, instant)
    _draw(
        lambda: statement_of(find_store(store), instant, since=start, language=language),
        out,
        force=force,
        as_json=as_json,
    )


@app.command("report")
def draw_report(
    out: _Out,
    store: Annotated[str | None, typer.Option(help="Only disputes of this store.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="Only disputes opened after this instant; default: all.")
    ] = None,
    lang: _Lang = None,
    at: _At = None,
    force: _Force = False,
    as_json: _Json = False,
) -> None:
    """Draw the dispute report of a period: by violation and outcome, by cause, with what it cost."""
    instant, start, language = _instant(at), parse_instant(since) if since else FIRST, lang or say.language()
    refuse_no_time(start, instant)

    def of_period() -> Document:
        return report(Period(instant, start, find_store(store).store_id if store else None), language=language)

    _draw(of_period, out, force=force, as_json=as_json)


def _instant(at: str | None) -> datetime:
    return parse_instant(at) if at else datetime.now(UTC)


def _file(name: str, at: datetime) -> case_file.CaseFile:
    """The file of the one case that `name` means. Raises OmbudError where it means several."""
    found = case_file.cases_named(name)
    if len(found) > 1:
        raise OmbudError(
            Problem(
                "several_cases",
                N_("The order {order} has {count} cases: {cases}."),
                {
                    "order": found[0].order_id,
                    "count": len(found),
                    "cases": ", ".join(f"#{case.case_id}" for case in found),
                    "number": found[0].case_id,
                },
                mend=N_("Name one of them: case:{number}."),
            )
        )
    return case_file.case_file(found[0].case_id, at)


def _draw(document: Callable[[], Document], out: Path, *, force: bool, as_json: bool) -> None:
    _check(out, force=force)
    database.prepare()
    with database.spoken():
        found = document()
    content = pdf(found)
    _write(content, out, force=force)
    digest = hashlib.sha256(content).hexdigest()
    if as_json:
        say.print_json({"file": str(out), "bytes": len(content), "sha256": digest, "language": found.language})
    else:
        say.out.print(
            _("{file}: {title} ({bytes} bytes).").format(file=out, title=found.title, bytes=say.number(len(content))),
            markup=False,
            soft_wrap=True,
        )


def _check(out: Path, *, force: bool) -> None:
    """Refuses, before anything is drawn, a place where the file could not or must not be written."""
    with _written(out):
        if out.is_dir():
            raise _no_file(out, N_("It is a folder."), N_("Name a file: {file}/notice.pdf."))
        if out.exists() and not out.is_file():  # what is written is put in its place, and a device would be gone
            raise _no_file(out, N_("It is no ordinary file."), N_("Name one that may be replaced."))
        if not out.parent.is_dir():
            raise _no_file(out, N_("The folder {folder} is not there."), N_("Make it first, or name another file."))
        if out.exists() and not force:
            raise _there(out)


def _write(content: bytes, out: Path, *, force: bool) -> None:
    """Whole or not at all: a reader never meets half a document."""
    with _written(out), whole_file(out) as half:
        half.write_bytes(content)
        _check(out, force=force)  # a file may have come meanwhile


@contextmanager
def _written(out: Path) -> Iterator[None]:
    """What the system says against the file, as an error of ours."""
    try:
        yield
    except OSError as error:
        raise OmbudError(
            Problem("unwritable", N_("It cannot be written: {reason}."), {"reason": error.strerror}, Place(str(out)))
        ) from None


def _there(out: Path) -> OmbudError:
    return _no_file(out, N_("The file is there already."), N_("Name another one, or add --force."), code="file_there")


def _no_file(out: Path, text: str, mend: str, *, code: str = "no_file") -> OmbudError:
    return OmbudError(Problem(code, text, {"file": out, "folder": out.parent}, Place(str(out)), mend))
