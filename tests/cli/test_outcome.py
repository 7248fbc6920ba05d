"""`ombud outcome`: what another process decided is taken down once, exactly, or refused with the mend (S2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ombud.store.models import Case, Posting
from tests.cli.run import Run, runner
from tests.store.rows import a_case, a_store, an_order

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 10, 12, tzinfo=UTC)
NOW = ("--at", "2026-05-12T12:00:00Z")


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def chargeback() -> Case:
    order = an_order(a_store("shop", "shopify"), "o1", currency="USD")
    more = {"violation": "routed", "state": "routed", "platform_status": "", "held_minor": 0}
    return a_case(order, AT, **more, route="chargeback", due_at=AT + timedelta(days=10))


def test_the_outcome_and_its_cost_are_said_and_stand_on_the_page_of_the_case(ombud: Run, chargeback: Case) -> None:
    said = ombud("outcome", "o1", "lost", "--cost", "15.00", *NOW)
    assert (said.code, said.err) == (0, "")
    assert said.out == f"Case #{chargeback.case_id}, Card chargeback: rejected. Cost: 15.00 USD.\n"
    page = ombud("case", "o1", *NOW).out
    for part in (
        "closed   2026-05-12 12:00 UTC",
        "Cost of the process",
        "settlement → Card chargeback · routes.chargeback@2026-03-12",
        "ruled for the buyer, at a cost of 15.00 USD",
        "The bank that issued the card",
    ):
        assert part in page
    assert Posting.objects.get().amount_minor == 15_00


def test_for_programs_it_is_one_document(ombud: Run, chargeback: Case) -> None:
    found = json.loads(ombud("outcome", f"#{chargeback.case_id}", "won", *NOW, "--json").out)
    assert found == {
        "case_id": chargeback.case_id, "route": "chargeback", "state": "won", "at": "2026-05-12T12:00:00Z",
        "cost_minor": 0, "currency": "USD",
    }  # fmt: skip
    assert not Posting.objects.exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["o1", "won", "--cost", "15.001"], "'15.001' is no amount in USD. Write digits alone"),
        (["o1", "won", "--cost", "-1"], "'-1' is no amount in USD"),
        (["nothing", "won"], "There is no case nothing"),
        (["dispute", "won"], "is a dispute of its own platform: no other process decides it"),
        (["o1", "maybe"], "OUTCOME: 'maybe' is none of won, lost, withdrawn, conceded"),
    ],
)
def test_what_cannot_be_taken_down_is_refused_and_nothing_is_done(
    ombud: Run, chargeback: Case, words: list[str], problem: str
) -> None:
    a_case(an_order(a_store("s1"), "dispute"), AT)
    said = ombud("outcome", *words, *NOW)
    assert (said.code, said.out) == (2, "")
    assert problem in said.err
    assert not Posting.objects.exists()
    assert not Case.objects.filter(closed_at__isnull=False).exists()


def test_a_second_outcome_is_refused(ombud: Run, chargeback: Case) -> None:
    assert ombud("outcome", "o1", "won", *NOW).code == 0
    said = ombud("outcome", "o1", "lost", "--cost", "15.00", *NOW)
    assert said.code == 2
    assert "A case that is won cannot take the step ruled for the buyer" in said.err


def test_of_several_routed_cases_of_an_order_one_is_named_by_its_number(ombud: Run, chargeback: Case) -> None:
    again = a_case(
        chargeback.order, AT, violation="routed", state="routed", complaint_id="c2", route="paypal", due_at=None,
        held_minor=0,
    )  # fmt: skip
    said = ombud("outcome", "o1", "won", *NOW)
    assert (said.code, f"o1 has several cases: #{chargeback.case_id}, #{again.case_id}." in said.err) == (2, True)
    assert ombud("outcome", f"#{again.case_id}", "won", *NOW).code == 0
    assert ombud("outcome", "o1", "won", *NOW).code == 0
