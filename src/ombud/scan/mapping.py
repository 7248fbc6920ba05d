"""A mapping: a `.sql` file of CREATE VIEW statements that turn an export of any shape into the fact tables.

A mapping may come from somebody else, so it gets nothing but the folder: its statements are looked at one by one, and
they run in a process of their own (`reading.mapping_child`) whose DuckDB reads below the folder and nowhere else.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb

from ombud.domain.facts import TABLES
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.reading.engine import DATABASE, Progress, memory_limit_mb
from ombud.scan.reading.files import Source

_COMMENTS = re.compile(r"(\s+|--[^\n]*(\n|$)|/\*.*?\*/)+", re.DOTALL)
_ALLOWED = re.compile(r"CREATE(\s+OR\s+REPLACE)?(\s+TEMP|\s+TEMPORARY)?\s+(VIEW|MACRO|FUNCTION)\b", re.IGNORECASE)
_ERROR_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)

_MEND = N_("A mapping holds CREATE VIEW and CREATE MACRO statements and nothing else.")


def run_mapping(mapping: Path, folder: Path, place: Path, progress: Progress | None) -> dict[str, Source]:
    """Fills the schema `mapped` of the database in `place`; gives what it holds, in the order of TABLES.

    Raises OmbudError that names the mapping's line: for SQL that is wrong, that does anything but define views and
    macros, or that reads outside `folder`; and for views that lack columns or have other ones.
    """
    if not folder.is_dir():
        raise OmbudError(
            Problem(
                "no_folder",
                N_("There is no such folder."),
                {},
                Place(str(folder)),
                N_("Name the folder that holds the export."),
            )
        )
    statements = read_statements(mapping)
    given = {
        "statements": statements,
        "folder": str(folder.resolve()),
        "place": str(place),
        "mapping": str(mapping),
        "memory_mb": memory_limit_mb(),
    }
    answer = _run_child(given, mapping, place, progress)
    views = answer["views"].items()
    return {name: Source(TABLES[name], "view", mapping, tuple(types), dict(types)) for name, types in views}


def read_statements(mapping: Path) -> list[tuple[int, str]]:
    """The statements of a mapping, each with the line it begins on. Raises OmbudError for any that may not be there."""
    try:
        text = mapping.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise OmbudError(
            Problem(
                "wrong_encoding", N_("The file is not UTF-8."), {}, Place(str(mapping)), N_("Save the file as UTF-8.")
            )
        ) from None
    except OSError as error:
        raise OmbudError(
            Problem(
                "no_file",
                N_("The file cannot be read: {error}"),
                {"error": error.strerror or str(error)},
                Place(str(mapping)),
                N_("Name a .sql file of CREATE VIEW statements."),
            )
        ) from None
    try:
        parsed = [statement.query for statement in duckdb.extract_statements(text)]
    except duckdb.Error as error:
        raise OmbudError(_sql_problem(mapping, 1, str(error))) from None
    statements, problems, position = [], [], 0
    for query in parsed:
        position = text.index(query, position)
        lead = _COMMENTS.match(query)
        start = lead.end() if lead else 0
        line = text.count("\n", 0, position + start) + 1
        statements.append((line, query[start:]))
        position += len(query)
        if not _ALLOWED.match(query, start):
            problems.append(
                Problem(
                    "statement_refused",
                    N_("{value} may not stand in a mapping."),
                    {"value": " ".join(query[start:].split()[:3])},
                    Place(str(mapping), line),
                    _MEND,
                )
            )
    if not statements:
        problems.append(Problem("no_views", N_("The mapping holds no statement."), {}, Place(str(mapping)), _MEND))
    if problems:
        raise OmbudError(*problems)
    return statements


def _run_child(given: Mapping[str, object], mapping: Path, place: Path, progress: Progress | None) -> dict[str, Any]:
    errors = place / "mapping-errors"
    with errors.open("wb") as stderr:
        child = subprocess.Popen(
            # -P: no module may come out of the folder that the user happens to stand in.
            [sys.executable, "-P", "-m", "ombud.scan.reading.mapping_child", str(place / DATABASE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            # Ctrl-C is this process's business: it ends the child.
            start_new_session=True,
        )
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("a pipe that was asked for is not there")
        answer: dict[str, Any] = {}
        try:
            child.stdin.write(json.dumps(given).encode() + b"\n")
            child.stdin.flush()
            for line in child.stdout:
                answer = json.loads(line)
                if progress and "step" in answer:
                    progress(answer["step"], answer["done"], answer["total"])
            child.wait()
        except BrokenPipeError:
            child.wait()
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
            with suppress(BrokenPipeError):
                child.stdin.close()
    if "problems" in answer:
        raise OmbudError(*(_problem(mapping, problem) for problem in answer["problems"]))
    if "views" not in answer:
        said = errors.read_text(errors="replace").strip().splitlines()
        raise OmbudError(
            Problem(
                "mapping_died",
                N_("The mapping's process ended before it was done: {error}"),
                {"error": said[-1] if said else f"exit code {child.returncode}"},
                Place(str(mapping)),
                N_("It may have needed more memory than there is: OMBUD_MEMORY_MB sets the bound."),
            )
        )
    return answer


def _problem(mapping: Path, told: Mapping[str, Any]) -> Problem:
    if "sql" in told:
        return _sql_problem(mapping, told["line"], told["sql"])
    return Problem(told["code"], told["text"], told["values"], Place(**told["place"]), told["mend"])


def _sql_problem(mapping: Path, line: int, said: str) -> Problem:
    """What DuckDB says about the statement that begins on `line`, in our words where we know better ones."""
    within = _ERROR_LINE.search(said)
    place = Place(str(mapping), line + (int(within[1]) - 1 if within else 0))
    first = said.split("\n", 1)[0].rstrip(".")
    refused = re.search(r'Cannot access (?:file|directory) "([^"]*)"|File (\S+) requires the extension', said)
    if refused:
        return Problem(
            "outside_folder",
            N_("The mapping reads {value!r}, which is outside of its folder."),
            {"value": refused[1] or refused[2]},
            place,
            N_("A mapping reads the files of the facts folder and nothing else; name them relative to it."),
        )
    return Problem("bad_sql", N_("The SQL cannot run: {error}."), {"error": first}, place, N_("Mend the statement."))
