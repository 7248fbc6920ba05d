"""What a book asks for: the evidence of a violation, or of the place that decides what is no dispute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ombud.domain.conditions import holds
from ombud.domain.rulebook import Rulebook
from ombud.domain.rulebook.words import Texts


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of evidence that the book asks for in this case."""

    kind: str
    required: bool
    title: Texts
    cite: str


def for_violation(
    book: Rulebook, violation: str, row: Mapping[str, Any], *, opened_at: datetime, fires_at: datetime
) -> tuple[Asked, ...]:
    """Those whose conditions hold for the order, by the versions in force when the case was opened."""
    version = book.version_at(f"evidence.{violation}", opened_at)
    if version is None:
        return ()
    rules_at = None if book.starts_at <= fires_at else book.starts_at
    return tuple(
        Asked(item.kind, item.required, item.title, version.cite)
        for item in version.value
        if holds(item.where, row, start=fires_at, book=book, rules_at=rules_at)
    )


def for_place(book: Rulebook, route: str, *, opened_at: datetime) -> tuple[Asked, ...]:
    """Those that the place asks for, whatever the order."""
    place = book.version_at(f"routes.{route}", opened_at)
    kinds = {kind: book.version_at(f"kinds.{kind}", opened_at) for kind in (place.value.asks if place else ())}
    return tuple(
        Asked(kind, True, version.value.title, place.cite) for kind, version in kinds.items() if place and version
    )
