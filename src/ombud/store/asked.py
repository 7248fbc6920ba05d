"""What the book asks for in one case: the evidence of its violation, or of the place that decides it."""

from __future__ import annotations

from dataclasses import dataclass

from ombud.domain.conditions import holds
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.words import Texts
from ombud.store import books
from ombud.store.case_file import CaseFile


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of evidence that the book asks for in this case."""

    kind: str
    required: bool
    title: Texts
    cite: str


def asked_of(file: CaseFile, book: Rulebook) -> tuple[Asked, ...]:
    """Those whose conditions hold for the order of the case, by the versions in force when it was opened."""
    case = file.case
    if case.route:
        return _of_place(file, book)
    version = books.version(book, f"evidence.{case.violation}", case.opened_at)
    if version is None:
        return ()
    rules_at = None if book.starts_at <= case.fires_at else book.starts_at
    row = file.row()
    return tuple(
        Asked(item.kind, item.required, item.title, version.cite)
        for item in version.value
        if holds(item.where, row, start=case.fires_at, book=book, rules_at=rules_at)
    )


def _of_place(file: CaseFile, book: Rulebook) -> tuple[Asked, ...]:
    opened_at = file.case.opened_at
    place = books.version(book, f"routes.{file.case.route}", opened_at)
    kinds = {kind: books.version(book, f"kinds.{kind}", opened_at) for kind in (place.value.asks if place else ())}
    return tuple(
        Asked(kind, True, version.value.title, place.cite) for kind, version in kinds.items() if place and version
    )
