"""The gate of a full upload: five files of 10 MB together are read, hashed, told by their content, and judged by name,
count, size and reuse, while who hands them in waits."""

from __future__ import annotations

import hashlib
import io
import os
import statistics
import tempfile
import time
from datetime import UTC, datetime
from random import Random
from typing import Any

from benchmarks.measure import Figure, Target, child

FILES, SIZE = 5, 2 * 10**6
LIMIT_MS = 50
RUNS = {"small": 15, "full": 75}
_AT = datetime(2026, 4, 1, tzinfo=UTC)
_KINDS = ("shipment", "outbound", "shipment", "outbound", "shipment")
_AT_ONCE = 1 << 20


def upload() -> list[tuple[str, bytes]]:
    """Name and content: such as the gate takes, with nothing to be found early."""
    random = Random(1)
    head = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n2 0 obj\n<<>>stream\n"
    tail = b"\nendstream\nendobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
    bodies = [random.randbytes(SIZE - len(head) - len(tail)) for _ in range(FILES)]
    return [(f"1_{kind}_ru.pdf", head + body + tail) for kind, body in zip(_KINDS, bodies, strict=True)]


def measure(*, runs: int) -> dict[str, list[float]]:
    """In the child: seconds of each run of each way, in turns."""
    with tempfile.TemporaryDirectory(prefix="ombud-bench.") as folder:
        os.environ["OMBUD_EVIDENCE"] = folder
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ombud.settings")
        import django

        django.setup()
        ways = _ways()
        taken: dict[str, list[float]] = {name: [] for name in ways}
        files = upload()
        for _ in range(runs):
            for name, way in ways.items():
                start = time.perf_counter()
                way(files)
                taken[name].append(time.perf_counter() - start)
    return taken


def _ways() -> dict[str, Any]:
    from ombud.domain.cases import State
    from ombud.domain.evidence import Piece
    from ombud.domain.formats import Ends
    from ombud.domain.gate import Upload, kind_of, look, rules
    from ombud.rulebooks import open_book
    from ombud.store.evidence_files import receive

    book = open_book("ozon")
    by = rules(book.clauses, lambda clause: book.clauses[clause][0] if clause in book.clauses else None)

    def judged(told: list[tuple[Any, ...]]) -> None:
        pieces = tuple(Piece(name, *kind_of(name, by), *of_content) for name, *of_content in told)
        if (verdict := look(Upload(pieces, _AT, "1", State.OPENED, None), by)).refused:
            raise RuntimeError(f"the gate refuses what it should take: {verdict}")

    def hashed(files: list[tuple[str, bytes]]) -> None:
        for _, content in files:
            digest, stream = hashlib.sha256(), io.BytesIO(content)
            while part := stream.read(_AT_ONCE):
                digest.update(part)
            digest.hexdigest()

    def gated(files: list[tuple[str, bytes]]) -> None:
        told = []
        for name, content in files:
            digest, ends, stream = hashlib.sha256(), Ends(), io.BytesIO(content)
            while part := stream.read(_AT_ONCE):
                digest.update(part)
                ends.take(part)
            told.append((name, digest.hexdigest(), len(content), ends.format))
        judged(told)

    def received(files: list[tuple[str, bytes]]) -> None:
        told = []
        for name, content in files:
            with receive(io.BytesIO(content)) as file:
                told.append((name, file.sha256, file.size, file.format))
        judged(told)

    return {
        "reading and SHA-256 alone": hashed,
        "the gate": gated,
        "the gate, the files written out to the disk": received,
    }


def figure(scale: str) -> Figure:
    taken = child("benchmarks.gating:measure", runs=RUNS[scale])
    medians = {name: statistics.median(seconds) * 1000 for name, seconds in taken.items()}
    rows = [
        (name, f"{medians[name]:.1f}", f"{statistics.quantiles(seconds, n=20)[-1] * 1000:.1f}")
        for name, seconds in taken.items()
    ]
    return Figure(
        "The gate of an upload", "benchmarks/gating.py", ("what", "median ms", "95th percentile, ms"), rows,
        [Target("gate of an upload of 5 files and 10 MB", medians["the gate"], LIMIT_MS, "ms")],
        [f"{FILES} PDFs of {SIZE // 10**6} MB, the rules of the Ozon book."],
    )  # fmt: skip
