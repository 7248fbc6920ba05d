"""`ombud ledger`: accounts, every posting with its cause, and the proof over the whole store."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from ombud.domain.cases import State
from ombud.store.instants import Instants
from ombud.store.models import Case, CaseEvent, Order, Posting
from tests.actions.ending import disputed, end, unshipped
from tests.actions.taking import DAY, START
from tests.cli.run import Run, runner

pytestmark = pytest.mark.django_db

AT = ("--at", "2026-06-01T00:00:00Z")
DAY_4 = START + 4 * DAY


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def test_a_statement_has_every_posting_with_its_cause_and_what_the_store_is_owed_after_it(ombud: Run) -> None:
    case = unshipped()
    end(case, State.LOST, DAY_4)
    said = json.loads(ombud("ledger", "s1", *AT, "--json").out)
    assert said["accounts"] == [
        {"account": "buyer", "currency": "RUB", "balance_minor": 110_00},
        {"account": "held", "currency": "RUB", "balance_minor": 0},
        {"account": "platform", "currency": "RUB", "balance_minor": 15_00},
        {"account": "settlement", "currency": "RUB", "balance_minor": -125_00},
    ]
    rows = said["statement"]
    assert [(row["title"], row["amount_minor"], row["owed_minor"]) for row in rows] == [
        ("Order amount", 100_00, -100_00),
        ("Order amount", 100_00, -100_00),
        ("Commission", 15_00, -115_00),
        ("Compensation of 10 %", 10_00, -125_00),
    ]
    assert [row["cause"] for row in rows[:2]] == [{"kind": "opened", "seq": 1}, {"kind": "settled", "seq": 3}]
    assert {(row["case_id"], row["order_id"]) for row in rows} == {(case.case_id, "o1")}
    assert rows[-1]["clause"] == "money.charge@2026-03-12"


def test_a_statement_of_a_part_still_counts_what_is_owed_from_the_first_posting(ombud: Run) -> None:
    end(unshipped(), State.LOST, DAY_4)
    words = ("ledger", "s1", *AT, "--json")
    later = json.loads(ombud(*words, "--since", "2026-04-04T00:00:00Z").out)
    assert (later["postings"], later["statement"][0]["owed_minor"]) == (3, -100_00)
    last = json.loads(ombud(*words, "--limit", "1").out)
    assert (last["postings"], [row["owed_minor"] for row in last["statement"]]) == (4, [-125_00])
    before = json.loads(ombud("ledger", "show", "s1", "--at", "2026-04-04T12:00:00Z", "--json").out)
    assert [row["owed_minor"] for row in before["statement"]] == [-100_00]
    assert {one["account"]: one["balance_minor"] for one in before["accounts"]} == {
        "held": 100_00,
        "settlement": -100_00,
    }


@pytest.mark.parametrize("width", [80, 140])
def test_the_statement_fits_the_terminal_and_says_what_is_owed(ombud: Run, width: int) -> None:
    case = unshipped()
    Order.objects.update(refunded_minor=10_00)
    end(case, State.LOST, DAY_4)
    out = ombud("ledger", "s1", *AT, width=width).out
    assert max(len(line) for line in out.splitlines()) <= width
    assert "settlement −112.50 RUB" in out
    (last,) = [line for line in out.splitlines() if "Rest of the hold given back" in line]
    assert last.rstrip().endswith("10.00 RUB     −112.50 RUB")
    assert "2026-04-05 00:00" in out
    assert f"#{case.case_id} · 1 case opened" in out


def test_a_statement_names_its_causes_in_the_readers_language(ombud: Run) -> None:
    case = unshipped()
    assert f"#{case.case_id} · 1 спор открыт" in ombud("--lang", "ru", "ledger", "s1", *AT, width=80).out


def test_a_store_without_postings_and_one_that_is_not_there(ombud: Run) -> None:
    unshipped()
    assert "Nothing has been posted." in ombud("ledger", "s1", "--at", "2026-04-01").out
    refused = ombud("ledger", "s2")
    assert (refused.code, "There is no store 's2'" in refused.err) == (2, True)


def test_an_audit_of_a_store_that_agrees_says_so(ombud: Run) -> None:
    first, second = disputed("c1", "c2")
    end(first, State.LOST, START + 21 * DAY)
    assert second.held_minor == 100_00
    said = ombud("ledger", "audit")
    assert (said.code, "Every hold, posting and settlement agrees" in said.out) == (0, True)
    assert "2 cases and 4 postings; held: 100.00 RUB" in said.out


FAULTS = {
    "hold_differs": "UPDATE cases SET held_minor = held_minor + 1 WHERE case_id = {second}",
    "not_settled": "UPDATE cases SET settled_at = NULL WHERE case_id = {first}",
    "not_of_its_case": "UPDATE cases SET currency = 'USD' WHERE case_id = {first}",
    "opened_not_as_told": "UPDATE cases SET opened_at = fires_at WHERE case_id = {first}",
    "closed_not_as_told": "UPDATE cases SET closed_at = opened_at WHERE case_id = {first}",
    "settled_not_as_told": "UPDATE cases SET settled_at = opened_at WHERE case_id = {first}",
    "hold_not_as_told": "UPDATE cases SET held_minor = 1 WHERE case_id = {second}",
    "charged_twice": "UPDATE cases SET order_id = 'o1' WHERE case_id = {third}",
    "hold_outlives_case": (
        "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
        " SELECT store_id, case_id, cause_id, 'more', 'settlement', 'held', currency, 1, clause, at FROM postings"
        " WHERE line = 'compensation' AND case_id = {first}"
    ),
    "cause_of_another_case": (
        "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
        " SELECT store_id, {second}, cause_id, 'more', 'buyer', 'platform', currency, 1, clause, at FROM postings"
        " WHERE line = 'compensation' AND case_id = {first}"
    ),
    "not_when_caused": (
        "INSERT INTO postings (store_id, case_id, cause_id, line, debit, credit, currency, amount_minor, clause, at)"
        " SELECT store_id, case_id, cause_id, 'more', 'buyer', 'platform', currency, 1, clause, {other_at}"
        " FROM postings WHERE line = 'compensation' AND case_id = {first}"
    ),
}


@pytest.mark.parametrize("code", FAULTS)
def test_an_audit_finds_what_does_not_agree_and_names_the_first(ombud: Run, code: str) -> None:
    first, second = unshipped(), unshipped("o2")
    third = unshipped("o3")
    Case.objects.filter(case_id=third.case_id).update(violation="other")
    end(first, State.LOST, DAY_4)
    end(third, State.LOST, DAY_4)
    Case.objects.update(fires_at=START + 2 * DAY)
    assert ombud("ledger", "audit").code == 0
    with connection.cursor() as cursor:
        ids = {"first": first.case_id, "second": second.case_id, "third": third.case_id}
        cursor.execute(FAULTS[code].format(**ids, other_at=Instants(connection).literal(START)))
    said = ombud("ledger", "audit", "--json")
    found = json.loads(said.out)
    assert said.code == 1
    assert found["faults"][code] >= 1
    named = next(one for one in found["first"] if one["code"] == code)
    assert named["case_id"] in {first.case_id, second.case_id, third.case_id}
    assert named["expected"] != named["found"]
    shown = ombud("ledger", "audit", width=80)
    assert (shown.code, f"({code})" in shown.out.replace("\n", " ")) == (1, True)


def test_every_posting_of_another_instant_than_its_cause_is_found_to_the_microsecond(ombud: Run) -> None:
    unshipped()
    event = CaseEvent.objects.get()
    one = Posting.objects.get()
    Posting.objects.create(
        store_id="s1", case_id=one.case_id, cause=event, line="again", debit="buyer", credit="platform",
        currency="RUB", amount_minor=1, clause=one.clause, at=event.at + timedelta(microseconds=1),
    )  # fmt: skip
    (fault,) = json.loads(ombud("ledger", "audit", "--json").out)["first"]
    assert (fault["code"], fault["found"]) == ("not_when_caused", "2026-04-04T00:00:00.000001Z")


def test_a_posting_is_reversed_by_its_number_and_shows_in_the_statement(ombud: Run) -> None:
    end(unshipped(), State.LOST, DAY_4)
    number = str(Posting.objects.get(line="compensation").pk)
    words = ("ledger", "reverse", number, "--at", "2026-04-10T00:00:00Z")
    assert ombud(*words).code == 2  # no reason
    said = ombud(*words, "--reason", "agreed with the platform")
    assert f"Posting № {number} of case" in said.out
    assert "10.00 RUB from buyer to settlement" in said.out
    again = ombud(*words, "--reason", "once more")
    assert (again.code, "was reversed already" in again.err) == (2, True)
    last = json.loads(ombud("ledger", "s1", *AT, "--json").out)["statement"][-1]
    assert (last["title"], last["owed_minor"]) == (f"Reversal of № {number}", -115_00)
    assert last["cause"] == {"kind": "corrected", "seq": 4}
    assert ombud("ledger", "audit").code == 0
    assert ombud("ledger", "reverse", "999", "--reason", "x").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("ledger", "s1"),
        ("causes", "s1"),
        ("document", "report", "--out", "x.pdf"),
        ("document", "statement", "s1", "--out", "x.pdf"),
    ],
)
def test_a_period_that_ends_before_it_begins_is_refused(ombud: Run, words: tuple[str, ...]) -> None:
    unshipped()
    said = ombud(*words, "--since", "2026-05-01", "--at", "2026-04-01")
    assert (said.code, "is no time at all" in said.err) == (2, True)
