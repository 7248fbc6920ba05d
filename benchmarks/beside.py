"""The same scan by other means: pandas, plain Python over rows, and the same expression on a local Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import worlds
from benchmarks.measure import WORK, Figure, Taken, children_in_turns
from benchmarks.scan import AS_OF, TOUCHED

ORDERS = {"small": 200_000, "full": 1_000_000}
RUNS = 3
STARTS = datetime(2026, 3, 12, tzinfo=UTC)
WAIT = timedelta(hours=48)
ACCEPTED = ("cdek", "boxberry", "ozon-logistics")


def in_pandas(*, folder: str) -> Callable[[], int]:
    """The Ozon book written out in pandas, reading included."""
    import pandas as pd

    def run() -> int:
        t: dict[str, Any] = {
            name: pd.read_parquet(Path(folder) / _file(name), columns=list(columns))
            for name, columns in TOUCHED.items()
        }
        stores = t["stores"]
        stores = stores[(stores.platform == "ozon") & stores.site.isin(["ozon.ru", "ozon.kz"])]
        orders = t["orders"].merge(stores[["store_id", "verified_at"]], on="store_id")
        orders = orders[orders.paid_at.notna() & orders.verified_at.notna()]
        own = orders[["order_id", "paid_at", "verified_at", "cancelled_at"]]
        parcels = t["parcels"].merge(own, on="order_id")
        complaints = t["complaints"].merge(own, on="order_id")
        received = complaints[complaints.kind == "not_received"]
        pairs = parcels.merge(received[["order_id", "opened_at", "withdrawn_at"]], on="order_id")
        mismatch = complaints[(complaints.kind == "item_mismatch") & (complaints.media == "unboxing_video")]
        no_scan = parcels.first_scan_at.isna() | (parcels.first_scan_at > parcels.registered_at + WAIT)
        off_list = ~parcels.carrier.isin(ACCEPTED)
        late = orders.shipped_at.isna() | (orders.shipped_at > orders.ship_by)
        both = parcels.registered_at.where(parcels.registered_at > parcels.second_order_at, parcels.second_order_at)
        told = pairs.delivered_at.where(pairs.delivered_at > pairs.opened_at, pairs.opened_at)
        fired = [
            ("not_shipped", orders[late], orders.ship_by, orders.ship_by),
            ("no_first_scan", parcels[no_scan], parcels.registered_at, parcels.registered_at + WAIT),
            ("tracking_reused", parcels[parcels.second_order_at.notna()], both, both),
            ("carrier_not_accepted", parcels[off_list], parcels.registered_at, parcels.registered_at),
            ("track_implausible", parcels[parcels.broken_at.notna()], parcels.broken_at, parcels.broken_at),
            ("delivered_not_received", pairs[pairs.delivered_at.notna()], told, told),
            ("item_mismatch", mismatch, mismatch.opened_at, mismatch.opened_at),
        ]
        found = []
        for violation, rows, start, fires_at in fired:
            rows = rows.assign(violation=violation, start=start.loc[rows.index], fires_at=fires_at.loc[rows.index])
            keep = (rows.start >= STARTS) & (rows.paid_at <= rows.fires_at) & (rows.verified_at <= rows.fires_at)
            keep &= rows.cancelled_at.isna() | (rows.cancelled_at > rows.fires_at)
            if "withdrawn_at" in rows:
                keep &= rows.withdrawn_at.isna() | (rows.withdrawn_at > rows.fires_at)
            found.append(rows[keep & (rows.fires_at <= AS_OF)][["order_id", "violation", "fires_at"]])
        return len(pd.concat(found).groupby(["order_id", "violation"]).fires_at.min())

    return run


def in_rows(*, folder: str) -> Callable[[], int]:
    """The Ozon book over plain Python rows, which are loaded before the clock starts."""
    import duckdb

    connection = duckdb.connect()

    def load(name: str) -> Iterator[dict[str, Any]]:
        columns = [f"epoch_us({c}) AS {c}" if c.endswith("_at") or c == "ship_by" else c for c in TOUCHED[name]]
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM '{Path(folder) / _file(name)}'")
        names = TOUCHED[name]
        while batch := rows.fetchmany(50_000):
            yield from (dict(zip(names, row, strict=True)) for row in batch)

    stores = {s["store_id"]: s for s in load("stores")}
    orders = list(load("orders"))
    parcels: dict[str, list[dict[str, Any]]] = {}
    complaints: dict[str, list[dict[str, Any]]] = {}
    for rows, by_order in ((load("parcels"), parcels), (load("complaints"), complaints)):
        for row in rows:
            by_order.setdefault(row["order_id"], []).append(row)
    starts, as_of = (int(instant.timestamp()) * 1_000_000 for instant in (STARTS, AS_OF))
    wait = int(WAIT.total_seconds()) * 1_000_000

    def run() -> int:
        found = 0
        for order in orders:
            store = stores[order["store_id"]]
            paid_at, verified_at, cancelled_at = order["paid_at"], store["verified_at"], order["cancelled_at"]
            if store["site"] not in ("ozon.ru", "ozon.kz") or paid_at is None or verified_at is None:
                continue
            fired = set()

            def fire(violation: str, start: int, fires_at: int, stop: int | None) -> None:
                if (
                    starts <= start
                    and max(paid_at, verified_at) <= fires_at <= as_of  # noqa: B023 (called within the turn)
                    and (stop is None or stop > fires_at)
                    and (cancelled_at is None or cancelled_at > fires_at)  # noqa: B023
                ):
                    fired.add(violation)  # noqa: B023

            if order["ship_by"] is not None:
                fire("not_shipped", order["ship_by"], order["ship_by"], order["shipped_at"])
            own = complaints.get(order["order_id"], ())
            for p in parcels.get(order["order_id"], ()):
                registered_at = p["registered_at"]
                fire("no_first_scan", registered_at, registered_at + wait, p["first_scan_at"])
                if p["carrier"] not in ACCEPTED:
                    fire("carrier_not_accepted", registered_at, registered_at, None)
                if p["second_order_at"] is not None:
                    both = max(registered_at, p["second_order_at"])
                    fire("tracking_reused", both, both, None)
                if p["broken_at"] is not None:
                    fire("track_implausible", p["broken_at"], p["broken_at"], None)
                if p["delivered_at"] is not None:
                    for c in own:
                        if c["kind"] == "not_received":
                            told = max(p["delivered_at"], c["opened_at"])
                            fire("delivered_not_received", told, told, c["withdrawn_at"])
            for c in own:
                if c["kind"] == "item_mismatch" and c["media"] == "unboxing_video":
                    fire("item_mismatch", c["opened_at"], c["opened_at"], c["withdrawn_at"])
            found += len(fired)
        return found

    return run


def on_spark(*, folder: str) -> Callable[[], int]:
    """The compiled book on PySpark local[2], after one run that warms it."""
    import atexit
    from contextlib import ExitStack

    import ibis

    from ombud.domain.triggers import compile_book
    from ombud.rulebooks import open_book
    from ombud.scan.spark import session, tables_of

    stack = ExitStack()
    atexit.register(stack.close)
    place = WORK / "spark"
    place.mkdir(parents=True, exist_ok=True)
    spark = stack.enter_context(session(place, "local[2]"))
    facts = tables_of(spark, {name: Path(folder) / _file(name) for name in (*TOUCHED, "lines")})
    found = compile_book(open_book("ozon"), facts)
    found = found.filter(found.fires_at <= ibis.timestamp(AS_OF))

    def run() -> int:
        return int(found.to_pyarrow().num_rows)

    run()
    return run


def figure(scale: str) -> Figure:
    orders = ORDERS[scale]
    folder = worlds.folded(orders)
    contenders = {
        "ombud on DuckDB": "benchmarks.scan:ombud",
        "pandas": "benchmarks.beside:in_pandas",
        "plain Python, rows loaded before": "benchmarks.beside:in_rows",
        "ombud on Spark, local[2], warm": "benchmarks.beside:on_spark",
    }
    if not _has_spark():
        del contenders["ombud on Spark, local[2], warm"]
    taken = children_in_turns({name: (call, {"folder": str(folder)}) for name, call in contenders.items()}, RUNS)
    answers = {name: took.answer for name, took in taken.items()}
    if len(set(answers.values())) > 1:
        raise RuntimeError(f"they do not find the same: {answers}")
    ours = taken["ombud on DuckDB"].median
    rows = [
        (name, f"{took.median:.2f}", f"{took.median / ours:.1f} ×", _memory(name, took)) for name, took in taken.items()
    ]
    notes = [f"{orders:,} orders with folded parcels, the Ozon book as of {AS_OF:%Y-%m-%d}; all find the same rows."]
    if not _has_spark():
        notes.append("Spark: not measured, the extra `ombud[spark]` or a Java runtime is missing.")
    return Figure(
        "The same scan by other means",
        "benchmarks/beside.py",
        ("by", "seconds", "beside ombud", "peak MB"),
        rows,
        (),
        notes,
    )


def _memory(name: str, took: Taken) -> str:
    return "in the JVM" if "Spark" in name else f"{took.peak_mb:,.0f}"


def _file(name: str) -> str:
    return "folded.parquet" if name == "parcels" else f"{name}.parquet"


def _has_spark() -> bool:
    import shutil
    from importlib.util import find_spec

    return find_spec("pyspark") is not None and shutil.which("java") is not None
