"""What is no dispute of its book is kept as a case of its own kind, outside money and rate (S2)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ombud.actions.cases import open_due
from ombud.actions.outcomes import take_outcome
from ombud.domain.cases import State
from ombud.domain.problems import OmbudError
from ombud.store.models import Case, CaseEvent, HealthDay, OutboxMessage, Posting
from ombud.work.loop import tick
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_complaint, a_parcel, a_store, an_order, take

pytestmark = pytest.mark.django_db

SHOP = a_store(platform="shopify", site="lumen.myshopify.com")
COMPLAINED = START + 20 * DAY
AT = COMPLAINED + HOUR
MOMENT = timedelta(microseconds=1)


def a_routed(place: str, order_id: str = "o1") -> None:
    """An order with a complaint that goes to `place`."""
    more = {"shipped_at": START + HOUR, "status": "shipped", "currency": "USD"}
    gateway = {"paypal": "paypal", "gateway": "klarna"}.get(place, "stripe")
    service = "untracked" if place == "chargeback" else "tracked"
    more["shipped_at"] = START - 200 * DAY if place == "closed" else START + HOUR
    registered_at = START - 201 * DAY if place == "closed" else START
    paid_at = START - 202 * DAY if place == "closed" else START
    shop = {**SHOP, "verified_at": START - 400 * DAY}
    take(
        {
            "stores": [shop],
            "orders": [an_order(order_id, gateway=gateway, **more, paid_at=paid_at)],
            "parcels": [
                a_parcel(order_id, f"T{order_id}", carrier="usps", service=service, registered_at=registered_at)
            ],
            "complaints": [a_complaint(f"c{order_id}", order_id, opened_at=COMPLAINED)],
        }
    )


def sweep(at: datetime = AT, rules_at: datetime | None = None) -> tuple[int, int]:
    swept = open_due(at, books=BOOKS, actor="test", rules_at=rules_at or START)
    return swept.opened, swept.routed


@pytest.mark.parametrize("place", ["paypal", "gateway", "closed", "chargeback"])
def test_a_complaint_is_routed_to_its_place_holds_nothing_and_does_not_count(place: str) -> None:
    a_routed(place)
    assert sweep() == (0, 1)
    case = Case.objects.get()
    assert (case.route, case.violation, case.complaint_id) == (place, "routed", "co1")
    assert (case.held_minor, case.fires_at, case.opened_at) == (0, COMPLAINED, AT)
    assert not Posting.objects.exists()
    assert not HealthDay.objects.filter(opened_cases__gt=0).exists()
    assert OutboxMessage.objects.filter(topic="case.opened").count() == 1


def test_a_chargeback_has_the_ten_days_of_the_bank_and_the_others_have_no_clock() -> None:
    for number, place in enumerate(("chargeback", "paypal", "gateway")):
        a_routed(place, f"o{number}")
    sweep()
    clocks = {case.route: (case.due_at, case.shuts_at) for case in Case.objects.all()}
    assert clocks == {
        "chargeback": (AT + 10 * DAY, AT + 10 * DAY),
        "paypal": (None, None),
        "gateway": (None, None),
    }
    assert Case.objects.get(route="chargeback").remind_at == AT + 9 * DAY


def test_a_complaint_that_nobody_can_decide_any_more_ends_at_once_in_the_seller_s_favour() -> None:
    a_routed("closed")
    sweep()
    case = Case.objects.get()
    assert (case.state, case.due_at, case.closed_at, case.settled_at) == ("won", None, AT, AT)
    kinds = list(CaseEvent.objects.order_by("seq").values_list("kind", flat=True))
    assert kinds == ["routed", "ruled_for_seller", "settled"]
    tick(AT + 400 * DAY, books=BOOKS, rules_at=START)
    assert Case.objects.get().state == "won"


def test_sweeping_and_importing_again_routes_nothing_twice() -> None:
    a_routed("paypal")
    assert [sweep(), sweep(AT + HOUR)] == [(0, 1), (0, 0)]
    a_routed("paypal")
    assert sweep(AT + 2 * HOUR) == (0, 0)
    assert Case.objects.count() == 1


def test_each_complaint_of_an_order_is_routed_by_itself() -> None:
    a_routed("paypal")
    take({"complaints": [a_complaint("again", opened_at=AT + DAY)]}, known_at=START + DAY)
    assert sweep() == (0, 1)
    assert sweep(AT + DAY) == (0, 1)
    assert set(Case.objects.values_list("complaint_id", flat=True)) == {"co1", "again"}


def test_a_dispute_that_later_facts_would_route_stays_what_it_was_opened_as() -> None:
    shipped: dict[str, Any] = {"status": "shipped", "shipped_at": START + HOUR, "currency": "USD"}
    rows = {
        "stores": [SHOP],
        "orders": [an_order(gateway="stripe", **shipped)],
        "parcels": [a_parcel(carrier="usps")],
        "complaints": [a_complaint(opened_at=COMPLAINED)],
    }
    take(rows)
    assert sweep() == (1, 0)
    take({**rows, "orders": [an_order(gateway="paypal", **shipped)]}, known_at=START + DAY)
    assert sweep(AT + HOUR) == (0, 0)
    assert Case.objects.get().route == ""


def test_a_day_with_a_dispute_and_a_routed_complaint_counts_the_dispute_alone() -> None:
    a_routed("paypal", "routed")
    take(
        {
            "stores": [SHOP],
            "orders": [an_order(gateway="stripe", status="shipped", shipped_at=START + HOUR, currency="USD")],
            "parcels": [a_parcel(carrier="usps")],
            "complaints": [a_complaint(opened_at=COMPLAINED)],
        }
    )
    assert sweep() == (1, 1)
    assert [day.opened_cases for day in HealthDay.objects.filter(opened_cases__gt=0)] == [1]


def test_a_complaint_withdrawn_by_then_is_not_routed() -> None:
    a_routed("paypal")
    take({"complaints": [a_complaint("co1", opened_at=COMPLAINED, withdrawn_at=COMPLAINED)]}, known_at=START + DAY)
    assert sweep() == (0, 0)


def test_a_chargeback_that_nobody_answered_is_lost_when_the_bank_s_window_shuts_and_no_money_moves() -> None:
    a_routed("chargeback")
    sweep()
    due = AT + 10 * DAY
    tick(due - MOMENT, books=BOOKS, rules_at=START)
    assert Case.objects.get().state == "routed"
    tick(due, books=BOOKS, rules_at=START)
    case = Case.objects.get()
    assert (case.state, case.closed_at, case.settled_at, case.platform_status) == ("lost", due, due, "")
    assert not Posting.objects.exists()
    assert not HealthDay.objects.filter(lost_cases__gt=0).exists()


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (State.WON, "ruled_for_seller"),
        (State.REJECTED, "ruled_for_buyer"),
        (State.WITHDRAWN, "withdrawn"),
        (State.CONCEDED, "conceded"),
    ],
)
def test_what_the_bank_decided_ends_the_case_and_its_cost_stands_in_the_ledger(outcome: State, kind: str) -> None:
    a_routed("chargeback")
    sweep()
    case = Case.objects.get()
    take_outcome(case.case_id, outcome, cost_minor=1_500, at=AT + DAY, actor="test", books=BOOKS)
    case.refresh_from_db()
    assert (case.state, case.closed_at, case.shuts_at, case.remind_at) == (outcome, AT + DAY, None, None)
    cost = Posting.objects.get()
    assert (cost.line, cost.debit, cost.credit) == ("route_cost", "settlement", "routes.chargeback")
    assert (cost.amount_minor, cost.currency, cost.clause) == (1_500, "USD", "routes.chargeback@2026-03-12")
    assert (cost.cause.kind, cost.at) == (kind, AT + DAY)
    assert cost.cause.data == {"cost_minor": 1_500, "currency": "USD", "decided_by": "chargeback"}


def test_an_outcome_without_cost_posts_nothing_and_a_second_outcome_is_refused() -> None:
    a_routed("paypal")
    sweep()
    case_id = Case.objects.get().case_id
    take_outcome(case_id, State.WON, at=AT + DAY, actor="test", books=BOOKS)
    assert not Posting.objects.exists()
    with pytest.raises(OmbudError, match="won cannot take the step ruled for the buyer"):
        take_outcome(case_id, State.REJECTED, cost_minor=5, at=AT + DAY, actor="test", books=BOOKS)
    assert not Posting.objects.exists()


def test_a_dispute_has_no_outcome_from_elsewhere_and_a_cost_is_not_negative() -> None:
    take(
        {
            "stores": [SHOP],
            "orders": [an_order(gateway="stripe", status="shipped", shipped_at=START + HOUR)],
            "parcels": [a_parcel(carrier="usps")],
            "complaints": [a_complaint(opened_at=COMPLAINED)],
        }
    )
    assert sweep() == (1, 0)
    case_id = Case.objects.get().case_id
    for outcome, cost, problem in (
        (State.WON, 0, "not_routed"),
        (State.WON, -1, "bad_cost"),
        (State.WON, 2**63, "bad"),
    ):
        with pytest.raises(OmbudError) as refused:
            take_outcome(case_id, outcome, cost_minor=cost, at=AT, actor="test", books=BOOKS)
        assert refused.value.problems[0].code.startswith(problem)
    assert Case.objects.get().state == "opened"


def test_many_complaints_of_all_places_are_opened_by_as_many_statements_as_a_few() -> None:
    def statements(count: int, first: int) -> int:
        orders, complaints = [], []
        for number in range(first, first + count):
            gateway = ("paypal", "klarna", "stripe")[number % 3]
            orders.append(an_order(f"n{number}", gateway=gateway, currency="USD"))
            complaints.append(a_complaint(f"n{number}", f"n{number}", opened_at=COMPLAINED))
        take({"stores": [SHOP], "orders": orders, "complaints": complaints})
        with CaptureQueriesContext(connection) as queries:
            assert sweep() == (0, count)
        return sum("cases" in query["sql"] for query in queries.captured_queries)

    assert statements(3, 0) == statements(300, 100)
    places = Counter(Case.objects.values_list("route", flat=True))
    assert places == {"paypal": 101, "gateway": 101, "chargeback": 101}
