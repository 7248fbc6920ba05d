"""Packing videos are kept as long as the book says and never let go while a case that uses them is open (O20)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings

from ombud.actions import drafts
from ombud.actions.retention import due_query, let_go
from ombud.domain.cases import State
from ombud.domain.problems import OmbudError
from ombud.store import database, evidence_files, sql
from ombud.store.models import Case, StoredFile
from ombud.work.loop import tick
from tests.actions.ending import end, unshipped
from tests.actions.evidence import a_file, content, hand_in, ready
from tests.actions.taking import BOOKS, DAY, HOUR, START

pytestmark = pytest.mark.django_db
AT = START + 4 * DAY
PACKED = START + HOUR
OVER = PACKED + 90 * DAY
MICROSECOND = timedelta(microseconds=1)
VIDEO, WAYBILL = "o1_packing_ru.mp4", "o1_shipment_ru.pdf"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """An evidence store of this test's own."""
    place = tmp_path / "evidence"
    backend = {"BACKEND": "ombud.store.evidence_files.EvidenceFolder", "OPTIONS": {"location": str(place)}}
    with override_settings(STORAGES={"evidence": backend}):
        yield place


def sha(name: str) -> str:
    return hashlib.sha256(content(name)).hexdigest()


def there(name: str) -> bool:
    """Whether the content can still be had; where not, it says that its time was over."""
    if StoredFile.objects.get(sha256=sha(name)).dropped_at is None:
        evidence_files.open_file(sha(name)).close()
        return True
    with pytest.raises(OmbudError, match="the time for which it is kept was over"):
        evidence_files.open_file(sha(name))
    return False


def answered(state: State = State.WITHDRAWN, **stated: datetime) -> Case:
    """A case that was answered with a waybill and a packing video, and has ended."""
    case = unshipped()
    ready(case, a_file(WAYBILL), a_file(VIDEO, stated=stated), at=AT)
    assert hand_in(case, at=AT).submission is not None
    end(case, state, AT + HOUR)
    return case


def test_a_video_is_kept_for_the_time_of_the_book_from_its_packing_and_then_let_go() -> None:
    answered(made_at=PACKED)
    assert let_go(OVER - MICROSECOND) == 0
    assert there(VIDEO)
    assert let_go(OVER) == 1
    assert not there(VIDEO)
    row = StoredFile.objects.get(sha256=sha(VIDEO))
    assert (row.dropped_at, row.removed_at, row.keep_until) == (OVER, OVER, None)
    assert let_go(OVER) == 0


def test_a_video_that_states_no_packing_is_kept_from_when_it_was_stored() -> None:
    answered()
    assert let_go(OVER) == 0
    assert let_go(AT + 90 * DAY - MICROSECOND) == 0
    assert let_go(AT + 90 * DAY) == 1


def test_other_evidence_is_kept_for_good() -> None:
    answered(made_at=PACKED)
    let_go(START + 4000 * DAY)
    assert there(WAYBILL)
    assert StoredFile.objects.get(sha256=sha(WAYBILL)).keep_until is None


def test_while_a_case_that_was_answered_with_it_is_open_it_stays() -> None:
    case = unshipped()
    ready(case, a_file(VIDEO, stated={"made_at": PACKED}), at=AT)
    hand_in(case, at=AT)
    Case.objects.filter(pk=case.pk).update(rule_at=None)  # nobody rules
    assert let_go(OVER + 30 * DAY) == 0
    assert there(VIDEO)
    end(case, State.WITHDRAWN, OVER + 30 * DAY)
    assert let_go(OVER + 31 * DAY) == 1


def test_while_it_lies_ready_for_an_open_case_it_stays() -> None:
    case = unshipped()
    ready(case, a_file(VIDEO, stated={"made_at": PACKED}), at=AT)
    assert let_go(OVER) == 0
    end(case, State.LOST, OVER)
    assert let_go(OVER + DAY) == 1


def test_a_file_that_serves_as_something_else_too_is_kept_for_good() -> None:
    answered(made_at=PACKED)
    other = unshipped("o2")
    ready(other, a_file(VIDEO, kind="waybill"), at=AT)
    end(other, State.WITHDRAWN, AT)
    assert let_go(START + 4000 * DAY) == 0
    assert there(VIDEO)


