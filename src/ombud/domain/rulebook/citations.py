"""Whether what a clause cites is there: a row of the documents that the book says it is drawn from."""

from __future__ import annotations

from typing import Any

from ombud.domain.problems import N_, Problem
from ombud.domain.rulebook.source import Path, Source

NOTHING = "-"
"""What stands for a citation that is missing, where that has been said already."""


def citations(source: Source, path: Path, written: Any) -> list[Problem]:
    """The citations of the clause `written` at `path` that no source has, also in versions with other faults."""
    rows = _rows(source.plain.get("sources"))
    return [
        Problem(
            "unknown_row",
            N_("{cite!r} is no row of the book's sources."),
            {"cite": cite},
            source.place((*path, index, "cite")),
            N_("Name a row that stands under sources."),
        )
        for index, version in enumerate(written if isinstance(written, list) else ())
        for cite in _cited(version)
        if cite not in rows
    ]


def _rows(sources: Any) -> set[str]:
    maps = [each.get("rows") for each in sources if isinstance(each, dict)] if isinstance(sources, list) else []
    return {row for rows in maps if isinstance(rows, dict) for row in rows}


def _cited(version: Any) -> list[str]:
    cite = version.get("cite") if isinstance(version, dict) else None
    return [each for each in (cite if isinstance(cite, list) else [cite]) if isinstance(each, str)]
