"""Two cases of one order that end at the same instant, in two transactions: the order is charged once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from ombud.actions.cases import open_due
from ombud.actions.moving import locked
from ombud.domain.cases import State
from ombud.domain.problems import OmbudError
from ombud.store.models import Case
from tests.actions.ending import disputed, end, left
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_complaint, take
from tests.conftest import OwnStore


def test_the_second_waits_for_the_first_and_charges_nothing_more(store: OwnStore) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    name = connection.settings_dict["NAME"]
    first, second = disputed("c1", "c2")
    ended = threading.Event()

    def end_the_second() -> None:
        mine = connections["default"].copy()  # of this thread, which knows nothing of the store of the test
        mine.settings_dict["NAME"] = name
        connections["default"] = mine
        try:
            end(Case.objects.get(pk=second.pk), State.LOST, START + 21 * DAY)
        finally:
            mine.close()
            ended.set()

    thread = threading.Thread(target=end_the_second)
    with transaction.atomic():
        end(first, State.LOST, START + 21 * DAY)
        thread.start()
        watch = connections["default"].copy()
        try:
            while not ended.is_set() and not _waits(watch):
                pass
        finally:
            watch.close()
    thread.join(60)
    assert ended.is_set()
    assert left() == {"settlement": -115_00, "buyer": 100_00, "platform": 15_00}


def test_a_settlement_and_a_sweep_that_ends_the_same_case_never_wait_for_one_another(store: OwnStore) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    name = connection.settings_dict["NAME"]
    first, _ = disputed("c1", "c2")
    taken_back = a_complaint("c1", withdrawn_at=START + 20 * DAY + HOUR)
    take({"stores": [], "orders": [], "complaints": [taken_back]}, known_at=START + 21 * DAY)
    swept = threading.Event()
    failures: list[OmbudError] = []

    def sweep() -> None:
        mine = connections["default"].copy()
        mine.settings_dict["NAME"] = name
        connections["default"] = mine
        try:
            open_due(START + 21 * DAY, books=BOOKS, actor="other")
        except OmbudError as error:
            failures.append(error)
        finally:
            mine.close()
            swept.set()

    thread = threading.Thread(target=sweep)
    with transaction.atomic():
        locked(first.case_id)
        thread.start()
        watch = connections["default"].copy()
        try:
            while not swept.is_set() and not _waits(watch):  # the sweep has the order and waits for the case
                pass
        finally:
            watch.close()
        end(first, State.CONCEDED, START + 20 * DAY + 2 * HOUR)
    thread.join(60)
    assert swept.is_set()
    assert failures == []
    assert left(case=first)["settlement"] == -115_00


def _waits(watch: object) -> bool:
    with watch.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
