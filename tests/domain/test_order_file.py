"""An order in a file: what is left out is not known, and every fault is told with its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ombud.domain.order_file import read_order
from ombud.domain.problems import OmbudError
from ombud.rulebooks import open_book

OZON = open_book("ozon")
LEAST: dict[str, Any] = {"order": {"order_id": "o1"}}


def read(data: object) -> Any:
    return read_order(data if isinstance(data, str) else json.dumps(data), OZON, file="order.json")


def faults(data: object) -> list[str]:
    with pytest.raises(OmbudError) as error:
        read(data)
    return [str(problem.place) for problem in error.value.problems]


def test_an_id_is_enough_and_the_rest_is_not_known() -> None:
    found = read(LEAST)
    assert (found.order_id, found.violation, found.route, found.at, found.known) == ("o1", "", "", None, {})
    assert found.row["order.order_id"] == "o1"
    assert found.row["order.ship_by"] is None
    assert (found.row["line"], found.row["parcel"]) == ([], [])
    assert "complaint.kind" not in found.row


def test_values_have_their_types_and_the_only_parcel_is_the_one_that_conditions_read() -> None:
    found = read(
        {
            "order": {"order_id": "o1", "amount_minor": 5, "ship_by": "2026-04-01T03:00:00+03:00"},
            "store": {"commission_rate": 0.15, "timezone": "Europe/Moscow"},
            "parcels": [{"carrier": "cdek", "tracking_number": "1", "delivered_at": "2026-04-02"}],
            "complaint": {"kind": "not_received"},
            "violation": "not_shipped",
            "at": "2026-04-05",
        }
    )
    assert found.row["order.ship_by"] == datetime(2026, 4, 1, tzinfo=UTC)
    assert found.row["store.commission_rate"] == Decimal("0.15")
    assert found.row["parcel.delivered_at"] == datetime(2026, 4, 2, tzinfo=UTC)
    assert found.row["complaint.kind"] == "not_received"
    assert (found.violation, found.at) == ("not_shipped", datetime(2026, 4, 5, tzinfo=UTC))


def test_messages_are_all_there_are_only_where_they_are_named() -> None:
    message = {"message_id": "m1", "channel": "platform", "sent_at": "2026-04-01T00:00:00Z"}
    known = {"messages_known": True, "messages": {"m1": {"channel": "platform", "sent_at": "2026-04-01T00:00:00Z"}}}
    assert read({**LEAST, "messages": [message]}).known == known
    assert read({**LEAST, "messages": []}).known == {"messages_known": True, "messages": {}}
    assert "messages_known" not in read(LEAST).known
    named = read({**LEAST, "recipient": {"name": "Иванов"}}).known
    assert named == {"recipient": {"name": "Иванов", "address": None}}


@pytest.mark.parametrize(
    ("data", "places"),
    [
        ("", ["order.json:1"]),
        ("{", ["order.json:1"]),
        ('{\n"order": }', ["order.json:2"]),
        ("[" * 100_000, ["order.json"]),
        ("[]", ["order.json"]),
        ("{}", ["order.json, order"]),
        ('{"order": {"order_id": "o1", "order_id": "o2"}}', ["order.json, order_id"]),
        ({"order": {}}, ["order.json, order.order_id"]),
        ({"order": []}, ["order.json, order"]),
        ({"order": {"order_id": 7}}, ["order.json, order.order_id"]),
        ({"order": {"order_id": ""}}, ["order.json, order.order_id"]),
        ({"order": {"order_id": "o1", "oder": 1}}, ["order.json, order.oder"]),
        ({**LEAST, "parcel": {}}, ["order.json, parcel"]),
        ({**LEAST, "parcels": {}}, ["order.json, parcels"]),
        ({**LEAST, "parcels": [7]}, ["order.json, parcels[0]"]),
        (
            {**LEAST, "parcels": [{"carrier": "cdek", "tracking_number": "1"}, {"carrier": "cdek"}]},
            ["order.json, parcels[1].tracking_number"],
        ),
        ({"order": {"order_id": "o1", "ship_by": "2026-04-01T00:00:00"}}, ["order.json, order.ship_by"]),
        ({"order": {"order_id": "o1", "ship_by": 5}}, ["order.json, order.ship_by"]),
        ({"order": {"order_id": "o1", "amount_minor": 1.5}}, ["order.json, order.amount_minor"]),
        ({"order": {"order_id": "o1", "amount_minor": -1}}, ["order.json, order.amount_minor"]),
        ({"order": {"order_id": "o1", "amount_minor": True}}, ["order.json, order.amount_minor"]),
        ({"order": {"order_id": "o1", "currency": "RUR"}}, ["order.json, order.currency"]),
        ({"order": {"order_id": "o1", "status": "lost"}}, ["order.json, order.status"]),
        ({**LEAST, "store": {"timezone": "Moscow"}}, ["order.json, store.timezone"]),
        ({**LEAST, "store": {"commission_rate": 2}}, ["order.json, store.commission_rate"]),
        ('{"order": {"order_id": "o1"}, "store": {"commission_rate": NaN}}', ["order.json, store.commission_rate"]),
        ({**LEAST, "violation": "not_there"}, ["order.json, violation"]),
        ({**LEAST, "violation": 7}, ["order.json, violation"]),
        ({**LEAST, "route": "moon"}, ["order.json, route"]),
        ({**LEAST, "at": "soon"}, ["order.json, at"]),
        ({**LEAST, "at": 7}, ["order.json, at"]),
        (
            {"order": {"amount_minor": -1}, "store": {"country": "XX"}, "at": "soon"},
            ["order.json, order.order_id", "order.json, order.amount_minor", "order.json, store.country",
             "order.json, at"],
        ),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_place(data: object, places: list[str]) -> None:
    assert faults(data) == places


def test_of_many_faults_the_first_are_told_and_the_others_counted() -> None:
    with pytest.raises(OmbudError) as error:
        read({**LEAST, "lines": [{} for _ in range(50)]})
    assert (len(error.value.problems), error.value.more) == (20, 30)
