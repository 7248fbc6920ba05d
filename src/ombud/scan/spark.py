"""The same scan on Apache Spark, for a marketplace that one machine cannot hold: the extra `ombud[spark]`.

The expressions are those that DuckDB runs. A test holds both to the same rows.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ombud.domain.problems import N_, OmbudError, Problem
from ombud.domain.rulebook import Rulebook
from ombud.scan.find import FOUND, Source, add, fired, parcels_folded
from ombud.scan.folder import Progress
from ombud.scan.reading.engine import quoted, workplace
from ombud.scan.schema import columns_of, ibis_schema

_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # Instants are microseconds since 1970, whoever writes or reads them.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


def refuse_missing() -> None:
    """Raises OmbudError, with the command that mends it, where PySpark or Java is not there."""
    if importlib.util.find_spec("pyspark") is None:
        raise OmbudError(
            Problem("no_spark", N_("PySpark is not installed."), mend=N_("Run: pip install 'ombud[spark]'"))
        )
    if shutil.which("java") is None and not _java_home():
        raise OmbudError(
            Problem(
                "no_java",
                N_("Spark needs a Java runtime, and there is none."),
                mend=N_("Install Java 17, for example: apt-get install openjdk-17-jre-headless"),
            )
        )


def _java_home() -> bool:
    import os

    return bool(os.environ.get("JAVA_HOME"))


@contextmanager
def session(place: Path, master: str = "local[*]") -> Iterator[Any]:
    """A Spark session of this process that keeps what it spills in `place`. Raises OmbudError where one is missing."""
    refuse_missing()
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("ombud").master(master)
    settings = {**_SETTINGS, "spark.local.dir": str(place), "spark.sql.warehouse.dir": str(place / "warehouse")}
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    # An expression too long for Spark to generate code for is interpreted, and told as an error nobody needs to see.
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    finally:
        spark.stop()


def tables_of(spark: Any, files: Mapping[str, Path]) -> dict[str, ir.Table]:
    """Parquet files by the name of their table of facts, as Ibis tables of the session, with the types of facts."""
    backend = ibis.pyspark.connect(spark)
    tables = {}
    for name, file in files.items():
        table = backend.read_parquet(str(file), table_name=name)
        types = ibis_schema(columns_of(name))
        tables[name] = table.cast({column: types[column] for column in table.columns})
    return tables


def to_arrow(rows: ir.Table) -> Any:
    """What the expression gives, with instants in UTC to the microsecond; never by way of pandas."""
    backend: Any = rows.get_backend()
    table = backend.raw_sql(ibis.to_sql(rows, dialect="pyspark")).toArrow()
    schema = pa.schema([pa.field(name, _arrow(kind)) for name, kind in rows.schema().items()])
    return table.cast(schema)


def _arrow(kind: Any) -> Any:
    return pa.timestamp("us", "UTC") if kind.is_timestamp() else kind.to_pyarrow()


def find_on_spark(
    source: Source,
    book: Rulebook,
    *,
    as_of: datetime,
    ahead: timedelta | None = None,
    rules_at: datetime | None = None,
    progress: Progress | None = None,
) -> None:
    """As `find.find`: the checked facts are handed to Spark as Parquet, and its rows come back into `FOUND`."""
    connection = source.connection
    with workplace() as place, session(place) as spark:
        names = ["stores", "orders", "lines", "parcels", "complaints", *([] if source.folded else ["scans"])]
        files = {}
        for name in names:
            files[name] = place / f"{name}.parquet"
            connection.execute(f"COPY {name} TO {quoted(str(files[name]))} (FORMAT parquet)")
        tables = tables_of(spark, files)
        if progress:
            progress("spark", 0, None)
        if not source.folded:
            tables["parcels"] = parcels_folded(tables, book, rules_at).cache()
        has_fired, *foreseen = fired(tables, book, as_of=as_of, ahead=ahead, rules_at=rules_at)
        connection.register("spark_rows", to_arrow(has_fired))
        connection.execute(f"CREATE TABLE {FOUND} AS FROM spark_rows")
        for rows in foreseen:
            connection.register("spark_rows", to_arrow(rows))
            add(connection, "spark_rows")
        connection.unregister("spark_rows")
