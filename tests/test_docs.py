"""What the documents say of commands, options and rooms is what the code has, and the other way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from ombud.cli import app

ROOT = Path(__file__).parents[1]


def _commands(command: Any, words: tuple[str, ...] = ("ombud",)) -> Iterator[tuple[str, set[str]]]:
    if hasattr(command, "list_commands"):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from _commands(command.get_command(context, name), (*words, name))
    else:
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        yield " ".join(words), options - {"--help"}


def test_every_command_and_option_is_documented_and_every_documented_one_exists() -> None:
    rows = re.findall(
        r"^\| `(ombud [^`]+)` \| [^|]+ \|([^|]*)\|$", (ROOT / "docs/commands.md").read_text("utf-8"), re.MULTILINE
    )
    documented = {name: set(re.findall(r"--[a-z-]+", options)) for name, options in rows}
    assert documented == dict(_commands(typer.main.get_command(app)))


def test_every_path_that_the_readme_and_the_documents_name_is_there() -> None:
    for document in (ROOT / "README.md", ROOT / "STYLE.md", *(ROOT / "docs").rglob("*.md")):
        text = document.read_text("utf-8")
        linked = {document.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)", text)}
        named = {ROOT / path for path in re.findall(r"`((?:src|docs|tests|examples|benchmarks)/[\w./-]+)`", text)}
        missing = sorted(str(path) for path in linked | named if not path.exists())
        assert not missing, f"{document.name} names what is not there: {missing}"


def test_every_setting_that_the_code_reads_is_documented_and_every_documented_one_is_read() -> None:
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))
    rows = re.findall(r"^\| (`[^|]+) \|", (ROOT / "docs/settings.md").read_text("utf-8"), re.MULTILINE)
    documented = set(re.findall(r"`(OMBUD_[A-Z_]+)`", " ".join(rows)))
    assert documented == set(re.findall(r"\bOMBUD_[A-Z_]*[A-Z]\b", code))
