"""Which version of a clause speaks for which starts: the one in force at *start*, or the one at `rules_at`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ombud.domain.rulebook import Dated

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """Starts from `first` until before `until`; None: without an end on that side."""

    first: datetime | None = None
    until: datetime | None = None

    def meet(self, other: Window) -> Window | None:
        """The starts that lie in both, or None where there is none."""
        firsts = [end for end in (self.first, other.first) if end is not None]
        untils = [end for end in (self.until, other.until) if end is not None]
        both = Window(max(firsts, default=None), min(untils, default=None))
        if both.first is not None and both.until is not None and both.first >= both.until:
            return None
        return both


ALWAYS = Window()


def in_force(
    versions: Sequence[Dated[T]], window: Window, rules_at: datetime | None
) -> Iterator[tuple[Window, Dated[T]]]:
    """The versions that speak within `window`, each with its part of it, in order of time.

    With `rules_at` at most one: the version in force then, for the whole window.
    """
    for version in versions:
        if rules_at is not None:
            if version.valid_from <= rules_at and (version.valid_until is None or rules_at < version.valid_until):
                yield window, version
        elif both := window.meet(Window(version.valid_from, version.valid_until)):
            yield both, version


def gap(parts: Sequence[Window], window: Window) -> datetime | None:
    """The first instant of `window` that none of `parts` (in order, apart from one another) holds; None: all is held.

    A window without a first instant is taken to begin where its first part does.
    """
    reached = window.first if window.first is not None else (parts[0].first if parts else None)
    for part in parts:
        if part.first is not None and reached is not None and part.first > reached:
            return reached
        if part.until is None:
            return None
        reached = part.until
    if window.until is not None and reached is not None and reached >= window.until:
        return None
    return reached
