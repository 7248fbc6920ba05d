"""What inspection finds on papers made for it, honest and faulty, and on real files: by check, and how much of what is
honest is refused or doubted."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import ROOT, Figure, Target
from benchmarks.mutating import Memory

if TYPE_CHECKING:
    from tests.papers.paper import Paper
    from tests.papers.verdicts import Verdict

    from ombud.inspect.pool import Pool

SEED = 20260312
HONEST = {"small": 1, "full": 9}
FAULTY = {"small": 1, "full": 3}
"""Papers of each of their makers."""
WORKERS = 2
BATCH = 6
LEAST = {"refuse": 0.95, "doubt": 0.85}
SURE = 0.5
"""A doubt that is more likely than not."""
_PARTS = ("pypdfium2", "pyhanko", "pillow", "zxing-cpp", "tesserocr", "rapidocr", "av", "pycld2")


@dataclass
class Seen:
    """What came of the papers. found: (fault, weight) -> whether each was; missed: which were not, to make them again.
    refused, doubted: of the honest, by fault."""

    found: dict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    missed: list[str] = field(default_factory=list)
    honest: int = 0
    with_doubt: int = 0
    with_sure_doubt: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    wrongly: list[str] = field(default_factory=list)
    doubted: Counter[str] = field(default_factory=Counter)
    real: int = 0
    real_refused: list[str] = field(default_factory=list)
    real_doubted: int = 0


def measure(scale: str) -> tuple[Seen, Memory]:
    """Every paper through gate, pool and judge."""
    from tests.papers import verdicts

    from ombud.inspect.pool import Pool

    seen, memory = Seen(), Memory()
    with tempfile.TemporaryDirectory(prefix="ombud-bench.") as name, Pool(WORKERS) as pool, memory.watched():
        folder = Path(name)
        for batch in _batches(scale):
            told = verdicts.judged([paper for _, paper in batch], pool, folder)
            for (label, paper), verdict in zip(batch, told, strict=True):
                _count(seen, label, paper, verdict)
            for path in folder.iterdir():
                path.unlink()
        _real(seen, pool, folder)
    return seen, memory


def _batches(scale: str) -> Iterator[list[tuple[str, Paper]]]:
    """The papers with what their makers are called and their seeds, a few at a time."""
    from tests.papers import faulty, honest
    from tests.papers.making import made

    names = [(name, SEED + number) for name in honest.MAKERS for number in range(HONEST[scale])]
    names += [(name, SEED + number) for name in faulty.MAKERS for number in range(FAULTY[scale])]
    for start in range(0, len(names), BATCH):
        yield [(f"{name} ({seed})", made(name, seed)) for name, seed in names[start : start + BATCH]]


def _real(seen: Seen, pool: Pool, folder: Path) -> None:
    from tests.papers import verdicts
    from tests.papers.real import real

    evidence = Path(os.environ.get("OMBUD_REAL_DATA") or ROOT.parent / "shared" / "data") / "evidence"
    papers = list(real(evidence)) if evidence.is_dir() else []
    for start in range(0, len(papers), BATCH):
        batch = papers[start : start + BATCH]
        for paper, verdict in zip(batch, verdicts.judged(batch, pool, folder), strict=True):
            for fault, weight in paper.faults:
                _found(seen, fault, weight, paper.layout, found=verdict.finds(fault, weight))
            if paper.honest:
                seen.real += 1
                seen.real_doubted += bool(verdict.doubted)
                seen.real_refused += [f"{paper.layout}: {', '.join(verdict.refused)}"] if verdict.refused else []


def _count(seen: Seen, label: str, paper: Paper, verdict: Verdict) -> None:
    for fault, weight in paper.faults:
        _found(seen, fault, weight, label, found=verdict.finds(fault, weight))
    if not paper.honest:
        return
    seen.honest += 1
    seen.with_doubt += bool(verdict.doubted)
    seen.with_sure_doubt += any(confidence >= SURE for confidence in verdict.doubted.values())
    seen.refused.update(verdict.refused.keys())
    seen.wrongly += [label] if verdict.refused else []
    seen.doubted.update(verdict.doubted.keys())


def _found(seen: Seen, fault: str, weight: str, label: str, *, found: bool) -> None:
    seen.found[fault, weight].append(found)
    seen.missed += [] if found else [f"{weight}, {fault}: {label}"]


def figure(scale: str) -> Figure:
    start = time.perf_counter()
    seen, memory = measure(scale)
    minutes = (time.perf_counter() - start) / 60
    rows = []
    for (fault, weight), found in sorted(seen.found.items(), key=lambda one: (one[0][1] != "refuse", one[0][0])):
        rows.append(
            (
                fault, weight, f"{len(found)}", f"{sum(found)}", f"{sum(found) / len(found):.0%}",
                f"{seen.refused[fault]}", f"{seen.doubted[fault] / max(seen.honest, 1):.0%}",
            )
        )  # fmt: skip
    for fault in sorted(seen.doubted.keys() - {name for name, _ in seen.found}):
        share = f"{seen.doubted[fault] / max(seen.honest, 1):.0%}"
        rows.append((fault, "", "0", "", "", f"{seen.refused[fault]}", share))
    return Figure(
        "What is found",
        "benchmarks/evidence.py",
        ("fault", "must", "papers with it", "found", "share", "honest refused", "honest doubted"),
        rows,
        _targets(seen, memory),
        _notes(seen, memory, minutes),
    )


def _targets(seen: Seen, memory: Memory) -> list[Target]:
    targets = []
    for weight, words in (("refuse", "refused"), ("doubt", "doubted")):
        found = [one for (_, own), each in seen.found.items() if own == weight for one in each]
        what = f"papers with a fault that must be {words}: share found"
        targets.append(Target(what, sum(found) / len(found), LEAST[weight], "", at_least=True))
    targets.append(Target("honest papers refused", len(seen.wrongly), 0, ""))
    if seen.real:
        targets.append(Target("honest real files refused", len(seen.real_refused), 0, ""))
    targets.append(Target(f"memory of {WORKERS} workers while they read papers", memory.together / 2**30, 3, "GiB"))
    return targets


def _notes(seen: Seen, memory: Memory, minutes: float) -> list[str]:
    faulty = sum(len(each) for each in seen.found.values())
    weak = [
        f"{fault} ({sum(found) / len(found):.0%})"
        for (fault, weight), found in sorted(seen.found.items())
        if sum(found) / len(found) < LEAST[weight]
    ]
    parts = ", ".join(f"{name} {version(name)}" for name in _PARTS)
    notes = [
        f"{seen.honest} honest papers, {faulty} faults in as many others, from the seed {SEED}; read by {WORKERS} "
        f"workers in {minutes:.0f} minutes. The workers held {memory.together / 2**20:,.0f} MB at most together, "
        f"{memory.one / 2**20:,.0f} MB one of them.",
        f"Of the honest papers {len(seen.wrongly)} were refused, {seen.with_doubt / seen.honest:.0%} had a doubt, and "
        f"{seen.with_sure_doubt / seen.honest:.0%} one that is as likely as not or more.",
        f"Of {seen.real} honest real files {len(seen.real_refused)} were refused; {seen.real_doubted} had a doubt, as "
        "they must: they are about no order of ours.",
        f"Read with {parts}.",
    ]
    if weak:
        notes.append(f"Below the goal: {', '.join(weak)}.")
    if wrong := [*seen.wrongly, *seen.real_refused]:
        notes.append(f"Wrongly refused: {'; '.join(wrong)}.")
    if seen.missed:
        notes.append(f"Missed: {'; '.join(seen.missed)}.")
    return notes
