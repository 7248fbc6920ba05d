"""The process that runs a mapping: a DuckDB that can read one folder and write one database file, and nothing else.

Takes one line of JSON on standard input, tells its progress and its answer as lines of JSON on standard output. The
working directory is the folder, so that the mapping's relative names mean its files. Ends when standard input closes,
which is what happens when the parent dies.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb

from ombud.domain.facts import TABLES
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.reading.engine import named, plain_about, quoted, settings
from ombud.scan.reading.files import check_columns


def main() -> None:
    """Runs the mapping that standard input describes."""
    given = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    place = Path(given["place"])
    os.chdir(given["folder"])
    try:
        with plain_about(place):
            _tell({"views": _run(given, place, sys.argv[1])})
    except OmbudError as error:
        _tell({"problems": [_as_json(problem) for problem in error.problems]})
    except _SqlError as error:
        _tell({"problems": [{"sql": error.said, "line": error.line}]})


class _SqlError(Exception):
    def __init__(self, line: int, said: str) -> None:
        super().__init__(said)
        self.line = line
        self.said = said


def _run(given: dict[str, Any], place: Path, database: str) -> dict[str, dict[str, str]]:
    connection = duckdb.connect()
    # Nobody can guess this name, so no statement of the mapping can put anything into the database itself.
    target = named(f"facts {secrets.token_hex(16)}")
    for statement in (
        *settings(place),
        f"ATTACH {quoted(database)} AS {target}",
        f"CREATE SCHEMA {target}.mapped",
        f"SET allowed_directories = [{quoted(given['folder'])}]",
        "SET allow_community_extensions = false",
        "SET enable_external_access = false",
        "SET lock_configuration = true",
    ):
        connection.execute(statement)
    lines: dict[str, int] = {}
    for line, statement in given["statements"]:
        before = _views(connection)
        _execute(connection, statement, line)
        lines |= dict.fromkeys(_views(connection) - before, line)
    views = _check_views(connection, lines, given["mapping"])
    for done, (name, types) in enumerate(views.items()):
        _tell({"step": name, "done": done, "total": len(views)})
        columns = ", ".join(
            f"{named(column)}::VARCHAR AS {named(column)}" if kind.startswith("ENUM(") else named(column)
            for column, kind in types.items()
        )
        body = f"SELECT {columns} FROM {named(name)}"
        _execute(connection, f"CREATE TABLE {target}.mapped.{named(name)} AS {body}", lines[name])
        if not any(kind.startswith("ENUM(") for kind in types.values()):
            # Later views that read this one need not work it out again.
            body = f"SELECT * FROM {target}.mapped.{named(name)}"
            _execute(connection, f"CREATE OR REPLACE VIEW {named(name)} AS {body}", lines[name])
    connection.close()
    return {
        name: {column: "VARCHAR" if kind.startswith("ENUM(") else kind for column, kind in types.items()}
        for name, types in views.items()
    }


def _views(connection: duckdb.DuckDBPyConnection) -> set[str]:
    views = connection.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    return {str(name) for (name,) in views}


def _check_views(
    connection: duckdb.DuckDBPyConnection, lines: dict[str, int], mapping: str
) -> dict[str, dict[str, str]]:
    """The columns and types of the views that are tables. Raises OmbudError for what is missing or too much."""
    views, problems = {}, []
    for table in TABLES.values():
        if table.name not in lines:
            if table.required:
                problems.append(
                    Problem(
                        "missing_table",
                        N_("The mapping makes no view {table}."),
                        {"table": table.name, "views": ", ".join(sorted(lines))},
                        Place(mapping),
                        N_("Add CREATE VIEW {table} AS SELECT ...; it makes: {views}."),
                    )
                )
            continue
        # What the catalogue remembers: to ask the view itself would open every file that it reads once more.
        described = connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index",
            [table.name],
        ).fetchall()
        types = {str(name): str(kind) for name, kind in described}
        problems.extend(check_columns(table, [str(row[0]) for row in described], Place(mapping, lines[table.name])))
        views[table.name] = types
    if problems:
        raise OmbudError(*problems)
    return views


def _execute(connection: duckdb.DuckDBPyConnection, statement: str, line: int) -> None:
    try:
        connection.execute(statement)
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        if "No space left" in str(error) or "File too large" in str(error):
            raise
        raise _SqlError(line, str(error)) from None


def _as_json(problem: Problem) -> dict[str, object]:
    place = problem.place or Place()
    return {
        "code": problem.code,
        "text": problem.text,
        "values": dict(problem.values),
        "place": {"file": place.file, "line": place.line, "row": place.row, "column": place.column},
        "mend": problem.mend,
    }


def _tell(answer: dict[str, object]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201 (this is how the two processes speak)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    main()
