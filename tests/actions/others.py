"""Other processes that import and sweep the store of a test, report each step, and can be ended at any of them."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, OwnStore

IMPORT = """
import sys
from pathlib import Path
import ombud.store.ready
from ombud.actions.imports import import_facts
from ombud.domain.instants import parse_instant
from ombud.domain.problems import OmbudError
from ombud.rulebooks import open_book
from ombud.scan.folder import read_facts

def tell(step, done, total):
    print(step, flush=True)

books = {name: open_book(name) for name in ("ozon", "shopify")}
try:
    with read_facts(Path(sys.argv[1])) as facts:
        import_facts(facts, books=books, actor="other", at=parse_instant("2026-11-01"), progress=tell)
except OmbudError as error:
    sys.exit(error.problems[0].code)
except KeyboardInterrupt:
    sys.exit("interrupted")
"""

SWEEP = """
import sys
import ombud.store.ready
from ombud.actions.cases import open_due
from ombud.domain.instants import parse_instant
from ombud.rulebooks import open_book

def tell(step, done, total):
    print(step, done, flush=True)

books = {name: open_book(name) for name in ("ozon", "shopify")}
done = open_due(parse_instant(sys.argv[1]), books=books, actor="other", batch=int(sys.argv[2]), progress=tell)
print("end", done.checked, done.opened + done.routed, flush=True)
"""

DIES_AT = """
import os, signal, sys
from django.db import connection

left = int(sys.argv[3])

def count(execute, sql, params, many, context):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
"""


def start(store: OwnStore, program: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    """Runs `program` in a process that speaks to `store`."""
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=ROOT,
        env=store.environment(**environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end_at(process: subprocess.Popen[str], step: str, number: signal.Signals) -> int:
    """Sends the signal as soon as the process says `step`; gives its exit code."""
    assert process.stdout
    for line in process.stdout:
        if line.startswith(step):
            process.send_signal(number)
            break
    process.communicate(timeout=120)
    return process.returncode


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Waits for the end; gives exit code, output, and what was said on standard error."""
    assert process.stdout  # read as a file: a line read before may have brought later ones with it
    assert process.stderr
    with process:
        output, said = process.stdout.read(), process.stderr.read()
    return process.returncode, output, said


def generated(folder: Path, orders: int) -> Path:
    """A generated marketplace in `folder`."""
    from ombud import generate

    generate.generate(folder, orders=orders, seed=7, form=generate.form_of("parquet"))
    return folder
