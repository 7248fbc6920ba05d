"""What is wrong with the words of a command, said as every other error: in the reader's language, with the mend.

Typer says it in English alone and keeps the classes of its errors to itself, so they are told apart by what they carry.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from ombud.domain.problems import N_, Problem

_WORDS = re.compile(r"Got unexpected extra argument\(?s?\)? \((?P<words>.*)\)")
_COMMAND = re.compile(r"No such command '(?P<name>.*?)'")
_VALUES: Mapping[str, str] = {
    "int_parsing": N_("{name}: {value!r} is no whole number."),
    "greater_than_equal": N_("{name}: {value!r} is less than {ge}."),
    "less_than_equal": N_("{name}: {value!r} is more than {le}."),
}
_HELP = N_("`{command} --help` tells how it is used.")


def problem(error: Any, commands: Iterable[str]) -> Problem:
    """The fault in the words of a command; `error` is Typer's, `commands` are those that there are."""
    context = getattr(error, "ctx", None)
    values: dict[str, object] = {"command": context.command_path if context else "ombud"}
    if hasattr(error, "possibilities"):
        near = ", ".join(error.possibilities or ())
        return _problem(N_("There is no option {name}."), values, name=error.option_name, near=near)
    if hasattr(error, "param_type"):
        return _problem(N_("{name} is missing."), values, name=_name(error.param))
    if hasattr(error, "param"):
        return _wrong_value(error, values)
    if hasattr(error, "option_name"):
        text = N_("{name} needs a value.") if "requires" in error.message else N_("{name} takes no value.")
        return _problem(text, values, name=error.option_name)
    if found := _WORDS.match(error.message):
        return _problem(N_("More words than the command takes: {words}."), values, words=found["words"])
    if error.message == "Missing command.":
        return _problem(N_("A command is missing."), values)
    if found := _COMMAND.match(error.message):
        near = ", ".join(difflib.get_close_matches(found["name"], list(commands)))
        return _problem(N_("There is no command {name}."), values, name=found["name"], near=near)
    return _problem(N_("The command cannot be read: {reason}"), values, reason=error.format_message())


def _wrong_value(error: Any, values: Mapping[str, object]) -> Problem:
    fault: Mapping[str, Any] = error.__cause__.errors()[0] if isinstance(error.__cause__, ValidationError) else {}
    context, name, value = fault.get("ctx", {}), _name(error.param), fault.get("input", "")
    if text := _VALUES.get(fault.get("type", "")):
        return _problem(text, values, name=name, value=value, **context)
    choices = getattr(getattr(error.param, "type_descriptor", None), "choices", None)
    if choices:
        given = ", ".join(str(choice) for choice in choices)
        return _problem(N_("{name}: {value!r} is none of {choices}."), values, name=name, value=value, choices=given)
    return _problem(N_("{name}: {reason}"), values, name=name, reason=error.message)


def _name(parameter: Any) -> str:
    """`--limit`, or what an argument is called in the help."""
    return str((parameter.opts or [parameter.name])[0] if parameter.param_type_name == "option" else parameter.metavar)


def _problem(text: str, values: Mapping[str, object], **more: object) -> Problem:
    mend = N_("The nearest names are: {near}.") if more.get("near") else _HELP
    return Problem("usage", text, {**values, **more}, mend=mend)
