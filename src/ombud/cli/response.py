"""`ombud response`: the answer that the book has ready for a case, filled in from its facts (S9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from ombud.cli import say
from ombud.cli.say import _
from ombud.cli.template import open_template
from ombud.cli.the_case import the_case
from ombud.documents.letter_fields import values
from ombud.documents.response import PROOF, Response
from ombud.documents.response import response as response_of
from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.responses import FIELDS
from ombud.domain.templates import fill
from ombud.store import database
from ombud.store.case_file import case_file
from ombud.store.models import Case, DraftPiece


def response(
    name: Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of its order.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As known then; default: now.")] = None,
    template: Annotated[
        str | None, typer.Option(metavar="FILE", help="A Liquid template of your own, or cover_letter: instead of it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The automatic response of the book to a case, or a letter, filled in: to paste, or to send by a program."""
    own = open_template(template) if template else None
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        case = the_case(name, None)
        if own is not None:
            language = own.language or say.language()
            text = fill(own.text, values(case_file(case.case_id, instant), instant, language), FIELDS, own.file)
            attach = False
        else:
            found = _of_book(case, instant)
            text, attach = found.text, bool(found.attach)
        ready = DraftPiece.objects.filter(case=case, kind=PROOF).exists()
    if as_json:
        say.print_json({"case_id": case.case_id, "text": text, "attach": PROOF if attach else None, "ready": ready})
        return
    say.out.print(text, markup=False, soft_wrap=True)
    if attach and not ready:
        said = _("The carrier's proof of delivery does not lie ready: `ombud evidence add {case} FILE --kind {kind}`.")
        say.err.print(said.format(case=case.case_id, kind=PROOF), markup=False, soft_wrap=True)


def _of_book(case: Case, at: datetime) -> Response:
    found = response_of(case_file(case.case_id, at), at)
    if found is None:
        raise OmbudError(
            Problem(
                "no_response",
                N_("The rulebook of case {case}, {book}, has no automatic response."),
                {"case": f"#{case.case_id}", "book": case.platform},
            )
        )
    return found
