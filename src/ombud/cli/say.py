"""How the command line speaks: the reader's language, tables, progress, and errors that name the place and the mend."""

from __future__ import annotations

import json
import locale
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ombud import languages
from ombud.domain.problems import N_, OmbudError
from ombud.languages import LANGUAGES, _, language, number

__all__ = ["_", "err", "fail", "language", "number", "out", "print_json", "progress", "speak"]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_STEPS = {
    "cases": N_("cases"),
    "compare": N_("comparing"),
    "fold": N_("folding tracks"),
    "look": N_("reading"),
    "make": N_("making"),
    "orders": N_("orders"),
    "recognise": N_("recognising letters"),
    "triggers": N_("applying triggers"),
    "wake": N_("waking orders"),
    "write": N_("writing"),
}
"""Steps of long work by what the layers below call them; a file or a table is told by its own name."""


def speak(wanted: str | None) -> None:
    """Sets the language of everything said from here on; None: that of OMBUD_LANG or of the system."""
    named = (wanted or os.environ.get("OMBUD_LANG") or locale.getlocale()[0] or "en")[:2].lower()
    languages.speak(named if named in LANGUAGES else "en")


def fail(error: OmbudError) -> typer.Exit:
    """Says every problem on standard error; raise what it returns. Exit code 2: refused input, nothing was done."""
    for problem in error.problems:
        err.print(f"[red]✗[/red] {_escape(problem.say(_))}", soft_wrap=True)
    if error.more:
        err.print(_("… and {count} more.").format(count=error.more))
    return typer.Exit(2)


def print_json(value: object) -> None:
    """One JSON document on standard output, for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def progress(title: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar on standard error, only for a person at a terminal: call it with (step, done, total or None)."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        task = bars.add_task(title, total=None)

        def advance(step: str, done: int, total: int | None) -> None:
            bars.update(task, description=f"{title}: {_(_STEPS.get(step, step))}", completed=done, total=total)

        yield advance


def _escape(text: str) -> str:
    return text.replace("[", "\\[")
