"""Faults become words: the place in the file, the value, what was expected; and rows for the file of rejects."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ombud.domain.facts import TABLES
from ombud.domain.problems import N_, OmbudError, Place, Problem
from ombud.scan.reading import csv_files, kinds, parquet_files
from ombud.scan.reading.checks import BEFORE, DUPLICATE, NUMBERS, REJECTED, UNKNOWN
from ombud.scan.reading.engine import Engine, named
from ombud.scan.reading.load import LISTED, Loaded, mapped

REJECT_COLUMNS = ("table", "file", "line", "row", "column", "value", "reason", "expected", "raw")

_REFERENCES = {
    UNKNOWN: {
        "stores": N_("There is no store {value!r}."),
        "orders": N_("There is no order {value!r}."),
        "parcels": N_("There is no parcel {value!r}."),
    },
    REJECTED: {
        "stores": N_("The row of the store {value!r} was rejected."),
        "orders": N_("The row of the order {value!r} was rejected."),
        "parcels": N_("The row of the parcel {value!r} was rejected."),
    },
}


@dataclass(frozen=True, slots=True)
class _Fault:
    row: int
    col: int
    why: str
    extra: str | None


@dataclass(frozen=True, slots=True)
class _Raw:
    """A row as it came: its line where it has one, and its cells in the order of the source's columns."""

    line: int | None
    cells: list[str | None]


def refusal(tables: dict[str, Loaded], engine: Engine, total: int) -> OmbudError:
    """The first problems in the order of tables and rows, and the number of the rest."""
    problems: list[Problem] = []
    for loaded in tables.values():
        here = list(loaded.broken)
        faults = _faults(loaded, engine, LISTED - len(problems))
        wanted = {fault.row for fault in faults}
        wanted |= {int(fault.extra or 0) for fault in faults if fault.why == DUPLICATE}
        raws = dict(_raw_rows(loaded, engine, wanted))
        here.extend(_say(loaded, fault, raws) for fault in faults if fault.row in raws)
        if loaded.broken:
            here.sort(key=lambda problem: (problem.place.line or 0) if problem.place else 0)
        problems.extend(here[: LISTED - len(problems)])
        if len(problems) >= LISTED:
            break
    total += sum(loaded.broken_count for loaded in tables.values())
    return OmbudError(*problems, more=total - len(problems))


