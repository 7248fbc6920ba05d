"""A wrong setting is said at once, with the mend, and never with a password in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "somewhere", "DATABASE_URL"),
        ("DATABASE_URL", "mysql://user:secret@host/db", "mysql"),
        ("DATABASE_URL", "postgresql://user:sec[ret@host/db", "DATABASE_URL"),
        ("OMBUD_LOCK_SECONDS", "long", "whole number of seconds"),
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
