"""What no clause can see alone: citations, fields, lists and conditions that a clause names, and windows that add up."""

from __future__ import annotations

from collections.abc import Mapping

from ombud.domain.problems import Problem
from ombud.domain.rulebook.book import Head
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.source import Source
from ombud.domain.rulebook.words import Version


def check(source: Source, head: Head | None, versions: Mapping[str, tuple[Dated[Version], ...]]) -> list[Problem]:
    """The problems between clauses. A clause that could not be read has no versions here, and is not held against others."""
    return []
