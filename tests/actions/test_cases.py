"""Cases open when their instant has come and close when their window has shut, with money, history and messages."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ombud.actions.cases import Sweep, open_due
from ombud.actions.closings import close_windows
from ombud.domain import cases as life
from ombud.domain.ledger import HELD, Entry, balances
from ombud.domain.problems import OmbudError
from ombud.domain.rulebook import load
from ombud.store import due
from ombud.store.models import Case, CaseEvent, HealthDay, Order, OutboxMessage, Parcel, Posting
from tests import reference
from tests.actions.taking import (
    BOOKS,
    DAY,
    HOUR,
    START,
    a_complaint,
    a_parcel,
    a_scan,
    a_store,
    an_order,
    rolled_back,
    take,
)
from tests.worlds import STARTS, Facts, worlds

pytestmark = pytest.mark.django_db

EXAMPLES = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
STORE = {"stores": [a_store()]}
UNSHIPPED = {**STORE, "orders": [an_order()]}


def sweep(at: datetime, **more: Any) -> Sweep:
    return open_due(at, **{"books": BOOKS, "actor": "test", **more})


def close(at: datetime, **more: Any) -> int:
    return close_windows(at, **{"books": BOOKS, "actor": "test", **more})


def opened() -> set[tuple[str, str]]:
    return set(Case.objects.values_list("order_id", "violation"))


def test_an_order_opens_a_case_at_its_instant_and_not_before() -> None:
    take(UNSHIPPED)
    assert sweep(START + 3 * DAY - timedelta(microseconds=1)).opened == 0
    assert sweep(START + 3 * DAY).opened == 1
    case = Case.objects.get()
    assert (case.order_id, case.violation, case.state, case.platform_status) == ("o1", "not_shipped", "opened", "New")
    assert (case.fires_at, case.opened_at, case.due_at) == (START + 3 * DAY, START + 3 * DAY, START + 6 * DAY)
    assert (case.held_minor, case.currency, case.clause) == (100_00, "RUB", "triggers.not_shipped@2026-03-12")
    assert case.rulebook_id == BOOKS["ozon"].digest


def test_the_window_counts_from_the_opening_and_not_from_the_instant_that_fired() -> None:
    take(UNSHIPPED)
    sweep(START + 10 * DAY)
    case = Case.objects.get()
    assert (case.fires_at, case.due_at) == (START + 3 * DAY, START + 13 * DAY)


def test_an_order_shipped_in_time_never_opens() -> None:
    take({**STORE, "orders": [an_order(shipped_at=START + 3 * DAY)], "parcels": [a_parcel()], "scans": [a_scan()]})
    for days in (0, 2, 3, 4, 100):
        assert sweep(START + days * DAY).opened == 0
    assert Order.objects.get().check_at is None


def test_each_order_gets_the_next_instant_at_which_it_may_fire() -> None:
    take({**STORE, "orders": [an_order(), an_order("o2", ship_by=None)], "parcels": [a_parcel(), a_parcel("o2", "T2")]})
    sweep(START + HOUR)
    assert dict(Order.objects.values_list("order_id", "check_at")) == {
        "o1": START + HOUR + 2 * DAY,
        "o2": START + HOUR + 2 * DAY,
    }
    sweep(START + HOUR + 2 * DAY)
    assert opened() == {("o1", "no_first_scan"), ("o2", "no_first_scan")}
    assert dict(Order.objects.values_list("order_id", "check_at")) == {"o1": START + 3 * DAY, "o2": None}


def test_running_it_twice_opens_one_case_for_an_order_and_violation() -> None:
    take(UNSHIPPED)
    sweep(START + 4 * DAY)
    Order.objects.update(check_at=START)
    assert sweep(START + 4 * DAY) == Sweep(checked=1)
    take({**STORE, "orders": [an_order(ship_by=START + DAY)]}, known_at=START + 4 * DAY)
    assert sweep(START + 5 * DAY) == Sweep(checked=1)
    assert Case.objects.count() == Posting.objects.count() == CaseEvent.objects.count() == 1


def test_another_complaint_of_an_order_is_no_second_case_on_ozon() -> None:
    facts = {**STORE, "orders": [an_order(ship_by=None)], "parcels": [a_parcel()]}
    scans = [a_scan(), a_scan(scanned_at=START + DAY, code="delivered")]
    take({**facts, "scans": scans, "complaints": [a_complaint()]})
    sweep(START + 30 * DAY)
    take(
        {**STORE, "orders": [], "complaints": [a_complaint("b0", opened_at=START + 10 * DAY)]},
        known_at=START + 30 * DAY,
    )
    sweep(START + 30 * DAY)
    assert opened() == {("o1", "delivered_not_received")}
    assert Case.objects.get().complaint_id == ""


def test_every_complaint_is_a_case_of_its_own_on_shopify() -> None:
    order = an_order(gateway="stripe", shipped_at=START + HOUR, completed_at=START + 5 * DAY)
    take({
        "stores": [a_store(platform="shopify", site="a.example")], "orders": [order], "parcels": [a_parcel()],
        "lines": [{"order_id": "o1", "line": 1, "sku": "s", "quantity": 1, "price_minor": 1, "kind": "physical"}],
        "complaints": [a_complaint(), a_complaint("c2", opened_at=START + 21 * DAY)],
    })  # fmt: skip
    sweep(START + 30 * DAY)
    assert set(Case.objects.values_list("violation", "complaint_id")) == {
        ("buyer_dispute", "c1"),
        ("buyer_dispute", "c2"),
    }


def test_a_number_on_two_orders_opens_both_also_where_the_first_was_long_done() -> None:
    take({**STORE, "orders": [an_order(ship_by=None)], "parcels": [a_parcel()], "scans": [a_scan()]})
    sweep(START + 30 * DAY)
    assert opened() == set()
    second = {"orders": [an_order("o2", ship_by=None)], "parcels": [a_parcel("o2", registered_at=START + 9 * DAY)]}
    take({**STORE, **second}, known_at=START + 30 * DAY)
    sweep(START + 30 * DAY)
    assert opened() == {("o1", "tracking_reused"), ("o2", "tracking_reused")}


def test_a_carrier_struck_off_the_list_opens_the_orders_it_got_since() -> None:
    old = BOOKS["ozon"]
    orders = [an_order(f"o{day}", ship_by=None) for day in (0, 5, 6)]
    parcels = [a_parcel(f"o{day}", f"T{day}", registered_at=START + day * DAY) for day in (0, 5, 6)]
    scans = [a_scan(f"T{day}", START + day * DAY) for day in (0, 5, 6)]
    take({**STORE, "orders": orders, "parcels": parcels, "scans": scans})
    sweep(START + 30 * DAY)
    assert opened() == set()
    listed = "      values: [cdek, boxberry, ozon-logistics]\n"
    assert listed in old.text
    struck = listed + "    - from: 2026-04-06\n      cite: O4\n      values: [boxberry, ozon-logistics]\n"
    new = load(old.text.replace(listed, struck), file="struck.yaml")
    swept = sweep(START + 30 * DAY, books={"ozon": new})
    assert opened() == {("o5", "carrier_not_accepted"), ("o6", "carrier_not_accepted")}
    assert swept.checked == 2  # the order before the change slept on
    assert set(Case.objects.values_list("rulebook__digest", flat=True)) == {new.digest}


def test_a_book_that_says_the_same_in_other_words_wakes_nobody() -> None:
    take(UNSHIPPED)
    sweep(START + 30 * DAY)
    same = load(BOOKS["ozon"].text + "\n# a remark\n", file="remark.yaml")
    assert sweep(START + 30 * DAY, books={"ozon": same}).checked == 0


def test_orders_without_a_book_are_told_of_and_wait_for_it() -> None:
    take({"stores": [a_store(), a_store("s2", "mirai")], "orders": [an_order(), an_order("o2", store_id="s2")]})
    swept = sweep(START + 30 * DAY)
    assert (swept.opened, swept.without_book) == (1, Counter(mirai=1))
    assert sweep(START + 30 * DAY).checked == 0
    mirai = load(BOOKS["ozon"].text.replace("name: ozon", "name: mirai").replace("platform: ozon", "platform: mirai"),
                 file="mirai.yaml")  # fmt: skip
    assert sweep(START + 30 * DAY, books={**BOOKS, "mirai": mirai}).opened == 1


def test_a_worker_without_the_book_takes_nothing_away_from_one_that_has_it() -> None:
    take(UNSHIPPED)
    sweep(START)
    take({**STORE, "orders": [an_order("o2")]})
    assert sweep(START + 5 * DAY, books={"shopify": BOOKS["shopify"]}).without_book == Counter(ozon=2)
    assert sweep(START + 5 * DAY).opened == 2


def test_the_window_shuts_at_due_at_and_the_case_is_lost_as_of_then() -> None:
    take(UNSHIPPED)
    sweep(START + 3 * DAY)
    assert close(START + 6 * DAY - timedelta(microseconds=1)) == 0
    assert close(START + 9 * DAY) == 1
    assert close(START + 9 * DAY) == 0
    case = Case.objects.get()
    assert (case.state, case.platform_status, case.closed_at) == ("lost", "Resolved", START + 6 * DAY)
    assert [(e.seq, e.kind, e.at) for e in CaseEvent.objects.order_by("seq")] == [
        (1, "opened", START + 3 * DAY),
        (2, "window_closed", START + 6 * DAY),
        (3, "settled", START + 6 * DAY),
    ]
    assert HealthDay.objects.get(day="2026-04-04").opened_cases == 1
    assert HealthDay.objects.get(day="2026-04-07").lost_cases == 1


def test_messages_go_out_once_for_each_step() -> None:
    take(UNSHIPPED)
    sweep(START + 3 * DAY)
    close(START + 6 * DAY)
    case_id = Case.objects.get().case_id
    assert list(OutboxMessage.objects.order_by("message_id").values_list("key", "topic", "payload")) == [
        (f"case.opened:{case_id}", "case.opened", {"case_id": case_id}),
        (f"case.closed:{case_id}:2", "case.closed", {"case_id": case_id, "state": "lost", "kind": "window_closed"}),
    ]


def test_every_posting_names_case_clause_and_cause() -> None:
    take(UNSHIPPED)
    sweep(START + 3 * DAY)
    posting = Posting.objects.get()
    assert posting.clause == "money.hold@2026-03-12"
    assert posting.cause == CaseEvent.objects.get(case=posting.case, kind="opened")
    assert (posting.debit, posting.credit, posting.amount_minor, posting.line) == (
        "settlement", HELD, 100_00, "order_amount",
    )  # fmt: skip


def test_an_order_of_nothing_opens_a_case_that_holds_nothing() -> None:
    take({**STORE, "orders": [an_order(amount_minor=0)]})
    assert sweep(START + 3 * DAY).opened == 1
    assert (Case.objects.get().held_minor, Posting.objects.count()) == (0, 0)


def test_a_hold_of_several_lines_is_rounded_as_the_book_says() -> None:
    text = BOOKS["ozon"].text
    line = (
        "          base: order.amount_minor\n          less: order.refunded_minor\n"
        "          debit: settlement\n          credit: held\n"
    )
    assert line in text
    more = line + (
        "          title: {en: A, ru: A, zh: A}\n"
        "        - name: commission\n          base: order.amount_minor\n          rate: store.commission_rate\n"
        "          debit: settlement\n          credit: held\n"
    )
    book = load(text.replace(line, more, 1), file="two-lines.yaml")
    take({**STORE, "orders": [an_order(amount_minor=1_03)]}, books={"ozon": book})
    sweep(START + 3 * DAY, books={"ozon": book})
    assert dict(Posting.objects.values_list("line", "amount_minor")) == {"order_amount": 1_03, "commission": 15}
    assert Case.objects.get().held_minor == 1_18


def test_where_the_book_has_no_hold_in_force_nothing_of_the_batch_is_done() -> None:
    text = BOOKS["ozon"].text
    assert "  hold:\n    - from: 2026-03-12\n" in text
    late = load(
        text.replace("  hold:\n    - from: 2026-03-12\n", "  hold:\n    - from: 2026-09-01\n"), file="late.yaml"
    )
    take(UNSHIPPED)
    with pytest.raises(OmbudError, match=r"money\.hold in force at 2026-04-04"):
        sweep(START + 3 * DAY, books={"ozon": late})
    assert Case.objects.count() == 0
    assert Order.objects.get().check_at == START
    assert sweep(START + 3 * DAY).opened == 1


TICKS = st.lists(st.integers(0, 260), min_size=1, max_size=4)


@EXAMPLES
@given(worlds(), TICKS)
def test_the_store_opens_exactly_the_cases_that_the_facts_read(facts: Facts, days: list[int]) -> None:
    instants = [STARTS + day * DAY for day in sorted(days)]
    fires = {
        (row.order_id, row.violation, row.complaint_id if name == "shopify" else ""): row.fires_at
        for name, rows in (("ozon", reference.ozon(facts)), ("shopify", reference.shopify(facts)))
        for row in rows
        if row.violation != "track_implausible"
    }
    with rolled_back():
        take(facts)
        for at in instants:
            sweep(at, batch=3)
        kept = {
            (case.order_id, case.violation, case.complaint_id): (case.fires_at, case.opened_at)
            for case in Case.objects.all()
        }
        ahead = dict(Order.objects.values_list("order_id", "check_at"))
        running = set(Case.objects.filter(closed_at__isnull=True).values_list("order_id", flat=True))
    assert kept == {
        key: (fires_at, next(at for at in instants if at >= fires_at))
        for key, fires_at in fires.items()
        if fires_at <= instants[-1]
    }
    for order in facts["orders"]:
        later = [at for key, at in fires.items() if key[0] == order["order_id"] and at > instants[-1]]
        taken_back = [row["withdrawn_at"] for row in facts["complaints"] if row["order_id"] == order["order_id"]]
        if order["order_id"] in running:  # a case ends when its complaint is taken back
            later += [at for at in taken_back if at and at > instants[-1]]
        not_yet = order["paid_at"] if order["paid_at"] and order["paid_at"] > instants[-1] else None
        assert ahead[order["order_id"]] == (not_yet or min(later, default=None))


@EXAMPLES
@given(worlds(), TICKS)
def test_the_state_of_every_case_is_the_fold_of_its_history_and_holds_are_what_the_ledger_says(
    facts: Facts, days: list[int]
) -> None:
    with rolled_back():
        take(facts)
        for day in sorted(days):
            sweep(STARTS + day * DAY)
            close(STARTS + day * DAY)
        for case in Case.objects.all():
            rows = CaseEvent.objects.filter(case=case).order_by("seq")
            events = [life.Event(row.seq, life.EventKind(row.kind), row.at, row.data) for row in rows]
            assert life.fold(events) == life.Standing(
                life.State(case.state),
                case.opened_at,
                case.due_at,
                case.held_minor,
                closed_at=case.closed_at,
                settled_at=case.settled_at,
            )
        entries = [
            Entry(row.line, row.debit, row.credit, row.currency, row.amount_minor) for row in Posting.objects.all()
        ]
        held = Counter[str]()
        running = Case.objects.filter(closed_at__isnull=True)
        for currency, amount in running.values_list("currency", "held_minor"):
            held[currency] += amount
        assert {
            currency: amount for (account, currency), amount in balances(entries).items() if account == HELD and amount
        } == +held


def test_a_sweep_never_reads_a_table_from_end_to_end() -> None:
    take(UNSHIPPED)
    stored = {"orders", "parcels", "lines", "complaints", "stores", "cases", "case_events"}
    plans: dict[str, str] = {}

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        word = sql.split(None, 1)[0].upper()
        if not many and word in {"SELECT", "INSERT", "UPDATE", "CREATE", "COPY"} and not looking:
            query = sql.split(" AS ", 1)[1] if word == "CREATE" and " AS SELECT" in sql else sql
            if word != "CREATE" or " AS SELECT" in sql:
                looking.append(sql)
                with connection.cursor() as cursor:
                    start = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
                    cursor.execute(start + query, params)
                    plans[sql] = "\n".join(str(row) for row in cursor.fetchall())
                looking.clear()
        return execute(sql, params, many, context)

    looking: list[str] = []
    with connection.execute_wrapper(look):
        with transaction.atomic():
            due.claim(START + 3 * DAY, limit=10)
            with connection.cursor() as cursor:  # PostgreSQL reads these by COPY, past the wrapper
                for query, _ in due.QUERIES.values():
                    cursor.execute(query)
        sweep(START + 3 * DAY)
        close(START + 9 * DAY)
    assert Case.objects.get().state == "lost"
    assert any("orders_due" in plan for plan in plans.values())
    assert any("cases_to_shut" in plan for plan in plans.values())
    for sql, plan in plans.items():
        for table in stored:
            for whole in (f"SCAN {table} ", f"SCAN {table}'", f"Seq Scan on {table} ", f"Seq Scan on {table}'"):
                assert whole not in plan, json.dumps([sql, plan])


def test_a_book_that_counts_other_scans_folds_the_tracks_anew() -> None:
    text = BOOKS["ozon"].text
    virtual = next(line for line in text.splitlines() if "virtual_codes:" in line)
    strict = load(text.replace(virtual, virtual.split(":")[0] + ": [label_created, picked_up]"), file="strict.yaml")
    take({**STORE, "orders": [an_order(ship_by=None)], "parcels": [a_parcel()], "scans": [a_scan()]})
    assert sweep(START + 30 * DAY).opened == 0
    assert sweep(START + 30 * DAY, books={"ozon": strict}).opened == 1
    assert opened() == {("o1", "no_first_scan")}
    assert Parcel.objects.get().first_scan_at is None


def test_a_book_with_another_wait_counts_the_health_days_anew() -> None:
    text = BOOKS["ozon"].text
    start = text.index("  tracking_completeness:")
    assert "wait: 48h" in text[start:]
    other = load(text[:start] + text[start:].replace("wait: 48h", "wait: 96h", 1), file="other.yaml")
    take({**STORE, "orders": [an_order(ship_by=None)], "parcels": [a_parcel()], "scans": [a_scan()]})
    assert list(HealthDay.objects.filter(due_parcels=1).values_list("day", flat=True)) == [date(2026, 4, 3)]
    sweep(START, books={"ozon": other})
    assert list(HealthDay.objects.filter(due_parcels=1).values_list("day", flat=True)) == [date(2026, 4, 5)]
