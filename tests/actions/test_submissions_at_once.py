"""Two who hand in at the same instant, and one who dies while handing in: once, or not at all."""

from __future__ import annotations

import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from ombud.actions.moving import locked
from ombud.domain.cases import EventKind, State
from ombud.store.models import Case, CaseEvent, DraftPiece, OutboxMessage, Piece, Ruling, StoredFile, Submission
from tests.actions.ending import unshipped
from tests.actions.evidence import a_file, hand_in, ready
from tests.actions.others import DIES_AT, finish, start
from tests.actions.taking import DAY, HOUR, START
from tests.conftest import OwnStore

AT = START + 4 * DAY

SUBMIT = """
import sys
import ombud.store.ready
from django.db import connection
from ombud.actions.submissions import submit
from ombud.domain.instants import parse_instant
from ombud.rulebooks import open_book

books = {name: open_book(name) for name in ("ozon", "shopify")}
connection.ensure_connection()
print("ready", flush=True)
answer = submit(int(sys.argv[1]), at=parse_instant(sys.argv[2]), actor="other", books=books)
print("taken" if answer.submission else " ".join(answer.verdict.codes), flush=True)
"""


@pytest.fixture
def case(store: OwnStore) -> Case:
    """A case with all that it asks for lying ready."""
    found = unshipped()
    stated = {"made_at": START + HOUR}
    ready(found, *(a_file(f"o1_{word}_ru.pdf", stated=stated) for word in ("shipment", "outbound")), at=AT)
    return found


def written() -> tuple[int, ...]:
    """Of this case: submissions, pieces, rulings, events of the submission, what lies ready."""
    events = CaseEvent.objects.filter(kind=EventKind.EVIDENCE_SUBMITTED)
    tables = (Submission.objects, Piece.objects, Ruling.objects, events, DraftPiece.objects)
    return tuple(table.count() for table in tables)


NOTHING, ALL = (0, 0, 0, 0, 2), (1, 2, 1, 1, 0)


def test_of_two_who_hand_in_at_once_one_is_taken_and_the_other_is_told(case: Case, store: OwnStore) -> None:
    with transaction.atomic():
        locked(case.case_id)  # both wait for it, and go on at the same instant
        both = [start(store, SUBMIT, case.case_id, AT.isoformat()) for _ in range(2)]
        for one in both:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
    said = sorted(finish(one)[1].strip() for one in both)
    assert said == ["ERR_002", "taken"]
    assert written() == ALL


CLOSE = """
import sys
import ombud.store.ready
from django.db import connection
from ombud.actions.closings import close_windows
from ombud.domain.instants import parse_instant
from ombud.rulebooks import open_book

books = {name: open_book(name) for name in ("ozon", "shopify")}
connection.ensure_connection()
print("ready", flush=True)
print("closed", close_windows(parse_instant(sys.argv[1]), books=books, actor="clock"), flush=True)
"""


def test_of_the_seller_and_the_clock_at_one_instant_one_wins_and_the_other_is_told(case: Case, store: OwnStore) -> None:
    assert case.shuts_at is not None
    last = case.shuts_at - timedelta(microseconds=1)
    with transaction.atomic():
        locked(case.case_id)
        seller = start(store, SUBMIT, case.case_id, last.isoformat())
        clock = start(store, CLOSE, case.shuts_at.isoformat())
        for one in (seller, clock):
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
    told = [finish(one) for one in (seller, clock)]
    assert [code for code, _, _ in told] == [0, 0], told
    said = (told[0][1].strip(), told[1][1].strip())
    case.refresh_from_db()
    if said[0] == "taken":
        assert (said[1], case.state, written()) == ("closed 0", State.UNDER_REVIEW, ALL)
    else:
        assert (said, case.state, written()) == (("ERR_001", "closed 1"), State.LOST, NOTHING)


DIES_WHILE_STORING = """
import os, signal, sys
import ombud.store.ready
from ombud.actions.drafts import NewPiece, add
from ombud.domain.instants import parse_instant
from ombud.rulebooks import open_book

class Dying:
    left = 3

    def read(self, size):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"%PDF-" + b"x" * (size - 5)

books = {"ozon": open_book("ozon")}
piece = NewPiece("o1_customs_ru.pdf", Dying())
add(int(sys.argv[1]), [piece], at=parse_instant(sys.argv[2]), actor="other", books=books)
"""


def test_who_dies_while_a_file_is_stored_leaves_nothing_that_can_be_found(
    case: Case, store: OwnStore, tmp_path: Path
) -> None:
    place = tmp_path / "evidence"
    process = start(store, DIES_WHILE_STORING, case.case_id, AT.isoformat(), OMBUD_EVIDENCE=str(place))
    code, _, said = finish(process)
    assert code == -signal.SIGKILL, said
    assert [path.parent.name for path in place.rglob("*") if path.is_file()] == ["incoming"]
    assert StoredFile.objects.count() == DraftPiece.objects.count() == 2  # those that lay ready before
    ready(case, a_file("o1_customs_ru.pdf"), at=AT)
    assert DraftPiece.objects.count() == 3


def test_who_dies_while_handing_in_leaves_all_of_it_or_nothing(case: Case, store: OwnStore) -> None:
    died = 0
    program = DIES_AT + SUBMIT.replace("answer =", "connection.execute_wrappers.append(count)\nanswer =")
    for statement in range(1, 200, 9):
        process = start(store, program, case.case_id, AT.isoformat(), statement)
        code, output, said = finish(process)
        if code != -signal.SIGKILL:
            assert (code, output.split()[-1]) == (0, "taken"), said
            break
        died += 1
        assert written() == NOTHING
        assert OutboxMessage.objects.filter(topic="case.moved").count() == 0
    assert died > 3
    assert written() == ALL
    case.refresh_from_db()
    assert case.state == State.UNDER_REVIEW
    again = hand_in(case, at=AT)
    assert again.verdict.codes == ["ERR_002"]
