"""Several workers at once and workers that die: each order and each case once, nothing lost."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.db.models import Count, F

from ombud.actions.cases import open_due
from ombud.actions.imports import import_facts
from ombud.domain.cases import EventKind, State
from ombud.domain.instants import parse_instant
from ombud.domain.ledger import HELD
from ombud.scan.folder import read_facts
from ombud.store.models import Case, CaseEvent, HealthDay, Order, OutboxMessage, Posting
from tests.actions.others import DIES_AT, SWEEP, end_at, finish, generated, start
from tests.actions.taking import BOOKS
from tests.conftest import OwnStore

AT = parse_instant("2026-11-01")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated(tmp_path_factory.mktemp("world") / "facts", 1_500)


@pytest.fixture
def waiting(store: OwnStore, folder: Path) -> OwnStore:
    """A store of 1,500 orders, all of them due."""
    with read_facts(folder) as facts:
        import_facts(facts, books=BOOKS, actor="test", at=AT)
    return store


def the_books_balance() -> set[tuple[str, str, str]]:
    """Checks that every case has one opening, one message, its hold, and its day; gives the keys of the cases.

    One whose complaint was taken back before anybody swept is opened and withdrawn in one go, its hold given back.
    """
    cases = set(Case.objects.values_list("order_id", "violation", "complaint_id"))
    withdrawn = Case.objects.filter(state=State.WITHDRAWN)
    openings = CaseEvent.objects.filter(kind__in=[EventKind.OPENED, EventKind.ROUTED])
    assert len(cases) == Case.objects.count() == openings.count()
    assert OutboxMessage.objects.count() == openings.count() + withdrawn.count()
    ends = [CaseEvent.objects.filter(kind=kind).count() for kind in (EventKind.WITHDRAWN, EventKind.SETTLED)]
    assert ends == [withdrawn.count()] * 2
    assert CaseEvent.objects.count() == openings.count() + sum(ends)
    holds = Posting.objects.filter(credit=HELD)
    assert holds.count() == Case.objects.filter(held_minor__gt=0).count()
    assert not holds.exclude(amount_minor=F("case__held_minor")).exists()
    assert Posting.objects.count() - holds.count() == withdrawn.filter(held_minor__gt=0).count()
    by_store = dict(Case.objects.filter(route="").values_list("store").annotate(Count("pk")))  # the others do not count
    assert by_store == dict(HealthDay.objects.filter(opened_cases__gt=0).values_list("store", "opened_cases"))
    assert not Order.objects.filter(check_at__lte=AT).exists()
    return cases


def expected(folder: Path) -> set[tuple[str, str, str]]:
    """What one worker opens that nobody disturbs, by the facts alone."""
    from ombud.actions.folding import folded_sql
    from ombud.scan.evaluate import Evaluator  # the same expressions, on the folder instead of the store
    from ombud.store import due

    found: set[tuple[str, str, str]] = set()
    with read_facts(folder) as facts:
        tables = {
            name: facts.connection.execute(f"SELECT * FROM {name}").to_arrow_table()
            for name in due.QUERIES
            if name != "parcels"
        }
        tables["parcels"] = facts.connection.execute(folded_sql(facts.connection, BOOKS)).to_arrow_table()
        for book in BOOKS.values():
            with Evaluator(book) as evaluator:
                for row in evaluator.run(tables).to_pylist():
                    if row["opens"] in ("case", "route") and row["fires_at"] <= AT:
                        found.add((row["order_id"], row["violation"], row["complaint_id"] or ""))
    return found


def test_several_workers_read_each_order_once_and_open_each_case_once(waiting: OwnStore, folder: Path) -> None:
    workers = [start(waiting, SWEEP, AT.isoformat(), 100) for _ in range(3)]
    checked = opened = 0
    for worker in workers:
        code, output, said = finish(worker)
        assert code == 0, said
        _, one_checked, one_opened = output.splitlines()[-1].split()
        checked, opened = checked + int(one_checked), opened + int(one_opened)
    cases = the_books_balance()
    assert cases == expected(folder)
    assert opened == len(cases)
    once = Order.objects.filter(paid_at__lte=AT).count()
    again = Order.objects.filter(case__isnull=False, complaint__withdrawn_at__lte=AT).distinct().count()
    assert again > 0
    # an order whose complaint was taken back is read anew after its case was opened, at most once by each worker more
    assert once + again <= checked <= once + again * len(workers)


def test_a_worker_killed_between_batches_loses_and_repeats_nothing(waiting: OwnStore, folder: Path) -> None:
    assert end_at(start(waiting, SWEEP, AT.isoformat(), 100), "orders 200", signal.SIGKILL) == -signal.SIGKILL
    assert 0 < Case.objects.count() < len(expected(folder))
    open_due(AT, books=BOOKS, actor="test")
    assert the_books_balance() == expected(folder)


@pytest.mark.parametrize("statement", range(4, 36, 6))
def test_a_worker_killed_at_any_statement_loses_and_repeats_nothing(
    waiting: OwnStore, folder: Path, statement: int
) -> None:
    dying = DIES_AT + SWEEP.replace("done = open_due(", "with connection.execute_wrapper(count):\n    done = open_due(")
    program = dying.replace("import ombud.store.ready\n", "", 1)
    program = "import ombud.store.ready\n" + program
    code, _, said = finish(start(waiting, program, AT.isoformat(), 1_000, statement))
    assert code == -signal.SIGKILL, said
    open_due(AT, books=BOOKS, actor="test")
    assert the_books_balance() == expected(folder)
