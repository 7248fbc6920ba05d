"""The figures of the loop: what is due and since when, what was done by hour, and whether anything runs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ombud.domain.roles import Role, Side
from ombud.store import loop_figures
from ombud.store.models import OutboxMessage
from ombud.web.loop import STALE
from tests.store.rows import a_case, a_store, an_order
from tests.web.members import AT, a_member, an_organisation, browser

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_what_is_due_is_counted_by_kind_with_the_oldest_and_the_next() -> None:
    store = a_store()
    for ago in (2 * HOUR, HOUR, -HOUR):
        an_order(store, check_at=AT - ago)
    a_case(an_order(store), AT - HOUR)
    found = {one.kind: one for one in loop_figures.waiting(AT)}
    orders, windows = found["orders"], found["windows"]
    assert (orders.due, orders.oldest, orders.next_at) == (2, AT - 2 * HOUR, AT + HOUR)
    assert (windows.due, windows.oldest, windows.next_at) == (0, None, AT + 71 * HOUR)
    assert loop_figures.oldest_lag(list(found.values()), AT) == 2 * HOUR


def test_what_was_done_falls_into_its_hour() -> None:
    store = a_store()
    a_case(an_order(store), AT - HOUR)
    a_case(an_order(store), AT - 90 * HOUR, state="won", closed_at=AT)
    a_case(an_order(store), AT - 90 * HOUR, state="lost", closed_at=AT - 2 * HOUR)
    a_case(an_order(store), AT - 90 * HOUR, state="withdrawn", closed_at=AT - 30 * HOUR)
    OutboxMessage.objects.create(key="1", topic="case.reminder", payload={}, at=AT, due_at=AT)
    found = loop_figures.done_by_hour(AT - 24 * HOUR, AT)
    assert found == {
        "opened": {AT - HOUR: 1},
        "ruled": {AT: 1},
        "lost": {AT - 2 * HOUR: 1},
        "other": {},
        "reminded": {AT: 1},
    }


@pytest.mark.parametrize(
    ("lag", "last", "state"),
    [
        (STALE, 9 * HOUR, "running"),
        (STALE + timedelta(microseconds=1), 9 * HOUR, "stopped"),
        (STALE + timedelta(microseconds=1), STALE, "behind"),
    ],
)
def test_it_is_told_that_nothing_runs_where_something_is_due_for_minutes(
    lag: timedelta, last: timedelta, state: str
) -> None:
    store = a_store()
    a_case(an_order(store), AT - last)
    an_order(store, check_at=AT - lag)
    client = browser(a_member(an_organisation(Side.OPERATOR, "Marketplace"), Role.READER))
    answer = client.get(reverse("loop"))
    assert answer.context["state"] == state
    assert ("Nothing runs the loop" in answer.content.decode()) == (state == "stopped")


def test_the_figures_are_drawn_alone_for_htmx_and_asked_as_often_however_much_there_is() -> None:
    client = browser(a_member(an_organisation(Side.OPERATOR, "Marketplace"), Role.READER))
    counts = []
    for number in range(2):
        store = a_store(f"s{number}")
        for _order in range(1 + 9 * number):
            a_case(an_order(store, check_at=AT), AT - HOUR)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(reverse("loop"), headers={"HX-Request": "true"})
        counts.append(len(asked))
        assert "<html" not in answer.content.decode()
    assert counts[0] == counts[1] <= 16
