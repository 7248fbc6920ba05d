"""A wrong setting is said at once, with the mend, and never with a password in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "somewhere", "DATABASE_URL"),
        ("DATABASE_URL", "mysql://user:secret@host/db", "mysql"),
        ("DATABASE_URL", "postgresql://user:sec[ret@host/db", "DATABASE_URL"),
        ("OMBUD_LOCK_SECONDS", "long", "whole number of seconds"),
        ("OMBUD_EVIDENCE", "s3://", "names no bucket"),
    ],
)
def test_a_setting_that_is_none_is_said_and_a_password_never(name: str, value: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from ombud.cli import main; main()", "migrate"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "sec" not in done.stderr.replace("seconds", "").replace("OMBUD_LOCK_SECONDS", "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("evidence", "shown"),
    [("s3://files/of/cases/", "s3://files/of/cases"), ("/srv/evidence", "/srv/evidence"), ("", "{store}.evidence")],
)
def test_evidence_lies_in_a_bucket_or_a_folder_or_beside_the_store(evidence: str, shown: str, tmp_path: Path) -> None:
    show = "import ombud.store.ready\nfrom ombud.store import evidence_files\nprint(evidence_files.place())"
    database = {"DATABASE_URL": "", "OMBUD_STORE": str(tmp_path / "desk.sqlite3"), "OMBUD_EVIDENCE": evidence}
    done = subprocess.run(
        [sys.executable, "-c", show], env={**os.environ, **database}, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == shown.format(store=tmp_path / "desk")
