"""A process that is killed at a named point of what it does: afterwards nothing is lost and nothing happens twice."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, models

from ombud.actions.submissions import submit
from ombud.domain.cases import Event, EventKind, State, fold
from ombud.domain.ledger import HELD, Entry, balances
from ombud.store.models import Case, CaseEvent, DraftPiece, HealthDay, OutboxMessage, Piece, Posting, Ruling, Submission
from ombud.work.loop import tick
from tests.actions.evidence import a_file, hand_in, ready
from tests.actions.others import finish, start
from tests.actions.ruled import scanned, seen
from tests.actions.taking import BOOKS, DAY, HOUR, START, a_store, an_order, take
from tests.conftest import OwnStore

OPENED_AT = START + 3 * DAY
HANDED_IN_AT = START + 4 * DAY

DYING = """
import os, signal, sys
import ombud.store.ready
from django.db import connection, transaction
from ombud.actions.submissions import submit
from ombud.domain.instants import parse_instant
from ombud.rulebooks import open_book
from ombud.work.loop import tick

what, at, point = sys.argv[1:4]
books = {name: open_book(name) for name in ("ozon", "shopify")}
connection.ensure_connection()

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def look(execute, sql, params, many, context):
    if point == "committed" and sql.startswith(("INSERT INTO case_events", 'INSERT INTO "case_events"')):
        transaction.on_commit(die)
    elif point in sql.replace('"', ""):
        die()
    return execute(sql, params, many, context)

with connection.execute_wrapper(look):
    if what == "tick":
        tick(parse_instant(at), books=books)
    else:
        submit(int(what), at=parse_instant(at), actor="seller", books=books)
