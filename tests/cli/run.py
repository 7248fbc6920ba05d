"""Runs `ombud` in this process, as its entry point does, on a terminal of a given width."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from rich.console import Console

from ombud import cli
from ombud.cli import say


@dataclass(frozen=True)
class Said:
    """What a command left behind: its exit code, and what it wrote."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function of the command's words, and of `width` in columns."""

    def run(*words: str, width: int = 100) -> Said:
        monkeypatch.setattr(say, "out", Console(width=width, highlight=False))
        monkeypatch.setattr(say, "err", Console(width=width, highlight=False, stderr=True))
        monkeypatch.setattr(sys, "argv", ["ombud", *words])
        code: object = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        finally:
            say.speak("en")
        out, err = capsys.readouterr()
        return Said(int(str(code or 0)), out, err)

    return run
