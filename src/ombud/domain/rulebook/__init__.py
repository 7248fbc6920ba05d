"""A rulebook: dated clauses, each citing the row of the requirements that it comes from.

`load` reads one from YAML and refuses what does not hold together; `Rulebook.value` gives what is in force at an
instant.
"""

from ombud.domain.rulebook.book import Rulebook
from ombud.domain.rulebook.clauses.evidence import EvidenceItem
from ombud.domain.rulebook.clauses.health import FigureVersion
from ombud.domain.rulebook.clauses.triggers import Cover, Tracks, Trigger
from ombud.domain.rulebook.compare import Change, Detail, bare, compare
from ombud.domain.rulebook.dated import Dated
from ombud.domain.rulebook.load import load

__all__ = [
    "Change",
    "Cover",
    "Dated",
    "Detail",
    "EvidenceItem",
    "FigureVersion",
    "Rulebook",
    "Tracks",
    "Trigger",
    "bare",
    "compare",
    "load",
]
