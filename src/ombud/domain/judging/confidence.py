"""How sure a doubt is, in one place: what one sign is worth, and what several that agree are worth together.

These are measures of how well things are read, not law: from which confidence on a fault decides stands in the books.
"""

from __future__ import annotations

from collections.abc import Iterable

from ombud.domain.said import Said

MOST = 0.97
"""No number of doubts becomes a certainty."""
CERTAIN = frozenset({"container", "signature", "barcode", "text_layer"})
"""Sources that read what stands there, and not what it looks like."""
SURE = 0.9
"""From this confidence of its reader on, what such a source says is taken for what stands there."""

MISSED_IN_TEXT, MISSED_IN_PIXELS = 0.6, 0.4
"""That something is not there because it was not found: labels have more words than a reader knows, and letters in
pixels are misread."""


def agreed(confidences: Iterable[float]) -> float:
    """What signs that say the same independently of one another come to: 1 - (1 - a)(1 - b)..., below 1."""
    left = 1.0
    for confidence in confidences:
        left *= 1 - confidence
    return round(min(1 - left, MOST), 2)


def by_source(said: Iterable[Said], worth: dict[str, float]) -> float:
    """What readings of one thing come to together: the best of each source, times what the source is worth.

    Two readings by one source are no two witnesses. A source that is not in `worth` counts for nothing.
    """
    best: dict[str, float] = {}
    for one in said:
        best[one.source] = max(best.get(one.source, 0.0), one.confidence * worth.get(one.source, 0.0))
    return agreed(best.values())
