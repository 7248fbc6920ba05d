"""One clause names another: does it exist, and is it in force for as long as the one that names it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from ombud.domain.instants import format_instant
from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.source import Path


@dataclass(frozen=True)
class Entry:
    """A version that could be read, and where it stands. `whole`: so could every other version of its clause."""

    path: Path
    dated: Dated[Any]
    whole: bool


Entries: TypeAlias = Mapping[str, tuple[Entry, ...]]
"""Clauses by dotted name. One that stands in the book but could not be read has no entries, and is not held against
those that name it, nor is the time for which one of its versions could not be read."""


def reference_problem(section: str, name: str, user: Dated[Any], entries: Entries) -> Problem | None:
    """What is wrong with `user` naming the clause `name` of `section`."""
    found = entries.get(f"{section}.{name}")
    if found is None:
        known = [key.removeprefix(f"{section}.") for key in entries if key.startswith(f"{section}.")]
        return Problem(
            "unknown_name",
            N_("The book has no {section}.{name}."),
            {"section": section, "name": name, "known": ", ".join(known) or "-"},
            mend=N_("Known: {known}."),
        )
    readable = bool(found) and all(entry.whole for entry in found)
    gap = first_gap([entry.dated for entry in found], user.valid_from, user.valid_until) if readable else None
    if gap is None:
        return None
    return Problem(
        "not_in_force",
        N_("{section}.{name} is not in force at {at}, and this version needs it then."),
        {"section": section, "name": name, "at": format_instant(gap)},
        mend=N_("Give it a version from that instant on, or let this one begin later."),
    )


def first_gap(versions: Sequence[Dated[Any]], start: datetime, until: datetime | None) -> datetime | None:
    """The first instant of [start, until) at which none of `versions` is in force."""
    reached = start
    for version in sorted(versions, key=lambda each: each.valid_from):
        if version.holds_at(reached):
            if version.valid_until is None:
                return None
            reached = version.valid_until
    return None if until is not None and reached >= until else reached