"""

POINTS = {
    "before history": "INSERT INTO case_events",
    "before the case": "UPDATE cases SET",
    "before the money": "INSERT INTO postings",
    "before it is told": "INSERT INTO outbox",
    "before the figures": "INSERT INTO health_days",
    "committed": "committed",
}
OPENING = {**POINTS, "before the case": "INSERT INTO cases", "before the next check": "UPDATE orders SET check_at"}
SUBMITTING = {
    "before the submission": "INSERT INTO submissions",
    "before the ruling": "INSERT INTO rulings",
    "before history": "INSERT INTO case_events",
    "before the case": "UPDATE cases SET",
    "before it is told": "INSERT INTO outbox",
    "before the draft goes": "DELETE FROM draft_pieces",
    "committed": "committed",
}


def dies(store: OwnStore, what: object, at: object, point: str) -> None:
    """Does `what` in a process of its own, which is killed at `point`."""
    code, _, said = finish(start(store, DYING, what, at, point))
    assert code == -signal.SIGKILL, f"it was never at that point: {said}"
    if connection.vendor == "postgresql":  # until the server notices, rows of the dead are left alone
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def undisturbed() -> dict[str, object]:
    """All that a case is made of, without the keys that a second try may number anew."""
    tables: dict[str, models.QuerySet[models.Model]] = {
        "cases": Case.objects.order_by("order_id", "violation"),
        "events": CaseEvent.objects.order_by("case__order_id", "seq"),
        "postings": Posting.objects.order_by("case__order_id", "cause__seq", "line"),
        "outbox": OutboxMessage.objects.order_by("topic", "due_at"),
        "days": HealthDay.objects.order_by("store_id", "day"),
        "submissions": Submission.objects.order_by("case__order_id", "seq"),
        "pieces": Piece.objects.order_by("position"),
        "rulings": Ruling.objects.order_by("case__order_id", "seq"),
        "drafts": DraftPiece.objects.order_by("name"),
    }
    columns = {
        "cases": ("order_id", "violation", "state", "opened_at", "due_at", "shuts_at", "rule_at", "closed_at",
                  "settled_at", "held_minor", "platform_status"),
        "events": ("case__order_id", "seq", "kind", "at"),
        "postings": ("case__order_id", "cause__seq", "line", "debit", "credit", "amount_minor", "clause", "at"),
        "outbox": ("topic", "due_at"),
        "days": ("store_id", "day", "opened_cases", "won_cases", "lost_cases"),
        "submissions": ("case__order_id", "seq", "received_at"),
        "pieces": ("position", "name", "kind", "file_id"),
        "rulings": ("case__order_id", "seq", "outcome", "decision", "at"),
        "drafts": ("name",),
    }  # fmt: skip
    return {name: list(rows.values_list(*columns[name])) for name, rows in tables.items()}


def holds_together() -> None:
    """Every case is the fold of its history, no hold outlives its case, and the accounts balance."""
    for case in Case.objects.all():
        events = CaseEvent.objects.filter(case=case).order_by("seq")
        standing = fold(Event(one.seq, EventKind(one.kind), one.at, one.data) for one in events)
        assert (standing.state, standing.closed_at, standing.settled_at) == (
            case.state,
            case.closed_at,
            case.settled_at,
        )
        entries = [
            Entry(one.line, one.debit, one.credit, one.currency, one.amount_minor)
            for one in Posting.objects.filter(case=case)
        ]
        left = balances(entries)
        assert left.get((HELD, case.currency), 0) == (0 if case.closed_at else case.held_minor)
        totals = Counter[str]()
        for (_, currency), amount in left.items():
            totals[currency] += amount
        assert not any(totals.values())


def to_open() -> tuple[object, object]:
    """Two orders whose cases open at the next tick."""
    take({"stores": [a_store()], "orders": [an_order("o1"), an_order("o2")]})
    return "tick", OPENED_AT.isoformat()


def to_lose() -> tuple[object, object]:
    """Two open cases whose window has shut."""
    to_open()
    tick(OPENED_AT, books=BOOKS)
    return "tick", (OPENED_AT + 3 * DAY).isoformat()


def to_rule() -> tuple[object, object]:
    """A case whose ruling takes effect at the next tick, for the seller."""
    case = scanned()
    stated = {"made_at": START + HOUR}
    kinds = (("shipment", "waybill"), ("outbound", "outbound_record"))
    pieces = [a_file(f"o1_{word}_ru.pdf", stated=stated, findings=seen(kind)) for word, kind in kinds]
    answer = hand_in(case, *pieces, at=HANDED_IN_AT)
    assert answer.recommendation is not None
    assert answer.recommendation.rule_at is not None
    return "tick", answer.recommendation.rule_at.isoformat()


def to_hand_in() -> tuple[object, object]:
    """A case with all that it asks for lying ready."""
    take({"stores": [a_store()], "orders": [an_order("o1")]})
    tick(OPENED_AT, books=BOOKS)
    case = Case.objects.get()
    stated = {"made_at": START + HOUR}
    ready(case, *(a_file(f"o1_{word}_ru.pdf", stated=stated) for word in ("shipment", "outbound")), at=HANDED_IN_AT)
    return case.case_id, HANDED_IN_AT.isoformat()


def again(what: object, at: object) -> None:
    """Does it once more, as the loop or the seller would."""
    from ombud.domain.instants import parse_instant

    instant = parse_instant(str(at))
    if what == "tick":
        tick(instant, books=BOOKS)
        return
    answer = submit(int(str(what)), at=instant, actor="seller", books=BOOKS)
    assert answer.submission or answer.verdict.codes == ["ERR_002"]  # it was taken before the process died


CASES = [
    *(("opening", to_open, name, point) for name, point in OPENING.items()),
    *(("losing and settling", to_lose, name, point) for name, point in POINTS.items()),
    *(("ruling and settling", to_rule, name, point) for name, point in POINTS.items()),
    *(("handing in", to_hand_in, name, point) for name, point in SUBMITTING.items()),
]


@pytest.mark.parametrize(
    ("prepare", "point"),
    [(prepare, point) for _, prepare, _, point in CASES],
    ids=[f"{step}, {name}" for step, _, name, _ in CASES],
)
def test_whoever_dies_at_a_named_point_leaves_all_of_a_step_or_nothing_and_the_next_one_ends_it(
    store: OwnStore, prepare: Callable[[], tuple[object, object]], point: str
) -> None:
    what, at = prepare()
    before = undisturbed()
    dies(store, what, at, point)
    if point != "committed":
        assert undisturbed() == before
    holds_together()
    again(what, at)
    after = undisturbed()
    holds_together()
    assert after != before
    again(what, at)
    assert undisturbed() == after


@pytest.mark.parametrize("prepare", [to_open, to_lose, to_rule, to_hand_in])
def test_what_is_done_after_a_death_is_what_would_have_been_done_without_it(
    store: OwnStore, prepare: Callable[[], tuple[object, object]]
) -> None:
    what, at = prepare()
    dies(store, what, at, "INSERT INTO outbox")
    again(what, at)
    assert Case.objects.exclude(state=State.OPENED).count() in {0, Case.objects.count()}
    topics = Counter(OutboxMessage.objects.values_list("topic", flat=True))
    events = Counter(CaseEvent.objects.values_list("kind", flat=True))
    assert topics["case.opened"] == events["opened"] == Case.objects.count()
    assert topics["case.closed"] == events["settled"] == Case.objects.filter(closed_at__isnull=False).count()


def test_a_clock_that_is_set_back_by_an_hour_undoes_nothing_and_does_nothing_twice(store: OwnStore) -> None:
    _, at = to_lose()
    from ombud.domain.instants import parse_instant

    instant = parse_instant(str(at))
    tick(instant, books=BOOKS)
    after = undisturbed()
    tick(instant - timedelta(hours=1), books=BOOKS)
    assert undisturbed() == after
