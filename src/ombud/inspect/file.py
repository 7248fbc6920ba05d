"""One file, read whole: which reader looks at it, in which order, and what is left to recognise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ombud.domain.said import Said


def look(path: Path, format: str) -> list[Said]:  # noqa: A002 (the field's own word)
    """What can be read without recognising letters in pixels. `format` by content: `pdf`, `jpeg`, `png`, `mp4`."""
    raise NotImplementedError


def wants_recognition(format: str, said: Sequence[Said]) -> bool:  # noqa: A002
    """Whether something is left that only recognition can answer."""
    raise NotImplementedError


def recognise(path: Path, format: str, said: Sequence[Said]) -> list[Said]:  # noqa: A002
    """What else the pixels say, given what `look` said."""
    raise NotImplementedError
