"""The evidence store: content under its hash, once, whole or not at all; what fails is said with how to mend it."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from ombud.domain.problems import OmbudError
from ombud.store import evidence_files
from ombud.store.models import StoredFile
from tests.conftest import ROOT, OwnStore

AT = datetime(2026, 4, 1, tzinfo=UTC)
PDF = b"%PDF-1.7\nwaybill"
SHA = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An evidence store of this test's own."""
    place = tmp_path / "evidence"
    backend = {"BACKEND": "ombud.store.evidence_files.EvidenceFolder", "OPTIONS": {"location": str(place)}}
    with override_settings(STORAGES={"evidence": backend}):
        yield place


def _files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.django_db
def test_content_lies_under_its_hash_and_is_given_back_as_it_came(folder: Path) -> None:
    row = evidence_files.put(io.BytesIO(PDF), at=AT)
    assert (row.sha256, row.size, row.format, row.stored_at) == (SHA, len(PDF), "pdf", AT)
    assert _files(folder) == [f"{SHA[:2]}/{SHA}"]
    with evidence_files.open_file(SHA) as content:
        assert content.read() == PDF


@pytest.mark.django_db
def test_equal_content_is_kept_once_however_often_it_comes(folder: Path) -> None:
    first = evidence_files.put(io.BytesIO(PDF), at=AT)
    written = (folder / SHA[:2] / SHA).stat().st_ino
    again = evidence_files.put(io.BytesIO(PDF), at=AT.replace(day=2))
    assert (again.sha256, again.stored_at) == (first.sha256, AT)
    assert (folder / SHA[:2] / SHA).stat().st_ino == written
    assert StoredFile.objects.count() == len(_files(folder)) == 1


@pytest.mark.django_db
def test_an_empty_file_is_kept_with_no_format(folder: Path) -> None:
    row = evidence_files.put(io.BytesIO(b""), at=AT)
    assert (row.size, row.format) == (0, "")
    assert len(_files(folder)) == 1


class Endless:
    """A stream without end that counts what was read of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        assert 0 < size <= 1 << 20  # never the whole of it
        self.read_bytes += size
        return b"x" * size


@pytest.mark.django_db
def test_what_is_too_large_is_not_read_to_its_end_and_leaves_nothing(folder: Path) -> None:
    stream: Any = Endless()
    with pytest.raises(OmbudError) as refused:
        evidence_files.put(stream, at=AT, most_bytes=10_000_000)
    assert refused.value.problems[0].code == "too_large"
    assert stream.read_bytes <= 10_000_000 + (1 << 20)
    assert _files(folder) == []
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("more", "taken"), [(0, True), (1, False)])
def test_the_bound_is_exact_to_the_byte(folder: Path, more: int, taken: bool) -> None:
    stream = io.BytesIO(b"x" * (10_000_000 + more))
    if taken:
        assert evidence_files.put(stream, at=AT, most_bytes=10_000_000).size == 10_000_000
    else:
        with pytest.raises(OmbudError, match="more than 10000000 bytes"):
            evidence_files.put(stream, at=AT, most_bytes=10_000_000)
    assert len(_files(folder)) == int(taken)


class Broken(io.RawIOBase):
    """A file that cannot be read to its end."""

    def read(self, size: int = -1) -> bytes:
        del size
        raise OSError(5, "Input/output error")


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_is_not_held_against_the_evidence_store(folder: Path) -> None:
    stream: Any = Broken()
    with pytest.raises(OmbudError) as refused:
        evidence_files.put(stream, at=AT)
    assert refused.value.problems[0].code == "cannot_read"
    assert _files(folder) == []


@pytest.mark.django_db
def test_a_hash_that_nobody_kept_and_a_content_that_is_missing_are_two_errors(folder: Path) -> None:
    with pytest.raises(OmbudError) as unknown:
        evidence_files.open_file("0" * 64)
    evidence_files.put(io.BytesIO(PDF), at=AT)
    (folder / SHA[:2] / SHA).unlink()
    with pytest.raises(OmbudError) as missing:
        evidence_files.open_file(SHA)
    assert [error.value.problems[0].code for error in (unknown, missing)] == ["unknown_file", "content_missing"]
    assert str(folder) in str(missing.value)


@pytest.mark.django_db
def test_content_that_was_let_go_says_so_and_comes_back_when_it_is_handed_in_again(folder: Path) -> None:
    evidence_files.put(io.BytesIO(PDF), at=AT)
    StoredFile.objects.update(dropped_at=AT.replace(month=8), removed_at=AT.replace(month=8))
    evidence_files.drop(SHA)
    evidence_files.drop(SHA)  # a repeat finds it gone
    with pytest.raises(OmbudError, match="2026-08-01"):
        evidence_files.open_file(SHA)
    evidence_files.put(io.BytesIO(PDF), at=AT.replace(month=9))
    with evidence_files.open_file(SHA) as content:
        assert content.read() == PDF
    assert StoredFile.objects.values_list("dropped_at", "removed_at", "stored_at").get() == (
        None,
        None,
        AT.replace(month=9),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../../etc/passwd", "AB" * 32, "ab" * 31, "ab" * 31 + "/."])
def test_nothing_but_a_hash_is_a_name(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        evidence_files.drop(name)
    with pytest.raises(OmbudError):
        evidence_files.open_file(name)


@pytest.mark.django_db
def test_a_place_that_cannot_be_written_says_which_and_how_to_mend_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    backend = {
        "BACKEND": "ombud.store.evidence_files.EvidenceFolder",
        "OPTIONS": {"location": str(tmp_path / "file" / "evidence")},
    }
    with override_settings(STORAGES={"evidence": backend}), pytest.raises(OmbudError) as refused:
        evidence_files.put(io.BytesIO(PDF), at=AT)
    assert refused.value.problems[0].code == "evidence_store_fails"
    assert "OMBUD_EVIDENCE" in str(refused.value)
    assert not StoredFile.objects.exists()


FULL = """
import io, resource, sys
import ombud.store.ready
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError
from ombud.store import evidence_files
from ombud.store.models import StoredFile

StoredFile.objects.count()
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    evidence_files.put(io.BytesIO(b"%PDF-" + b"x" * 3_000_000), at=parse_instant("2026-04-01"))
except OmbudError as error:
    print(error.problems[0].code, StoredFile.objects.count())
"""


def test_a_disk_that_is_full_leaves_nothing_half_stored(store: OwnStore, tmp_path: Path) -> None:
    place = tmp_path / "evidence"
    done = subprocess.run(
        [sys.executable, "-c", FULL],
        cwd=ROOT,
        env=store.environment(OMBUD_EVIDENCE=str(place)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["evidence_store_fails", "0"]
    assert _files(place) == []
