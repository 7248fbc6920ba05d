"""What the actions of the loop share: the books at hand, whom to tell how far they are, and going batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ombud.domain.rulebook import Rulebook

Books = Mapping[str, Rulebook]
"""Rulebooks by the platform that they are for."""
Progress = Callable[[str, int, int | None], None]
"""(step, done, total or None)."""
BATCH = 100_000
"""Cases to a transaction."""


def in_batches(batch: Callable[[], int], progress: Progress | None) -> int:
    """Calls `batch`, a transaction of its own that says how many cases it moved, until it finds none; returns how many
    it were in all. What the batches before did stays done whatever happens to a later one."""
    moved = 0
    while found := batch():
        moved += found
        if progress:
            progress("cases", moved, None)
    return moved
