"""History that proves itself: hashing what is new, sealing all heads, verifying everything."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from benchmarks.measure import Figure, peak_mb
from benchmarks.stores import AT, DATABASES, NOT_MEASURED, Large, on_database

CASES = {"small": 10_000, "full": 100_000}
SLICES = 100
WINDOW = timedelta(hours=72)


def measure(*, cases: int) -> dict[str, Any]:
    """In the child: cases that were opened, lost and settled are hashed, sealed and verified; then a hundredth more."""
    due = cases // SLICES
    large = Large(due * (SLICES + 2), due=due, slices=SLICES + 1, firing=10)

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ombud.actions import rulebooks, seals
    from ombud.actions.cases import open_due
    from ombud.actions.closings import close_windows
    from ombud.rulebooks import open_book
    from ombud.store.audit import audit_store
    from ombud.store.signing import SigningKey, public_of

    books = {"ozon": open_book("ozon")}
    rulebooks.register(books, at=AT, actor="benchmark")
    private = Ed25519PrivateKey.generate()
    key = SigningKey(private, public_of(private.public_key()))
    large.build()
    for piece in range(SLICES):
        large.arm(piece)
    open_due(AT, books=books, actor="benchmark")
    close_windows(AT + WINDOW, books=books, actor="benchmark")

    told: dict[str, Any] = {}

    def timed(name: str, what: Any) -> Any:
        start = time.perf_counter()
        found = what()
        told[name] = time.perf_counter() - start
        return found

    told["events"] = timed("chain", seals.chain)
    timed("seal", lambda: seals.seal(AT + WINDOW, key=key))
    large.arm(SLICES)
    open_due(AT + WINDOW, books=books, actor="benchmark")
    told["more"] = timed("chain_more", seals.chain)
    timed("seal_more", lambda: seals.seal(AT + 2 * WINDOW, key=key))
    timed("nothing", seals.chain)
    audit = timed("audit", audit_store)
    if (audit.cases, audit.events, audit.unsealed, audit.found) != (cases + due, told["events"] + told["more"], 0, 0):
        raise RuntimeError(f"{audit}")
    return {**told, "peak_mb": peak_mb()}


def figure(scale: str) -> Figure:
    cases = CASES[scale]
    rows, notes = [], [f"{cases:,} cases that were opened, lost and settled: 3 events and their postings each."]
    for database in DATABASES:
        told = on_database(database, "benchmarks.sealing:measure", cases=cases)
        if told is None:
            notes.append(NOT_MEASURED)
            continue
        events, more = told["events"], told["more"]
        for what, seconds, count in (
            ("hash every event", told["chain"], events),
            ("seal all heads for the first time", told["seal"], cases),
            (f"hash {more:,} more", told["chain_more"], more),
            (f"seal {more:,} more heads", told["seal_more"], more),
            ("look for what is new and find nothing", told["nothing"], 0),
            ("verify everything (`ombud audit`)", told["audit"], events + more),
        ):
            rows.append((database, what, f"{seconds * 1000:,.0f}", f"{count / seconds:,.0f}" if count else "–"))
        notes.append(f"{database}: the process held {told['peak_mb']:,.0f} MB at most, opening the cases included.")
    return Figure(
        "Sealing and verifying histories", "benchmarks/sealing.py", ("database", "what", "ms", "per second"), rows,
        notes=notes,
    )  # fmt: skip
