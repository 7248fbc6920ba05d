"""Values with dates: what every clause of a book is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

T = TypeVar("T", covariant=True)


@dataclass(frozen=True)
class Dated(Generic[T]):
    """One version of a clause: in force from `valid_from` until before `valid_until` (None: until further notice).

    `cite` names the rows of the requirements, `line` is where the version stands in its file, and `written` is the
    version as the file has it, for showing and comparing books.
    """

    valid_from: datetime
    valid_until: datetime | None
    cite: str
    value: T
    line: int
    written: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def holds_at(self, at: datetime) -> bool:
        """Whether this version is in force at `at`."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)
