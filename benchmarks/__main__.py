"""`python -m benchmarks [--scale small|full] [--only NAME]...`: measures, and writes docs/performance.md and
the figures of docs/evidence.md."""

from __future__ import annotations

import argparse
import sys
import time
from importlib import import_module

from benchmarks import evidence_page, report, worlds
from benchmarks.measure import machine

FIGURES = (
    "scan",
    "fold",
    "beside",
    "evaluator",
    "sweep",
    "importing",
    "opening",
    "closing",
    "seeing",
    "pages",
    "documents",
    "sealing",
    "simulating",
    "gating",
    "mutating",
    "uploads",
    "evidence",
)


def main() -> int:
    told = "Measures what docs/performance.md and docs/evidence.md say."
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=told)
    parser.add_argument("--scale", choices=("small", "full"), default="full", help="full: 10 million orders, an hour")
    parser.add_argument("--only", action="append", choices=FIGURES, help="measure this figure, keep the others")
    parser.add_argument("--keep-worlds", action="store_true", help="leave the generated data under build/benchmarks")
    chosen = parser.parse_args()
    missed = 0
    try:
        for name in chosen.only or FIGURES:
            start = time.perf_counter()
            print(f"{name} …", file=sys.stderr)
            figure = import_module(f"benchmarks.{name}").figure(chosen.scale)
            report.keep(name, figure, scale=chosen.scale, machine=machine())
            for row in figure.rows:
                print("  " + " · ".join(row), file=sys.stderr)
            for target in figure.targets:
                missed += not target.met
                print(
                    f"  {'✓' if target.met else '✗'} {target.what}: {target.value:.3g} {target.unit}", file=sys.stderr
                )
            print(f"  {time.perf_counter() - start:.0f} s", file=sys.stderr)
    finally:
        report.PAGE.parent.mkdir(exist_ok=True)
        elsewhere = evidence_page.FIGURES
        report.PAGE.write_text(report.page(report.kept(), [one for one in FIGURES if one not in elsewhere]), "utf-8")
        evidence_page.write(report.kept())
        if not chosen.keep_worlds:
            worlds.forget()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
