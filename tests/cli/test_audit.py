"""`ombud seal`, `ombud audit` and `ombud export`: a history sealed, verified, and proved on another machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from ombud.actions import seals
from ombud.actions.reviews import overrule
from ombud.domain.cases import State
from ombud.domain.chain import canonical, read, readable
from ombud.store import evidence_files, signing
from ombud.store.models import Case, Checkpoint, StoredFile
from ombud.work.loop import tick
from tests.actions.ending import unshipped
from tests.actions.ruled import hand_in, scanned
from tests.actions.taking import BOOKS, DAY, HOUR, START
from tests.cli.run import Run, Said, runner

pytestmark = pytest.mark.django_db

AT = START + 4 * DAY
NOW = ("--at", "2026-05-01T00:00:00Z")
OFFLINE = "from ombud.cli import main; main()"


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


@pytest.fixture
def key(settings: Settings, tmp_path: Path) -> Path:
    """The public key of a store that signs with a key of its own."""
    path = tmp_path / "signing.pem"
    signing.make_key(path)
    settings.SIGNING_KEY = str(path)
    public = tmp_path / "public.pem"
    public.write_text(signing.pem(signing.signing_key().public))
    return public


@pytest.fixture
def ruled(key: Path) -> Case:
    """A case whose evidence was taken, recommended as won, overruled by a person, charged and sealed."""
    case = hand_in(scanned(), at=AT)
    overrule(case.case_id, State.REJECTED, "The waybill is of another parcel.", at=AT + HOUR, actor="eva", books=BOOKS)
    tick(AT + 5 * DAY, books=BOOKS)
    case.refresh_from_db()
    assert (case.state, Checkpoint.objects.count()) == ("rejected", 1)
    return case


@pytest.fixture
def folder(ruled: Case, ombud: Run, tmp_path: Path) -> Path:
    """That case, exported."""
    path = tmp_path / "case"
    said = ombud("export", str(ruled.case_id), str(path), *NOW)
    assert (said.code, said.err) == (0, "")
    assert "5 events, 5 of them sealed" in " ".join(said.out.split())
    return path


def offline(folder: Path, *more: str) -> Said:
    """Another machine: no variables, no store, another folder to stand in."""
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, "audit", str(folder), *more],
        env={},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


def test_seal_says_what_it_sealed_and_the_second_time_that_nothing_is_new(ombud: Run, key: Path) -> None:
    unshipped()
    said = ombud("seal", *NOW)
    assert said.code == 0
    assert "1 events hashed." in said.out
    assert "Checkpoint 1 as of 2026-05-01T00:00:00Z seals 1 cases with 1 events." in said.out
    assert "Nothing is new" in ombud("seal", *NOW).out
    told = json.loads(ombud("seal", "--json", *NOW).out)
    assert (told["chained"], told["checkpoint"]) == (0, None)
    assert ombud("seal", "--show-key").out == key.read_text()


def test_without_a_key_seal_is_refused_with_the_mend(ombud: Run, settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_KEY = str(tmp_path / "none.pem")
    said = ombud("seal", *NOW)
    assert said.code == 2
    assert "openssl genpkey" in " ".join(said.err.split())
    assert not Checkpoint.objects.exists()


def test_another_key_signs_only_when_that_is_said(ombud: Run, key: Path, settings: Settings, tmp_path: Path) -> None:
    unshipped()
    ombud("seal", *NOW)
    settings.SIGNING_KEY = str(tmp_path / "other.pem")
    signing.make_key(tmp_path / "other.pem")
    unshipped("o2")
    assert ombud("seal", *NOW).code == 2
    assert ombud("seal", "--new-key", *NOW).code == 0
    assert ombud("audit").code == 1
    other = tmp_path / "other.public.pem"
    other.write_text(ombud("seal", "--show-key").out)
    assert ombud("audit", "--public-key", str(key), "--public-key", str(other)).code == 0
    both = tmp_path / "both.pem"
    both.write_text(key.read_text() + other.read_text())
    assert ombud("audit", "--public-key", str(both)).code == 0
    assert ombud("audit", "--public-key", str(key)).code == 1


def test_audit_says_how_much_is_sealed_and_by_whose_key(ombud: Run, ruled: Case, key: Path) -> None:
    unshipped("late")
    seals.chain()
    said = ombud("audit", width=80)
    assert said.code == 0
    for words in (
        "2 cases with 6 events, 1 checkpoints.",
        "not yet sealed: 1 events.",
        "Signed from checkpoint 1 on by",
        "--public-key",
        "Everything fits.",
    ):
        assert words in said.out
    told = json.loads(ombud("audit", "--public-key", str(key), "--json").out)
    assert (told["cases"], told["events"], told["unsealed"], told["unchained"], told["found"]) == (2, 6, 1, 0, 0)


def test_audit_names_case_and_step_and_fails(ombud: Run, ruled: Case) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE rulings DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER rulings_keep_update")
        cursor.execute("UPDATE rulings SET reason = 'Because.' WHERE seq = 2")
    said = ombud("audit")
    assert said.code == 1
    assert f"✗ Case {ruled.case_id}, step 3: its ruling is not the one that was hashed with it." in said.out
    told = json.loads(ombud("audit", "--json").out)
    assert [(one["case_id"], one["seq"], one["code"]) for one in told["misfits"]] == [
        (ruled.case_id, 3, "history_differs")
    ]


def test_audit_of_an_empty_store_finds_nothing(ombud: Run) -> None:
    said = ombud("audit")
    assert (said.code, "Nothing is sealed yet." in said.out) == (0, True)


@pytest.mark.parametrize("content", [None, "", "no key", "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n"])
def test_a_public_key_that_is_none_is_refused(ombud: Run, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_text(content)
    said = ombud("audit", "--public-key", str(path))
    assert (said.code, "holds no Ed25519 public key" in " ".join(said.err.split())) == (2, True)


def test_an_export_holds_all_of_the_case_and_nothing_of_another(folder: Path, ruled: Case) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names >= {
        "README.txt", "case.json", "events.json", "facts.json", "manifest.json", "notice.pdf", "postings.json",
        "proof.json", "rulebook.yaml", "ruling.pdf", "rulings.json", "submissions.json",
    }  # fmt: skip
    assert len([name for name in names if name.startswith("records/")]) == 2
    evidence = [folder / name for name in names if name.startswith("evidence/")]
    assert {sha256(path.read_bytes()).hexdigest() for path in evidence} == {path.stem for path in evidence}
    assert len(evidence) == 2
    kinds = [event["kind"] for event in json.loads((folder / "events.json").read_text())]
    assert kinds == ["opened", "evidence_submitted", "reviewed", "ruled_for_buyer", "settled"]
    readme = (folder / "README.txt").read_text("utf-8")
    assert all(word in readme for word in ("English", "Русский", "中文", "ombud audit"))
    assert json.loads((folder / "facts.json").read_text())["order"]["order_id"] == ruled.order_id


def test_an_export_is_verified_on_another_machine_without_a_store(folder: Path, key: Path) -> None:
    said = offline(folder, "--public-key", str(key))
    assert (said.code, said.err) == (0, "")
    assert "2 rulings made again to the byte" in " ".join(said.out.split())
    assert "Everything fits." in said.out
    told = json.loads(offline(folder, "--json").out)
    assert (told["events"], told["sealed_seq"], told["checkpoint"], told["replayed"]) == (5, 5, 1, 2)
    assert told["key"] == told["signed_by"]


def test_any_byte_changed_anywhere_in_the_folder_is_found_and_its_file_named(folder: Path, ombud: Run) -> None:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for place in {0, len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            said = ombud("audit", str(folder), "--json")
            assert said.code == 1, (path, place)
            files = [misfit["file"] for misfit in json.loads(said.out)["misfits"]]
            expected = path.relative_to(folder).as_posix()
            assert expected in files or expected == "manifest.json", (path, place, files)
        path.write_bytes(content)
    assert ombud("audit", str(folder)).code == 0


def test_a_file_added_taken_away_or_linked_is_found(folder: Path, ombud: Run, tmp_path: Path) -> None:
    def misfits() -> list[tuple[str, str]]:
        said = ombud("audit", str(folder), "--json")
        assert said.code == 1
        return [(misfit["code"], misfit["file"]) for misfit in json.loads(said.out)["misfits"]]

    (folder / "more.txt").write_text("x")
    assert misfits() == [("file_added", "more.txt")]
    (folder / "more.txt").unlink()
    [first, _] = sorted((folder / "evidence").iterdir())
    content = first.read_bytes()
    first.unlink()
    assert misfits() == [("file_missing", f"evidence/{first.name}")]
    (tmp_path / "elsewhere").write_bytes(content)
    first.symlink_to(tmp_path / "elsewhere")
    assert ("file_differs", f"evidence/{first.name}") in misfits()


def _forged(folder: Path, name: str, change: Callable[[Any], None], *, unsigned: bool = True) -> None:
    """Changes a JSON file of an export and makes its manifest fit, as somebody without the key can."""
    value = read((folder / name).read_text("utf-8"))
    change(value)
    (folder / name).write_text(readable(value), "utf-8")
    manifest = read((folder / "manifest.json").read_text("utf-8"))
    body = read(manifest["body"])
    body["files"][name] = sha256((folder / name).read_bytes()).hexdigest()
    signature = "" if unsigned else manifest["signature"]
    (folder / "manifest.json").write_text(canonical({"body": canonical(body), "signature": signature}), "utf-8")


FORGERIES: dict[str, tuple[str, Callable[[Any], None], str]] = {
    "event": ("events.json", lambda events: events[1].update(actor="x"), "step 2: the event is not the one"),
    "last event": ("events.json", lambda events: events.pop(), "step 5 is sealed by a checkpoint and is not there"),
    "posting": ("postings.json", lambda all_: all_[0]["postings"][0].update(amount_minor=1), "step 1: its postings"),
    "ruling": ("rulings.json", lambda rulings: rulings[1].update(actor="x"), "its ruling is not the one"),
    "digest": ("rulings.json", lambda rulings: rulings[0].update(digest="x"), "It is not the record that the digest"),
    "piece": ("submissions.json", lambda all_: all_[0]["pieces"][0].update(language="x"), "its submission is not the"),
    "state": ("case.json", lambda case: case.update(state="won"), "state is won, but its history says rejected"),
    "book": ("case.json", lambda case: case.update(rulebook="x"), "rulebook is x, but its history says"),
    "path": (
        "proof.json",
        lambda proof: proof.update(path=["1" * 64, *proof["path"][1:]]),
        "The head of the case does not lie under",
    ),
    "checkpoint": (
        "proof.json",
        lambda proof: proof["checkpoint"].update(body=proof["checkpoint"]["body"].replace('"cases":1', '"cases":2')),
        "The signature of checkpoint 1 is not one of the key",
    ),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_export_whose_manifest_was_made_to_fit_is_found(
    what: str, folder: Path, ombud: Run, key: Path
) -> None:
    name, change, words = FORGERIES[what]
    _forged(folder, name, change)
    said = ombud("audit", str(folder))
    assert said.code == 1
    assert words in " ".join(said.out.split())
    assert "Nobody signed the export as a whole" in ombud("audit", str(folder), "--public-key", str(key)).out


def test_facts_are_held_by_the_signature_over_the_folder(folder: Path, ombud: Run, key: Path) -> None:
    _forged(folder, "facts.json", lambda facts: facts["order"].update(buyer_id="x"), unsigned=False)
    said = ombud("audit", str(folder))
    assert said.code == 1
    assert "manifest.json: The signature is not one of the key" in " ".join(said.out.split())


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"body": 1, "signature": 2}', '{"body": "[]"}', "[" * 100_000])
def test_what_is_no_export_is_said_to_be_none(content: str, folder: Path, ombud: Run) -> None:
    for name in ("manifest.json", "events.json", "proof.json"):
        kept = (folder / name).read_text("utf-8")
        (folder / name).write_text(content)
        said = ombud("audit", str(folder))
        assert said.code == 1, name
        assert "✗" in said.out
        (folder / name).write_text(kept, "utf-8")


def test_a_folder_that_is_none_is_refused(ombud: Run, tmp_path: Path) -> None:
    said = ombud("audit", str(tmp_path / "none"))
    assert (said.code, "is no folder" in " ".join(said.err.split())) == (2, True)
    said = ombud("audit", str(tmp_path))
    assert (said.code, "manifest.json: The file is not there." in said.out, "None" in said.out) == (1, True, False)


def test_evidence_that_was_let_go_is_said_so_and_its_hash_still_proves_it(
    ruled: Case, ombud: Run, tmp_path: Path, key: Path
) -> None:
    stored = StoredFile.objects.order_by("sha256")[0]
    StoredFile.objects.filter(sha256=stored.sha256).update(dropped_at=AT + 100 * DAY)
    evidence_files.drop(stored.sha256)
    said = ombud("export", str(ruled.case_id), str(tmp_path / "case"), *NOW, width=200)
    assert f"No longer kept, only its hash is in the folder: {stored.sha256}" in said.out
    said = ombud("audit", str(tmp_path / "case"), "--public-key", str(key), width=200)
    assert (said.code, f"only its hash is here: {stored.sha256}" in said.out) == (0, True)


def test_what_came_after_the_seal_is_exported_and_said_to_be_unsealed(ombud: Run, key: Path, tmp_path: Path) -> None:
    case = hand_in(scanned(), at=AT)
    tick(AT + HOUR, books=BOOKS)
    overrule(case.case_id, State.REJECTED, "No.", at=AT + 40 * HOUR, actor="eva", books=BOOKS)
    seals.chain()
    said = ombud("export", str(case.case_id), str(tmp_path / "case"), *NOW)
    assert said.code == 0
    told = json.loads(ombud("audit", str(tmp_path / "case"), "--json").out)
    assert (told["found"], told["events"] > told["sealed_seq"] > 0) == (0, True)


def test_a_case_that_nothing_sealed_yet_is_exported_all_the_same(
    ombud: Run, settings: Settings, tmp_path: Path
) -> None:
    settings.SIGNING_KEY = str(tmp_path / "none.pem")
    case = unshipped()
    said = ombud("export", str(case.case_id), str(tmp_path / "case"), *NOW)
    assert said.code == 0
    assert "is not signed" in " ".join(said.err.split())
    said = ombud("audit", str(tmp_path / "case"))
    assert said.code == 0
    assert "Nothing of it is sealed yet." in said.out
    assert "Nobody signed the folder" in said.out


def test_nothing_is_written_over_and_nothing_half_done_stays(ombud: Run, ruled: Case, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    said = ombud("export", str(ruled.case_id), str(full), *NOW)
    assert (said.code, [path.name for path in full.iterdir()]) == (2, ["mine.txt"])
    assert ombud("export", str(ruled.case_id), str(full / "mine.txt"), *NOW).code == 2
    assert ombud("export", str(ruled.case_id), str(tmp_path / "none" / "case"), *NOW).code == 2
    assert ombud("export", "999999", str(tmp_path / "case"), *NOW).code == 2
    stored = StoredFile.objects.order_by("sha256")[0]
    evidence_files.drop(stored.sha256)  # lost, and not let go
    before = set(tmp_path.iterdir())
    said = ombud("export", str(ruled.case_id), str(tmp_path / "case"), *NOW)
    assert (said.code, "is not in the evidence store" in " ".join(said.err.split())) == (2, True)
    assert set(tmp_path.iterdir()) == before
    empty = tmp_path / "empty"
    empty.mkdir()
    assert ombud("export", str(ruled.case_id), str(empty), "--no-documents", *NOW).code == 2


@pytest.fixture(autouse=True)
def _evidence(settings: Settings, tmp_path: Path) -> None:
    """Files of evidence lie in a folder of this test's own."""
    backend = settings.STORAGES[evidence_files.STORAGE]["BACKEND"]
    options = {"location": str(tmp_path / "evidence")}
    settings.STORAGES = {**settings.STORAGES, evidence_files.STORAGE: {"BACKEND": backend, "OPTIONS": options}}
