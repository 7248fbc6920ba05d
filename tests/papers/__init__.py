"""Invented evidence for invented orders, honest and faulty, made from a seed: on it the checks are proved.

Nothing here is real, and no design is copied. `make(seed)` gives papers of every kind and with every fault; `honest`
and `faulty` hold the makers, by what they make.
"""

from tests.papers.making import make
from tests.papers.paper import Paper

__all__ = ["Paper", "make"]
