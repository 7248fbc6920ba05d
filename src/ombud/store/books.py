"""The rulebooks as the store keeps them: the text that a case was opened under, and each platform's last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from ombud.domain.rulebook import Dated, Rulebook, load
from ombud.rulebooks import open_book, shipped
from ombud.store.models import RulebookVersion


@lru_cache(maxsize=64)
def kept(digest: str) -> Rulebook:
    """The book whose text has that SHA-256, as it was when cases were opened under it."""
    version = RulebookVersion.objects.get(digest=digest)
    if version.name in shipped() and (book := open_book(version.name)).digest == digest:
        return book
    return load(version.text, file=f"{version.name}@{digest[:8]}")


def book_of(digest: str, books: Mapping[str, Rulebook]) -> Rulebook:
    """The version that cases were opened under: the one at hand where it is the same, else as it was kept."""
    return next((book for book in books.values() if book.digest == digest), None) or kept(digest)


def in_use() -> dict[str, Rulebook]:
    """The book of each platform: the one last used by the store, else the one that ships with Ombud."""
    versions = RulebookVersion.objects.exclude(text="").order_by("used_from").values_list("name", "digest")
    last = dict(versions)  # of each name, the one used last: the others are not read
    return {name: open_book(name) for name in shipped()} | {name: kept(digest) for name, digest in last.items()}


def in_force() -> dict[str, Rulebook]:
    """The book of each platform by which the loop runs: the one last put in force by somebody, else the one that ships
    with Ombud. `in_use` follows with the next tick, also where a loop that knew another one came between."""
    put = RulebookVersion.objects.filter(put_at__isnull=False).order_by("put_at").values_list("name", "digest")
    return {name: open_book(name) for name in shipped()} | {name: kept(digest) for name, digest in dict(put).items()}


def version(book: Rulebook, clause: str, at: datetime) -> Dated[Any] | None:
    """The version of `clause` that a case goes by: see `Rulebook.version_at`."""
    return book.version_at(clause, at)


def word_for(book: Rulebook, state: str, at: datetime) -> str:
    """The platform's own word for a state of ours; ours where its book has none."""
    found = version(book, "states", at)
    return found.value.get(state, state) if found else state


def cited(book: Rulebook, clause: str) -> Dated[Any] | None:
    """The version that a case names as `triggers.no_first_scan@2026-03-12`."""
    path, _, day = clause.partition("@")
    return next((one for one in book.clauses.get(path, ()) if one.valid_from.date().isoformat() == day), None)
