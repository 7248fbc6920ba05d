"""`ombud response`: the answer that the book has ready for a case, filled in from its facts (S9)."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import itemgetter
from typing import Annotated

import typer

from ombud.cli import cells, say
from ombud.cli.say import _
from ombud.cli.the_case import the_case
from ombud.domain.instants import parse_instant
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.responses import fill
from ombud.store import books, database
from ombud.store.case_file import CaseFile, case_file
from ombud.store.models import Case, DraftPiece

PROOF = "delivery_proof"


def response(
    name: Annotated[str, typer.Argument(metavar="ID", help="The number of a case, or the id of its order.")],
    at: Annotated[str | None, typer.Option(metavar="INSTANT", help="As known then; default: now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The automatic response of the book to a case, filled in: to paste, or to send by a program."""
    instant = parse_instant(at) if at else datetime.now(UTC)
    database.prepare()
    with database.spoken():
        case = the_case(name, None)
        found = books.version(books.kept(case.rulebook_id), "responses", case.opened_at)
        if found is None:
            raise OmbudError(
                Problem(
                    "no_response",
                    N_("The rulebook of case {case}, {book}, has no automatic response."),
                    {"case": f"#{case.case_id}", "book": case.platform},
                )
            )
        text = fill(found.value.template.speak(say.language()), values(case_file(case.case_id, instant), instant))
        ready = DraftPiece.objects.filter(case=case, kind=PROOF).exists()
    if as_json:
        attach = bool(found.value.attach_delivery_proof)
        say.print_json({"case_id": case.case_id, "text": text, "attach": PROOF if attach else None, "ready": ready})
        return
    say.out.print(text, markup=False, soft_wrap=True)
    if found.value.attach_delivery_proof and not ready:
        said = _("The carrier's proof of delivery does not lie ready: `ombud evidence add {case} FILE --kind {kind}`.")
        say.err.print(said.format(case=case.case_id, kind=PROOF), markup=False, soft_wrap=True)


def values(file: CaseFile, at: datetime) -> dict[str, str | None]:
    """What the fields of a response stand for at `at`. Of several parcels, the one that was signed for first."""
    order, case = file.order, file.case
    known: dict[str, str | None] = {"order_number": order.order_id, "buyer_name": order.buyer_id}
    delivered = [
        (parcel.delivered_at, parcel)
        for parcel in (track.parcel for track in file.tracks)
        if parcel.delivered_at and parcel.signed_by and parcel.delivered_at <= at
    ]
    if not delivered:
        return known
    delivered_at, parcel = min(delivered, key=itemgetter(0))
    return known | {
        "carrier": carrier(case, parcel.carrier),
        "tracking_number": parcel.tracking_number,
        "delivered_at": f"{cells.minutes(delivered_at)} UTC",
        "signed_by": parcel.signed_by,
    }


def carrier(case: Case, slug: str) -> str:
    """The carrier as its own people write it, where the book knows it."""
    found = books.version(books.kept(case.rulebook_id), f"carriers.{slug}", case.opened_at)
    return found.value.title if found else slug
