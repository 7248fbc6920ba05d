"""Whatever happens to cases, and whenever: money balances, ends stay ends, no hold outlives its case, nothing stays
undone after a sweep, and every case stands as its history says.

One machine does to a small store what sellers, buyers, reviewers, banks, imports and the loop do, in any order and at
any instant, also with a clock that is set back. Everything goes through the real actions.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ombud.actions import moving, reviews
from ombud.actions.outcomes import take_outcome
from ombud.domain.cases import ENDS, State
from ombud.domain.evidence import Finding, Outcome
from ombud.domain.ledger import HELD, ROUTE_COST, Entry, balances
from ombud.domain.problems import OmbudError
from ombud.store.models import Case, CaseEvent, DraftPiece, Order, OutboxMessage, Posting, Protection
from ombud.store.queue import queue
from ombud.store.queue_load import load
from ombud.store.standings import standings
from ombud.work.loop import tick
from tests.actions.evidence import a_file, hand_in
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_complaint, a_parcel, a_scan, a_store, an_order, take

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)
COMPLAINED = START + 4 * DAY
SPANS = st.sampled_from([MOMENT, HOUR, 20 * HOUR, 24 * HOUR, 48 * HOUR, 72 * HOUR, 96 * HOUR, 10 * DAY])
LATE = st.sampled_from([timedelta(), timedelta(), timedelta(), HOUR, 3 * DAY])
"""How far the clock of whoever acts was set back."""
SHIPPED: dict[str, Any] = {"status": "shipped", "shipped_at": START + HOUR, "currency": "USD"}
COMPLAINTS = {
    "dispute": a_complaint("dispute", "s1", opened_at=COMPLAINED),
    "another": a_complaint("another", "s1", kind="not_as_described", opened_at=COMPLAINED + HOUR),
    "protected": a_complaint("protected", "s2", opened_at=COMPLAINED),
    "paypal": a_complaint("paypal", "s3", opened_at=COMPLAINED),
    "chargeback": a_complaint("chargeback", "s4", opened_at=COMPLAINED),
    "closed": a_complaint("closed", "s5", opened_at=COMPLAINED),
    "received": a_complaint("received", "o2", opened_at=COMPLAINED),
}
WORLD: dict[str, list[dict[str, Any]]] = {
    "stores": [
        a_store("s1"),
        a_store("shop", platform="shopify", site="lumen.myshopify.com", verified_at=START - 400 * DAY),
        a_store("safe", platform="shopify", site="safe.myshopify.com"),
    ],
    "orders": [
        an_order("o1"),  # never shipped, and its number never scanned: two cases of one order
        an_order("o2", status="shipped", shipped_at=START + HOUR, shipping_minor=3_50, refunded_minor=20_00),
        an_order("s1", store_id="shop", gateway="stripe", **SHIPPED),
        an_order("s2", store_id="safe", gateway="shopify_payments", **SHIPPED),
        an_order("s3", store_id="shop", gateway="paypal", **SHIPPED),
        an_order("s4", store_id="shop", gateway="stripe", **SHIPPED),
        an_order("s5", store_id="shop", gateway="stripe", **SHIPPED)
        | {"shipped_at": START - 200 * DAY, "paid_at": START - 202 * DAY},
    ],
    "parcels": [
        a_parcel("o1", "O1"),
        a_parcel("o2", "O2"),
        a_parcel("s1", "S1", carrier="usps"),
        a_parcel("s2", "S2", carrier="usps"),
        a_parcel("s4", "S4", carrier="usps", service="untracked"),
        a_parcel("s5", "S5", carrier="usps", registered_at=START - 201 * DAY),
    ],
    "scans": [
        a_scan("O2"),
        a_scan("O2", START + 3 * DAY, code="delivered", country="RU"),
    ],
    "complaints": list(COMPLAINTS.values()),
}
UNSIGNED = Finding("signature_missing", Outcome.FAILED)  # what Shopify rejects, and lets be mended
_RUNNING = sorted(set(State) - ENDS)
STATED: dict[str, Any] = {"stated": {"made_at": START + HOUR}}
UPLOADS: dict[str, list[list[tuple[str, dict[str, Any]]]]] = {
    "ozon": [
        [("{order}_shipment_ru.pdf", STATED), ("{order}_outbound_ru.pdf", STATED)],
        [("{order}_shipment_ru.pdf", {})],
        [("holiday.pdf", {"kind": "waybill"})],  # no name that the gate takes
        [("holiday.pdf", {})],  # and no kind said
    ],
    "shopify": [
        [("proof.pdf", {"kind": "delivery_proof"})],
        [("proof.pdf", {"kind": "delivery_proof", "findings": (UNSIGNED,)})],
        [("proof.jpg", {"kind": "delivery_proof"})],  # no format that the kind takes
        [("invoice.pdf", {"kind": "invoice"})],
    ],
}


class WholeLife(RuleBasedStateMachine):
    """`now` is the clock of the loop, which never goes back."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = START
        self.swept_at: datetime | None = None
        self.ended: dict[int, tuple[str, datetime | None]] = {}
        self.reminders: dict[int, int] = {}
        self.imports = 0
        self.files = 0
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(first=st.sampled_from([2 * DAY, 3 * DAY, 5 * DAY, 5 * DAY, 5 * DAY]))
    def facts_come_in_and_the_loop_looks_for_the_first_time(self, first: timedelta) -> None:
        take(WORLD)
        Protection.objects.create(store_id="safe", since=START)
        self.now = START + first
        self.the_loop_looks()

    @rule(span=SPANS)
    def time_goes_by(self, span: timedelta) -> None:
        self.now += span
        self.swept_at = None

    @rule(pick=st.integers(0, 99), short=st.sampled_from([timedelta(), MOMENT]))
    def time_comes_to_where_something_runs_out(self, pick: int, short: timedelta) -> None:
        ahead = [case.clock.until for case in queue(self.now) if case.clock.until]
        ahead = [instant - short for instant in ahead if instant - short > self.now]
        if ahead:
            self.now, self.swept_at = ahead[pick % len(ahead)], None

    @rule()
    def the_loop_looks(self) -> None:
        report = tick(self.now, books=BOOKS, rules_at=START)
        assert report.at == self.now
        self.swept_at = self.now
        again = tick(self.now, books=BOOKS, rules_at=START)
        assert not again.did_anything

    @rule(pick=st.integers(0, 99), upload=st.integers(0, 3), back=LATE)
    def a_seller_hands_in(self, pick: int, upload: int, back: timedelta) -> None:
        case = self._case(pick, "opened", "evidence_required", "evidence_rejected", "routed")
        if case is None:
            return
        self.files += 1
        DraftPiece.objects.filter(case=case).delete()
        files = UPLOADS[case.platform][upload]
        pieces = [a_file(name.format(order=case.order_id), salt=str(self.files), **more) for name, more in files]
        self._try(case, lambda: hand_in(case, *pieces, at=self.now - back))

    @rule(pick=st.integers(0, 99), won=st.booleans(), agrees=st.booleans(), back=LATE)
    def a_reviewer_rules(self, pick: int, won: bool, agrees: bool, back: timedelta) -> None:
        case = self._case(pick, "under_review")
        if case is None:
            return
        outcome = State.WON if won else State.REJECTED
        at = self.now - back
        if agrees:
            self._try(case, lambda: reviews.confirm(case.case_id, at=at, actor="reviewer", books=BOOKS))
        else:
            self._try(
                case, lambda: reviews.overrule(case.case_id, outcome, "seen", at=at, actor="reviewer", books=BOOKS)
            )

    @rule(pick=st.integers(0, 99), back=LATE, how=st.sampled_from([moving.withdraw, moving.concede]))
    def a_party_gives_in(self, pick: int, back: timedelta, how: Any) -> None:
        case = self._case(pick, *_RUNNING)
        if case is not None:
            self._try(case, lambda: how(case.case_id, at=self.now - back, actor="party", books=BOOKS))

    @rule(pick=st.integers(0, 99), outcome=st.sampled_from([State.WON, State.REJECTED]), cost=st.integers(0, 20_00))
    def another_process_decides(self, pick: int, outcome: State, cost: int) -> None:
        case = self._case(pick, "routed")
        if case is not None:
            self._try(
                case,
                lambda: take_outcome(case.case_id, outcome, cost_minor=cost, at=self.now, actor="bank", books=BOOKS),
            )

    @rule(name=st.sampled_from(sorted(COMPLAINTS)))
    def an_import_says_that_a_complaint_was_taken_back(self, name: str) -> None:
        if self.now > COMPLAINED:
            self.imports += 1
            row = {**COMPLAINTS[name], "withdrawn_at": self.now}
            take({"complaints": [row]}, known_at=START + self.imports * MOMENT)
            self.swept_at = None

    @invariant()
    def every_case_stands_as_its_history_says(self) -> None:
        found = {case.case_id: case for case in Case.objects.all()}
        then = standings(Case.objects.all(), datetime.max.replace(tzinfo=START.tzinfo))
        assert found.keys() == then.keys()
        for case_id, standing in then.items():
            for column in ("state", "opened_at", "due_at", "held_minor", "submitted_at", "rule_at", "closed_at"):
                assert getattr(found[case_id], column) == getattr(standing, column), (case_id, column)
            assert found[case_id].settled_at == standing.settled_at == standing.closed_at

    @invariant()
    def no_case_leaves_an_end(self) -> None:
        for case in Case.objects.all():
            assert (case.state in ENDS) == (case.closed_at is not None)
            if case.case_id in self.ended:
                assert (case.state, case.closed_at) == self.ended[case.case_id]
            elif case.closed_at is not None:
                self.ended[case.case_id] = (case.state, case.closed_at)
            if case.state == State.LOST:
                assert case.closed_at == case.due_at

    @invariant()
    def every_hold_is_that_of_a_running_case_and_money_balances(self) -> None:
        entries: dict[int, list[Entry]] = {}
        for row in Posting.objects.all():
            entry = Entry(row.line, row.debit, row.credit, row.currency, row.amount_minor)
            entries.setdefault(row.case_id, []).append(entry)
        for case in Case.objects.all():
            left = balances(entries.get(case.case_id, []))
            held = case.held_minor if case.settled_at is None else 0
            assert left.get((HELD, case.currency), 0) == held
            assert sum(left.values()) == 0
            assert {currency for _, currency in left} <= {case.currency}
            if case.route:
                assert {entry.line for entry in entries.get(case.case_id, [])} <= {ROUTE_COST}
        charged = Posting.objects.filter(credit__in=["buyer", "platform"]).values_list("case__order_id", "case_id")
        orders = [order_id for order_id, _ in set(charged)]
        assert len(orders) == len(set(orders))

    @invariant()
    def nothing_that_is_due_was_left_by_the_last_sweep(self) -> None:
        if self.swept_at is not None:
            for column in ("shuts_at", "rule_at", "remind_at"):
                assert not Case.objects.filter(**{f"{column}__lte": self.swept_at}).exists(), column
            assert not Order.objects.filter(check_at__lte=self.swept_at).exists()

    @invariant()
    def nobody_is_reminded_of_what_the_clock_cannot_lose(self) -> None:
        for case in Case.objects.filter(shuts_at__isnull=True):
            assert case.remind_at is None
        told = Counter(message.payload["case_id"] for message in OutboxMessage.objects.filter(topic="case.reminder"))
        for case_id in self.ended:
            assert self.reminders.setdefault(case_id, told[case_id]) == told[case_id]

    @invariant()
    def the_queue_lists_each_open_case_once(self) -> None:
        latest = CaseEvent.objects.order_by("-at").values_list("at", flat=True).first()
        at = max(self.now, latest or self.now)
        listed = [case.case_id for case in queue(at)]
        assert sorted(listed) == sorted(Case.objects.filter(closed_at=None).values_list("case_id", flat=True))
        assert load(at).total == len(listed)

    def _case(self, pick: int, *states: str) -> Case | None:
        """Mostly one in such a state, where there is one."""
        found = list(Case.objects.order_by("case_id"))
        found = [case for case in found if case.state in states or pick > 90] or found
        return found[pick % len(found)] if found else None

    def _try(self, case: Case, action: Any) -> None:
        """What is refused changes nothing."""
        before = (Case.objects.filter(pk=case.pk).values().get(), CaseEvent.objects.count(), Posting.objects.count())
        try:
            action()
        except OmbudError:
            after = (Case.objects.filter(pk=case.pk).values().get(), CaseEvent.objects.count(), Posting.objects.count())
            assert after == before
        else:
            self.swept_at = None


def test_the_whole_life_of_cases_holds_whatever_happens_and_whenever() -> None:
    some = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )
    run_state_machine_as_test(WholeLife, settings=some)
