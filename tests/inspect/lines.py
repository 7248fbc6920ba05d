"""Lines of text as a reader hands them over, for the tests of what is read in them."""

from __future__ import annotations

from collections.abc import Sequence

from ombud.domain.said import Said, Source
from ombud.inspect import reading


def lines(*texts: str, source: Source = "text_layer", page: int | None = 1, confidence: float = 1.0) -> list[Said]:
    """A line below another, each over the whole width."""
    return [
        Said("line", text, source, page, (0, 20 * place, 1000, 20 * place + 15), confidence=confidence)
        for place, text in enumerate(texts)
    ]


def read(*texts: str, source: Source = "text_layer") -> list[Said]:
    """The fields of these lines."""
    return reading.fields(lines(*texts, source=source))


def values(said: Sequence[Said], field: str) -> list[str | int]:
    """What `said` says of `field`, in its order."""
    return [one.value for one in said if one.field == field]