def test_of_two_packings_the_later_holds() -> None:
    answered(made_at=PACKED)
    other = unshipped("o2")
    ready(other, a_file(VIDEO, stated={"made_at": PACKED + DAY}), at=AT)
    end(other, State.WITHDRAWN, AT)
    assert let_go(OVER) == 0
    assert let_go(OVER + DAY) == 1


def test_a_packing_stated_at_the_end_of_time_is_kept_until_then() -> None:
    answered(made_at=datetime.max.replace(tzinfo=UTC))
    assert let_go(START + 4000 * DAY) == 0


def test_what_was_taken_off_again_is_kept_no_longer_than_the_rest() -> None:
    case = unshipped()
    ready(case, a_file(VIDEO, stated={"made_at": PACKED}), at=AT)
    drafts.remove(case.case_id, VIDEO, at=AT, actor="test", books=BOOKS)
    assert let_go(OVER - MICROSECOND) == 0
    assert let_go(OVER) == 1


def test_who_died_between_the_mark_and_the_deletion_is_finished_by_the_next_sweep(folder: Path) -> None:
    answered(made_at=PACKED)
    StoredFile.objects.filter(sha256=sha(VIDEO)).update(dropped_at=OVER, keep_until=None)
    place = folder / sha(VIDEO)[:2] / sha(VIDEO)
    assert place.exists()
    assert let_go(OVER + HOUR) == 0
    assert not place.exists()
    assert StoredFile.objects.get(sha256=sha(VIDEO)).removed_at == OVER + HOUR


def test_who_died_after_the_deletion_is_finished_too(folder: Path) -> None:
    answered(made_at=PACKED)
    StoredFile.objects.filter(sha256=sha(VIDEO)).update(dropped_at=OVER, keep_until=None)
    (folder / sha(VIDEO)[:2] / sha(VIDEO)).unlink()
    let_go(OVER)
    assert StoredFile.objects.get(sha256=sha(VIDEO)).removed_at == OVER


def test_a_content_handed_in_again_after_it_was_let_go_is_there_again() -> None:
    answered(made_at=PACKED)
    assert let_go(OVER) == 1
    other = unshipped("o2")
    ready(other, a_file(VIDEO, stated={"made_at": PACKED}), at=OVER + DAY)
    assert there(VIDEO)
    assert let_go(OVER + DAY) == 0


def test_the_sweep_is_a_part_of_the_loop() -> None:
    answered(made_at=PACKED)
    assert tick(OVER - MICROSECOND, books=BOOKS).let_go == 0
    assert tick(OVER, books=BOOKS).let_go == 1
    assert not there(VIDEO)


def test_what_is_due_is_found_by_index_however_many_files_are_kept() -> None:
    StoredFile.objects.bulk_create(
        StoredFile(sha256=f"{index:064}", size=1, format="pdf", stored_at=AT) for index in range(500)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        sql.go_by_index(connection)
        explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
        cursor.execute(f"{explain} {due_query(AT, limit=10)}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "files_to_drop" in plan


def test_a_sweep_goes_on_batch_by_batch_until_nothing_is_due() -> None:
    StoredFile.objects.bulk_create(
        StoredFile(sha256=f"{index:064x}", size=1, format="mp4", stored_at=AT, keep_until=OVER) for index in range(7)
    )
    assert let_go(OVER, batch=3) == 7
    assert StoredFile.objects.filter(dropped_at=OVER, removed_at=OVER).count() == 7


def test_an_evidence_store_that_fails_is_tried_again_by_the_loop_and_nothing_is_forgotten(tmp_path: Path) -> None:
    answered(made_at=PACKED)
    (tmp_path / "file").write_text("no folder")
    backend = {
        "BACKEND": "ombud.store.evidence_files.EvidenceFolder",
        "OPTIONS": {"location": str(tmp_path / "file" / "evidence")},
    }
    with override_settings(STORAGES={"evidence": backend}), pytest.raises(OmbudError) as failed:
        tick(OVER, books=BOOKS)
    assert {problem.code for problem in failed.value.problems} <= database.PASSING
    assert StoredFile.objects.filter(dropped_at=OVER, removed_at__isnull=True).count() == 1
    let_go(OVER + HOUR)
    assert StoredFile.objects.filter(dropped_at=OVER, removed_at=OVER + HOUR).count() == 1
