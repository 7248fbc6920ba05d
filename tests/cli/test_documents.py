"""`ombud document`: a PDF is written whole or not at all, and nobody's file is written over by accident."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ombud.store.models import Case
from tests.actions.ending import opened, unshipped
from tests.actions.taking import DAY, START, a_complaint, a_parcel, a_scan, take
from tests.cli.run import Run, runner
from tests.documents.reading import Paper

pytestmark = pytest.mark.django_db
AT = "2026-04-05T00:00:00Z"


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def paper(file: Path) -> Paper:
    return Paper(file.read_bytes())


def test_a_notice_is_in_the_books_language_and_in_another_where_one_is_asked_for(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    file = tmp_path / "notice.pdf"
    assert ombud("document", "notice", "o1", "--out", str(file), "--at", AT).code == 0
    assert "Заказ не отправлен в обещанный срок" in paper(file)
    assert ombud("document", "notice", "o1", "--out", str(file), "--at", AT, "--lang", "zh", "--force").code == 0
    assert "超时未发货" in paper(file)


def test_other_documents_speak_the_readers_language(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    file = tmp_path / "statement.pdf"
    assert ombud("--lang", "ru", "document", "statement", "s1", "--out", str(file), "--at", AT).code == 0
    assert "Сумма заказа" in paper(file)
    report = tmp_path / "report.pdf"
    assert ombud("--lang", "zh", "document", "report", "--out", str(report), "--at", AT, "--store", "s1").code == 0
    assert "超时未发货" in paper(report)


def test_for_programs_it_tells_the_file_its_size_and_its_hash(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    file = tmp_path / "notice.pdf"
    told = json.loads(ombud("document", "notice", "o1", "--out", str(file), "--at", AT, "--json").out)
    content = file.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    assert told == {"file": str(file), "bytes": len(content), "sha256": digest, "language": "ru"}
    assert list(tmp_path.iterdir()) == [file]


def test_the_same_call_gives_the_same_bytes(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    files = [tmp_path / "one.pdf", tmp_path / "two.pdf"]
    for file in files:
        ombud("document", "notice", "o1", "--out", str(file), "--at", AT)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_file_that_is_there_stays_unless_it_is_forced(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    file = tmp_path / "notice.pdf"
    file.write_text("mine")
    said = ombud("document", "notice", "o1", "--out", str(file), "--at", AT)
    assert (said.code, file.read_text()) == (2, "mine")
    assert "--force" in said.err
    assert ombud("document", "notice", "o1", "--out", str(file), "--at", AT, "--force").code == 0
    assert file.read_bytes().startswith(b"%PDF")


def test_what_is_no_ordinary_file_is_never_replaced_even_where_force_is_said(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = ombud("document", "notice", "o1", "--out", str(pipe), "--at", AT, "--force")
    assert (said.code, pipe.is_fifo(), "no ordinary file" in said.err) == (2, True, True)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (lambda folder: folder, "It is a folder"),
        (lambda folder: folder / "missing" / "a.pdf", "is not there"),
        (lambda folder: Path("/proc/ombud.pdf"), "cannot be written"),
        (lambda folder: folder / ("n" * 300 + ".pdf"), "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_named_with_the_reason(
    place: Callable[[Path], Path], said: str, ombud: Run, tmp_path: Path
) -> None:
    unshipped()
    done = ombud("document", "notice", "o1", "--out", str(place(tmp_path)), "--at", AT)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert said in done.err
    assert str(place(tmp_path)) in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("notice", "nothing"), "There is no case nothing"),
        (("ruling", "o1"), "has no ruling"),
        (("notice", "o1", "--lang", "fr"), "'fr'"),
        (("notice", "o1", "--at", "2026-04-03T23:59:59Z"), "was opened only at"),
        (("statement", "s9"), "s9"),
        (("report", "--store", "s9"), "s9"),
        (("report", "--since", "yesterday"), "yesterday"),
    ],
)
def test_what_there_is_not_is_said_and_nothing_is_written(
    words: tuple[str, ...], said: str, ombud: Run, tmp_path: Path
) -> None:
    unshipped()
    done = ombud("document", *words, "--out", str(tmp_path / "a.pdf"), *(() if "--at" in words else ("--at", AT)))
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    assert said in done.err


def test_of_an_order_with_several_cases_one_must_be_named(ombud: Run, tmp_path: Path) -> None:
    unshipped()
    delivered = a_scan(scanned_at=START + 2 * DAY, code="delivered", country="RU")
    take({"parcels": [a_parcel()], "scans": [delivered], "complaints": [a_complaint(opened_at=START + 3 * DAY)]})
    opened(START + 3 * DAY)
    first, second = Case.objects.order_by("case_id")
    done = ombud("document", "notice", "o1", "--out", str(tmp_path / "a.pdf"), "--at", AT)
    assert done.code == 2
    assert f"#{first.case_id}, #{second.case_id}" in done.err
    assert ombud("document", "notice", f"case:{second.case_id}", "--out", str(tmp_path / "a.pdf"), "--at", AT).code == 0
