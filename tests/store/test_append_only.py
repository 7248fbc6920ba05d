"""The database refuses to change history and postings, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from ombud.store.models import Case, CaseEvent, DraftStep, Order, Posting, RulebookVersion, Store

pytestmark = pytest.mark.django_db

AT = datetime(2026, 4, 1, tzinfo=UTC)

STATEMENTS = {
    "update": "UPDATE {table} SET at = '2026-01-01 00:00:00'",
    "update of nothing new": "UPDATE {table} SET at = at",
    "delete": "DELETE FROM {table}",
    "upsert": "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT ({key}) DO UPDATE SET at = excluded.at",
}
ONLY_SQLITE = {
    "replace by key": "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "replace by the other key": "INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}",
    "update or replace": "UPDATE OR REPLACE {table} SET at = at",
}
ONLY_POSTGRESQL = {"truncate": "TRUNCATE {table} CASCADE"}
TABLES: dict[str, Any] = {"case_events": CaseEvent, "postings": Posting, "draft_steps": DraftStep}


@pytest.fixture(autouse=True)
def _one_case() -> None:
    store = Store.objects.create(
        store_id="s", platform="ozon", site="ozon.ru", country="RU", timezone="Europe/Moscow", commission_rate="0.15",
        known_at=AT,
    )  # fmt: skip
    order = Order.objects.create(
        order_id="o", store=store, buyer_id="b", status="paid", gateway="ozon", currency="RUB", amount_minor=100,
        shipping_minor=0, refunded_minor=0, known_at=AT,
    )  # fmt: skip
    book = RulebookVersion.objects.create(digest="d", name="ozon", text="", used_from=AT)
    case = Case.objects.create(
        order=order, store=store, platform="ozon", violation="not_shipped", state="opened", platform_status="New",
        fires_at=AT, opened_at=AT, due_at=AT, currency="RUB", held_minor=100, clause="c", rulebook=book,
    )  # fmt: skip
    event = CaseEvent.objects.create(case=case, seq=1, kind="opened", at=AT, actor="test", data={})
    Posting.objects.create(
        store=store, case=case, cause=event, line="order_amount", debit="available", credit="held", currency="RUB",
        amount_minor=100, clause="money.hold", at=AT,
    )  # fmt: skip
    DraftStep.objects.create(case=case, at=AT, actor="test", what="put_ready", name="a.pdf", sha256="0" * 64)
    connection.check_constraints()  # what waits for the commit is checked now, as if it had been committed


def _statements() -> dict[str, str]:
    return STATEMENTS | (ONLY_POSTGRESQL if connection.vendor == "postgresql" else ONLY_SQLITE)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("what", [*STATEMENTS, *ONLY_SQLITE, *ONLY_POSTGRESQL])
def test_raw_sql_cannot_change_what_was_written(table: str, what: str) -> None:
    statement = _statements().get(what)
    if statement is None:
        pytest.skip(f"{connection.vendor} has no such statement")
    model = TABLES[table]
    if what == "replace by the other key" and not model._meta.constraints:
        pytest.skip("it has no other key: a row more is no change")
    key = model._meta.pk.column
    columns = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if not f.primary_key)
    before = list(model.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table, key=key, columns=columns))
    assert list(model.objects.values()) == before


@pytest.mark.parametrize("model", TABLES.values())
def test_the_orm_cannot_change_what_was_written(model: type[CaseEvent] | type[Posting] | type[DraftStep]) -> None:
    row = model.objects.get()
    for change in (row.save, row.delete, model.objects.all().delete, lambda: model.objects.update(at=AT)):
        with pytest.raises(DatabaseError, match=r"append-only|protected"), transaction.atomic():
            change()
    assert model.objects.count() == 1


def test_a_posting_moves_a_positive_amount_between_two_accounts() -> None:
    posting = Posting.objects.get()
    for wrong in ({"amount_minor": 0}, {"amount_minor": -1}, {"credit": "available"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Posting.objects.create(
                **{f.attname: getattr(posting, f.attname) for f in Posting._meta.fields if not f.primary_key}
                | {"line": "other"}
                | wrong
            )
