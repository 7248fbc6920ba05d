"""Figures -> docs/performance.md. What was measured is kept beside the scripts, so that one can be measured anew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.measure import ROOT, Figure

RESULTS = ROOT / "benchmarks" / "results.json"
PAGE = ROOT / "docs" / "performance.md"

HEAD = """# Performance

Written by `make bench`; do not edit. Medians of several runs; contenders of one table took turns on one machine, runs
whose memory counts in a process of their own, so read the figures as ratios. All data is generated (`ombud generate`).
"""


def kept() -> dict[str, dict[str, Any]]:
    """Figures by name, as last measured: `figure`, `scale`, `machine`."""
    return dict(json.loads(RESULTS.read_text("utf-8"))) if RESULTS.is_file() else {}


def keep(name: str, figure: Figure, *, scale: str, machine: str) -> None:
    """Sets one figure in the results; a quick look never takes the place of a full one."""
    known = kept()
    if scale != "full" and known.get(name, {}).get("scale") == "full":
        return
    known[name] = {"figure": figure.to_json(), "scale": scale, "machine": machine}
    RESULTS.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", "utf-8")


def page(results: Mapping[str, Mapping[str, Any]], order: Sequence[str]) -> str:
    """The whole page, figures in `order`."""
    return HEAD + "\n" + figures(results, order)


def figures(results: Mapping[str, Mapping[str, Any]], order: Sequence[str], *, level: int = 2) -> str:
    """What was promised, and the figures in `order`, under headings of `level`."""
    measured = [(results[name], Figure.from_json(results[name]["figure"])) for name in order if name in results]
    head = "#" * level
    parts = _promises(measured, head)
    for kept_figure, figure in measured:
        parts.append(f"\n{head} {figure.title}\n")
        parts += [f"{note}\n" for note in figure.notes]
        parts.append(_table(figure.columns, figure.rows))
        parts.append(f"Made by `{figure.script}` at {kept_figure['scale']} scale on {kept_figure['machine']}.\n")
    return "\n".join(parts)


def _promises(measured: list[tuple[Mapping[str, Any], Figure]], head: str) -> list[str]:
    rows = []
    for kept_figure, figure in measured:
        for target in figure.targets:
            limit = f"{'at least' if target.at_least else 'at most'} {target.limit:g} {target.unit}"
            small = "" if kept_figure["scale"] == "full" else " (small scale)"
            rows.append(
                (target.what + small, f"{target.value:.3g} {target.unit}", limit, "yes" if target.met else "**no**")
            )
    return [f"{head} What was promised\n", _table(("what", "measured", "promised", "kept"), rows)] if rows else []


def _table(columns: Any, rows: Any) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"
