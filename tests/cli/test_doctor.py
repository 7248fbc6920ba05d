"""`ombud doctor`: all parts with their state, and for what is off the one thing that turns it on. It makes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from ombud.cli.doctor import of_part
from ombud.inspect.parts import Part
from tests.cli.run import Run, runner
from tests.conftest import OwnStore

GROUPS = ("Database and files", "Documents", "What files say", "Only where you want it")


@pytest.fixture
def ombud(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capsys)


def parts(ombud: Run, *words: str) -> tuple[int, dict[str, dict[str, Any]]]:
    """(exit code, the parts by name)."""
    said = ombud(*words, "doctor", "--json")
    found = json.loads(said.out)
    assert found["ok"] is (said.code == 0)
    return said.code, {one["name"]: one for one in found["parts"]}


def off(found: dict[str, dict[str, Any]]) -> set[str]:
    return {name for name, one in found.items() if one["state"] == "missing"}


def test_every_part_is_told_with_its_state_and_what_it_is_for(ombud: Run, store: OwnStore) -> None:
    _, found = parts(ombud)
    assert [group for group in GROUPS if any(one["group"] == group for one in found.values())] == list(GROUPS)
    assert {
        "database",
        "evidence store",
        "signing key",
        "fonts",
        "pypdfium2",
        "tesseract-ocr-rus",
        "Spark",
        "S3",
    } <= set(found)
    assert found["database"]["state"] == "ok"
    assert found["pypdfium2"]["checks"] == ["PDF documents"]
    assert all(one["mend"] for one in found.values() if one["state"] == "missing")
    assert all(one["state"] in {"ok", "missing", "optional"} for one in found.values())


def test_what_is_off_ends_with_1_and_says_what_turns_it_on(
    ombud: Run, store: OwnStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    backend = {"BACKEND": "ombud.store.evidence_files.EvidenceFolder", "OPTIONS": {"location": str(tmp_path / "file")}}
    monkeypatch.setenv("OMBUD_FONTS", str(tmp_path))
    with override_settings(STORAGES={"evidence": backend}, SIGNING_KEY=str(tmp_path / "none.pem")):
        code, found = parts(ombud)
        said = ombud("doctor", width=80)
    assert code == said.code == 1
    assert {"evidence store", "fonts", "signing key"} <= off(found)
    assert found["fonts"]["checks"] == ["notices, rulings and statements as PDF"]
    assert "off: notices, rulings and statements as PDF" in said.out
    assert "openssl genpkey -algorithm ed25519" in " ".join(said.out.split())
    assert all(len(line.rstrip()) <= 80 for line in said.out.splitlines())


def test_data_that_debian_brings_is_told_with_the_checks_that_are_off_without_it_and_the_package() -> None:
    found = of_part(Part("tesseract-ocr-rus", "", "missing", ("ocr",), "apt-get install tesseract-ocr-rus"))
    assert (found.state, found.off) == ("missing", ("letters in pictures and scans",))
    assert found.mend == "apt-get install tesseract-ocr-rus"


def test_it_makes_no_store_no_key_and_no_folder(
    ombud: Run, store: OwnStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a server is there or it is not")
    place = tmp_path / "none"
    place.mkdir()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(place / "ombud.sqlite3"))
    connection.close()
    backend = {"BACKEND": "ombud.store.evidence_files.EvidenceFolder", "OPTIONS": {"location": str(place / "e")}}
    with override_settings(STORAGES={"evidence": backend}):
        _, found = parts(ombud)
    assert not {"database", "evidence store", "signing key"} & off(found)
    assert list(place.iterdir()) == []


def test_a_store_that_is_none_is_off_and_the_rest_is_looked_at(
    ombud: Run, store: OwnStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a server is there or it is not")
    (tmp_path / "words.sqlite3").write_text("these are words and no database, however long they are" * 20)
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "words.sqlite3"))
    connection.close()
    code, found = parts(ombud)
    connection.close()
    assert (code, "database" in off(found), found["fonts"]["state"]) == (1, True, "ok")
    assert "is no store" in found["database"]["note"]
