"""A facts folder -> its tables, every value checked, ready to be asked with SQL.

The whole folder is checked before anything of it can be used. Whatever is wrong is told with file, line and column, the
value and what was expected; nothing is half-read. Only where the caller names a file for rejects are bad rows set
aside, with every row that points to one of them, and the good ones go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from ombud.domain.facts import PARCEL_COLUMNS, TABLES, Kind, Table
from ombud.domain.problems import OmbudError, Problem
from ombud.scan.reading import checks, csv_files, kinds, parquet_files, report
from ombud.scan.reading.checks import Known
from ombud.scan.reading.engine import Engine, Progress, named, workplace
from ombud.scan.reading.files import Source, find
from ombud.scan.reading.load import Loaded, load, loaded, reload, settle, stored

__all__ = ["Facts", "Known", "Progress", "read_facts"]


@dataclass(frozen=True)
class Facts:
    """Checked facts. `connection` has one relation for each name in TABLES; a table that is not there is empty.

    Text is VARCHAR, instants are TIMESTAMPTZ in UTC, money and counts BIGINT in minor units, fractions DECIMAL(7,6).
    `known_at` is the newest instant at which something happened (not what is only planned); None without any.
    `counts` are rows by table, `rejected` the rows set aside. All of it lives as long as the `with` of `read_facts`.
    """

    connection: duckdb.DuckDBPyConnection
    known_at: datetime | None
    counts: dict[str, int]
    rejected: int


@contextmanager
def read_facts(
    folder: Path,
    *,
    mapping: Path | None = None,
    known: Known | None = None,
    rejects: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Facts]:
    """Reads and checks `folder`, through the views of `mapping` where one is given.

    `known` says which keys the store has, so that a row may point there; `rejects` is where bad rows are written.
    Works in a folder of its own under TMPDIR, within OMBUD_MEMORY_MB. Raises OmbudError with every problem (the first
    ones in full) before anything is given, and for a full disk also later.
    """
    with ExitStack() as stack:
        place = stack.enter_context(workplace())
        views = _mapped(mapping, folder, place, progress) if mapping else None
        files = {} if views is not None else find(folder)
        engine = Engine(place, progress, copied=sum(p.stat().st_size for p in files.values() if p.suffix == ".csv"))
        stack.callback(engine.close)
        for schema in ("loaded", "checks", "mapped"):
            engine.run(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for statement in kinds.code_types():
            engine.run(statement)
        sources = views if views is not None else _heads(files, engine)
        if rejects:
            report.refuse_target(rejects, [source.path for source in sources.values()])
        tables = _load(sources, engine)
        rejected = _check(tables, engine, known, rejects)
        counts = _publish(tables, engine, rejecting=rejected > 0)
        yield Facts(engine.connection, known_at(engine.connection), counts, rejected)


def _mapped(mapping: Path, folder: Path, place: Path, progress: Progress | None) -> dict[str, Source]:
    from ombud.scan.mapping import run_mapping  # a process of its own: only where it is needed

    return run_mapping(mapping, folder, place, progress)


def _heads(files: dict[str, Path], engine: Engine) -> dict[str, Source]:
    """The columns of every file. Raises OmbudError with what is wrong in all of them."""
    sources, problems = {}, Problems()
    for name, path in files.items():
        with problems.gathered():
            table = TABLES[name]
            is_csv = path.suffix == ".csv"
            sources[name] = csv_files.head(path, table) if is_csv else parquet_files.head(path, table, engine)
    problems.raise_any()
    return sources


def _load(sources: dict[str, Source], engine: Engine) -> dict[str, Loaded]:
    tables, problems = {}, Problems()
    for name, source in sources.items():
        with problems.gathered():
            tables[name] = load(source, engine)
    problems.raise_any()
    return tables


def _check(tables: dict[str, Loaded], engine: Engine, known: Known | None, rejects: Path | None) -> int:
    """Raises OmbudError where anything is wrong; with `rejects`, writes it there and gives the number of bad rows."""
    for table in tables.values():
        if not table.bad_count:
            settle(table.source, engine)
    while True:
        checks.prepare(engine)
        faults = checks.find_faults(tables, engine, known, rejecting=rejects is not None)
        try:
            if rejects:
                return report.write_rejects(tables, engine, rejects)
            if faults or any(table.broken_count for table in tables.values()):
                raise report.refusal(tables, engine, faults)
        except csv_files.Misread as misread:
            reload(tables[misread.table], engine)
        else:
            return 0


def _publish(tables: dict[str, Loaded], engine: Engine, *, rejecting: bool) -> dict[str, int]:
    """Makes the relations of `Facts.connection`; gives the rows of each."""
    counts = {}
    for table in TABLES.values():
        name = named(table.name)
        here = tables.get(table.name)
        if here is None:
            empty = ", ".join(f"CAST(NULL AS {kinds.sql_type(c)}) AS {named(c.name)}" for c in table.columns)
            body = f"SELECT {empty} WHERE false"
        else:
            body = _body(here, table, rejecting=rejecting)
        engine.run(f"CREATE VIEW {name} AS {body}")
        counts[table.name] = engine.count(f"SELECT count(*) FROM {name}")
    engine.run("DROP SCHEMA mapped CASCADE")
    return counts


def _body(here: Loaded, table: Table, *, rejecting: bool) -> str:
    columns = ", ".join(named(column.name) for column in table.columns)
    if rejecting:
        faulty = f"(SELECT row FROM checks.faults WHERE tab = {checks.NUMBERS[table.name]})"
        return f"SELECT {columns} FROM {loaded(table)} WHERE _row NOT IN {faulty}"
    return f"SELECT {columns} FROM {loaded(table) if here.source.form == 'parquet' else stored(table)}"


def known_at(connection: duckdb.DuckDBPyConnection) -> datetime | None:
    """The newest instant at which something happened (not what is only planned) in the tables that are there."""
    newest = None
    for table, columns in _instants(connection).items():
        highest = ", ".join(f"max({named(name)})" for name in columns)
        [(micros,)] = connection.execute(f"SELECT epoch_us(greatest({highest}, NULL)) FROM {named(table)}").fetchall()
        if isinstance(micros, int):
            newest = micros if newest is None else max(newest, micros)
    return None if newest is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=newest)


def _instants(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Table -> its columns of instants that happened; a store hands out parcels folded instead of scans."""
    rows = connection.execute("SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal").fetchall()
    there = set(rows)
    return {
        table.name: names
        for table in TABLES.values()
        if (
            names := [
                column.name
                for column in (PARCEL_COLUMNS if table.name == "parcels" else table.columns)
                if column.kind is Kind.INSTANT and not column.planned and (table.name, column.name) in there
            ]
        )
    }


class Problems:
    """Problems of several files, told together."""

    def __init__(self) -> None:
        self.all: list[Problem] = []
        self.more = 0

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Keeps what an OmbudError says, and goes on."""
        try:
            yield
        except OmbudError as error:
            self.all.extend(error.problems)
            self.more += error.more

    def raise_any(self) -> None:
        """Raises all of them, if there are any."""
        if self.all:
            raise OmbudError(*self.all, more=self.more)
