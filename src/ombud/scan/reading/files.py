"""Which file of a folder is which table."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ombud.domain.facts import TABLES, Table
from ombud.domain.problems import N_, OmbudError, Place, Problem

FORMS = ("csv", "parquet")
# A name of one of these that is nearly a table's was most likely meant to be that table.
_NEAR_FORMS = {*FORMS, "tsv", "txt", "xlsx", "xls", "ods", "json", "jsonl", "ndjson", "gz", "zip", "bz2", "zst", "pq"}
_NEAR_NAMES = {name: table.name for table in TABLES.values() for name in (table.name, table.fact)}


@dataclass(frozen=True)
class Source:
    """Where the rows of one table come from: a CSV file, a Parquet file, or a view of a mapping.

    `columns` in the order of the file; `types` (of DuckDB) where the values are not text.
    """

    table: Table
    form: str
    path: Path
    columns: tuple[str, ...]
    types: dict[str, str] = field(default_factory=dict)

    def type_of(self, column: str) -> str:
        """The DuckDB type of the values as they come."""
        return self.types.get(column, "VARCHAR")


def find(folder: Path) -> dict[str, Path]:
    """The file of each table that is there, in the order of TABLES. Raises OmbudError with everything amiss."""
    if not folder.is_dir():
        raise OmbudError(
            Problem(
                "no_folder",
                N_("There is no such folder."),
                place=Place(str(folder)),
                mend=N_("Name a folder that holds stores.csv and orders.csv, or the same as .parquet."),
            )
        )
    found: dict[str, Path] = {}
    problems: list[Problem] = []
    files = {path.name: path for path in sorted(folder.iterdir())}
    for table in TABLES.values():
        here = [files[f"{table.name}.{form}"] for form in FORMS if f"{table.name}.{form}" in files]
        if len(here) > 1:
            problems.append(
                Problem(
                    "two_files",
                    N_("Both {first} and {second} are here; which one holds the table {table}?"),
                    {"first": here[0].name, "second": here[1].name, "table": table.name},
                    Place(str(folder)),
                    N_("Take one of them away."),
                )
            )
        elif here:
            found[table.name] = here[0]
            if not here[0].is_file():
                problems.append(
                    Problem(
                        "no_file",
                        N_("This is no file."),
                        {"table": table.name},
                        Place(str(here[0])),
                        N_("Put the table {table} into one file."),
                    )
                )
    near = [path for path in files.values() if _near(path) and path not in found.values()]
    near = [path for path in near if path.name not in {f"{name}.{form}" for name in TABLES for form in FORMS}]
    problems.extend(
        Problem(
            "near_miss",
            N_("This looks like the table {table}, but no table is read from a file of this name."),
            {"table": _near(path), "name": path.name},
            Place(str(path)),
            N_("Save it as {table}.csv (comma-separated, UTF-8) or {table}.parquet, or give it another name."),
        )
        for path in near
    )
    problems.extend(
        Problem(
            "missing_table",
            N_("The table {table} is missing."),
            {"table": table.name},
            Place(str(folder)),
            N_("Put {table}.csv or {table}.parquet here, or give a mapping for an export of another shape."),
        )
        for table in TABLES.values()
        if table.required and table.name not in found and table.name not in {_near(path) for path in near}
        if not any(p.code == "two_files" and p.values["table"] == table.name for p in problems)
    )
    if problems:
        raise OmbudError(*problems)
    return found


def _near(path: Path) -> str | None:
    stem, _, form = path.name.lower().partition(".")
    if not form or form.rpartition(".")[2] not in _NEAR_FORMS:
        return None
    return _NEAR_NAMES.get(stem.strip().replace(" ", "_"))


def check_columns(table: Table, columns: list[str], place: Place) -> list[Problem]:
    """What is wrong with the names of the columns: missing, unknown, or there twice."""
    known = {column.name for column in table.columns}
    problems = []
    for name in dict.fromkeys(columns):
        at = Place(place.file, place.line, place.row, name)
        if name not in known:
            problems.append(
                Problem(
                    "unknown_column",
                    N_("The table {table} has no column {name!r}."),
                    {"table": table.name, "name": name, "like": _like(name, known - set(columns))},
                    at,
                    N_("Take the column out, or name it as the table does; missing here: {like}."),
                )
                if _like(name, known - set(columns))
                else Problem(
                    "unknown_column",
                    N_("The table {table} has no column {name!r}."),
                    {"table": table.name, "name": name},
                    at,
                    N_("Take the column out."),
                )
            )
        elif columns.count(name) > 1:
            problems.append(
                Problem(
                    "duplicate_column",
                    N_("The column {name} is there twice."),
                    {"name": name},
                    at,
                    N_("Take one of them out."),
                )
            )
    problems.extend(
        Problem(
            "missing_column",
            N_("The column {name} is missing."),
            {"name": column.name},
            Place(place.file, place.line, place.row, column.name),
            N_("Add it; leave its values empty where there are none.") if column.null else N_("Add it."),
        )
        for column in table.columns
        if column.name not in columns
    )
    return problems


def _like(name: str, missing: set[str]) -> str:
    return ", ".join(sorted(missing))
