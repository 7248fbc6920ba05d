"""A store is protected from one instant until another, and never twice at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ombud.actions.protections import end, subscribe
from ombud.domain.problems import OmbudError
from ombud.store.models import Protection
from tests.store.rows import a_store

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, tzinfo=UTC)
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


def code(error: pytest.ExceptionInfo[OmbudError]) -> str:
    return error.value.problems[0].code


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (AT - DAY, AT + MOMENT),
        (AT + DAY, AT + 2 * DAY),
        (AT - DAY, None),
        (AT + 10 * DAY - MOMENT, None),
        (AT - DAY, AT + 20 * DAY),
    ],
)
def test_subscriptions_that_overlap_are_refused(since: datetime, until: datetime | None) -> None:
    a_store()
    subscribe("s1", since=AT, until=AT + 10 * DAY)
    with pytest.raises(OmbudError) as refused:
        subscribe("s1", since=since, until=until)
    assert code(refused) == "protected_already"
    assert Protection.objects.count() == 1


def test_one_may_begin_where_another_ends_and_stores_do_not_stand_in_each_others_way() -> None:
    a_store()
    a_store("s2")
    subscribe("s1", since=AT, until=AT + DAY)
    subscribe("s1", since=AT + DAY)
    subscribe("s1", since=AT - DAY, until=AT)
    subscribe("s2", since=AT)
    with pytest.raises(OmbudError) as refused:
        subscribe("s1", since=AT + 100 * DAY)
    assert code(refused) == "protected_already"


def test_a_time_without_length_is_refused() -> None:
    a_store()
    for until in (AT, AT - DAY):
        with pytest.raises(OmbudError) as refused:
            subscribe("s1", since=AT, until=until)
        assert code(refused) == "empty_time"


def test_what_has_no_end_is_ended_once_and_not_before_it_began() -> None:
    a_store()
    subscribe("s1", since=AT)
    with pytest.raises(OmbudError) as refused:
        end("s1", until=AT)
    assert code(refused) == "empty_time"
    assert end("s1", until=AT + DAY).until == AT + DAY
    with pytest.raises(OmbudError) as again:
        end("s1", until=AT + 2 * DAY)
    assert code(again) == "not_protected"
