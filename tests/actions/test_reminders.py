"""A case is told of again as its time runs out: at the instants of its book, once each, never for nothing (O9, S14)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ombud.actions.moving import concede
from ombud.actions.reminders import remind
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.instants import parse_instant
from ombud.domain.rulebook import Rulebook, load
from ombud.rulebooks import open_book
from ombud.store.models import Case, OutboxMessage, RulebookVersion
from ombud.work.loop import tick
from tests.actions.ending import disputed, unshipped
from tests.actions.evidence import a_file, hand_in
from tests.actions.taking import BOOKS, HOUR
from tests.store.rows import a_case, a_store, an_order

pytestmark = pytest.mark.django_db

OPENED = datetime.fromisoformat("2026-05-10T12:00:00Z")
DUE = OPENED + 72 * HOUR
MOMENT = timedelta(microseconds=1)
OZON = (48, 24, 6, 2)
"""Hours before the due instant, in the book as it ships."""


def reminded(case: Case) -> Case:
    """The case with its first reminder set, as opening it does."""
    assert case.due_at is not None
    Case.objects.filter(pk=case.pk).update(remind_at=case.due_at - 48 * HOUR)
    return case


def told() -> list[str]:
    return list(
        OutboxMessage.objects.filter(topic="case.reminder").order_by("message_id").values_list("key", flat=True)
    )


def next_of(case: Case) -> datetime | None:
    case.refresh_from_db()
    return case.remind_at


def test_each_reminder_of_the_book_is_told_once_at_its_instant_and_not_before() -> None:
    assert tuple(open_book("ozon").value("windows.reminders", OPENED)) == tuple(hours * HOUR for hours in OZON)
    case = reminded(a_case(an_order(a_store()), OPENED))
    for number, hours in enumerate(OZON):
        due = DUE - hours * HOUR
        assert next_of(case) == due
        assert remind(due - MOMENT, books=BOOKS) == 0
        assert remind(due, books=BOOKS) == 1
        assert remind(due, books=BOOKS) == 0
        assert len(told()) == number + 1
    assert next_of(case) is None
    assert remind(DUE - MOMENT, books=BOOKS) == 0


def test_a_reminder_names_the_case_and_its_due_instant() -> None:
    case = reminded(a_case(an_order(a_store()), OPENED))
    remind(DUE - 48 * HOUR, books=BOOKS)
    message = OutboxMessage.objects.get(topic="case.reminder")
    assert message.key == f"case.reminder:{case.case_id}:2026-05-11T12:00:00Z"
    assert message.payload["case_id"] == case.case_id
    assert parse_instant(message.payload["due_at"]) == DUE


def test_reminders_that_were_missed_are_told_once_and_the_next_one_is_ahead() -> None:
    case = reminded(a_case(an_order(a_store()), OPENED))
    assert remind(DUE - 20 * HOUR, books=BOOKS) == 1
    assert next_of(case) == DUE - 6 * HOUR


def test_nobody_is_reminded_of_a_window_that_has_shut() -> None:
    case = reminded(a_case(an_order(a_store()), OPENED))
    assert remind(DUE, books=BOOKS) == 0
    assert (told(), next_of(case)) == ([], None)


def test_what_was_handed_in_or_closed_is_not_reminded_of() -> None:
    handed_in = unshipped("in")
    conceded = unshipped("conceded")
    for case in (handed_in, conceded):
        assert next_of(case) is not None
    at = handed_in.opened_at + HOUR
    names = ("in_shipment_ru.pdf", "in_outbound_ru.pdf")
    hand_in(handed_in, *(a_file(name, stated={"made_at": at}) for name in names), at=at)
    concede(conceded.case_id, at=at, actor="seller", books=BOOKS)
    assert [next_of(case) for case in (handed_in, conceded)] == [None, None]
    assert remind(at + 71 * HOUR - MOMENT, books=BOOKS) == 0


def test_rejected_evidence_is_reminded_of_again_by_what_is_left_of_the_same_window() -> None:
    (case,) = disputed()
    unsigned = Finding("signature_missing", Outcome.FAILED)
    at = case.opened_at + 50 * HOUR  # the reminder of 24 hours is over then
    tick(at - MOMENT, books=BOOKS)
    before = len(told())
    hand_in(case, a_file("proof.pdf", kind="delivery_proof", findings=(unsigned,)), at=at)
    case.refresh_from_db()
    assert case.due_at is not None
    assert (case.state, case.remind_at) == ("evidence_rejected", case.due_at - 6 * HOUR)
    assert remind(case.due_at - 6 * HOUR, books=BOOKS) == 1
    assert len(told()) == before + 1


def test_the_version_of_the_book_at_the_opening_decides_and_the_first_one_where_the_book_began_later() -> None:
    text = open_book("ozon").text
    reminders = next(line for line in text.splitlines() if line.strip() == "values: [48h, 24h, 6h, 2h]")
    indent = reminders[: len(reminders) - len(reminders.lstrip())]
    newer = f"{indent[:-2]}- from: 2026-05-10T12:00:00Z\n{indent}cite: O9\n{indent}values: [30h, 1h]"
    book = load(text.replace(reminders, f"{reminders}\n{newer}"), file="newer.yaml")
    books = {**BOOKS, "ozon": book}
    store = a_store()
    for opened_at, following in (
        (OPENED - MOMENT, 24),
        (OPENED, 30),
        (datetime.fromisoformat("2026-01-01T00:00:00Z"), 24),
    ):
        case = reminded(a_case(an_order(store), opened_at))
        Case.objects.filter(pk=case.pk).update(rulebook_id=_kept(book))
        due = opened_at + 72 * HOUR
        remind(due - 48 * HOUR, books=books)
        assert next_of(case) == due - following * HOUR
        Case.objects.filter(pk=case.pk).update(remind_at=None)


def _kept(book: Rulebook) -> str:
    RulebookVersion.objects.get_or_create(
        digest=book.digest, defaults={"name": book.name, "text": book.text, "used_from": OPENED}
    )
    return book.digest


def test_a_thousand_reminders_take_as_many_statements_as_one() -> None:
    store = a_store()

    def statements(count: int) -> int:
        for _ in range(count):
            reminded(a_case(an_order(store), OPENED))
        with CaptureQueriesContext(connection) as queries:
            assert remind(DUE - 48 * HOUR, books=BOOKS) == count
        return len(queries)

    assert statements(1) == statements(100)


def test_batches_go_on_until_nothing_is_left() -> None:
    store = a_store()
    for _ in range(5):
        reminded(a_case(an_order(store), OPENED))
    assert remind(DUE - 48 * HOUR, books=BOOKS, batch=2) == 5


def test_a_clock_that_was_set_back_tells_no_reminder_twice() -> None:
    case = reminded(a_case(an_order(a_store()), OPENED))
    assert remind(DUE - 48 * HOUR, books=BOOKS) == 1
    Case.objects.filter(pk=case.pk).update(remind_at=DUE - 48 * HOUR)
    assert remind(DUE - 48 * HOUR, books=BOOKS) == 0
    assert next_of(case) == DUE - 24 * HOUR
