"""docs/performance.md says what was promised, what was measured, and which script measured it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from benchmarks import report
from benchmarks.__main__ import FIGURES
from benchmarks.measure import Figure, Target

ROOT = Path(__file__).parents[1]


def page(*targets: Target, scale: str = "full") -> str:
    figure = Figure("Title", "benchmarks/scan.py", ("by", "seconds"), [("a|b", "1.0")], targets, ("A note.",))
    kept = {"scan": {"figure": figure.to_json(), "scale": scale, "machine": "2 cores"}}
    return report.page(kept, ["scan", "fold"])


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        (Target("scan / by hand", 1.2, 1.2), "yes"),
        (Target("scan / by hand", 1.21, 1.2), "**no**"),
        (Target("import / raw", 0.5, 0.5, at_least=True), "yes"),
        (Target("import / raw", 0.49, 0.5, at_least=True), "**no**"),
    ],
)
def test_a_promise_is_kept_up_to_its_limit_and_a_broken_one_is_told(target: Target, kept: str) -> None:
    [line] = [line for line in page(target).splitlines() if line.startswith(f"| {target.what}")]
    assert line.endswith(f"| {kept} |")


def test_a_figure_names_its_script_scale_and_machine_and_keeps_its_columns() -> None:
    said = page()
    assert "Made by `benchmarks/scan.py` at full scale on 2 cores." in said
    assert "| a\\|b | 1.0 |" in said


def test_a_promise_measured_at_small_scale_says_so() -> None:
    assert "scan (small scale)" in page(Target("scan", 1, 1), scale="small")


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_a_script_of_its_own(name: str) -> None:
    assert callable(import_module(f"benchmarks.{name}").figure)
    assert (ROOT / "benchmarks" / f"{name}.py").is_file()


def test_a_quick_look_never_takes_the_place_of_a_full_measurement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results.json")
    figure = Figure("Title", "benchmarks/scan.py", ("by",), [("full",)])
    report.keep("scan", figure, scale="full", machine="2 cores")
    report.keep("scan", Figure("Title", "benchmarks/scan.py", ("by",), [("quick",)]), scale="small", machine="2 cores")
    assert report.kept()["scan"]["figure"]["rows"] == [["full"]]
