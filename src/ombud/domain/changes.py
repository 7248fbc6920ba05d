"""What a new version of a rulebook changes, as far as that decides what must be read again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ombud.domain.rulebook import Dated, Rulebook


def first_difference(old: Rulebook | None, new: Rulebook, sections: Iterable[str]) -> datetime | None:
    """The earliest instant at which a clause of `sections` says something else in `new` than in `old`.

    None where they say the same at every instant, however they are written. Without an old book: the new one's start.
    """
    if old is None:
        return new.starts_at
    names = {
        name
        for book in (old, new)
        for name in book.clauses
        if any(name == section or name.startswith(f"{section}.") for section in sections)
    }
    found = (_first(old.clauses.get(name, ()), new.clauses.get(name, ())) for name in names)
    return min((instant for instant in found if instant is not None), default=None)


def _first(old: tuple[Dated[Any], ...], new: tuple[Dated[Any], ...]) -> datetime | None:
    edges = {version.valid_from for version in (*old, *new)}
    edges |= {version.valid_until for version in (*old, *new) if version.valid_until is not None}
    return next((edge for edge in sorted(edges) if _said(old, edge) != _said(new, edge)), None)


def _said(versions: tuple[Dated[Any], ...], at: datetime) -> tuple[Any, ...]:
    return tuple(version.value for version in versions if version.holds_at(at))
