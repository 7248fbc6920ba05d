"""Draws docs/queue.svg and docs/case.svg, the terminals that the README shows, from the store of `make demo`."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
WIDTH = 100


def draw(file: str, at: str, *words: str) -> None:
    """Runs `ombud WORDS --at AT` on the demo's store and keeps what it prints as `docs/FILE`."""
    said = subprocess.run(
        [sys.executable, "-c", "from ombud.cli import main; main()", *words, "--at", at],
        env=os.environ
        | {"OMBUD_STORE": str(ROOT / "demo" / "ombud.sqlite3"), "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(f"$ ombud {' '.join(words)}\n{said}"))
    drawn = console.export_svg(title="ombud")
    # Without the font that Rich would have the reader's browser fetch from elsewhere.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL).replace("Fira Code", "ui-monospace, monospace")
    (ROOT / "docs" / file).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: picture.py INSTANT CASE, after `make demo`, with the two that it names at its end")
    draw("queue.svg", sys.argv[1], "cases", "--limit", "8")
    draw("case.svg", sys.argv[1], "case", sys.argv[2])
