"""What the actions of the loop are given, beside the instant: the books at hand, and whom to tell how far they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ombud.domain.rulebook import Rulebook

Books = Mapping[str, Rulebook]
"""Rulebooks by the platform that they are for."""
Progress = Callable[[str, int, int | None], None]
"""(step, done, total or None)."""
