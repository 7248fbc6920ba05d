"""Papers by a seed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.papers import faulty, honest
from tests.papers.paper import Paper


def make(seed: int, *, each: int = 1) -> Iterator[Paper]:
    """`each` papers of everything that there is, the honest first. The same for the same seed, but for what is
    signed or locked, which takes fresh randomness."""
    for name in (*honest.MAKERS, *faulty.MAKERS):
        for number in range(each):
            yield made(name, seed + number)


def made(name: str, seed: int) -> Paper:
    """One paper: `name` is what `honest` or `faulty` calls it."""
    maker = honest.MAKERS.get(name) or faulty.MAKERS[name]
    return maker(Random(f"{seed} {name}"))
