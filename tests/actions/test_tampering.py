"""Whatever is changed behind the back of the store is found, and the first event that does not fit is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from ombud.actions import seals
from ombud.store.audit import audit_store
from ombud.store.models import CaseEvent, Checkpoint, SealRow
from tests.actions.sealing import said, some_cases


class Tampered:
    """A store with three cases, sealed, whose rows may be changed by raw SQL."""

    def __init__(self) -> None:
        self.cases = [case.case_id for case in some_cases()]
        assert said(audit_store()) == []
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                for table in ("case_events", "postings", "rulings", "event_hashes", "sealed_heads", "checkpoints"):
                    cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                for (name,) in cursor.fetchall():
                    cursor.execute(f"DROP TRIGGER {name}")

    def do(self, *statements: str) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount

    @property
    def middle(self) -> int:
        return self.cases[1]

    def event(self, seq: int) -> int:
        return CaseEvent.objects.get(case_id=self.middle, seq=seq).event_id


def _changed_event(store: Tampered) -> str:
    store.do(f"UPDATE case_events SET actor = 'somebody' WHERE event_id = {store.event(2)}")
    return "step 2: the event is not the one that was hashed (window_closed at 2026-04-07T00:00:00Z by somebody)."


def _changed_instant(store: Tampered) -> str:
    event = CaseEvent.objects.get(event_id=store.event(1))
    store.do(f"UPDATE case_events SET at = '2026-04-03 23:59:59.999999+00:00' WHERE event_id = {event.event_id}"
             if connection.vendor == "postgresql" else
             f"UPDATE case_events SET at = '2026-04-03 23:59:59.999999' WHERE event_id = {event.event_id}")  # fmt: skip
    return "step 1: the event is not the one that was hashed (opened at 2026-04-03T23:59:59.999999Z by ombud work)."


def _changed_data(store: Tampered) -> str:
    event = CaseEvent.objects.get(event_id=store.event(1))
    event.data["held_minor"] += 1
    event.save()
    return "step 1: the event is not the one that was hashed (opened at 2026-04-04T00:00:00Z by ombud work)."


def _changed_posting(store: Tampered) -> str:
    store.do(f"UPDATE postings SET amount_minor = 1 WHERE cause_id = {store.event(1)}")
    return "step 1: its postings are not those that were hashed with it."


def _another_posting(store: Tampered) -> str:
    store.do(
        "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
        f" SELECT store_id, case_id, cause_id, 'gift', debit, credit, currency, 1, clause, at FROM postings"
        f" WHERE cause_id = {store.event(1)}"
    )
    return "step 1: its postings are not those that were hashed with it."


def _lost_postings(store: Tampered) -> str:
    store.do(f"DELETE FROM postings WHERE cause_id = {store.event(3)}")
    return "step 3: its postings are not those that were hashed with it."


def _lost_last_event(store: Tampered) -> str:
    event = store.event(3)
    store.do(
        f"DELETE FROM postings WHERE cause_id = {event}",
        f"DELETE FROM event_hashes WHERE event_id = {event}",
        f"DELETE FROM case_events WHERE event_id = {event}",
    )
    return "step 3 is sealed by a checkpoint and is not there."


def _swapped_events(store: Tampered) -> str:
    second, third = store.event(2), store.event(3)
    store.do(
        f"UPDATE case_events SET seq = 99 WHERE event_id = {second}",
        f"UPDATE case_events SET seq = 2 WHERE event_id = {third}",
        f"UPDATE case_events SET seq = 3 WHERE event_id = {second}",
    )
    return "step 2: the event is not the one that was hashed (settled at 2026-04-07T00:00:00Z by ombud work)."


def _moved_money_of_case(store: Tampered) -> str:
    store.do(f"UPDATE cases SET held_minor = 1 WHERE case_id = {store.middle}")
    return "held_minor is 1, but its history says 10000."


def _changed_state(store: Tampered) -> str:
    store.do(f"UPDATE cases SET state = 'won' WHERE case_id = {store.middle}")
    return "state is won, but its history says lost."


def _changed_order(store: Tampered) -> str:
    store.do(f"UPDATE cases SET violation = 'item_mismatch' WHERE case_id = {store.middle}")
    return "violation is item_mismatch, but its history says not_shipped."


def _changed_hash(store: Tampered) -> str:
    store.do(f"UPDATE event_hashes SET hash = '{'a' * 64}' WHERE event_id = {store.event(3)}")
    return "step 3: the event is not the one that was hashed (settled at 2026-04-07T00:00:00Z by ombud work)."


def _history_written_anew(store: Tampered) -> str:
    """Somebody who knows how: the event is changed and everything after it is hashed anew."""
    store.do(
        f"UPDATE case_events SET actor = 'somebody' WHERE event_id = {store.event(2)}",
        f"DELETE FROM event_hashes WHERE event_id IN ({store.event(2)}, {store.event(3)})",
        f"INSERT INTO unchained_events (event_id) VALUES ({store.event(2)}), ({store.event(3)})",
    )
    assert seals.chain() == 2
    return "step 3: its hash is not the one that a checkpoint sealed."  # the seal knows heads, not each step


TAMPERINGS: list[Callable[[Tampered], str]] = [
    _changed_event, _changed_instant, _changed_data, _changed_posting, _another_posting, _lost_postings,
    _lost_last_event, _swapped_events, _moved_money_of_case, _changed_state, _changed_order, _changed_hash,
    _history_written_anew,
]  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__.strip("_"))
@pytest.mark.django_db
def test_whatever_is_changed_is_found_and_the_first_event_that_does_not_fit_is_named(
    tampering: Callable[[Tampered], str], key: Path
) -> None:
    store = Tampered()
    expected = tampering(store)
    audit = audit_store()
    first = next(misfit for misfit in audit.misfits if misfit.case_id is not None)
    assert first.case_id == store.middle
    assert first.problem.say().startswith(f"Case {store.middle}")
    assert first.problem.say().endswith(expected)


@pytest.mark.django_db
def test_changed_heads_checkpoints_and_trees_are_found(key: Path) -> None:
    store = Tampered()
    point = Checkpoint.objects.order_by("-checkpoint_id").first()
    assert point
    number = point.checkpoint_id
    changes = {
        f"UPDATE sealed_heads SET seq = 1 WHERE case_id = {store.middle} AND checkpoint_id = {number}": [
            f"Checkpoint {number}: the heads kept for it are not those that it sealed.",
            f"Checkpoint {number}: it was signed over other heads than those that are there.",
        ],
        f"DELETE FROM sealed_heads WHERE case_id = {store.middle}": [
            f"Checkpoint {number}: it was signed over other heads than those that are there.",
        ],
        f"UPDATE checkpoints SET root = '{'0' * 64}' WHERE checkpoint_id = {number}": [
            f"Checkpoint {number}: it does not say what was signed.",
        ],
        f"UPDATE checkpoints SET body = replace(body, 'cases', 'cases ') WHERE checkpoint_id = {number}": [
            f"Checkpoint {number}: the signature is not one of the key {point.public_key} over it.",
        ],
        "DELETE FROM sealed_heads WHERE checkpoint_id = 1; DELETE FROM checkpoints WHERE checkpoint_id = 1": [
            f"Checkpoint {number}: the one before it is not there.",
        ],
        "UPDATE seal_rows SET hashes = (SELECT hashes FROM seal_rows WHERE floor = 1 AND position = 0)"
        if SealRow.objects.filter(floor=1).exists()
        else "DELETE FROM seal_rows WHERE floor = 0": ["The tree kept for the next checkpoint differs in row"],
    }
    for change, expected in changes.items():
        with transaction.atomic():
            store.do(*change.split("; "))
            found = said(audit_store())
            assert found
            for words in expected:
                assert any(one.startswith(words) for one in found), (change, found)
            transaction.set_rollback(True)
    assert said(audit_store()) == []
