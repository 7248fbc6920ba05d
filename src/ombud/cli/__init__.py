"""The command line: one file per group of commands, each a thin door to what the layers below do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import ombud.store.ready  # noqa: F401 (sets Django up, before a command imports a model)

# isort: split
from ombud.cli import cases, facts, generate, health, loop, rulebook, say
from ombud.domain.problems import OmbudError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def _root(
    lang: Annotated[str | None, typer.Option(help="en, ru or zh; default: OMBUD_LANG, then the system's.")] = None,
) -> None:
    """Order disputes: which orders become cases and when, their clock, their evidence, their money."""
    say.speak(lang)


app.add_typer(facts.app, name="facts")
app.add_typer(rulebook.app, name="rulebook")
app.command("cases")(cases.cases)
app.command("case")(cases.case)
app.command("health")(health.health)
app.command("generate")(generate.generate)
app.command("migrate")(loop.migrate)
app.command("tick")(loop.tick)
app.command("work")(loop.work)


def main() -> None:
    """The entry point of `ombud`. Exit codes: 0 done, 1 done with findings (where a command says so), 2 refused."""
    try:
        app()
    except OmbudError as error:
        sys.exit(say.fail(error).exit_code)
