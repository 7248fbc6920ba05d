"""What a command says goes somewhere, or the command says that it cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="needs a device that is always full")
def test_where_the_answer_cannot_be_written_that_is_said_without_a_traceback() -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123 (a device)
        done = subprocess.run(
            [sys.executable, "-c", "from ombud.cli import main; main()", "--lang", "en", "rulebook", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "✗ What there is to say could not be written. The disk is full: make room.\n"
