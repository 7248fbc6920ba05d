"""Files are read once by each version of inspection, outside of any transaction, and what they say is kept whole or not
at all; what is judged is what was kept when it was handed in (O10 to O12)."""

from __future__ import annotations

import io
import json
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from PIL import Image

from ombud.actions import inspections, retention
from ombud.actions.drafts import NewPiece
from ombud.domain.cases import State
from ombud.domain.said import Said
from ombud.inspect import VERSION
from ombud.inspect.pool import Pool, Progress
from ombud.store import evidence_files
from ombud.store.drafts import drafted
from ombud.store.inspections import readings
from ombud.store.models import FileMark, FileSaid, Ruling, StoredFile
from ombud.store.rulings import prove
from tests.actions.ending import end, unshipped
from tests.actions.evidence import a_file, hand_in, read_before, ready
from tests.actions.others import DIES_AT, finish, start
from tests.actions.taking import DAY, HOUR, START
from tests.conftest import ROOT, OwnStore
from tests.inspect.pdfs import page, text, typeset, written

AT = START + 4 * DAY
NAME = "o1_shipment_ru.pdf"
LINES = ("Транспортная накладная", "Отправитель: ООО Ромашка", "Получатель: Иванов Иван")


def a_pdf(folder: Path, *lines: str) -> bytes:
    """A document of these lines."""
    return typeset(folder / "made.pdf", "\n\n".join(lines or LINES)).read_bytes()


def with_picture(folder: Path) -> bytes:
    """A document with words and a picture of nothing."""
    drawn = page(text(50, 700, "A picture and enough words to be read"), "q 300 0 0 200 50 50 cm /P1 Do Q")
    return written(folder / "made.pdf", drawn, pictures={"P1": Image.effect_noise((300, 200), 90)}).read_bytes()


def put(content: bytes) -> str:
    """Keeps a file; its hash."""
    return str(evidence_files.put(io.BytesIO(content), at=AT).pk)


def texts(sha256: str) -> list[str]:
    return [str(one.value) for one in readings([sha256])[sha256].said if one.field == "line"]


@pytest.mark.django_db
def test_what_lies_ready_is_read_once_and_goes_with_its_piece(tmp_path: Path) -> None:
    case = unshipped()
    ready(case, NewPiece(NAME, io.BytesIO(a_pdf(tmp_path))), at=AT)
    assert [(piece.said, piece.inspected) for piece in drafted(case.case_id)] == [((), "")]
    told: list[Progress] = []
    assert inspections.read_ready(case.case_id, at=AT, progress=told.append) == 1
    [piece] = drafted(case.case_id)
    assert piece.inspected == VERSION
    assert [one.value for one in piece.said if one.field == "line"] == list(LINES)
    assert (told[0], told[-1]) == (Progress(0, 1, "look"), Progress(1, 1, "look"))
    assert inspections.read_ready(case.case_id, at=AT + HOUR) == 0
    assert FileSaid.objects.get().inspected_at == AT


@pytest.mark.django_db
def test_what_an_older_version_read_is_read_anew_and_stays(tmp_path: Path) -> None:
    sha256 = put(a_pdf(tmp_path))
    FileSaid.objects.create(file_id=sha256, version="0", said=[], inspected_at=AT)
    assert inspections.read([sha256], at=AT) == 1
    assert texts(sha256) == list(LINES)
    assert set(FileSaid.objects.values_list("version", flat=True)) == {"0", VERSION}


@pytest.mark.django_db
def test_nothing_is_read_of_what_has_no_reader_or_was_let_go(tmp_path: Path) -> None:
    gone = put(a_pdf(tmp_path))
    StoredFile.objects.filter(pk=gone).update(dropped_at=AT)
    assert inspections.read([put(b"GIF89a"), put(b"words"), gone, f"{1:064x}"], at=AT) == 0
    assert not FileSaid.objects.exists()


@pytest.mark.django_db
def test_a_file_that_cannot_be_opened_says_so_and_the_others_are_read(tmp_path: Path) -> None:
    good, bad = put(a_pdf(tmp_path)), put(b"%PDF-1.7\nnothing more")
    assert inspections.read([bad, good], at=AT) == 2
    assert texts(good) == list(LINES)
    assert [(one.field, one.value) for one in readings([bad])[bad].said] == [("problem", "cannot_open")]


@pytest.mark.django_db
def test_a_worker_that_dies_is_an_attempt_and_the_file_is_read_again_where_somebody_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the reader of the tests
    sha256 = put(b"abort")
    StoredFile.objects.filter(pk=sha256).update(format="pdf")
    with Pool(1, reader="tests.inspect.hostile") as pool:
        for attempt in (1, 2, 3):
            assert inspections.read([sha256], at=AT, pool=pool) == 1
            found = readings([sha256])[sha256]
            assert (found.version, found.tried) == (f"{VERSION} !{attempt}", attempt)
            assert ("problem", "died") in [(one.field, one.value) for one in found.said]
        assert inspections.read([sha256], at=AT, pool=pool) == 0
    assert FileSaid.objects.count() == 3


