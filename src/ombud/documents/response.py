"""The answer that the book of a case has ready, filled in from its facts (S9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ombud.documents.letter_fields import values
from ombud.domain.responses import FIELDS
from ombud.domain.templates import fill
from ombud.languages import language
from ombud.store import books
from ombud.store.case_file import CaseFile

PROOF = "delivery_proof"


@dataclass(frozen=True, slots=True)
class Response:
    """attach: the kind of evidence that goes with it; empty: none."""

    text: str
    attach: str = ""


def response(file: CaseFile, at: datetime) -> Response | None:
    """In the reader's language; None where the book has none. Raises OmbudError where a field that it names is not
    known of this case."""
    book = books.kept(file.case.rulebook_id)
    found = books.version(book, "responses", file.case.opened_at)
    if found is None:
        return None
    fields = {name: rows for name, rows in FIELDS.items() if name in found.value.fields}
    text = fill(found.value.template.speak(language()), values(file, at, language()), fields)
    return Response(text, PROOF if found.value.attach_delivery_proof else "")