def write_rejects(tables: dict[str, Loaded], engine: Engine, target: Path) -> int:
    """Writes every faulty row with its reasons to `target`; gives the number of rows. The file appears whole or not."""
    count = 0
    part = target.with_name(target.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(REJECT_COLUMNS)
            for loaded in tables.values():
                count += _reject_rows(loaded, engine, writer)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return count


def refuse_target(target: Path, sources: list[Path]) -> None:
    """Raises OmbudError where the file of rejects would replace something that is no such file."""
    if target.is_dir() or (target.exists() and (_is_source(target, sources) or not _is_rejects(target))):
        raise OmbudError(
            Problem(
                "rejects_exist",
                N_("The file is there already and holds something else than rejects."),
                {},
                Place(str(target)),
                N_("Name another file for the rejects."),
            )
        )
    if not target.parent.is_dir():
        raise OmbudError(
            Problem(
                "no_folder",
                N_("There is no such folder."),
                {},
                Place(str(target.parent)),
                N_("Name a file in a folder that exists."),
            )
        )


def _is_source(target: Path, sources: list[Path]) -> bool:
    return any(target.samefile(source) for source in sources)


def _is_rejects(target: Path) -> bool:
    with target.open("rb") as file:
        return file.read(200).startswith(",".join(REJECT_COLUMNS).encode())


def _faults(loaded: Loaded, engine: Engine, limit: int) -> list[_Fault]:
    rows = engine.rows(
        f"SELECT row, col, why, extra FROM checks.faults WHERE tab = {NUMBERS[loaded.table.name]} "
        f"ORDER BY row, col, why LIMIT {limit}"
    )
    return [
        _Fault(int(str(row)), int(str(col)), str(why), None if extra is None else str(extra))
        for row, col, why, extra in rows
    ]


def _raw_rows(loaded: Loaded, engine: Engine, wanted: set[int]) -> Iterator[tuple[int, _Raw]]:
    if not wanted:
        return
    source = loaded.source
    if source.form == "csv":
        last = max(wanted)
        for index, row in csv_files.numbered(source, rewritten=loaded.rewritten):
            if index in wanted:
                yield index, _Raw(row.line, [cell or None for cell in row.cells])
            if index is not None and index >= last:
                return
        return
    numbers = ", ".join(map(str, sorted(wanted)))
    for number, *cells in engine.rows(f"{_texts(loaded)} WHERE {_row(loaded)} IN ({numbers}) ORDER BY 1"):
        yield int(str(number)), _Raw(None, [None if cell is None else str(cell) for cell in cells])


def _row(loaded: Loaded) -> str:
    return parquet_files.ROW if loaded.source.form == "parquet" else "rowid"


def _texts(loaded: Loaded) -> str:
    source = loaded.source
    relation = parquet_files.relation(source.path) if source.form == "parquet" else mapped(source.table)
    texts = ", ".join(f"{named(name)}::VARCHAR" for name in source.columns)
    return f"SELECT {_row(loaded)}, {texts} FROM {relation}"


def _reject_rows(loaded: Loaded, engine: Engine, writer: object) -> int:
    """The rejects of one table, in the order of its rows: two streams by row, merged."""
    write = writer.writerow  # type: ignore[attr-defined]
    number = NUMBERS[loaded.table.name]
    cursor = engine.connection.cursor()
    count = 0
    try:
        cursor.execute(f"SELECT row, col, why, extra FROM checks.faults WHERE tab = {number} ORDER BY row, col, why")
        faults = _stream(cursor)
        fault = next(faults, None)
        for index, raw, problem in _all_raw_rows(loaded, engine):
            rejected = False
            if problem:
                write(_reject(loaded, raw, "", problem))
                rejected = True
            while fault and index is not None and fault.row == index:
                said = _say(loaded, fault, {index: raw})
                write(_reject(loaded, raw, loaded.table.columns[fault.col].name, said, index))
                rejected = True
                fault = next(faults, None)
            count += rejected
            if not fault and not loaded.rewritten:
                break
    finally:
        cursor.close()
    return count


def _stream(cursor: object) -> Iterator[_Fault]:
    while rows := cursor.fetchmany(10_000):  # type: ignore[attr-defined]
        for row, col, why, extra in rows:
            yield _Fault(row, col, why, extra)


def _all_raw_rows(loaded: Loaded, engine: Engine) -> Iterator[tuple[int | None, _Raw, Problem | None]]:
    source = loaded.source
    if source.form == "csv":
        for index, row in csv_files.numbered(source, rewritten=loaded.rewritten):
            yield index, _Raw(row.line, [cell or None for cell in row.cells]), row.problem
        return
    cursor = engine.connection.cursor()
    wanted = f"(SELECT row FROM checks.faults WHERE tab = {NUMBERS[loaded.table.name]})"
    try:
        cursor.execute(f"{_texts(loaded)} WHERE {_row(loaded)} IN {wanted} ORDER BY 1")
        while rows := cursor.fetchmany(1_000):
            for index, *cells in rows:
                yield index, _Raw(None, cells), None
    finally:
        cursor.close()


def _reject(loaded: Loaded, raw: _Raw, column: str, problem: Problem, index: int | None = None) -> tuple[object, ...]:
    value = _cell(loaded, raw, column) if column else None
    whole: object = raw.cells
    if len(raw.cells) == len(loaded.source.columns):
        whole = dict(zip(loaded.source.columns, raw.cells, strict=True))
    row = "" if raw.line is not None or index is None else index + 1
    line = "" if raw.line is None else raw.line
    reason = problem.text.format(**problem.values)
    expected = problem.mend.format(**problem.values)
    file = str(loaded.source.path)
    return (loaded.table.name, file, line, row, column, value, reason, expected, json.dumps(whole, ensure_ascii=False))


def _say(loaded: Loaded, fault: _Fault, raws: dict[int, _Raw]) -> Problem:
    raw = raws[fault.row]
    column = loaded.table.columns[fault.col]
    place = _place(loaded, fault.row, raw, column.name)
    value = _cell(loaded, raw, column.name)
    if fault.why == DUPLICATE:
        return _duplicate(loaded, fault, raws, place)
    if fault.why in _REFERENCES:
        target = fault.extra or ""
        values: dict[str, object] = {"value": _pointer(loaded, raw, target), "table": target}
        mend = (
            N_("Put it into the table {table} of this folder, or import it first.")
            if fault.why == UNKNOWN
            else N_("Mend that row of the table {table} first.")
        )
        return Problem(f"{fault.why}_{target}", _REFERENCES[fault.why][target], values, place, mend)
    if fault.why == BEFORE:
        values = {"value": value, "first": fault.extra or "", "earlier": _cell(loaded, raw, fault.extra or "")}
        return Problem(
            "before",
            N_("{value!r} is before {first}, {earlier!r}."),
            values,
            place,
            N_("One of the two is wrong."),
        )
    return kinds.explain(column, value, place)


def _duplicate(loaded: Loaded, fault: _Fault, raws: dict[int, _Raw], place: Place) -> Problem:
    key = loaded.table.key
    raw = raws[fault.row]
    values: dict[str, object] = {
        "value": ", ".join(_cell(loaded, raw, name) or "" for name in key),
        "key": ", ".join(key),
        "table": loaded.table.name,
    }
    mend = N_("Each row of {table} needs a {key} of its own.")
    other = int(fault.extra or 0)
    first = raws.get(other)
    if first and first.line is not None:
        values["other"] = first.line
        return Problem("duplicate", N_("{key} {value!r} is on line {other} as well."), values, place, mend)
    if loaded.source.form == "parquet":
        values["other"] = other + 1
        return Problem("duplicate", N_("{key} {value!r} is in row {other} as well."), values, place, mend)
    return Problem("duplicate", N_("{key} {value!r} is there more than once."), values, place, mend)


def _place(loaded: Loaded, index: int, raw: _Raw, column: str) -> Place:
    source = loaded.source
    if source.form == "csv":
        return Place(str(source.path), raw.line, None, column)
    if source.form == "parquet":
        return Place(str(source.path), None, index + 1, column)
    key = ", ".join(f"{name}={kinds.clipped(_cell(loaded, raw, name) or '')}" for name in source.table.key)
    return Place(f"{source.path}: {source.table.name} ({key})", column=column)


def _pointer(loaded: Loaded, raw: _Raw, target: str) -> str:
    names = [name for name in TABLES[target].key if loaded.table.column(name)]
    return " ".join(_cell(loaded, raw, name) or "" for name in names)


def _cell(loaded: Loaded, raw: _Raw, column: str) -> str | None:
    return raw.cells[loaded.source.columns.index(column)]
