"""Two cases of one order that end at the same instant, in two transactions: the order is charged once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction

from ombud.domain.cases import State
from ombud.store.models import Case
from tests.actions.ending import disputed, end, left
from tests.actions.taking import DAY, START
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


def _waits(watch: object) -> bool:
    with watch.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])
