"""The evaluator: compiled once, run on batch after batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ombud.domain.triggers import OUTPUT
from ombud.rulebooks import open_book
from ombud.scan.evaluate import Evaluator
from ombud.scan.schema import TRIGGER_TABLES, arrow_schema, columns_of
from tests.worlds import Answers, Facts, arrow, worlds


@pytest.fixture(scope="module", params=["ozon", "shopify"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def evaluator(name: str) -> Iterator[Evaluator]:
    with Evaluator(open_book(name)) as evaluator:
        yield evaluator


@pytest.fixture(scope="module")
def answers(name: str) -> Answers:
    return Answers(open_book(name))


def batch(facts: Facts, answers: Answers) -> dict[str, Any]:
    """The facts as the store keeps them: parcels with their folds."""
    parcels = pa.Table.from_pylist(answers.folded(facts), schema=arrow_schema(columns_of("parcels")))
    return {**{name: table for name, table in arrow(facts).items() if name in TRIGGER_TABLES}, "parcels": parcels}


def said(table: Any) -> list[str]:
    return sorted(map(str, table.to_pylist()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds())
def test_batch_after_batch_gives_what_the_compiled_book_gives(
    evaluator: Evaluator, answers: Answers, facts: Facts
) -> None:
    assert said(evaluator.run(batch(facts, answers))) == sorted(map(str, answers.rows(facts)))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds())
def test_an_order_by_itself_fires_as_it_does_among_others(evaluator: Evaluator, answers: Answers, facts: Facts) -> None:
    whole = batch(facts, answers)
    apart = []
    for order_id in whole["orders"]["order_id"].to_pylist():
        one = {name: _of(table, order_id) for name, table in whole.items()}
        apart += said(evaluator.run(one))
    assert sorted(apart) == said(evaluator.run(whole))


def _of(table: Any, order_id: str) -> Any:
    if "order_id" not in table.column_names:
        return table
    return table.filter([each == order_id for each in table["order_id"].to_pylist()])


def test_tables_that_are_not_there_have_no_rows(evaluator: Evaluator) -> None:
    rows = evaluator.run({})
    assert rows.num_rows == 0
    assert rows.column_names == list(OUTPUT)


def test_a_table_without_a_column_is_refused_and_leaves_the_evaluator_usable(evaluator: Evaluator) -> None:
    orders = arrow_schema(columns_of("orders")).empty_table()
    with pytest.raises(pa.ArrowInvalid, match="paid_at"):
        evaluator.run({"orders": orders.drop_columns(["paid_at"])})
    assert evaluator.run({"orders": orders}).num_rows == 0


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(worlds(), min_size=4, max_size=8))
def test_threads_take_turns(evaluator: Evaluator, answers: Answers, several: list[Facts]) -> None:
    batches = [batch(facts, answers) for facts in several]
    alone = [said(evaluator.run(each)) for each in batches]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda each: said(evaluator.run(each)), batches)) == alone


def test_a_batch_of_which_every_order_fires_several_times_over_comes_back_whole() -> None:
    paid = datetime(2026, 4, 1, tzinfo=UTC)
    count = 10_000
    store = {
        "store_id": "s", "platform": "ozon", "site": "ozon.ru", "country": "CN", "verified_at": paid,
        "timezone": "Asia/Shanghai", "commission_rate": Decimal("0.15"),
    }  # fmt: skip
    order = {"store_id": "s", "currency": "RUB", "amount_minor": 1, "paid_at": paid, "ship_by": paid}
    parcel = {"carrier": "yto", "registered_at": paid, "second_order_at": paid, "broken_at": paid}
    rows = {
        "stores": [store],
        "orders": [{**order, "order_id": f"order-{n:06}"} for n in range(count)],
        "parcels": [
            {**parcel, "order_id": f"order-{n:06}", "tracking_number": f"YT{n:020}", "broken_by": "{}" + " " * 100}
            for n in range(count)
        ],
    }
    tables = {
        table: pa.Table.from_pylist(
            [{name: row.get(name) for name in arrow_schema(columns_of(table)).names} for row in said_of],
            schema=arrow_schema(columns_of(table)),
        )
        for table, said_of in rows.items()
    }
    with Evaluator(open_book("ozon")) as evaluator:
        fired = evaluator.run(tables)
    assert Counter(fired["violation"].to_pylist()) == dict.fromkeys(
        ("not_shipped", "no_first_scan", "tracking_reused", "carrier_not_accepted", "track_implausible"), count
    )
