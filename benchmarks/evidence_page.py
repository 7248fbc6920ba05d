"""The figures of docs/evidence.md, between two marks in a page that people write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import report
from benchmarks.measure import ROOT

PAGE = ROOT / "docs" / "evidence.md"
FIGURES = ("evidence", "uploads")
BEGIN, END = "<!-- figures: written by `make bench`, do not edit -->", "<!-- end of the figures -->"


def filled(page: str, results: Mapping[str, Mapping[str, Any]]) -> str:
    """The page with the figures as last measured. Raises ValueError where it lacks one of its marks."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{PAGE.name} has no place for its figures")
    return f"{before}{BEGIN}\n\n{report.figures(results, FIGURES, level=3).strip()}\n\n{END}{after}"


def write(results: Mapping[str, Mapping[str, Any]]) -> None:
    """Into the page itself."""
    PAGE.write_text(filled(PAGE.read_text("utf-8"), results), "utf-8")
