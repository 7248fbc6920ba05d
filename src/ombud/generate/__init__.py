"""A generated marketplace as facts: nobody's orders, made to try things on at any size.

The world is written in SQL, one file per noun, and every draw in it is a hash of (seed, purpose, number): the same
seed, size and dates give the same rows in the same order, whatever the machine. Chunks of orders are worked out side by
side and written in order, so memory holds a few chunks and never a table.
"""

from __future__ import annotations

import itertools
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from threading import local
from typing import Literal

import duckdb

from ombud.domain import facts
from ombud.domain.problems import N_, OmbudError, Problem
from ombud.generate.files import FORMS, Part
from ombud.whole import refuse_full, whole_folder

TABLES = {name: table for name, table in facts.TABLES.items() if name != "recipients"}
"""What is written: who an order goes to only evidence asks, and it would be one row more for every order."""
Progress = Callable[[str, int, int | None], None]
Form = Literal["csv", "parquet"]

STARTS_AT = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 160
MOST_ORDERS = 50_000_000  # as far as the carriers' number formats stay free of accidental doubles
CHUNK = 100_000  # also the size of the row groups that `orders.parquet` is written in

README = """# A generated marketplace

Every store, order, buyer, track and message in this folder is made up:
`ombud generate --orders {orders} --seed {seed}` wrote it.
No figure drawn from it says anything about a real marketplace or carrier.

Orders are paid from {starts_at} on, for {days} days; the export ends at {ends_at},
and what lies after that is not in it.
"""


def generate(
    folder: Path,
    *,
    orders: int,
    seed: int,
    form: Form = "parquet",
    starts_at: datetime = STARTS_AT,
    days: int = DAYS,
    chunk: int = CHUNK,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Writes the seven tables of facts into `folder` and returns their row counts.

    `orders` from 1 to 50 million; `seed` any whole number from 0; `starts_at` aware, `days` from 1; `chunk` orders are
    worked out at once, which changes memory and no row. The folder appears whole or not at all. Raises OmbudError where
    an argument makes no sense or the folder holds something already.
    """
    starts_at = starts_at.astimezone(UTC)
    _refuse(folder, orders, seed, days)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with whole_folder(folder) as draft:
        counts = _write(draft, orders, seed, form, starts_at, days, chunk, progress)
        (draft / "README.md").write_text(
            README.format(
                orders=orders,
                seed=seed,
                starts_at=f"{starts_at:%Y-%m-%d}",
                days=days,
                ends_at=f"{starts_at + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}",
            ),
            encoding="utf-8",
        )
    return counts


def stores_of(orders: int) -> int:
    """How many stores a world of that many orders has: about 500 orders each, and never fewer than every kind once."""
    return max(32, orders // 500)


def form_of(text: str) -> Form:
    """`csv` or `parquet`. Raises OmbudError for any other word."""
    if text == "csv":
        return "csv"
    if text == "parquet":
        return "parquet"
    raise OmbudError(
        Problem("no_such_form", N_("{form!r} is no form of facts."), {"form": text}, mend=N_("Say csv or parquet."))
    )


def _refuse(folder: Path, orders: int, seed: int, days: int) -> None:
    if not 1 <= orders <= MOST_ORDERS:
        raise OmbudError(
            Problem(
                "no_such_size",
                N_("{orders} orders cannot be generated."),
                {"orders": orders, "most": MOST_ORDERS},
                mend=N_("Ask for 1 to {most}."),
            )
        )
    if not 0 <= seed < 2**63:
        raise OmbudError(
            Problem("no_such_seed", N_("{seed} is no seed."), {"seed": seed}, mend=N_("Give a whole number from 0."))
        )
    if not 1 <= days <= 3_660:
        raise OmbudError(
            Problem(
                "no_such_span",
                N_("Orders cannot be spread over {days} days."),
                {"days": days},
                mend=N_("Give 1 to 3660."),
            )
        )
    refuse_full(folder)


def _write(
    draft: Path,
    orders: int,
    seed: int,
    form: Form,
    starts_at: datetime,
    days: int,
    size: int,
    progress: Progress | None,
) -> dict[str, int]:
    def connect() -> duckdb.DuckDBPyConnection:
        # One thread each: the chunks are what runs side by side, and a connection's rows keep their order.
        connection = duckdb.connect(config={"threads": 1})
        starts = int(starts_at.timestamp())
        for name, value in {
            "seed": seed,
            "orders": orders,
            "stores": stores_of(orders),
            "starts": starts,
            "span": days * 86_400,
            "ends": starts + days * 86_400,
            "first": 0,
            "last": 0,
        }.items():
            connection.execute(f"SET VARIABLE {name} = {value}::BIGINT")
        connection.execute("SET TimeZone = 'UTC'")
        for name in ("words", "tracks", "stores", "chunk", "tables"):
            connection.execute(_sql(name))
        return connection

    own = local()

    def chunk(first: int) -> dict[str, Part]:
        if not hasattr(own, "connection"):
            own.connection = connect()
        connection: duckdb.DuckDBPyConnection = own.connection
        connection.execute(f"SET VARIABLE first = {first}::BIGINT")
        connection.execute(f"SET VARIABLE last = {min(first + size, orders)}::BIGINT")
        connection.execute(_sql("chunk"))
        return {name: cut(connection, table, draft, first) for name, table in TABLES.items() if name != "stores"}

    cut, writer = FORMS[form]
    counts = dict.fromkeys(TABLES, 0)
    with ExitStack() as stack:
        writers = {name: stack.enter_context(closing(writer(draft, table))) for name, table in TABLES.items()}
        writers["stores"].write(cut(connect(), TABLES["stores"], draft, 0))
        counts["stores"] = stores_of(orders)
        for number, parts in enumerate(_in_order(chunk, range(0, orders, size))):
            for name, part in parts.items():
                counts[name] += writers[name].write(part)
            if progress:
                progress("orders", min((number + 1) * size, orders), orders)
    return counts


def _in_order(work: Callable[[int], dict[str, Part]], firsts: range) -> Iterator[dict[str, Part]]:
    """The chunks in order, worked out by as many threads as there are cores, with few of them waiting to be written."""
    cores = min(os.cpu_count() or 1, 8)
    with ThreadPoolExecutor(cores) as pool:
        waiting: deque[Future[dict[str, Part]]] = deque()
        try:
            rest = iter(firsts)
            waiting.extend(pool.submit(work, first) for first in itertools.islice(rest, cores + 1))
            while waiting:
                made = waiting.popleft().result()
                waiting.extend(pool.submit(work, first) for first in itertools.islice(rest, 1))
                yield made
        finally:
            for future in waiting:
                future.cancel()


def _sql(name: str) -> str:
    return (resources.files(__package__) / f"{name}.sql").read_text(encoding="utf-8")
