"""The command line: one file per group of commands, each a thin door to what the layers below do.

A command's file is imported when the command is called: nobody who asks for the queue waits for the query engine.
"""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from ombud.cli import say
from ombud.domain.problems import N_, OmbudError, Problem

COMMANDS = {
    "scan": "scan:scan",
    "facts": "facts:app",
    "rulebook": "rulebook:app",
    "simulate": "simulate:simulate",
    "estimate": "estimate:estimate",
    "cases": "cases:cases",
    "case": "cases:case",
    "evidence": "evidence:app",
    "check": "check:check",
    "pack": "pack:pack",
    "submit": "submit:submit",
    "response": "response:response",
    "template": "template:app",
    "review": "review:review",
    "rule": "rulings:rule",
    "ruling": "rulings:ruling",
    "accept": "endings:accept",
    "withdraw": "endings:withdraw",
    "outcome": "outcome:outcome",
    "document": "documents:app",
    "health": "health:health",
    "sanctions": "sanctions:sanctions",
    "causes": "causes:causes",
    "ledger": "ledger:app",
    "audit": "audit:audit",
    "seal": "audit:seal",
    "export": "audit:export",
    "protection": "protection:protection",
    "generate": "generate:generate",
    "serve": "serve:serve",
    "people": "people:app",
    "link": "buyer_link:link",
    "send": "send:send",
    "doctor": "doctor:doctor",
    "migrate": "loop:migrate",
    "tick": "loop:tick",
    "work": "loop:work",
}
"""Every command, in the order of the help, with the file and the name that it stands under."""
WITH_PEOPLE = frozenset({"migrate", "serve", "people", "link", "send"})
"""Commands that need the tables of people and pages as well; the others start without."""


class _Commands(TyperGroup):  # (its context and commands are of the click that Typer carries inside, hence Any)
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        file, name = COMMANDS[cmd_name].split(":")
        if cmd_name in WITH_PEOPLE:
            os.environ["DJANGO_SETTINGS_MODULE"] = "ombud.web.settings"
        import_module("ombud.store.ready")  # sets Django up, before a command imports a model
        found = getattr(import_module(f"ombud.cli.{file}"), name)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
            single.command(cmd_name)(found)
            found = single
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=_Commands, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


def _speak(lang: str | None) -> str | None:
    say.speak(lang)
    return lang


@app.callback()
def _root(
    lang: Annotated[
        str | None,
        typer.Option(callback=_speak, is_eager=True, help="en, ru or zh; default: OMBUD_LANG, then the system's."),
    ] = None,
) -> None:
    """Order disputes: which orders become cases and when, their clock, their evidence, their money."""
    del lang  # heard already: what is wrong with the words after it is said in that language too


def main() -> None:
    """The entry point of `ombud`. Exit codes: 0 done, 1 done with findings (where a command says so), 2 refused."""
    say.speak(None)
    try:
        code = app(standalone_mode=False)
    except OmbudError as error:
        code = say.fail(error).exit_code
    except TyperException as error:
        code = _fail(error)
    except typer.Abort:
        code = 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        code = _fail_full()
    sys.exit(code)


def _fail_full() -> int:
    """What is done is done, and cannot be said: standard output leads to a disk that is full."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 (what is left over would be written once more at the end)
    return say.fail(
        OmbudError(
            Problem(
                "disk_full", N_("What there is to say could not be written."), mend=N_("The disk is full: make room.")
            )
        )
    ).exit_code


def _fail(error: TyperException) -> int:
    from ombud.cli import usage

    if getattr(error, "ctx", None) is not None and type(error).__name__ == "NoArgsIsHelpError":
        error.show()  # type: ignore[attr-defined]
        return error.exit_code
    say.fail(OmbudError(usage.problem(error, COMMANDS)))
    return error.exit_code
