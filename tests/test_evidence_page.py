"""docs/evidence.md shows the figures as they were last measured, and nobody writes them by hand."""

from __future__ import annotations

import pytest
from benchmarks import evidence_page, report
from benchmarks.measure import Figure, Target

FOUND = Figure(
    "What is found", "benchmarks/evidence.py", ("fault", "share"), [("altered", "100%")],
    [Target("papers found", 0.94, 0.95, "", at_least=True)],
)  # fmt: skip
RESULTS = {"evidence": {"figure": FOUND.to_json(), "scale": "full", "machine": "2 cores"}}


def test_the_page_shows_the_figures_that_were_last_measured() -> None:
    page = evidence_page.PAGE.read_text("utf-8")
    assert page == evidence_page.filled(page, report.kept())


def test_what_people_wrote_around_the_figures_stays() -> None:
    page = f"before\n{evidence_page.BEGIN}\nold\n{evidence_page.END}\nafter\n"
    filled = evidence_page.filled(page, RESULTS)
    assert filled.startswith("before\n")
    assert filled.endswith("\nafter\n")
    assert "old" not in filled
    assert "| altered | 100% |" in filled
    assert "| papers found | 0.94  | at least 0.95  | **no** |" in filled


def test_a_page_without_a_place_for_figures_is_not_written_over() -> None:
    with pytest.raises(ValueError, match="no place for its figures"):
        evidence_page.filled("only words", RESULTS)
