"""The statement of a store is its ledger on paper: what was before, what moved, what is there at the end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ombud.documents import statement as statement_module
from ombud.documents.statement import statement_of
from ombud.documents.typeset import pdf
from ombud.domain.cases import State
from ombud.domain.problems import OmbudError
from ombud.store.models import Store
from tests.actions.ending import end, unshipped
from tests.actions.taking import DAY, HOUR, START
from tests.documents.reading import Paper

pytestmark = pytest.mark.django_db

OPENED = START + 3 * DAY
LOST = OPENED + 72 * HOUR


def drawn(since: timedelta | None = None, language: str = "en") -> Paper:
    [store] = Store.objects.all()
    start = START + since if since else None
    return Paper(statement_of(store, LOST + DAY, since=start, language=language))


def test_every_posting_stands_in_it_with_its_case_order_line_and_clause() -> None:
    case = unshipped("20000450-8201-1", shipping_minor=7_00)
    end(case, State.LOST, LOST)
    said = ("20000450-8201-1", f"#{case.case_id}.1", f"#{case.case_id}.3", "100.00 RUB", "15.00 RUB", "7.00 RUB")
    clauses = ("money.hold@2026-03-12", "money.charge@2026-03-12", "Compensation of 10 %", "settlement → held")
    assert drawn().lacking(*said, *clauses) == []


def test_accounts_are_told_as_before_moved_and_at_the_end() -> None:
    end(unshipped(), State.LOST, LOST)
    row = "settlement −100.00 RUB −25.00 RUB −125.00 RUB"
    assert drawn(since=4 * DAY).lacking(row, "held 100.00 RUB −100.00 RUB 0.00 RUB") == []
    assert "settlement 0.00 RUB −125.00 RUB −125.00 RUB" in drawn()


def test_what_was_posted_at_the_beginning_itself_belongs_to_the_period_before() -> None:
    unshipped()
    assert "Nothing has been posted in this period." in drawn(since=OPENED - START)
    assert "money.hold@2026-03-12" in drawn(since=OPENED - START - timedelta(microseconds=1))


@pytest.mark.parametrize(("language", "title"), [("ru", "Сумма заказа"), ("zh", "订单金额")])
def test_lines_are_named_in_its_language(language: str, title: str) -> None:
    unshipped()
    assert title in drawn(language=language)


def test_a_store_without_disputes_has_an_empty_statement() -> None:
    unshipped()
    assert "Nothing has been posted." in Paper(statement_of(Store.objects.get(), START, since=None, language="en"))


def test_the_same_ledger_gives_the_same_bytes() -> None:
    unshipped()
    first, second = (pdf(statement_of(Store.objects.get(), LOST, since=None, language="zh")) for _ in range(2))
    assert first == second


def test_more_postings_than_one_reads_on_paper_are_refused_with_the_way_to_have_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end(unshipped(), State.LOST, LOST)
    monkeypatch.setattr(statement_module, "MOST_POSTINGS", 3)
    with pytest.raises(OmbudError, match="ombud ledger s1 --json"):
        drawn()
