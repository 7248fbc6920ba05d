"""`ombud template`: a template of a response or letter looked over before anything is sent, and what it may name."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from ombud.cli import cells, say
from ombud.cli.say import _
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.domain.responses import FIELDS, TITLES
from ombud.domain.templates import FILTERS, LONGEST, problems_of
from ombud.languages import LANGUAGES

SHIPPED = {"cover_letter": "cover_letter.ru.liquid"}
"""Templates that come with Ombud, by the name that stands for them. Letters are nothing that a platform prescribes,
so they cite no source and stand in no rulebook."""

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A Liquid template, or cover_letter, which comes with Ombud.")
]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True)
class Opened:
    """A template as its file has it. `language`: that of its name, `letter.ru.liquid`; None: it names none."""

    file: str
    text: str
    language: str | None


@app.callback()
def _app() -> None:
    """Templates of responses and letters: look one over, and see what it may name."""


@app.command()
def check(file: File) -> None:
    """Looks a template over: what is no Liquid, and names that there are not, with their line and character."""
    opened = open_template(file)
    if wrong := problems_of(opened.text, FIELDS, opened.file):
        raise OmbudError(*wrong)
    say.out.print(_("{file} can be filled in.").format(file=opened.file), markup=False, soft_wrap=True)


@app.command()
def fields(as_json: Json = False) -> None:
    """The fields and filters that a template may name."""
    if as_json:
        rows = [{"field": name, "title": _(TITLES[name]), "rows": list(parts)} for name, parts in FIELDS.items()]
        say.print_json({"fields": rows, "filters": FILTERS})
        return
    table = cells.plain_table()
    for name, parts in FIELDS.items():
        table.add_row(name, _(TITLES[name]), ", ".join(parts))
    say.out.print(table)
    said = _("Filters: {filters}.").format(filters=", ".join(FILTERS))
    say.out.print(said, markup=False, soft_wrap=True)


def open_template(name: str) -> Opened:
    """The file `name`; where there is none, the shipped template of that name. Raises OmbudError where it cannot be
    read."""
    path = Path(name)
    if not path.exists() and name in SHIPPED:
        text = (files("ombud.documents") / "templates" / SHIPPED[name]).read_text("utf-8")
        return Opened(SHIPPED[name], text, _language(SHIPPED[name]))
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST * 4 + 1)  # a character takes four bytes at most
        if len(content) > LONGEST * 4:
            text = N_("A template has at most {most} characters.")
            raise OmbudError(Problem("template_too_long", text, {"most": LONGEST}, Place(name)))
        return Opened(name, content.decode("utf-8-sig"), _language(path.name))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        wrong = Problem("no_utf8", N_("It is not UTF-8."), {}, Place(name, line), N_("Save it as UTF-8."))
        raise OmbudError(wrong) from error
    except OSError as error:
        near = ", ".join(difflib.get_close_matches(name, SHIPPED)) or ", ".join(SHIPPED)
        raise OmbudError(
            Problem(
                "unreadable",
                N_("It cannot be read: {reason}."),
                {"reason": error.strerror, "near": near},
                Place(name),
                N_("What comes with Ombud: {near}."),
            )
        ) from error


def _language(name: str) -> str | None:
    word = name.removesuffix(".liquid").rpartition(".")[2]
    return word if word in LANGUAGES and name.endswith(".liquid") else None