@pytest.mark.django_db
def test_marks_are_written_with_what_they_are_taken_from(tmp_path: Path) -> None:
    sha256 = put(with_picture(tmp_path))
    inspections.read([sha256], at=AT)
    [pixels] = [str(one.value) for one in readings([sha256])[sha256].said if one.field == "picture_sha256"]
    assert list(FileMark.objects.filter(kind="picture_sha256").values_list("value", "file")) == [(pixels, sha256)]


def test_no_transaction_is_open_while_files_are_read(store: OwnStore, tmp_path: Path) -> None:
    open_ones: list[bool] = []
    sha256 = put(a_pdf(tmp_path))
    inspections.read([sha256], at=AT, progress=lambda _: open_ones.append(connection.in_atomic_block))
    assert open_ones
    assert not any(open_ones)


READ = """
import sys
import ombud.store.ready
from ombud.actions import inspections
from ombud.domain.instants import parse_instant

print("ready", flush=True)
print(inspections.read([sys.argv[1]], at=parse_instant(sys.argv[2])), flush=True)
"""


def test_two_who_read_the_same_file_at_once_write_it_once(store: OwnStore, tmp_path: Path) -> None:
    sha256 = put(a_pdf(tmp_path))
    with transaction.atomic():
        StoredFile.objects.select_for_update().get(pk=sha256)
        StoredFile.objects.filter(pk=sha256).update(stored_at=AT)  # both wait for it, and write at the same instant
        both = [start(store, READ, sha256, AT.isoformat()) for _ in range(2)]
        for one in both:
            assert one.stdout
            assert one.stdout.readline() == "ready\n"
    assert [finish(one)[:2] for one in both] == [(0, "1\n")] * 2
    assert FileSaid.objects.filter(file=sha256).count() == 1
    assert texts(sha256) == list(LINES)


DIES = (
    DIES_AT
    + """
import ombud.store.ready
from ombud.actions import inspections
from ombud.domain.instants import parse_instant

with connection.execute_wrapper(count):
    inspections.read([sys.argv[1]], at=parse_instant(sys.argv[2]))
print("end", flush=True)
"""
)


def test_killed_between_any_two_statements_it_leaves_all_or_nothing(store: OwnStore, tmp_path: Path) -> None:
    sha256 = put(with_picture(tmp_path))
    for statement in range(1, 40):
        code, said, wrong = finish(start(store, DIES, sha256, AT.isoformat(), statement))
        there = (FileSaid.objects.count(), FileMark.objects.exists())
        if code == 0:
            assert (said, there) == ("end\n", (1, True))
            break
        assert code == -signal.SIGKILL, wrong
        assert there in {(0, False), (1, True)}
    else:
        pytest.fail("it never came to its end")
    assert statement > 5


@pytest.mark.django_db
def test_a_ruling_goes_by_what_was_kept_when_it_was_handed_in_and_replays(tmp_path: Path) -> None:
    case = unshipped()
    ready(case, NewPiece(NAME, io.BytesIO(a_pdf(tmp_path))), at=AT)
    [piece] = drafted(case.case_id)
    FileSaid.objects.create(file_id=piece.sha256, version="0", said=[], inspected_at=AT)
    submission = hand_in(case, at=AT).submission
    assert submission is not None
    assert submission.received_at == AT
    inspections.read([piece.sha256], at=AT + HOUR)
    ruling = Ruling.objects.get(case=case)
    inputs = json.loads(ruling.record)["inputs"]
    assert [one["inspected"] for one in inputs["pieces"]] == ["0"]
    assert inputs["known"]["messages_known"] is False
    assert prove(ruling).proved


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_refused_at_the_gate_and_spends_nothing() -> None:
    case = unshipped()
    one = a_file(NAME)
    read_before(one.content.read(), Said("problem", "encrypted", "container"))
    one.content.seek(0)
    answer = hand_in(case, one, at=AT)
    assert (answer.submission, answer.verdict.codes) == (None, ["ERR_008"])


@pytest.mark.django_db
def test_where_nobody_has_read_it_nothing_is_known_beside_the_order(tmp_path: Path) -> None:
    case = unshipped()
    hand_in(case, NewPiece(NAME, io.BytesIO(a_pdf(tmp_path))), at=AT)
    inputs = json.loads(Ruling.objects.get(case=case).record)["inputs"]
    assert "known" not in inputs
    assert "said" not in inputs["pieces"][0]


@pytest.mark.django_db
def test_what_was_read_stays_when_the_content_is_let_go(tmp_path: Path) -> None:
    case = unshipped()
    content = a_pdf(tmp_path)
    hand_in(case, NewPiece(NAME, io.BytesIO(content)), at=AT)
    sha256 = put(content)
    inspections.read([sha256], at=AT)
    end(case, State.WITHDRAWN, AT + DAY)
    StoredFile.objects.filter(pk=sha256).update(keep_until=AT)
    assert retention.let_go(AT + timedelta(days=400)) == 1
    assert texts(sha256) == list(LINES)
